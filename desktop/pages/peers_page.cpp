#include "desktop/pages/peers_page.hpp"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/model_tone.hpp"
#include "desktop/pages/peer_panel.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/flow_layout.hpp"
#include "desktop/widgets/peer_map.hpp"
#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/table.hpp"

namespace quern::desktop::pages {

using models::PeerModel;
using widgets::Ink;

PeersPage::PeersPage(models::DaemonModels& models, QWidget* parent)
    : PageFrame(tr("Peers"), parent),
      models_(models),
      state_(new widgets::Pill),
      form_(new widgets::SegmentedControl(tr("Form"))),
      add_(new QPushButton(tr("Add peer"))),
      forms_(new QStackedWidget),
      panel_(new PeerPanel(models)),
      showing_([this] { show_peers(); }) {
  form_->set_segments({tr("Map"), tr("List")});
  add_->setIcon(theme::icon(theme::Glyph::plus));
  for (QWidget* each : std::initializer_list<QWidget*>{state_, form_, add_}) add_action(each);
  body()->addWidget(make_adding());
  order_.setSourceModel(&models_.peers());
  forms_->addWidget(make_map());
  forms_->addWidget(make_table());
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceL);
  row->addWidget(forms_, 1);
  row->addWidget(panel_);
  body()->addLayout(row, 1);
  connect(form_, &widgets::SegmentedControl::current_changed, this, &PeersPage::show_form);
  connect(add_, &QPushButton::clicked, this, [this] { open_adding(true); });
  connect(panel_, &PeerPanel::offers_wanted, this, &PeersPage::offers_wanted);
  // What the peers offer is told as a change of the peers.
  for (const auto changed : {&models::DaemonModels::peers_changed, &models::DaemonModels::status_changed}) {
    connect(&models_, changed, this, [this] { showing_.ask(); });
  }
  connect(&models_.connection(), &client::Connection::state_changed, this, &PeersPage::show_peers);
  connect(&models_, &models::DaemonModels::round_trips_taken, panel_, &PeerPanel::refresh);
  show_peers();
}

QWidget* PeersPage::make_adding() {
  auto* card = new widgets::Card;
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceS);
  address_ = new QLineEdit;
  address_->setMaxLength(kAddressMax);
  address_->setPlaceholderText(tr("/ip4/192.0.2.7/tcp/7645/p2p/12D3KooW…"));
  address_->setAccessibleName(tr("Address of the peer"));
  confirm_ = new QPushButton(tr("Connect"));
  confirm_->setProperty("kind", QStringLiteral("primary"));
  auto* cancel = new QPushButton(tr("Cancel"));
  row->addWidget(address_, 1);
  row->addWidget(confirm_);
  row->addWidget(cancel);
  card->body()->addLayout(row);
  fault_ = new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad);
  fault_->hide();
  card->body()->addWidget(fault_);
  card->hide();
  connect(confirm_, &QPushButton::clicked, this, &PeersPage::add_peer);
  connect(address_, &QLineEdit::returnPressed, this, &PeersPage::add_peer);
  connect(address_, &QLineEdit::textChanged, this, &PeersPage::show_confirm);
  connect(cancel, &QPushButton::clicked, this, [this] { open_adding(false); });
  connect(&models_.connection(), &client::Connection::daemon_left, fault_, &QWidget::hide);
  confirm_->setEnabled(false);
  return adding_ = card;
}

QWidget* PeersPage::make_map() {
  map_ = new widgets::PeerMap(tr("Peers by their round-trip time"));
  auto* nothing = new widgets::EmptyState(theme::Glyph::peers, tr("No peer is connected"),
                                          tr("Add one by its address, or wait: the service goes on trying."));
  map_stack_ = new QStackedWidget;
  map_stack_->addWidget(map_);
  map_stack_->addWidget(nothing);
  auto* card = new widgets::Card;
  card->body()->addWidget(map_stack_, 1);
  auto* foot = new widgets::FlowLayout(nullptr, theme::kSpaceS);
  foot->set_last_trails(true);
  auto* legend = new widgets::Legend;
  const auto dress = [legend] {
    using widgets::LegendMark;
    const theme::Tokens& t = theme::tokens();
    legend->set_entries({{.text = tr("Provider (number of devices)"), .color = t.accent, .mark = LegendMark::circle},
                         {.text = tr("Other peer"), .color = t.faint, .mark = LegendMark::circle},
                         {.text = tr("Direct"), .color = t.faint, .mark = LegendMark::line},
                         {.text = tr("Relayed"), .color = t.faint, .mark = LegendMark::dotted_line}});
  };
  dress();
  connect(&theme::Theme::instance(), &theme::Theme::changed, legend, dress);
  auto* hint = new widgets::ElidedLabel(tr("Distance: the round-trip time"), theme::FontRole::caption, Ink::muted);
  hint->set_alignment(Qt::AlignTrailing | Qt::AlignVCenter);
  foot->addWidget(legend);
  foot->addWidget(hint);
  card->body()->addLayout(foot);
  connect(map_, &widgets::PeerMap::selected_changed, this, &PeersPage::choose);
  connect(map_, &widgets::PeerMap::peer_activated, this, &PeersPage::offers_wanted);
  return card;
}

QWidget* PeersPage::make_table() {
  using widgets::Cell;
  table_ = new widgets::Table(tr("Peers"));
  table_->setModel(&order_);
  table_->setSortingEnabled(true);
  table_->horizontalHeader()->setSortIndicator(PeerModel::kRoundTrip, Qt::AscendingOrder);
  table_->set_column(PeerModel::kPeer, {.cell = Cell::mono, .width = 120});
  table_->set_column(PeerModel::kState, {.cell = Cell::pill, .width = 210, .tone = cell_tone});
  table_->set_column(PeerModel::kRoundTrip, {.cell = Cell::number, .width = 110, .strong = true});
  table_->set_column(PeerModel::kDevices, {.cell = Cell::number, .priority = 1, .width = 80});
  table_->set_column(PeerModel::kCheapest, {.cell = Cell::number, .priority = 2, .width = 100});
  table_->set_column(PeerModel::kAddress, {.cell = Cell::muted, .priority = 3, .width = 160, .stretch = true});
  table_->set_column(PeerModel::kAgent, {.cell = Cell::muted, .priority = 4, .width = 120});
  table_->set_placeholder(tr("No peer is known"));
  auto* card = new widgets::Card(nullptr, 1);
  card->body()->setContentsMargins(1, 1, 1, theme::kSpaceS);
  card->body()->addWidget(table_);
  connect(table_, &widgets::Table::current_row_changed, this, [this](int row) {
    if (row >= 0) choose(order_.index(row, 0).data(models::kIdRole).toString());
  });
  connect(table_, &widgets::Table::row_activated, this,
          [this](int row) { Q_EMIT offers_wanted(order_.index(row, 0).data(models::kIdRole).toString()); });
  connect(table_, &widgets::Table::hover_changed, this, [this](bool inside) { order_.set_frozen(inside); });
  return card;
}

void PeersPage::show_peers() {
  const auto& peers = models_.peers().rows();
  const QVector<widgets::PeerMark> marks = peer_marks(peers);
  set_subtitle(peers_subtitle(peers));
  map_->set_peers(marks);
  choose_first();
  map_->select(panel_->peer());
  map_stack_->setCurrentIndex(marks.isEmpty() ? 1 : 0);
  const bool live = models_.connection().live();
  state_->setVisible(live && models_.has_status());
  state_->set_state(marks.isEmpty() ? tr("Alone") : tr("Connected"),
                    marks.isEmpty() ? theme::Tone::warn : theme::Tone::ok);
  QStringList own;
  for (const QString& address : models_.status().addresses) own << address;
  state_->setToolTip(own.isEmpty() ? tr("This node listens nowhere") : widgets::tool_tip(own.join(u'\n')));
  add_->setEnabled(live);
  panel_->refresh();
}

// The nearest one, as long as nobody has chosen, or the chosen one is gone.
void PeersPage::choose_first() {
  if (models_.peers().find(panel_->peer())) return;
  const auto& nearest = map_->peers();
  const QString first = !nearest.isEmpty()      ? nearest.front().id
                        : order_.rowCount() > 0 ? order_.index(0, 0).data(models::kIdRole).toString()
                                                : QString();
  if (first.isEmpty()) return;
  panel_->show_peer(first);
  select_in_table();
}

void PeersPage::choose(const QString& id) {
  map_->select(id);
  panel_->show_peer(id);
}

void PeersPage::show_form(int form) {
  forms_->setCurrentIndex(form);
  if (form == 1) select_in_table();
}

void PeersPage::select_in_table() {
  const int row = models_.peers().row_of(panel_->peer());
  if (row >= 0) table_->select_row(order_.mapFromSource(models_.peers().index(row, 0)).row());
}

// What is answered after it was closed says nothing of what is typed next.
void PeersPage::open_adding(bool open) {
  addition_.cancel();
  adding_->setVisible(open);
  add_->setVisible(!open);
  fault_->hide();
  show_confirm();
  if (open) address_->setFocus();
}

void PeersPage::show_confirm() {
  confirm_->setEnabled(!addition_.pending() && !address_->text().trimmed().isEmpty());
}

void PeersPage::add_peer() {
  const QString address = address_->text().trimmed();
  if (address.isEmpty() || !confirm_->isEnabled()) return;
  fault_->hide();
  addition_ = models_.connection().call("peer.add", {{"address", address.toStdString()}}, this,
                                        [this](const client::Outcome& outcome) {
                                          show_confirm();
                                          if (!outcome) {
                                            fault_->set_text(models::failure_text(outcome.error()));
                                            return fault_->show();
                                          }
                                          address_->clear();
                                          open_adding(false);
                                        });
  show_confirm();
}

}  // namespace quern::desktop::pages
