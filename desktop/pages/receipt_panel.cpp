#include "desktop/pages/receipt_panel.hpp"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/background.hpp"
#include "desktop/widgets/key_value_list.hpp"

namespace quern::desktop::pages {

using models::QuantityText;
using models::ReceiptModel;
using widgets::Ink;

ChooseFile choose_by_dialog(const QString& title, const QString& filter) {
  return [title, filter](QWidget* parent, const QString& proposed) {
    return QFileDialog::getSaveFileName(parent, title, proposed, filter);
  };
}

QString write_file(const QString& path, const QByteArray& bytes) {
  QSaveFile file(path);
  if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit()) return {};
  return not_written(path, file.errorString());
}

QString not_written(const QString& path, const QString& why) {
  return ReceiptPanel::tr("%1 was not written (%2): choose another folder or make room")
      .arg(QFileInfo(path).fileName(), why);
}

ReceiptPanel::ReceiptPanel(models::DaemonModels& models, const models::ReceiptModel& receipts, QWidget* parent)
    : DetailPanel(parent),
      models_(models),
      choose_(choose_by_dialog(tr("Save the paper trail"), {})),
      verdict_(new widgets::Pill),
      why_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted)),
      rows_(new widgets::KeyValueList),
      trail_(new QWidget),
      records_(new widgets::KeyValueList(nullptr, theme::FontRole::caption)),
      save_(new QPushButton(tr("Save the trail"))),
      said_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted)) {
  auto* state = new QHBoxLayout;
  state->addWidget(verdict_);
  state->addStretch(1);
  content()->addLayout(state);
  content()->addWidget(why_);
  content()->addWidget(rows_);
  auto* column = new QVBoxLayout(trail_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  column->addWidget(new widgets::Separator);
  column->addWidget(new widgets::ElidedLabel(tr("Signed records"), theme::FontRole::body_strong));
  column->addWidget(records_);
  column->addWidget(save_);
  content()->addWidget(trail_);
  content()->addWidget(said_);
  auto* close = new QPushButton(tr("Close"));
  close->setProperty("kind", QStringLiteral("ghost"));
  content()->addWidget(close);
  save_->setToolTip(tr("A file that `quern verify` checks without any service"));
  connect(save_, &QPushButton::clicked, this, &ReceiptPanel::save);
  connect(close, &QPushButton::clicked, this, &ReceiptPanel::closed);
  connect(&receipts, &QAbstractItemModel::dataChanged, this, [this, &receipts] { follow(receipts); });
  connect(&receipts, &QAbstractItemModel::modelReset, this, [this, &receipts] { follow(receipts); });
  connect(&models_.connection(), &client::Connection::state_changed, this, [this, &receipts] { follow(receipts); });
}

// Again, where it has gone on, or was not checked while there was no connection.
void ReceiptPanel::follow(const models::ReceiptModel& receipts) {
  if (shown_.id.isEmpty() || !isVisible() || !models_.connection().live()) return;
  const models::ReceiptRow* const now = receipts.find(shown_.id);
  if (now && (unchecked_ || *now != shown_)) show_receipt(*now);
}

void ReceiptPanel::show_receipt(const models::ReceiptRow& receipt) {
  const bool another = receipt.id != shown_.id;
  shown_ = receipt;
  unchecked_ = false;
  const QString known = models_.device_known_as(receipt);
  const QString& name = known.isEmpty() ? receipt.device_name : known;
  show_row(receipt, name);
  if (name.isEmpty() && !receipt.job.isEmpty()) ask_job(receipt);
  if (another) {
    verdict_->set_state(tr("Being checked"), theme::Tone::neutral);
    why_->hide();
    trail_->hide();
    said_->hide();
    file_.clear();
  }
  models_.connection().call("receipt.get", {{"id", receipt.id.toStdString()}}, this,
                            [this, id = receipt.id](const client::Outcome& outcome) {
                              if (id != shown_.id) return;
                              if (outcome) return show_trail(models::receipt_detail_from(*outcome));
                              unchecked_ = true;
                              verdict_->set_state(tr("Not checked"), theme::Tone::warn);
                              why_->set_text(models::failure_text(outcome.error()));
                              why_->show();
                            });
}

void ReceiptPanel::forget() {
  shown_ = {};
  file_.clear();
}

// Its provider may be away: then the job knows what its device is called.
void ReceiptPanel::ask_job(const models::ReceiptRow& receipt) {
  models_.connection().call(
      "job.get", {{"id", receipt.job.toStdString()}}, this, [this, receipt](const client::Outcome& outcome) {
        if (receipt != shown_ || !outcome) return;
        for (const models::TaskRow& task : models::job_detail_from(*outcome).tasks) {
          for (const models::AttemptData& attempt : task.attempts) {
            const bool there = attempt.provider == receipt.peer && attempt.device == receipt.device;
            if (there && !attempt.device_name.isEmpty()) return show_row(receipt, attempt.device_name);
          }
        }
      });
}

void ReceiptPanel::show_row(const models::ReceiptRow& receipt, const QString& device_name) {
  const QuantityText& text = models_.text();
  set_heading(receipt.name.isEmpty() ? models::short_id(receipt.id) : receipt.name,
              receipt.time_unix_ms ? text.time(*receipt.time_unix_ms) : QuantityText::none(), theme::Glyph::receipt);
  const ReceiptModel words(text);
  QVector<widgets::KeyValue> rows{{receipt.earned ? tr("Earned") : tr("Paid"), text.credits_exact(receipt.amount_micro),
                                   receipt.earned ? Ink::ok : Ink::text},
                                  {tr("State"), words.display(receipt, ReceiptModel::kState),
                                   receipt.state == QStringLiteral("unpaid") ? Ink::bad : Ink::text}};
  if (receipt.due_micro != receipt.amount_micro) {
    rows.append({tr("Due by the provider's count"), text.credits_exact(receipt.due_micro), Ink::warn});
  }
  if (receipt.end.there()) rows.append({tr("Ended"), receipt.end.sentence()});
  rows.append({receipt.earned ? tr("For") : tr("By"), models::short_id(receipt.peer)});
  rows.append({tr("Device"), device_name.isEmpty() ? models::short_id(receipt.device) : device_name});
  if (!receipt.kind.isEmpty()) rows.append({tr("Kind"), models::job_kind_text(receipt.kind)});
  if (receipt.tasks > 1) {
    rows.append({tr("Task"), tr("%1, of %2 in all")
                                 .arg(text.count(static_cast<std::int64_t>(receipt.task)),
                                      text.count(static_cast<std::int64_t>(receipt.tasks)))});
  }
  if (receipt.together > 1) {
    rows.append({tr("Tasks together"), text.count(static_cast<std::int64_t>(receipt.together))});
  }
  if (receipt.device_time_ms) rows.append({tr("Device time"), text.duration(*receipt.device_time_ms)});
  rows_->set_rows(rows);
}

void ReceiptPanel::show_trail(const models::ReceiptDetail& detail) {
  const QuantityText& text = models_.text();
  const auto& verified = detail.verified;
  if (shown_.is_open()) {
    verdict_->set_state(tr("Not over yet"), theme::Tone::neutral);
  } else if (!verified) {
    verdict_->set_state(tr("The trail is not kept any more"), theme::Tone::neutral);
  } else {
    verdict_->set_state(*verified ? tr("Signatures verified") : tr("Does not hold"),
                        *verified ? theme::Tone::ok : theme::Tone::bad);
  }
  why_->setVisible(detail.why.there() && !shown_.is_open());
  why_->set_text(detail.why.sentence());
  QVector<widgets::KeyValue> rows;
  for (const models::ReceiptDetail::Record& record : detail.records) {
    if (rows.size() == kRecordsShown) break;
    const QString amount = record.amount_micro ? text.credits(*record.amount_micro) : QString();
    const QString time = record.made_unix_ms ? text.time(*record.made_unix_ms) : QString();
    const QString when = time.isEmpty() || amount.isEmpty() ? time + amount : tr("%1, %2").arg(amount, time);
    rows.append({tr("%1 by %2").arg(record.kind, record.by), when, Ink::text, false});
  }
  records_->set_rows(rows);
  trail_->setVisible(!rows.isEmpty());
  file_ = detail.file;
  save_->setVisible(!file_.isEmpty());
}

void ReceiptPanel::save() {
  const QString path = choose_(this, tr("receipt.trail"));
  if (path.isEmpty()) return;
  in_background(
      this, [path, file = file_] { return write_file(path, file); },
      [this, path, id = shown_.id](const QString& fault) {
        if (id != shown_.id && fault.isEmpty()) return;
        said_->set_ink(fault.isEmpty() ? Ink::muted : Ink::bad);
        said_->set_text(fault.isEmpty() ? tr("Saved as %1").arg(QFileInfo(path).fileName()) : fault);
        said_->show();
      });
}

}  // namespace quern::desktop::pages
