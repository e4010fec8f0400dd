#include "desktop/pages/peer_panel.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/trend.hpp"
#include "desktop/widgets/key_value_list.hpp"

namespace quern::desktop::pages {

using models::QuantityText;
using widgets::Ink;

PeerPanel::PeerPanel(models::DaemonModels& models, QWidget* parent)
    : DetailPanel(parent),
      models_(models),
      receipts_(new NewestReceipts(models, kReceiptsAsked, this)),
      of_peer_(new QWidget),
      whole_id_(new widgets::ElidedLabel({}, theme::FontRole::mono, Ink::muted)),
      reached_(new widgets::Pill),
      devices_(new widgets::Pill),
      facts_(new widgets::KeyValueList),
      trend_(new Trend(tr("Round trip, last 30 minutes"), 0, models::kRoundTripsMax)),
      dealings_(new widgets::KeyValueList),
      offers_(new QPushButton(tr("See offers"))),
      block_(new QPushButton),
      question_(new QWidget),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad)) {
  auto* column = new QVBoxLayout(of_peer_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  whole_id_->set_elide_mode(Qt::ElideMiddle);
  auto* pills = new QHBoxLayout;
  pills->setSpacing(theme::kSpaceS);
  pills->addWidget(reached_);
  pills->addWidget(devices_);
  pills->addStretch(1);
  column->addWidget(whole_id_);
  column->addLayout(pills);
  for (QWidget* each :
       std::initializer_list<QWidget*>{new widgets::Separator, facts_, trend_, new widgets::Separator, dealings_}) {
    column->addWidget(each);
  }
  content()->addWidget(of_peer_);
  add_actions();
  connect(&models_, &models::DaemonModels::peers_changed, this, &PeerPanel::refresh);
  connect(&models_, &models::DaemonModels::offers_changed, this, &PeerPanel::refresh);
  connect(receipts_, &NewestReceipts::changed, this, &PeerPanel::show_dealings);
  refresh();
}

void PeerPanel::add_actions() {
  auto* column = qobject_cast<QVBoxLayout*>(of_peer_->layout());
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceS);
  row->addWidget(offers_, 1);
  row->addWidget(block_, 1);
  block_->setProperty("kind", QStringLiteral("ghost"));
  auto* asking = new QVBoxLayout(question_);
  asking->setContentsMargins(0, 0, 0, 0);
  asking->setSpacing(theme::kSpaceS);
  asking->addWidget(new widgets::TextLabel(tr("It gets no connection, no work and no jobs of yours any more."),
                                           theme::FontRole::caption, Ink::muted));
  auto* answers = new QHBoxLayout;
  answers->setSpacing(theme::kSpaceS);
  auto* sure = new QPushButton(tr("Block it"));
  auto* keep = new QPushButton(tr("Keep it"));
  sure->setProperty("kind", QStringLiteral("danger"));
  answers->addWidget(sure, 1);
  answers->addWidget(keep, 1);
  asking->addLayout(answers);
  column->addLayout(row);
  column->addWidget(question_);
  column->addWidget(fault_);
  question_->hide();
  fault_->hide();
  connect(offers_, &QPushButton::clicked, this, [this] { Q_EMIT offers_wanted(id_); });
  connect(block_, &QPushButton::clicked, this, [this] {
    const models::PeerRow* const peer = models_.peers().find(id_);
    if (peer && peer->blocked) return set_blocked(false);
    ask(true);
  });
  connect(keep, &QPushButton::clicked, this, [this] { ask(false); });
  connect(sure, &QPushButton::clicked, this, [this] { set_blocked(true); });
}

void PeerPanel::ask(bool asking) {
  question_->setVisible(asking);
  block_->setVisible(!asking);
}

void PeerPanel::show_peer(const QString& id) {
  if (id != id_) {
    ask(false);
    fault_->hide();
    calling_ = false;
  }
  id_ = id;
  refresh();
}

void PeerPanel::refresh() {
  const models::PeerRow* const peer = models_.peers().find(id_);
  of_peer_->setVisible(peer != nullptr);
  if (!peer) {
    set_heading(tr("No peer chosen"), tr("Choose one on the map or in the list."), theme::Glyph::peers);
    return;
  }
  set_heading(models::short_id(id_), {}, theme::Glyph::server);
  whole_id_->set_text(id_);
  const QString kind = peer->addresses.empty() ? QString() : address_kind(peer->addresses.front());
  const QString how = kind.isEmpty()              ? tr("Connected")
                      : models::is_relayed(*peer) ? tr("Connected through a relay")
                                                  : tr("Direct · %1").arg(kind);
  reached_->set_state(peer->blocked     ? tr("Blocked")
                      : peer->connected ? how
                                        : tr("Not connected"),
                      peer->blocked     ? theme::Tone::bad
                      : peer->connected ? theme::Tone::ok
                                        : theme::Tone::neutral);
  devices_->setVisible(peer->devices > 0);
  devices_->set_state(peer->gpus > 0 ? tr("%Ln GPUs", nullptr, static_cast<int>(peer->gpus))
                                     : tr("%Ln devices", nullptr, static_cast<int>(peer->devices)),
                      theme::Tone::accent);
  show_facts(*peer);
  show_dealings();
  offers_->setEnabled(peer->devices > 0);
  block_->setText(peer->blocked ? tr("Unblock") : tr("Block"));
  const bool can = models_.status().can("peer.block");
  if (question_->isHidden()) block_->setVisible(can);
  block_->setEnabled(models_.connection().live() && !calling_);
}

void PeerPanel::show_facts(const models::PeerRow& peer) {
  const QuantityText& text = models_.text();
  QVector<widgets::KeyValue> rows;
  const QVector<qreal> trips = models_.round_trips().values(id_);
  if (peer.round_trip_us && trips.isEmpty()) rows.append({tr("Round trip"), text.round_trip(*peer.round_trip_us)});
  if (!peer.agent.isEmpty()) rows.append({tr("Agent"), peer.agent});
  rows.append({tr("Known from"), peer.configured ? tr("the configuration") : tr("the network")});
  int shown = 0;
  for (const QString& address : peer.addresses) {
    if (shown++ == kAddressesShown) break;
    const QString kind = address_kind(address);
    rows.append({kind.isEmpty() ? tr("Address") : tr("Address, %1").arg(kind), address, Ink::text, false});
  }
  if (peer.cheapest_per_hour_micro) {
    rows.append({tr("Their cheapest offer"), text.credits_per_hour(*peer.cheapest_per_hour_micro), Ink::ok});
  }
  facts_->set_rows(rows);
  trend_->show_values(peer.round_trip_us ? text.round_trip(*peer.round_trip_us) : QuantityText::none(), trips);
}

void PeerPanel::show_dealings() {
  const QuantityText& text = models_.text();
  std::int64_t tasks_here = 0, tasks_there = 0, earned = 0, paid = 0;
  for (const models::ReceiptRow& receipt : receipts_->rows()) {
    if (receipt.peer != id_ || receipt.is_open()) continue;
    (receipt.earned ? tasks_here : tasks_there) += static_cast<std::int64_t>(receipt.together);
    std::int64_t& sum = receipt.earned ? earned : paid;
    sum = std::clamp(sum + receipt.amount_micro, -models::kMicroMax, models::kMicroMax);
  }
  QVector<widgets::KeyValue> rows;
  const auto running = std::ranges::count(models_.work().rows(), id_, &models::WorkRow::peer);
  if (running > 0) rows.append({tr("Their work here now"), text.count(running)});
  if (!receipts_->rows().empty()) {
    rows.append({tr("Our tasks they ran"), text.count(tasks_there)});
    rows.append({tr("Their tasks we ran"), text.count(tasks_here)});
    rows.append({tr("Paid to them"), text.credits(paid)});
    rows.append({tr("Earned from them"), text.credits(earned), Ink::ok});
  }
  dealings_->set_rows(rows);
  dealings_->setToolTip(tr("By the newest %Ln receipts", nullptr, static_cast<int>(receipts_->rows().size())));
}

void PeerPanel::set_blocked(bool blocked) {
  ask(false);
  fault_->hide();
  calling_ = true;
  block_->setEnabled(false);
  models_.connection().call(blocked ? "peer.block" : "peer.unblock", {{"peer", id_.toStdString()}}, this,
                            [this, id = id_](const client::Outcome& outcome) {
                              if (id != id_) return;
                              calling_ = false;
                              if (!outcome) fault_->set_text(models::failure_text(outcome.error()));
                              fault_->setVisible(!outcome);
                              refresh();
                            });
}

}  // namespace quern::desktop::pages
