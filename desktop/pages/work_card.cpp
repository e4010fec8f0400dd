#include "desktop/pages/work_card.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "desktop/models/failure_text.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"

namespace quern::desktop::pages {

using widgets::Ink;

WorkCard::WorkCard(models::DaemonModels& models, QWidget* parent)
    : QWidget(parent),
      models_(models),
      name_(new widgets::ElidedLabel({}, theme::FontRole::body_strong)),
      percent_(new widgets::ElidedLabel({}, theme::FontRole::body_strong)),
      progress_(new widgets::ProgressBar),
      rows_(new widgets::KeyValueList),
      end_(new QPushButton(tr("End this work"))),
      question_(new QWidget),
      keep_(new QPushButton(tr("Keep it"))),
      sure_(new QPushButton(tr("End it"))),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  auto* asking = new QVBoxLayout(question_);
  asking->setContentsMargins(0, 0, 0, 0);
  asking->setSpacing(theme::kSpaceS);
  asking->addWidget(new widgets::TextLabel(tr("What it used until now is paid; its result is lost."),
                                           theme::FontRole::caption, Ink::muted));
  auto* answers = new QHBoxLayout;
  answers->setSpacing(theme::kSpaceS);
  answers->addWidget(sure_, 1);
  answers->addWidget(keep_, 1);
  asking->addLayout(answers);
  sure_->setProperty("kind", QStringLiteral("danger"));
  end_->setProperty("kind", QStringLiteral("danger"));
  auto* head = new QHBoxLayout;
  head->setSpacing(theme::kSpaceS);
  head->addWidget(name_, 1);
  head->addWidget(percent_);
  column->addLayout(head);
  for (QWidget* each : std::initializer_list<QWidget*>{progress_, rows_, end_, question_, fault_}) {
    column->addWidget(each);
  }
  question_->hide();
  percent_->set_tabular(true);
  fault_->hide();
  connect(end_, &QPushButton::clicked, this, [this] { ask(true); });
  connect(keep_, &QPushButton::clicked, this, [this] { ask(false); });
  connect(sure_, &QPushButton::clicked, this, &WorkCard::cancel);
}

void WorkCard::show_work(const models::WorkRow& work) {
  if (work.id != id_) {
    id_ = work.id;
    ending_ = false;
    ask(false);
    fault_->hide();
  }
  const models::QuantityText& text = models_.text();
  name_->set_text(work.name.isEmpty() ? models::short_id(work.id) : work.name);
  progress_->set_permille(static_cast<int>(work.progress_permille));
  progress_->setAccessibleName(tr("Progress of %1").arg(name_->text()));
  percent_->set_text(text.percent(work.progress_permille));
  QVector<widgets::KeyValue> rows{{tr("For"), models::short_id(work.peer)}};
  if (work.tasks > 1) {
    rows.append({tr("Task"), tr("%1, of %2 in all")
                                 .arg(text.count(static_cast<std::int64_t>(work.task)),
                                      text.count(static_cast<std::int64_t>(work.tasks)))});
  }
  if (work.started_unix_ms) {
    rows.append(
        {tr("Elapsed"), text.duration(std::max<std::int64_t>(0, models_.now_unix_ms() - *work.started_unix_ms))});
  }
  rows.append({tr("Earned"), text.credits(work.earned_micro), Ink::ok});
  rows_->set_rows(rows);
  const bool ends = work.ending || ending_;
  end_->setText(ends ? tr("Ending…") : tr("End this work"));
  end_->setEnabled(!ends);
}

void WorkCard::ask(bool asking) {
  question_->setVisible(asking);
  end_->setVisible(!asking);
  if (asking) keep_->setFocus();
}

void WorkCard::cancel() {
  ask(false);
  fault_->hide();
  ending_ = true;
  end_->setEnabled(false);
  models_.connection().call("work.cancel", {{"id", id_.toStdString()}}, this,
                            [this, id = id_](const client::Outcome& outcome) {
                              if (outcome || id != id_) return;
                              ending_ = false;
                              end_->setEnabled(true);
                              fault_->set_text(models::failure_text(outcome.error()));
                              fault_->show();
                            });
}

}  // namespace quern::desktop::pages
