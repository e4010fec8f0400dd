#include "desktop/pages/market_page.hpp"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/pages/background.hpp"
#include "desktop/pages/job_folder.hpp"
#include "desktop/pages/market_filters.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/plain_text.hpp"
#include "desktop/widgets/table.hpp"

namespace quern::desktop::pages {

using models::OfferModel;
using widgets::Cell;

namespace {

constexpr int kCountPauseMs = 50;

// '&' underlines the next character of a menu's text.
QString menu_text(const QString& text) {
  return widgets::one_line(text).left(80).replace(u'&', QStringLiteral("&&"));
}

void dress(widgets::Table& table) {
  table.set_column(OfferModel::kDevice, {.cell = Cell::text, .width = 180, .stretch = true});
  table.set_column(OfferModel::kType, {.cell = Cell::muted, .priority = 8, .width = 70});
  table.set_column(OfferModel::kMemory, {.cell = Cell::number, .priority = 5, .width = 88});
  table.set_column(OfferModel::kPrice, {.cell = Cell::number, .width = 92, .strong = true});
  table.set_column(OfferModel::kSpeed, {.cell = Cell::number, .priority = 7, .width = 112});
  table.set_column(OfferModel::kSpeedPerCredit, {.cell = Cell::number, .priority = 4, .width = 118});
  table.set_column(OfferModel::kRoundTrip, {.cell = Cell::number, .priority = 6, .width = 98});
  table.set_column(OfferModel::kLink, {.cell = Cell::number, .priority = 9, .width = 100});
  table.set_column(OfferModel::kSetup, {.cell = Cell::number, .priority = 11, .width = 84});
  table.set_column(OfferModel::kUntil, {.cell = Cell::muted, .priority = 10, .width = 96});
  table.set_column(OfferModel::kProvider, {.cell = Cell::muted, .priority = 1, .width = 112});
  table.set_column(OfferModel::kCost, {.cell = Cell::number, .width = 110, .strong = true});
  table.set_column(OfferModel::kCostRange, {.cell = Cell::number, .priority = 3, .width = 150});
  table.set_column(OfferModel::kWhyNot, {.cell = Cell::muted, .priority = 2, .width = 200, .stretch = true});
}

}  // namespace

MarketPage::MarketPage(models::DaemonModels& models, QWidget* parent)
    : PageFrame(tr("Market"), parent),
      models_(models),
      filter_(models.offers()),
      quotes_(models.connection()),
      receipts_(new NewestReceipts(models, kReceiptsAsked, this)),
      filters_(new MarketFilters),
      table_(new widgets::Table(tr("Offers"))),
      detail_(new MarketDetail(models)),
      compare_(new OfferCompare),
      forms_(new QStackedWidget),
      job_(new QPushButton(theme::icon(theme::Glyph::receipt, theme::Tint::text), tr("Quote my job"))),
      job_menu_(new QMenu(this)),
      saved_menu_(new QMenu(this)) {
  choose_file_ = [this] {
    return QFileDialog::getOpenFileName(this, tr("Quote a job"), QString(), tr("Jobs (*.json);;All files (*)"));
  };
  make_actions();
  auto* across = new QHBoxLayout;
  across->setSpacing(theme::kSpaceL);
  across->addWidget(make_list(), 1);
  across->addWidget(detail_);
  body()->addLayout(across, 1);
  count_timer_.setSingleShot(true);
  count_timer_.setInterval(kCountPauseMs);
  connect(&count_timer_, &QTimer::timeout, this, [this] {
    show_counts();
    keep_selection();
    show_compared();
  });
  connect(&models_, &models::DaemonModels::offers_changed, this, [this] {
    quotes_.market_changed();
    count_timer_.start();
    show_selected();
  });
  connect(&models_, &models::DaemonModels::peers_changed, this, &MarketPage::show_selected);
  connect(&models_.connection(), &client::Connection::state_changed, this, [this] {
    show_counts();
    table_->viewport()->update();
  });
  connect(receipts_, &NewestReceipts::changed, this, &MarketPage::take_receipts);
  connect(&quotes_, &QuoteFeed::changed, this, &MarketPage::show_quotes);
  connect(banner(), &widgets::Banner::action_triggered, this, [this] { quote_job({}); });
  filter_.put_in_order();
  show_counts();
  keep_selection();
}

void MarketPage::make_actions() {
  auto* saved = new QPushButton(theme::icon(theme::Glyph::filter), tr("Filters"));
  saved->setProperty("kind", QStringLiteral("ghost"));
  saved->setMenu(saved_menu_);
  auto* columns = new QPushButton(theme::icon(theme::Glyph::columns), tr("Columns"));
  columns->setProperty("kind", QStringLiteral("ghost"));
  connect(columns, &QPushButton::clicked, this, [this, columns] {
    QMenu* const menu = table_->make_column_menu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(columns->mapToGlobal(QPoint(0, columns->height())));
  });
  job_->setMenu(job_menu_);
  connect(saved_menu_, &QMenu::aboutToShow, this, &MarketPage::fill_saved_menu);
  connect(job_menu_, &QMenu::aboutToShow, this, &MarketPage::fill_job_menu);
  connect(&detail_->compare(), &QPushButton::clicked, this, &MarketPage::compare);
  add_action(saved);
  add_action(columns);
  add_action(job_);
}

QWidget* MarketPage::make_list() {
  auto* card = new widgets::Card(nullptr, 1);
  card->body()->setContentsMargins(1, 1, 1, theme::kSpaceS);
  auto* list = new QWidget;
  auto* column = new QVBoxLayout(list);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(filters_);
  forms_->addWidget(list);
  forms_->addWidget(compare_);
  card->body()->addWidget(forms_);
  connect(compare_, &OfferCompare::closed, this, &MarketPage::leave_compared);
  dress(*table_);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  table_->setModel(&filter_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(OfferModel::kPrice, Qt::AscendingOrder);
  table_->set_faded([this](const QModelIndex& index) {
    return !models_.connection().live() || models_.offers().fades(filter_.offer(index));
  });
  column->addWidget(table_, 1);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &MarketPage::show_marked);
  show_marked();
  connect(filters_, &MarketFilters::changed, this, &MarketPage::apply_filters);
  connect(table_, &widgets::Table::hover_changed, this, [this](bool inside) { filter_.set_frozen(inside); });
  connect(table_, &widgets::Table::current_row_changed, this, [this](int row) {
    selected_ = row < 0 ? QString() : filter_.offer(filter_.index(row, 0)).id;
    show_selected();
  });
  const auto run = [this] {
    const models::OfferRow* const offer = models_.offers().find(selected_);
    const models::QuoteRow* const quote = offer ? models_.offers().quote(offer->id) : nullptr;
    if (offer && (!quote || quote->fits)) Q_EMIT run_here(offer->provider, offer->device, job_path_);
  };
  connect(table_, &widgets::Table::row_activated, this, run);
  connect(detail_, &MarketDetail::run_clicked, this, run);
  connect(table_, &widgets::Table::hidden_columns_changed, this, &MarketPage::kept_changed);
  return card;
}

void MarketPage::show_peer(const QString& peer) {
  filters_->set_line(QStringLiteral("provider=%1").arg(peer));
}

void MarketPage::set_saved_filters(const QStringList& lines) {
  saved_ = lines.mid(0, kSavedMax);
}

QSet<int> MarketPage::hidden_columns() const {
  return table_->hidden_columns();
}

void MarketPage::set_hidden_columns(const QSet<int>& columns) {
  table_->set_hidden_columns(columns);
}

void MarketPage::fill_saved_menu() {
  saved_menu_->clear();
  const QString line = filters_->line();
  const bool known = saved_.contains(line);
  QAction* const keep = saved_menu_->addAction(known ? tr("Forget this filter") : tr("Save this filter"));
  keep->setEnabled(!line.isEmpty() && !filters_->at_fault());
  connect(keep, &QAction::triggered, this, [this, line, known] {
    if (known) {
      saved_.removeAll(line);
    } else {
      saved_.prepend(line);
      saved_ = saved_.mid(0, kSavedMax);
    }
    Q_EMIT kept_changed();
  });
  QAction* const clear = saved_menu_->addAction(tr("All offers"));
  connect(clear, &QAction::triggered, this, [this] { filters_->set_line({}); });
  if (!saved_.isEmpty()) saved_menu_->addSeparator();
  for (const QString& each : saved_) {
    connect(saved_menu_->addAction(menu_text(each)), &QAction::triggered, this,
            [this, each] { filters_->set_line(each); });
  }
}

void MarketPage::fill_job_menu() {
  job_menu_->clear();
  connect(job_menu_->addAction(tr("Choose a job.json…")), &QAction::triggered, this, [this] {
    if (const QString file = choose_file_(); !file.isEmpty()) quote_job(file);
  });
  if (!quotes_.manifest().isEmpty()) {
    connect(job_menu_->addAction(tr("Stop quoting")), &QAction::triggered, this, [this] { quote_job({}); });
  }
  if (!recent_.isEmpty()) job_menu_->addSeparator();
  for (const QString& path : recent_) {
    const QString shown = QDir(QFileInfo(path).path()).dirName() + u'/' + QFileInfo(path).fileName();
    connect(job_menu_->addAction(menu_text(shown)), &QAction::triggered, this, [this, path] { quote_job(path); });
  }
}

void MarketPage::quote_job(const QString& path) {
  const int reading = ++reading_;
  if (path.isEmpty()) {
    drop_job();
    return;
  }
  in_background(
      this, [path] { return read_job(path); },
      [this, reading, path](const std::expected<JobFolder, QString>& job) {
        if (reading != reading_) return;
        if (!job) {
          drop_job();
          banner()->show_message(theme::Tone::bad, job.error(), tr("Close"));
          return;
        }
        recent_.removeAll(path);
        recent_.prepend(path);
        recent_ = recent_.mid(0, kRecentMax);
        job_path_ = path;
        job_is_new_ = true;
        job_name_ = job->data.name.isEmpty() ? QFileInfo(job->file).fileName() : job->data.name;
        quotes_.set_manifest(job->manifest);
        show_quotes();
      });
}

void MarketPage::drop_job() {
  job_path_.clear();
  job_name_.clear();
  quotes_.set_manifest({});
  banner()->hide();  // what told why another job could not be read
}

// The columns come and go with the quoted job; where it is cheapest stands first.
void MarketPage::show_quotes() {
  OfferModel& offers = models_.offers();
  const auto& rows = quotes_.rows();
  if (!rows && (quotes_.manifest().isEmpty() || !quotes_.fault().isEmpty()) && offers.quoted()) {
    table_->sortByColumn(OfferModel::kPrice, Qt::AscendingOrder);
    offers.set_quotes(std::nullopt);
    table_->scrollTo(table_->currentIndex());
  }
  if (quotes_.manifest().isEmpty()) {
    banner()->hide();
  } else if (!quotes_.fault().isEmpty()) {
    banner()->show_message(theme::Tone::bad, tr("%1 cannot be quoted. %2").arg(job_name_, quotes_.fault()),
                           tr("Stop quoting"));
  } else if (!rows) {
    banner()->show_message(theme::Tone::accent, tr("Asking what %1 costs…").arg(job_name_), tr("Stop quoting"));
  } else {
    const bool first = job_is_new_ || !offers.quoted();
    job_is_new_ = false;
    offers.set_quotes(rows);
    if (first) {
      table_->sortByColumn(OfferModel::kCost, Qt::AscendingOrder);
      table_->select_row(0);
    }
    const auto fitting = std::ranges::count_if(*rows, &models::QuoteRow::fits);
    const models::QuoteRow* const best = quotes_.best();
    banner()->show_message(
        best ? theme::Tone::accent : theme::Tone::warn,
        best ? tr("%1: %2 of %3 can run it, the cheapest for about %4.")
                   .arg(job_name_, models_.text().count(fitting),
                        models_.text().count(static_cast<std::int64_t>(rows->size())),
                        models_.text().credits(best->cost_micro.likely))
        : quotes_.trial()
            ? tr("%1 states no work, so nobody can say what it costs: a trial will find out.").arg(job_name_)
            : tr("%1: none of %2 can run it; each row says why.")
                  .arg(job_name_, models_.text().count(static_cast<std::int64_t>(rows->size()))),
        tr("Stop quoting"));
  }
  show_selected();
  show_compared();
}

void MarketPage::apply_filters() {
  // The parts hold, but all of them together may be too many.
  if (const auto fault = filter_.set_line(filters_->line())) filters_->tell_fault(fault->text);
  show_counts();
  keep_selection();
}

void MarketPage::show_counts() {
  const models::QuantityText& text = models_.text();
  const int all = models_.offers().rowCount();
  const int shown = filter_.rowCount();
  filters_->set_count(tr("%1 of %2").arg(text.count(shown), text.count(all)));
  QSet<QString> providers;
  for (const models::OfferRow& offer : models_.offers().rows()) providers.insert(offer.provider);
  const auto who = static_cast<int>(providers.size());
  const QString counts = QStringLiteral("%1 %2").arg(tr("%1 devices offered", nullptr, all).arg(text.count(all)),
                                                     tr("by %1 providers", nullptr, who).arg(text.count(who)));
  const bool live = models_.connection().live();
  const bool unheard = !live && !models_.has_status();
  set_subtitle(unheard            ? tr("No daemon has answered yet")
               : live || all == 0 ? counts
                                  : tr("%1, as last heard").arg(counts));
  table_->set_placeholder(unheard    ? tr("Offers are shown as soon as a daemon answers.")
                          : all == 0 ? tr("No offers yet. They come as peers connect.")
                                     : tr("No offer fits the filter."));
}

// A page with offers has one selected, so that the panel is never bare.
void MarketPage::keep_selection() {
  if (filter_.rowCount() == 0) {
    selected_.clear();
    detail_->show_nothing(tr("Nothing to choose from."));
  } else if (!table_->currentIndex().isValid()) {
    table_->select_row(0);
  }
  show_marked();  // a model that is reset tells nothing of what was selected
}

void MarketPage::show_selected() {
  const models::OfferRow* const offer = selected_.isEmpty() ? nullptr : models_.offers().find(selected_);
  if (!offer) return;
  detail_->show_offer(*offer, history_of(offer->provider));
}

std::optional<PeerHistory> MarketPage::history_of(const QString& provider) const {
  return history_ ? std::optional(history_->value(provider)) : std::nullopt;
}

// In the order of the list.
QStringList MarketPage::marked() const {
  QModelIndexList rows = table_->selectionModel()->selectedRows();
  std::ranges::sort(rows, {}, &QModelIndex::row);
  QStringList ids;
  for (const QModelIndex& row : rows) ids.append(filter_.offer(row).id);
  return ids;
}

void MarketPage::show_marked() {
  const auto count = table_->selectionModel()->selectedRows().size();
  detail_->compare().setEnabled(compared_.isEmpty() && count >= 2 && count <= OfferCompare::kMost);
  detail_->compare().setToolTip(
      tr("Select 2 to %1 offers: with Ctrl and a click, or Shift and the arrow keys").arg(OfferCompare::kMost));
}

void MarketPage::compare() {
  compared_ = marked();
  show_compared();
  if (compared_.isEmpty()) return;
  detail_->hide();
  forms_->setCurrentWidget(compare_);
  show_marked();
}

// Those that are still offered; fewer than two are no comparison.
void MarketPage::show_compared() {
  if (compared_.isEmpty()) return;
  std::vector<const models::OfferRow*> offers;
  offers.reserve(static_cast<std::size_t>(compared_.size()));
  for (const QString& id : compared_) {
    if (const models::OfferRow* const offer = models_.offers().find(id)) offers.push_back(offer);
  }
  if (offers.size() < 2) {
    leave_compared();
    return;
  }
  const QStringList rates = rate_names(offers);
  std::vector<ComparedOffer> shown;
  shown.reserve(offers.size());
  for (const models::OfferRow* const offer : offers) {
    shown.push_back(compared(models_, *offer, rates, history_of(offer->provider)));
  }
  compare_->show_offers(shown);
}

void MarketPage::leave_compared() {
  const bool had_focus = compare_->isAncestorOf(focusWidget());
  compared_.clear();
  forms_->setCurrentIndex(0);
  detail_->show();
  show_marked();
  if (had_focus) table_->setFocus();
}

void MarketPage::take_receipts() {
  QHash<QString, PeerHistory> histories;
  for (const models::ReceiptRow& receipt : receipts_->rows()) {
    if (receipt.earned || receipt.is_open()) continue;
    PeerHistory& history = histories[receipt.peer];
    history.tasks += receipt.together;
    if (receipt.end.reason == QStringLiteral("completed")) history.completed += receipt.together;
    history.paid_micro = std::clamp(history.paid_micro + receipt.amount_micro, -models::kMicroMax, models::kMicroMax);
  }
  history_ = receipts_->known() ? std::optional(std::move(histories)) : std::nullopt;
  show_selected();
}

}  // namespace quern::desktop::pages
