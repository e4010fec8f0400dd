#include "desktop/pages/job_panel.hpp"

#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/empty_log.hpp"
#include "desktop/pages/job_retry.hpp"
#include "desktop/pages/job_tables.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/head_row.hpp"
#include "desktop/widgets/labels.hpp"
#include "desktop/widgets/log_view.hpp"
#include "desktop/widgets/table.hpp"

namespace quern::desktop::pages {

using widgets::Ink;

namespace {

// As compilers write it.
widgets::LogLevel level_of(const QString& line) {
  if (line.contains(QStringLiteral("error:"), Qt::CaseInsensitive)) return widgets::LogLevel::error;
  if (line.contains(QStringLiteral("warning:"), Qt::CaseInsensitive)) return widgets::LogLevel::warning;
  return widgets::LogLevel::info;
}

}  // namespace

JobPanel::JobPanel(models::DaemonModels& models, QWidget* parent)
    : Card(parent, theme::kSpaceM),
      models_(models),
      focus_(models.connection(), models.text()),
      fetch_(models.connection()),
      log_save_(models.connection()),
      title_(new widgets::ElidedLabel({}, theme::FontRole::section)),
      caption_(new widgets::ElidedLabel({}, theme::FontRole::caption, Ink::muted)),
      views_(new widgets::SegmentedControl(tr("What is shown of the job"))),
      follow_(new QCheckBox(tr("Follow"))),
      save_(new QPushButton(theme::icon(theme::Glyph::download, theme::Tint::text), tr("Save"))),
      stop_(new QPushButton(theme::icon(theme::Glyph::stop, theme::Tint::bad), tr("Stop job"))),
      retry_(new QPushButton(theme::icon(theme::Glyph::retry, theme::Tint::text), tr("Retry"))),
      elsewhere_(new QPushButton(tr("Retry elsewhere"))),
      reason_(new widgets::TextLabel({}, theme::FontRole::body, Ink::bad)),
      message_(new widgets::Banner),
      stack_(new QStackedWidget),
      files_(new QStandardItemModel(this)) {
  choices_ = {
      .save_file =
          [this](const QString& proposed) { return QFileDialog::getSaveFileName(this, tr("Save the log"), proposed); },
      .folder = [this] { return QFileDialog::getExistingDirectory(this, tr("Save the files to")); }};
  make_head();
  body()->addWidget(reason_);
  body()->addWidget(message_);
  message_->set_closable(true);
  stack_->addWidget(make_log());
  stack_->addWidget(make_tasks());
  stack_->addWidget(make_files());
  body()->addWidget(stack_, 1);
  connect(&focus_, &models::JobFocus::changed, this, &JobPanel::show_job);
  connect(&log_save_, &LogSave::finished, this, [this](const QString& file, quint64 dropped_bytes) {
    tell_saved_log(file, dropped_bytes);
    show_actions();
  });
  connect(&log_save_, &LogSave::failed, this, [this](const QString& why) {
    tell(why, theme::Tone::bad);
    show_actions();
  });
  connect(&models_.connection(), &client::Connection::state_changed, this, &JobPanel::show_actions);
  connect(&models_, &models::DaemonModels::status_changed, this, &JobPanel::show_actions);
  follow_log();
  show_job();
}

void JobPanel::make_head() {
  auto* row = new widgets::HeadRow(title_, caption_, theme::kSpaceS);
  views_->set_segments({tr("Log"), tr("Tasks"), tr("Files")});
  follow_->setChecked(true);
  stop_->setProperty("kind", QStringLiteral("danger"));
  for (QWidget* const each : std::initializer_list<QWidget*>{views_, follow_, save_, stop_, retry_, elsewhere_}) {
    row->add_action(each);
  }
  body()->addWidget(row);
  connect(views_, &widgets::SegmentedControl::current_changed, this, [this](int view) {
    stack_->setCurrentIndex(view);
    show_actions();
  });
  connect(save_, &QPushButton::clicked, this, &JobPanel::save_log);
  connect(stop_, &QPushButton::clicked, this, &JobPanel::stop);
  connect(retry_, &QPushButton::clicked, this, [this] { retry(false); });
  connect(elsewhere_, &QPushButton::clicked, this, [this] { retry(true); });
  elsewhere_->setToolTip(tr("As a new job, not at the providers where this one failed"));
}

QWidget* JobPanel::make_log() {
  log_ = new widgets::LogView(tr("Log of the job"));
  connect(follow_, &QCheckBox::toggled, log_, &widgets::LogView::set_follow);
  connect(log_, &widgets::LogView::follow_changed, follow_, &QCheckBox::setChecked);
  return log_;
}

QWidget* JobPanel::make_tasks() {
  auto* table = new widgets::Table(tr("Tasks of the job"), nullptr, widgets::Table::kTwoLines);
  tasks_.setSourceModel(&focus_.tasks());
  dress_tasks(*table);
  table->setModel(&tasks_);
  table->setSortingEnabled(true);
  table->sortByColumn(models::TaskModel::kTask, Qt::AscendingOrder);
  table->set_placeholder(tr("No tasks yet."));
  connect(table, &widgets::Table::hover_changed, this, [this](bool inside) { tasks_.set_frozen(inside); });
  return table;
}

QWidget* JobPanel::make_files() {
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  file_table_ = new widgets::Table(tr("Outputs of the job"), nullptr, widgets::Table::kDense);
  file_table_->setModel(files_);
  files_->setHorizontalHeaderLabels({tr("Output"), tr("Size"), tr("Digest")});
  file_table_->set_column(0, {.width = 160, .stretch = true});
  file_table_->set_column(1, {.cell = widgets::Cell::number, .width = 90});
  file_table_->set_column(2, {.cell = widgets::Cell::mono, .priority = 1, .width = 240});
  file_table_->set_placeholder(tr("Outputs are there once the job is done."));
  save_outputs_ = new QPushButton(theme::icon(theme::Glyph::folder, theme::Tint::text), tr("Save the outputs…"));
  save_trails_ = new QPushButton(theme::icon(theme::Glyph::receipt, theme::Tint::text), tr("Save the paper trails…"));
  save_trails_->setToolTip(tr("Signed by both sides; anybody can check them with: quern verify"));
  cancel_fetch_ = new QPushButton(tr("Cancel"));
  fetched_ = new widgets::ProgressBar;
  fetched_->setAccessibleName(tr("Files that have come"));
  auto* row = new QHBoxLayout;
  row->setSpacing(theme::kSpaceS);
  row->addWidget(save_outputs_);
  row->addWidget(save_trails_);
  row->addWidget(fetched_, 1);
  row->addWidget(cancel_fetch_);
  row->addStretch();
  column->addWidget(file_table_, 1);
  column->addLayout(row);
  connect(save_outputs_, &QPushButton::clicked, this, [this] { save_files(false); });
  connect(save_trails_, &QPushButton::clicked, this, [this] { save_files(true); });
  connect(cancel_fetch_, &QPushButton::clicked, this, [this] {
    fetch_.cancel();
    show_actions();
  });
  connect(&fetch_, &FileFetch::progressed, this, [this](int permille) { fetched_->set_permille(permille); });
  connect(&fetch_, &FileFetch::finished, this, [this](int files, const QString& folder) {
    tell(tr("%n file(s) saved to %1.", nullptr, files).arg(QDir::toNativeSeparators(folder)), theme::Tone::ok);
    show_actions();
  });
  connect(&fetch_, &FileFetch::failed, this, [this](const QString& why) {
    tell(why, theme::Tone::bad);
    show_actions();
  });
  return page;
}

void JobPanel::set_job(const QString& id) {
  if (id == focus_.job()) return;
  fetch_.cancel();
  message_->hide();
  log_failed_ = false;
  focus_.set_job(id);
}

void JobPanel::show_job() {
  const auto& detail = focus_.detail();
  const models::JobRow* const row = models_.jobs().find(focus_.job());
  const QString name = detail ? detail->job.name : row ? row->name : QString();
  title_->set_text(focus_.job().isEmpty() ? tr("No job is selected") : name.isEmpty() ? focus_.job() : name);
  const models::JobPlace where = detail ? models::job_place(*detail) : models::JobPlace();
  const QString place = models::place_text(where);
  caption_->set_text(place.isEmpty() ? focus_.job() : QStringLiteral("%1 · %2").arg(focus_.job(), place));
  reason_->hide();
  if (detail) {
    models_.jobs().set_place(focus_.job(), where);
    show_reason(*detail);
    show_files(*detail);
  } else {
    files_->removeRows(0, files_->rowCount());
  }
  show_actions();
}

// What ended it badly, and what would help; of a job that goes on, what holds up a task.
void JobPanel::show_reason(const models::JobDetail& detail) {
  const bool ended = models::is_end(detail.job.state);
  models::WhyData why = detail.job.why;
  if (!ended) {
    if (const models::TaskRow* const held = models::held_task(detail)) why = held->why;
  }
  if (detail.job.state == models::JobState::complete || !why.there()) return;
  const QString sentence = why.sentence();
  reason_->set_text(why.remedy.isEmpty() ? sentence : tr("%1. What would help: %2").arg(sentence, why.way_out()));
  reason_->set_ink(detail.job.state == models::JobState::failed ? Ink::bad : Ink::warn);
  reason_->show();
}

void JobPanel::show_files(const models::JobDetail& detail) {
  const auto count = static_cast<int>(detail.outputs.size());
  files_->setRowCount(count);
  for (int at = 0; at < count; ++at) {
    const models::OutputData& output = detail.outputs[static_cast<std::size_t>(at)];
    const QStringList texts{output.path, models_.text().bytes(output.bytes), output.digest};
    for (int column = 0; column < texts.size(); ++column) {
      if (files_->index(at, column).data().toString() == texts[column]) continue;
      files_->setItem(at, column, new QStandardItem(texts[column]));
    }
  }
}

void JobPanel::show_actions() {
  const auto& detail = focus_.detail();
  const bool live = models_.connection().live();
  const bool ended = detail && models::is_end(detail->job.state);
  const bool can_retry = models_.status().can("job.retry") && ended;
  const int view = stack_->currentIndex();
  views_->setEnabled(!focus_.job().isEmpty());
  follow_->setVisible(view == kLog);
  save_->setVisible(view == kLog);
  save_->setEnabled(live && !log_save_.busy() && focus_.log().rowCount() > 0);
  stop_->setVisible(detail && !ended);
  stop_->setEnabled(live && detail && detail->job.state != models::JobState::canceling && !action_.pending());
  retry_->setVisible(can_retry);
  elsewhere_->setVisible(can_retry && detail->job.state != models::JobState::complete);
  for (QPushButton* const each : {retry_, elsewhere_}) each->setEnabled(live && !action_.pending());
  save_outputs_->setEnabled(live && !fetch_.busy() && files_->rowCount() > 0);
  save_trails_->setEnabled(live && !fetch_.busy() && detail.has_value());
  fetched_->setVisible(fetch_.busy());
  cancel_fetch_->setVisible(fetch_.busy());
  show_empty_log();
}

void JobPanel::show_empty_log() {
  const auto& detail = focus_.detail();
  const auto& started = models_.status().started_unix_ms;
  const auto submitted = detail ? detail->job.submitted_unix_ms : std::nullopt;
  log_->set_placeholder(empty_log_text({.chosen = !focus_.job().isEmpty(),
                                        .live = models_.connection().live(),
                                        .failed = log_failed_,
                                        .read = focus_.follower().complete(),
                                        .state = detail ? detail->job.state : models::JobState::unknown,
                                        .outlived_service = started && submitted && *submitted < *started}));
}

void JobPanel::follow_log() {
  models::LogModel& lines = focus_.log();
  connect(&lines, &QAbstractItemModel::modelReset, this, [this] {
    log_->clear_lines();
    add_log_rows(0, focus_.log().rowCount() - 1);
  });
  connect(&lines, &QAbstractItemModel::rowsInserted, this,
          [this](const QModelIndex&, int first, int last) { add_log_rows(first, last); });
  connect(&focus_.follower(), &models::LogFollower::failed, this, [this](const QString& why) {
    tell(tr("The log cannot be read: %1").arg(why), theme::Tone::warn);
    message_of_log_ = true;
    log_failed_ = true;
    show_empty_log();
  });
  connect(&focus_.follower(), &models::LogFollower::advanced, this, [this] {
    if (std::exchange(message_of_log_, false)) message_->hide();
    log_failed_ = false;
    show_empty_log();
  });
}

void JobPanel::add_log_rows(int first, int last) {
  QVector<widgets::LogLine> lines;
  lines.reserve(std::max(0, last - first + 1));
  for (int row = first; row <= last; ++row) {
    const QString text = focus_.log().index(row, 0).data().toString();
    lines.append({.time = {}, .level = level_of(text), .text = text});
  }
  log_->append_lines(lines);
  show_actions();
}

void JobPanel::save_log() {
  const QString job = focus_.job();
  const QString name = choices_.save_file(QStringLiteral("%1.log").arg(job));
  if (name.isEmpty()) return;
  log_save_.save(job, name);
  show_actions();
}

void JobPanel::tell_saved_log(const QString& file, quint64 dropped_bytes) {
  const QString shown = QDir::toNativeSeparators(file);
  if (dropped_bytes == 0) {
    tell(tr("The log is saved to %1.").arg(shown), theme::Tone::ok);
  } else {
    tell(tr("What is kept of the log is saved to %1; the job wrote %2 more.")
             .arg(shown, models_.text().bytes(dropped_bytes)),
         theme::Tone::warn);
  }
}

void JobPanel::save_files(bool trails) {
  if (fetch_.busy() || !focus_.detail()) return;
  const QString folder = choices_.folder();
  const auto& detail = focus_.detail();  // the choice may have taken a while
  if (folder.isEmpty() || !detail) return;
  message_->hide();
  fetched_->set_permille(0);
  if (trails) {
    fetch_.fetch_trails(focus_.job(), folder);
  } else {
    fetch_.fetch_outputs(detail->outputs, folder);
  }
  show_actions();
}

void JobPanel::stop() {
  action_ = models_.connection().call("job.cancel", {{"id", focus_.job().toStdString()}}, this,
                                      [this](const client::Outcome& outcome) {
                                        if (!outcome) tell(models::failure_text(outcome.error()), theme::Tone::bad);
                                        QMetaObject::invokeMethod(this, &JobPanel::show_actions, Qt::QueuedConnection);
                                      });
  show_actions();
}

void JobPanel::retry(bool elsewhere) {
  action_ = retry_job(models_.connection(), focus_.job(), elsewhere, this, [this](const Retried& job) {
    QMetaObject::invokeMethod(this, &JobPanel::show_actions, Qt::QueuedConnection);
    if (!job) {
      tell(job.error().text, job.error().tone);
    } else if (!job->isEmpty()) {
      Q_EMIT retried(*job);
    }
  });
  show_actions();
}

void JobPanel::tell(const QString& text, theme::Tone tone) {
  message_of_log_ = false;
  message_->show_message(tone, text);
}

}  // namespace quern::desktop::pages
