#include "desktop/pages/jobs_page.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/pages/job_tables.hpp"
#include "desktop/pages/work_panel.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/table.hpp"

namespace quern::desktop::pages {

namespace {

constexpr int kPlacesPauseMs = 200;
constexpr int kWaitingPaceMs = 3'000;
constexpr int kListShare = 3, kPanelShare = 2;  // of the height

}  // namespace

JobsPage::JobsPage(models::DaemonModels& models, QWidget* parent)
    : PageFrame(tr("Jobs"), parent),
      models_(models),
      jobs_(models.jobs()),
      places_(models),
      side_(new widgets::SegmentedControl(tr("Whose jobs"))),
      show_(new widgets::SegmentedControl(tr("Which jobs"))),
      lists_(new QStackedWidget),
      panels_(new QStackedWidget),
      job_table_(new widgets::Table(tr("Jobs"), nullptr, widgets::Table::kTwoLines)),
      work_table_(new widgets::Table(tr("Work for others"), nullptr, widgets::Table::kTwoLines)),
      panel_(new JobPanel(models)),
      work_panel_(new WorkPanel(models)) {
  make_actions();
  body()->addWidget(make_lists(), kListShare);
  panels_->addWidget(panel_);
  panels_->addWidget(work_panel_);
  body()->addWidget(panels_, kPanelShare);
  places_timer_.setSingleShot(true);
  places_timer_.setInterval(kPlacesPauseMs);
  connect(&places_timer_, &QTimer::timeout, this, &JobsPage::ask_places);
  waiting_timer_.setInterval(kWaitingPaceMs);
  connect(&waiting_timer_, &QTimer::timeout, this, [this] {
    if (!isVisible() || side_->current() != kMine) return;
    places_.ask_again_of_waiting();
    ask_places();
  });
  waiting_timer_.start();
  connect(job_table_->verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { places_timer_.start(); });
  connect(&models_, &models::DaemonModels::jobs_changed, this, [this] {
    if (!places_timer_.isActive()) places_timer_.start();
    show_counts();
    select_wanted();
  });
  for (const auto changed : {&models::DaemonModels::work_changed, &models::DaemonModels::earnings_changed,
                             &models::DaemonModels::status_changed}) {
    connect(&models_, changed, this, &JobsPage::show_counts);
  }
  connect(&models_, &models::DaemonModels::work_changed, this, &JobsPage::select_wanted);
  connect(&models_.connection(), &client::Connection::state_changed, this, [this] {
    job_table_->viewport()->update();
    work_table_->viewport()->update();
    show_counts();
  });
  connect(panel_, &JobPanel::retried, this, &JobsPage::show_job);
  show_side(kMine);
  select_wanted();
  places_timer_.start();
}

void JobsPage::make_actions() {
  side_->set_segments({tr("Mine"), tr("Running here")});
  show_->set_segments({tr("All"), tr("Running"), tr("Finished"), tr("Failed")});
  auto* add = new QPushButton(theme::icon(theme::Glyph::plus, theme::Tint::on_accent), tr("New job"));
  add->setProperty("kind", QStringLiteral("primary"));
  add_action(side_);
  add_action(show_);
  add_action(add);
  connect(add, &QPushButton::clicked, this, &JobsPage::new_job_wanted);
  connect(side_, &widgets::SegmentedControl::current_changed, this, &JobsPage::show_side);
  connect(show_, &widgets::SegmentedControl::current_changed, this, [this](int which) {
    jobs_.set_show(static_cast<JobFilter::Show>(which));
    show_counts();
    select_wanted();
    places_timer_.start();
  });
}

QWidget* JobsPage::make_lists() {
  auto* card = new widgets::Card(nullptr, 1);
  card->body()->setContentsMargins(1, 1, 1, theme::kSpaceS);
  dress_jobs(*job_table_);
  job_table_->setModel(&jobs_);
  job_table_->setSortingEnabled(true);
  job_table_->sortByColumn(models::JobModel::kSubmitted, Qt::DescendingOrder);
  work_.setSourceModel(&models_.work());
  dress_work(*work_table_);
  work_table_->setModel(&work_);
  work_table_->setSortingEnabled(true);
  work_table_->sortByColumn(models::WorkModel::kElapsed, Qt::AscendingOrder);
  const auto faded = [this](const QModelIndex&) { return !models_.connection().live(); };
  job_table_->set_faded(faded);
  work_table_->set_faded(faded);
  connect(job_table_, &widgets::Table::hover_changed, this, [this](bool inside) { jobs_.set_frozen(inside); });
  connect(work_table_, &widgets::Table::hover_changed, this, [this](bool inside) { work_.set_frozen(inside); });
  connect(job_table_, &widgets::Table::current_row_changed, this, [this](int row) {
    panel_->set_job(row < 0 ? QString() : jobs_.index(row, 0).data(models::kIdRole).toString());
  });
  connect(work_table_, &widgets::Table::current_row_changed, this, [this](int row) {
    work_panel_->set_work(row < 0 ? QString() : work_.index(row, 0).data(models::kIdRole).toString());
  });
  lists_->addWidget(job_table_);
  lists_->addWidget(work_table_);
  card->body()->addWidget(lists_);
  card->body()->addWidget(make_older());
  return card;
}

QWidget* JobsPage::make_older() {
  older_ = new QWidget;
  older_text_ = new widgets::TextLabel({}, theme::FontRole::caption, widgets::Ink::muted);
  show_older_ = new QPushButton(tr("Show older"));
  auto* row = new QHBoxLayout(older_);
  row->setContentsMargins(theme::kSpaceL, theme::kSpaceS, theme::kSpaceM, 0);
  row->addWidget(older_text_, 1);
  row->addWidget(show_older_);
  connect(show_older_, &QPushButton::clicked, this, [this] {
    models_.older_jobs().want();
    show_counts();
  });
  return older_;
}

// The topic tells of the newest; a table shorter than that has all, or will have it in a moment.
void JobsPage::show_older() {
  const models::QuantityText& text = models_.text();
  const int here = models_.jobs().rowCount();
  const int kept = models_.jobs_kept();
  older_->setVisible(side_->current() == kMine && kept > here && here >= static_cast<int>(models::kJobsNewest));
  const models::OlderJobs& older = models_.older_jobs();
  const QString refusal = older.wanted() ? older.refusal() : QString();
  const QString newest = tr("The newest %1 of %2 jobs").arg(text.count(here), text.count(kept));
  older_text_->set_text(refusal.isEmpty() ? newest : QStringLiteral("%1 · %2").arg(newest, refusal));
  show_older_->setVisible(!older.wanted() || !refusal.isEmpty());
  show_older_->setEnabled(models_.connection().live());
}

void JobsPage::show_side(int side) {
  side_->set_current(side);
  lists_->setCurrentIndex(side);
  panels_->setCurrentIndex(side);
  show_->setVisible(side == kMine);
  show_counts();
  select_wanted();
}

void JobsPage::show_counts() {
  const models::QuantityText& text = models_.text();
  const bool here = models_.status().can("work") || models_.work().rowCount() > 0;
  side_->setVisible(here);
  const bool unheard = !models_.connection().live() && !models_.has_status();
  if (unheard) {
    set_subtitle(tr("No daemon has answered yet"));
  } else if (side_->current() == kHere) {
    std::int64_t earned = 0;
    for (const models::WorkRow& work : models_.work().rows()) {
      earned = std::clamp(earned + work.earned_micro, -models::kMicroMax, models::kMicroMax);
    }
    set_subtitle(
        tr("%1 for others · %2 so far").arg(text.count(models_.work().rowCount()), text.credits_signed(earned)));
  } else {
    const auto waiting = std::ranges::count(models_.jobs().rows(), models::JobState::queued, &models::JobRow::state);
    const auto running = models_.jobs_running() - waiting;
    QStringList parts;
    if (models_.jobs().may_lack() && models_.jobs_running() > models_.jobs().running()) {
      const int under_way = models_.jobs_running();  // nobody knows which of them wait
      parts.append(tr("%1 under way", nullptr, under_way).arg(text.count(under_way)));
    } else {
      parts.append(tr("%1 running", nullptr, static_cast<int>(running)).arg(text.count(running)));
      parts.append(tr("%1 waiting", nullptr, static_cast<int>(waiting)).arg(text.count(waiting)));
    }
    if (const auto& earnings = models_.earnings()) {
      parts.append(tr("%1 spent today").arg(text.credits(earnings->today_spent_micro)));
    }
    set_subtitle(parts.join(QStringLiteral(" · ")));
  }
  job_table_->set_placeholder(unheard                          ? tr("Jobs are shown as soon as a daemon answers.")
                              : models_.jobs().rowCount() == 0 ? tr("No jobs yet. Begin with New job.")
                                                               : tr("None of the jobs is so."));
  work_table_->set_placeholder(tr("Nobody's job runs here now."));
  show_older();
}

void JobsPage::show_job(const QString& id) {
  wanted_ = id;
  if (side_->current() != kMine) show_side(kMine);
  show_->set_current(0);
  jobs_.set_show(JobFilter::Show::all);
  select_wanted();
}

// The job that was asked for, else the first where none is selected.
void JobsPage::select_wanted() {
  if (!wanted_.isEmpty() && models_.jobs().find(wanted_)) {
    jobs_.put_in_order();
    const QModelIndex at = jobs_.mapFromSource(models_.jobs().index(models_.jobs().row_of(wanted_), 0));
    if (at.isValid()) {
      wanted_.clear();
      job_table_->select_row(at.row());
      job_table_->scrollTo(at);
    }
  }
  if (!job_table_->currentIndex().isValid()) job_table_->select_row(0);
  if (side_->current() == kHere && !work_table_->currentIndex().isValid()) work_table_->select_row(0);
}

void JobsPage::resizeEvent(QResizeEvent* event) {
  PageFrame::resizeEvent(event);
  places_timer_.start();  // there may be more rows to see
}

void JobsPage::ask_places() {
  QStringList seen;
  const int last = job_table_->rowAt(job_table_->viewport()->height() - 1);
  const int end = last < 0 ? std::min(jobs_.rowCount(), JobPlaces::kWantedMax) : last + 1;
  for (int row = std::max(0, job_table_->rowAt(0)); row < end; ++row) {
    seen.append(jobs_.index(row, 0).data(models::kIdRole).toString());
  }
  places_.want(seen);
}

}  // namespace quern::desktop::pages
