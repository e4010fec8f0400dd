#include "desktop/pages/work_panel.hpp"

#include <QPushButton>
#include <QVBoxLayout>

#include "desktop/models/failure_text.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/key_value_list.hpp"

namespace quern::desktop::pages {

namespace {

constexpr int kRowsWidth = 520;  // wider, a value is too far from its key

}  // namespace

WorkPanel::WorkPanel(models::DaemonModels& models, QWidget* parent)
    : Card(parent, theme::kSpaceM),
      models_(models),
      title_(new widgets::SectionTitle({})),
      end_(new QPushButton(theme::icon(theme::Glyph::stop, theme::Tint::bad), tr("End this work"))),
      message_(new widgets::Banner),
      rows_(new widgets::KeyValueList) {
  end_->setProperty("kind", QStringLiteral("danger"));
  end_->setToolTip(tr("It ends as preempted; what was used until then is paid"));
  title_->add_action(end_);
  message_->set_closable(true);
  body()->addWidget(title_);
  body()->addWidget(message_);
  rows_->setMaximumWidth(theme::scaled(kRowsWidth));
  body()->addWidget(rows_);
  body()->addStretch(1);
  connect(end_, &QPushButton::clicked, this, &WorkPanel::end);
  connect(&models_, &models::DaemonModels::work_changed, this, &WorkPanel::show_work);
  connect(&models_.connection(), &client::Connection::state_changed, this, &WorkPanel::show_work);
  show_work();
}

void WorkPanel::set_work(const QString& id) {
  if (id == id_) return;
  id_ = id;
  message_->hide();
  show_work();
}

void WorkPanel::show_work() {
  const models::QuantityText& text = models_.text();
  const models::WorkRow* const work = models_.work().find(id_);
  end_->setVisible(work != nullptr);
  if (!work) {
    title_->set_title(tr("No work is selected"));
    title_->set_caption({});
    rows_->set_rows({});
    return;
  }
  end_->setEnabled(models_.connection().live() && !work->ending && !action_.pending());
  title_->set_title(work->name.isEmpty() ? models::short_id(work->id) : work->name);
  title_->set_caption(work->tasks > 1 ? tr("task %1, of %2 in all")
                                            .arg(text.count(static_cast<std::int64_t>(work->task)),
                                                 text.count(static_cast<std::int64_t>(work->tasks)))
                                      : QString());
  QVector<widgets::KeyValue> rows{
      {.key = tr("Kind"), .value = models::job_kind_text(work->kind)},
      {.key = tr("For"), .value = work->peer},
      {.key = tr("Device"), .value = models_.device_name(work->device)},
      {.key = tr("Earned so far"), .value = text.credits(work->earned_micro), .ink = widgets::Ink::ok}};
  if (work->max_micro) rows.append({.key = tr("At most"), .value = text.credits(*work->max_micro)});
  if (work->started_unix_ms) rows.append({.key = tr("Started"), .value = text.time(*work->started_unix_ms)});
  if (work->walltime_ms) rows.append({.key = tr("Longest time"), .value = text.duration(*work->walltime_ms)});
  rows.append({.key = tr("Agreement"), .value = work->id, .strong = false});
  rows_->set_rows(rows);
}

void WorkPanel::end() {
  action_ = models_.connection().call(
      "work.cancel", {{"id", id_.toStdString()}}, this, [this](const client::Outcome& outcome) {
        if (!outcome) message_->show_message(theme::Tone::bad, models::failure_text(outcome.error()));
        QMetaObject::invokeMethod(this, &WorkPanel::show_work, Qt::QueuedConnection);
      });
  show_work();
}

}  // namespace quern::desktop::pages
