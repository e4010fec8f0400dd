#include "desktop/pages/earnings_page.hpp"

#include <QDateTime>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/model_tone.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/table.hpp"
#include "desktop/widgets/table_cells.hpp"

namespace quern::desktop::pages {

namespace json = boost::json;
using models::ReceiptModel;
using widgets::Ink;

namespace {

constexpr std::chrono::milliseconds kFetchPace{1'000};  // of what follows the topic
constexpr std::chrono::seconds kRetryPause{30};         // of what was not told
constexpr int kWidthOfPast = 1'000;                     // a narrower page has no room for a line beside a number
constexpr int kRowsShown = 5;                           // of receipts, at least
constexpr int kLeastBars = 140;
constexpr int kTileWidth = 190;  // with a page's margins
constexpr std::array<int, 3> kDayChoices{7, 30, 90};
constexpr std::array<const char*, 3> kByChoices{"device", "peer", "kind"};

json::object history_params(const DayRange& range, const char* by, int utc_offset_minutes) {
  return {{"from_unix_ms", range.from_unix_ms},
          {"until_unix_ms", range.until_unix_ms},
          {"by", by},
          {"utc_offset_minutes", utc_offset_minutes}};
}

std::int64_t sum_of(const QVector<std::int64_t>& amounts, qsizetype first, qsizetype end) {
  return std::accumulate(amounts.begin() + first, amounts.begin() + end, std::int64_t{0});
}

}  // namespace

void ReceiptSide::set_money(Money money) {
  money_ = money;
  put_in_order();
}

bool ReceiptSide::filterAcceptsRow(int source_row, const QModelIndex&) const {
  const bool earned = sourceModel()->index(source_row, 0).data(ReceiptModel::kEarnedRole).toBool();
  return earned == (money_ == Money::earned);
}

EarningsPage::EarningsPage(models::DaemonModels& models, QWidget* parent)
    : PageFrame(tr("Earnings"), parent),
      models_(models),
      receipts_(models.text()),
      feed_(models.connection(), receipts_),
      writer_(models.connection()),
      choose_(choose_by_dialog(tr("Export receipts"), tr("Comma-separated values (*.csv)"))),
      stack_(new QStackedWidget),
      nothing_(new widgets::EmptyState(theme::Glyph::earnings, {}, {})),
      money_switch_(new widgets::SegmentedControl(tr("Money"))),
      export_(new QPushButton(tr("Export CSV"))) {
  money_switch_->set_segments({tr("Earned"), tr("Spent")});
  export_->setIcon(theme::icon(theme::Glyph::download));
  add_action(money_switch_);
  add_action(export_);
  side_.setSourceModel(&receipts_);
  // Large text needs more than the smallest window is high.
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  area->viewport()->setAutoFillBackground(false);
  auto* shown = new QWidget;
  area->setWidget(shown);
  shown->setAutoFillBackground(false);  // setWidget() asked for one
  auto* column = new QVBoxLayout(shown);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceL);
  column->addWidget(make_tiles());
  column->addWidget(make_charts(), 5);
  column->addWidget(make_receipts(), 4);
  stack_->addWidget(area);
  stack_->addWidget(nothing_);
  body()->addWidget(stack_, 1);
  soon_.setSingleShot(true);
  soon_.setInterval(kFetchPace);
  connect(&soon_, &QTimer::timeout, this, &EarningsPage::fetch);
  again_.setSingleShot(true);
  again_.setInterval(kRetryPause);
  connect(&again_, &QTimer::timeout, this, [this] {
    if (has_fault() && isVisible()) fetch();
  });
  connect(money_switch_, &widgets::SegmentedControl::current_changed, this, &EarningsPage::set_money);
  connect(export_, &QPushButton::clicked, this, &EarningsPage::export_csv);
  connect(&writer_, &ReceiptExport::ended, this, &EarningsPage::finish_export);
  connect(&feed_, &ReceiptFeed::changed, this, [this] {
    side_.put_in_order();
    show_state();
    look_back();
    follow_faults();
  });
  connect(&models_, &models::DaemonModels::earnings_changed, this, [this] {
    show_state();
    if (!soon_.isActive()) soon_.start();
  });
  connect(&models_, &models::DaemonModels::status_changed, this, &EarningsPage::follow_status);
  follow_names();
  connect(&models_.connection(), &client::Connection::state_changed, this, [this] {
    show_state();
    if (models_.connection().live()) soon_.start();
  });
  connect(&theme::Theme::instance(), &theme::Theme::changed, this, &EarningsPage::size_parts);
  size_parts();
  set_money(0);
  show_state();
  fetch();
}

// Of devices here, and of those that others offer.
void EarningsPage::follow_names() {
  receipts_.set_naming([this](const models::ReceiptRow& receipt) { return models_.device_known_as(receipt); });
  connect(&models_, &models::DaemonModels::device_names_changed, this, [this] {
    receipts_.rename();
    show_history();
  });
  names_soon_.setSingleShot(true);
  names_soon_.setInterval(kFetchPace);
  connect(&names_soon_, &QTimer::timeout, this, [this] {
    receipts_.rename();
    if (money_ == Money::spent) show_history();
  });
  connect(&models_, &models::DaemonModels::offers_changed, this, [this] {
    if (!names_soon_.isActive()) names_soon_.start();
  });
}

void EarningsPage::set_choose_file(ChooseFile choose) {
  panel_->set_choose_file(choose);
  choose_ = std::move(choose);
}

QWidget* EarningsPage::make_tiles() {
  auto* box = new QWidget;
  tiles_ = new QGridLayout(box);
  tiles_->setContentsMargins(0, 0, 0, 0);
  tiles_->setSpacing(theme::kSpaceL);
  balance_ = new widgets::KpiTile(tr("Balance"));
  today_ = new widgets::KpiTile({});
  month_ = new widgets::KpiTile({});
  owed_ = new widgets::KpiTile(tr("Not paid off yet"));
  arrange_tiles();
  today_->setToolTip(tr("Since midnight UTC"));
  return box;
}

QWidget* EarningsPage::make_charts() {
  days_ = new widgets::SegmentedControl(tr("How many days"));
  by_ = new widgets::SegmentedControl(tr("Divided by"));
  legend_ = new widgets::Legend;
  bars_ = new widgets::StackedBars(tr("Credits per day"));
  shares_ = new widgets::ShareBars(tr("Shares"));
  no_shares_ = new widgets::TextLabel(tr("Not known yet"), theme::FontRole::body, Ink::muted);
  per_kwh_ = new widgets::TextLabel({}, theme::FontRole::body_strong);
  per_kwh_->setToolTip(
      tr("What was earned in these days for each kilowatt hour that devices took while they worked for others, as far "
         "as they tell their power. Pay that is still to come is not in it."));
  per_kwh_->hide();
  days_->set_segments({tr("7 d"), tr("30 d"), tr("90 d")});
  days_->set_current(1);
  by_->set_segments({tr("Device"), tr("Peer"), tr("Kind")});
  bars_->set_format([this](qint64 micro) { return models_.text().credits_number(micro); });
  // The chart takes what is left and asks for no more: receipts are to be seen in the smallest window.
  bars_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
  bars_->set_axis_format([this](qint64 micro, qint64 step) {
    return models_.text().credits_number(micro, models::QuantityText::decimals_of_step(step));
  });
  auto* chart = new widgets::Card;
  bars_title_ = new widgets::SectionTitle(tr("Credits per day"));
  bars_title_->add_action(days_);
  chart->body()->addWidget(bars_title_);
  chart->body()->addWidget(legend_);
  chart->body()->addWidget(bars_, 1);
  auto* parts = new widgets::Card;
  parts->setFixedWidth(theme::scaled(widgets::DetailPanel::kWidth));
  shares_title_ = new widgets::SectionTitle(tr("Where it came from"));
  parts->body()->addWidget(shares_title_);
  parts->body()->addWidget(by_);
  parts->body()->addSpacing(theme::kSpaceXs);
  parts->body()->addWidget(shares_);
  parts->body()->addWidget(no_shares_);
  parts->body()->addWidget(per_kwh_);
  parts->body()->addStretch(1);
  connect(days_, &widgets::SegmentedControl::current_changed, this, &EarningsPage::fetch_history);
  connect(by_, &widgets::SegmentedControl::current_changed, this, &EarningsPage::fetch_history);
  auto* box = new QWidget;
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceL);
  row->addWidget(chart, 1);
  row->addWidget(parts);
  return box;
}

QWidget* EarningsPage::make_receipts() {
  receipts_title_ = new widgets::SectionTitle(tr("Receipts"));
  table_ = new widgets::Table(tr("Receipts"), nullptr, widgets::Table::kDense);
  panel_ = new ReceiptPanel(models_, receipts_);
  panel_->hide();
  dress_table();
  auto* card = new widgets::Card(nullptr, 1);
  card->body()->setContentsMargins(1, theme::kSpaceM, 1, theme::kSpaceS);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(theme::kSpaceL, 0, theme::kSpaceL, 0);
  head->addWidget(receipts_title_);
  card->body()->addLayout(head);
  card->body()->addWidget(table_, 1);
  auto* box = new QWidget;
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceL);
  row->addWidget(card, 1);
  row->addWidget(panel_);
  connect(table_, &widgets::Table::current_row_changed, this, &EarningsPage::show_receipt);
  connect(table_, &widgets::Table::hover_changed, this, [this](bool inside) { side_.set_frozen(inside); });
  connect(panel_, &ReceiptPanel::closed, this, [this] {
    panel_->hide();
    table_->clearSelection();
    table_->setCurrentIndex({});
  });
  // Older ones come when the end is reached.
  connect(table_->verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
    if (value == table_->verticalScrollBar()->maximum()) feed_.fetch_older();
  });
  return box;
}

void EarningsPage::dress_table() {
  using widgets::Cell;
  table_->setModel(&side_);
  table_->setSortingEnabled(true);
  table_->horizontalHeader()->setSortIndicator(ReceiptModel::kTime, Qt::DescendingOrder);
  table_->set_column(ReceiptModel::kTime, {.cell = Cell::muted, .width = 170});
  table_->set_column(ReceiptModel::kJob, {.cell = Cell::strong, .width = 120, .stretch = true});
  table_->set_column(ReceiptModel::kPeer, {.cell = Cell::mono, .priority = 3, .width = 110});
  table_->set_column(ReceiptModel::kDevice,
                     {.cell = Cell::muted, .priority = 2, .width = 160, .stretch = true, .elide = Qt::ElideMiddle});
  table_->set_column(ReceiptModel::kDuration, {.cell = Cell::number, .priority = 1, .width = 100});
  table_->set_column(ReceiptModel::kAmount, {.cell = Cell::number, .width = 128, .strong = true, .tone = cell_tone});
}

void EarningsPage::size_parts() {
  bars_->setMinimumHeight(theme::scaled(kLeastBars));
  const int head = theme::scaled(widgets::Table::kOneLine);
  table_->setMinimumHeight(head + kRowsShown * theme::scaled(widgets::Table::kDense));
  // As wide as its words are in this language.
  qreal widest = 0;
  for (const char* const state : {"settled", "pending", "unpaid"}) {
    models::ReceiptRow receipt;
    receipt.state = QString::fromLatin1(state);
    widest = std::max(widest, widgets::pill_size(receipts_.display(receipt, ReceiptModel::kState)).width());
  }
  const int width = static_cast<int>(std::ceil(widest * 100 / theme::scaled(100))) + 2 * widgets::kCellPadding;
  table_->set_column(ReceiptModel::kState, {.cell = widgets::Cell::pill, .width = width, .tone = cell_tone});
}

int EarningsPage::utc_offset_minutes() const {
  return QDateTime::fromMSecsSinceEpoch(models_.now_unix_ms()).offsetFromUtc() / 60;
}

// The topic tells of what is new, not that what was refused is there now.
void EarningsPage::follow_faults() {
  if (has_fault() && isVisible()) again_.start();
}

void EarningsPage::showEvent(QShowEvent* event) {
  PageFrame::showEvent(event);
  if (has_fault()) soon_.start();
}

void EarningsPage::fetch() {
  if (!models_.connection().live()) return;
  if (models_.status().can("earnings")) {
    asked_ = true;
    fetch_history();
    fetch_compared();
  }
  if (models_.status().can("receipts")) feed_.fetch();
}

void EarningsPage::follow_status() {
  const QString& peer = models_.status().peer;
  const bool another = !peer_.isEmpty() && !peer.isEmpty() && peer != peer_;
  if (!models_.has_status() || another) forget();
  if (!peer.isEmpty()) peer_ = peer;
  show_state();
  if (feed_.known() || feed_.fetching()) return;
  if (asked_ && !models_.status().can("receipts")) return;
  // What was refused is not asked for with every word of the daemon's.
  if (feed_.fault().isEmpty()) return fetch();
  if (!soon_.isActive()) soon_.start();
}

// Another daemon's money begins: nothing of the last one's may stand beside it, nor come late.
void EarningsPage::forget() {
  ++era_;
  asked_ = false;
  peer_.clear();
  feed_.forget();
  has_history_ = has_compared_ = false;
  history_fault_.clear();
  compared_fault_.clear();
  history_ = compared_ = {};
  range_ = compared_range_ = {};
  panel_->forget();
  panel_->hide();
  banner()->hide();
  writer_.stop(tr("the service has changed"));
  show_compared();
  show_history();
}

void EarningsPage::fetch_history() {
  const int offset = utc_offset_minutes();
  const int by = std::max(0, by_->current());
  const int days = std::max(0, days_->current());
  const DayRange range = last_days(models_.now_unix_ms(), offset, kDayChoices.at(static_cast<std::size_t>(days)));
  models_.connection().call("earnings.get", history_params(range, kByChoices.at(static_cast<std::size_t>(by)), offset),
                            this, [this, range, by, days, era = era_](const client::Outcome& outcome) {
                              const bool chosen = by == by_->current() && days == days_->current();
                              if (era != era_ || !chosen) return;
                              if (!outcome) return fail_history(outcome.error(), range.days, by);
                              history_fault_.clear();
                              history_ = models::earnings_history_from(*outcome);
                              range_ = range;
                              shown_by_ = by;
                              has_history_ = true;
                              show_history();
                            });
}

// While the daemon is away all stays as it was; what it refuses to tell is not known.
void EarningsPage::fail_history(const client::CallError& error, int days, int by) {
  history_fault_ = models::failure_text(error);
  if (error.kind != client::CallError::Kind::offline || days != range_.days || by != shown_by_) {
    has_history_ = false;
    history_ = {};
    range_ = {};
  }
  show_history();
  follow_faults();
}

void EarningsPage::fetch_compared() {
  const int offset = utc_offset_minutes();
  const DayRange range = last_days(models_.now_unix_ms(), offset, 2 * kComparedDays);
  models_.connection().call("earnings.get", history_params(range, "kind", offset), this,
                            [this, range, era = era_](const client::Outcome& outcome) {
                              if (era != era_) return;
                              if (outcome) {
                                compared_ = models::earnings_history_from(*outcome);
                                compared_range_ = range;
                              }
                              const bool away = !outcome && outcome.error().kind == client::CallError::Kind::offline;
                              has_compared_ = outcome || (away && has_compared_);
                              compared_fault_ = outcome ? QString() : models::failure_text(outcome.error());
                              show_compared();
                              follow_faults();
                            });
}

void EarningsPage::show_state() {
  const bool there = models_.earnings().has_value();
  stack_->setCurrentIndex(there ? 0 : 1);
  money_switch_->setVisible(there);
  export_->setVisible(there && models_.status().can("receipts"));
  export_->setEnabled(models_.connection().live() && !writer_.running());
  if (!there) {
    const bool live = models_.connection().live() && models_.has_status();
    nothing_->set_text(live ? tr("This service does not tell of earnings") : tr("Nothing is known of earnings yet"),
                       live ? tr("A newer one does.") : tr("They are shown as soon as the service answers."));
    return set_subtitle({});
  }
  set_subtitle(tr("Every credit below has a receipt signed by both sides"));
  receipts_title_->set_caption(told_of_receipts());
  table_->set_placeholder(why_no_receipts());
  show_tiles();
}

QString EarningsPage::told_of_receipts() const {
  if (!feed_.fault().isEmpty()) return feed_.fault();
  if (!feed_.known()) return {};
  const QString count = models_.text().count(side_.rowCount());
  if (feed_.has_older()) return tr("the newest %1, more below").arg(count);
  if (feed_.left_out()) return tr("the newest %1; the exported file has all").arg(count);
  return tr("%Ln in all", nullptr, side_.rowCount());
}

// Nothing is said to be nothing before the whole list is known.
QString EarningsPage::why_no_receipts() const {
  if (!feed_.fault().isEmpty()) return tr("Not known: %1").arg(feed_.fault());
  if (!feed_.known()) return tr("Not known yet");
  if (feed_.has_older() || feed_.left_out()) {
    return tr("None among the newest %Ln receipts", nullptr, receipts_.rowCount());
  }
  return money_ == Money::earned ? tr("Nothing was earned yet") : tr("Nothing was spent yet");
}

// Few of this side among the newest: there is no end to scroll to.
void EarningsPage::look_back() {
  if (feed_.fault().isEmpty() && side_.rowCount() < kRowsShown) feed_.fetch_older();
}

void EarningsPage::resizeEvent(QResizeEvent* event) {
  PageFrame::resizeEvent(event);
  arrange_tiles();
  show_compared();
}

// Four in a row; two where their figures would not fit.
void EarningsPage::arrange_tiles() {
  const int columns = width() < 4 * theme::scaled(kTileWidth) ? 2 : 4;
  if (tiles_->count() > 0 && columns == tile_columns_) return;
  tile_columns_ = columns;
  int at = 0;
  for (widgets::KpiTile* const tile : {balance_, today_, month_, owed_}) {
    tile->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);  // as high as the highest beside it
    tiles_->addWidget(tile, at / columns, at % columns);
    ++at;
  }
  for (int column = 0; column < 4; ++column) tiles_->setColumnStretch(column, column < columns ? 1 : 0);
}

void EarningsPage::show_tiles() {
  const auto& earnings = models_.earnings();
  if (!earnings) return;
  const models::EarningsData& data = *earnings;
  const models::QuantityText& text = models_.text();
  const QString unit = tr("cr");
  const bool earned = money_ == Money::earned;
  balance_->set_figure(text.credits_number(data.balance_micro), unit);
  balance_->set_note(data.pending_micro == 0 ? tr("nothing pending")
                                             : tr("%1 more pending").arg(text.credits_number(data.pending_micro)));
  today_->set_label(earned ? tr("Earned today") : tr("Spent today"));
  today_->set_figure(text.credits_number(earned ? data.today_earned_micro : data.today_spent_micro), unit);
  owed_->set_figure(text.credits_number(earned ? data.receivable_micro : data.payable_micro), unit);
  owed_->set_note(earned ? tr("of %1 earned").arg(text.credits_number(data.earned_micro))
                         : tr("of %1 spent · %2 set aside for jobs")
                               .arg(text.credits_number(data.spent_micro), text.credits_number(data.reserved_micro)));
  show_compared();
}

void EarningsPage::show_compared() {
  month_->set_label(money_ == Money::earned ? tr("Earned in %Ln days", nullptr, kComparedDays)
                                            : tr("Spent in %Ln days", nullptr, kComparedDays));
  month_->setToolTip(widgets::tool_tip(compared_fault_));
  if (!has_compared_) {
    month_->set_figure(models::QuantityText::none());
    month_->set_note(compared_fault_.isEmpty() ? tr("Not known yet") : tr("Not known: %1").arg(compared_fault_));
    today_->set_note({});
    return today_->set_past({});
  }
  const models::QuantityText& text = models_.text();
  const QVector<std::int64_t> days = daily_sums(compared_, money_, compared_range_, utc_offset_minutes());
  const std::int64_t before = sum_of(days, 0, kComparedDays);
  const std::int64_t now = sum_of(days, kComparedDays, days.size());
  const auto ink = [this](std::int64_t permille) {
    if (money_ == Money::spent || permille == 0) return Ink::muted;
    return permille < 0 ? Ink::warn : Ink::ok;
  };
  month_->set_figure(text.credits_number(now), tr("cr"));
  const auto change = change_permille(now, before);
  month_->set_note(change ? change_text(*change, tr("on the 30 days before"), text) : tr("nothing before that"),
                   change ? ink(*change) : Ink::muted);
  const std::int64_t usual = sum_of(days, kComparedDays - 1, days.size() - 1) / kComparedDays;
  const auto today = change_permille(days.back(), usual);
  today_->set_note(today ? change_text(*today, tr("on a usual day"), text) : QString(),
                   today ? ink(*today) : Ink::muted);
  QVector<qreal> past;
  for (const std::int64_t day : days.mid(kComparedDays)) past.append(static_cast<qreal>(day));
  const bool room = width() >= theme::scaled(kWidthOfPast);
  today_->set_past(now > 0 && room ? past : QVector<qreal>());
}

// Money is spent on devices of others, whose ids may be those of devices here. What two call differently has no name.
QHash<QString, QString> EarningsPage::names_of_others() const {
  QHash<QString, QString> names;
  const auto add = [&names](const QString& id, const QString& name) {
    if (name.isEmpty()) return;
    const auto known = names.constFind(id);
    names.insert(id, known == names.cend() || *known == name ? name : models::short_id(id));
  };
  for (const models::ReceiptRow& row : receipts_.rows()) {
    if (!row.earned) add(row.device, row.device_name);
  }
  for (const models::OfferRow& offer : models_.offers().rows()) {
    if (!offer.own) add(offer.device, offer.name);
  }
  return names;
}

QString EarningsPage::named(const QString& part) const {
  if (part.isEmpty()) return tr("Not known");
  switch (shown_by_) {
    case 0:
      return money_ == Money::earned ? models_.device_name(part) : others_.value(part, models::short_id(part));
    case 1:
      return models::short_id(part);
    default:
      return models::job_kind_text(part);
  }
}

void EarningsPage::show_history() {
  others_ = money_ == Money::spent && shown_by_ == 0 ? names_of_others() : QHash<QString, QString>();
  const EarningsView view = earnings_view(
      history_, money_, range_, utc_offset_minutes(), [this](const QString& part) { return named(part); },
      models_.text());
  bars_title_->set_caption(history_fault_);
  bars_->set_data(view.series, view.days);
  QVector<widgets::LegendEntry> entries;
  for (int at = 0; at < view.series.size(); ++at) entries.append({.text = view.series[at], .color = {}, .series = at});
  legend_->set_entries(entries);
  shares_->set_shares(view.shares);
  shares_->setVisible(!view.shares.isEmpty());
  no_shares_->setVisible(view.shares.isEmpty());
  if (has_history_) {
    no_shares_->set_text(tr("Nothing in these days."));
  } else {
    no_shares_->set_text(history_fault_.isEmpty() ? tr("Not known yet") : tr("Not known: %1").arg(history_fault_));
  }
  show_per_kwh();
}

// Only where devices have told what they took: nothing is guessed. What took energy and is not paid yet was not for
// nothing.
void EarningsPage::show_per_kwh() {
  std::optional<std::int64_t> micro;
  const models::EarningsHistory::Part measured = history_.measured();
  if (const auto& energy = measured.energy_millijoules; energy && money_ == Money::earned) {
    micro = micro_per_kwh(measured.earned_micro, *energy);
  }
  if (micro == 0) micro.reset();
  per_kwh_->setVisible(micro.has_value());
  if (!micro) return;
  const QString amount = models_.text().credits(*micro);
  per_kwh_->set_text(tr("%1 per kWh").arg(amount));
  per_kwh_->setAccessibleName(tr("Earned per kilowatt hour: %1").arg(amount));
}

void EarningsPage::set_money(int side) {
  money_ = side == 1 ? Money::spent : Money::earned;
  side_.set_money(money_);
  shares_title_->set_title(money_ == Money::spent ? tr("Where it went") : tr("Where it came from"));
  panel_->hide();
  show_state();
  show_history();
  look_back();
}

void EarningsPage::show_receipt(int row) {
  if (row < 0) return;
  const models::ReceiptRow* const receipt = receipts_.find(side_.index(row, 0).data(models::kIdRole).toString());
  if (!receipt) return;
  panel_->show_receipt(*receipt);
  panel_->show();
}

void EarningsPage::export_csv() {
  const QString path = choose_(this, tr("quern-receipts.csv"));
  if (path.isEmpty() || writer_.running()) return;
  export_->setEnabled(false);
  writer_.start(path);
}

void EarningsPage::finish_export(const QString& name, const QString& fault, qint64 rows) {
  export_->setEnabled(models_.connection().live());
  banner()->set_closable(true);
  if (!fault.isEmpty()) return banner()->show_message(theme::Tone::bad, tr("Nothing was exported: %1").arg(fault));
  banner()->show_message(theme::Tone::ok,
                         tr("%Ln receipts were written to %1", nullptr, static_cast<int>(rows)).arg(name));
}

}  // namespace quern::desktop::pages
