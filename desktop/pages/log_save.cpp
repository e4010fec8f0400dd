#include "desktop/pages/log_save.hpp"

#include <QDir>
#include <QSaveFile>
#include <algorithm>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/json_reading.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/pages/background.hpp"

namespace quern::desktop::pages {

LogSave::LogSave(client::Connection& connection, QObject* parent) : QObject(parent), connection_(connection) {}

LogSave::~LogSave() = default;

void LogSave::save(const QString& job, const QString& file) {
  if (busy()) return;
  job_ = job;
  target_ = file;
  next_ = 0;
  end_.reset();
  dropped_bytes_ = 0;
  file_ = std::make_shared<QSaveFile>(file);
  in_background(
      this, [file = file_] { return file->open(QIODevice::WriteOnly); },
      [this](bool open) { open ? ask() : fail_to_write(); });
}

void LogSave::ask() {
  reply_ = connection_.call("job.log", {{"id", job_.toStdString()}, {"offset", next_}, {"bytes_max", kPieceBytes}},
                            this, [this](const client::Outcome& outcome) { take(outcome); });
}

void LogSave::take(const client::Outcome& outcome) {
  if (!outcome) return fail(tr("The log cannot be read: %1").arg(models::failure_text(outcome.error())));
  constexpr std::uint64_t kLogBytesMax = std::uint64_t{1} << 50;
  const models::Reading answer(*outcome);
  const boost::json::value* const content = answer.members() ? answer.members()->if_contains("content") : nullptr;
  QByteArray bytes;
  if (content && content->is_string()) {
    const boost::json::string& text = content->get_string();
    bytes = QByteArray::fromBase64(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())));
  }
  if (!end_) end_ = answer.size("end", kLogBytesMax);
  if (!end_) return fail(tr("The log cannot be read: its end is missing."));
  const std::uint64_t left = *end_ > next_ ? *end_ - next_ : 0;
  bytes.truncate(static_cast<qsizetype>(std::min(left, static_cast<std::uint64_t>(bytes.size()))));
  dropped_bytes_ = answer.size_or_zero("dropped_bytes", kLogBytesMax);
  next_ += static_cast<std::uint64_t>(bytes.size());
  const bool all = next_ >= *end_;
  if (!all && bytes.isEmpty()) return fail(tr("The log cannot be read: its end is missing."));
  in_background(
      this, [file = file_, bytes] { return file->write(bytes) == bytes.size(); },
      [this, all](bool written) {
        if (!written) return fail_to_write();
        all ? keep() : ask();
      });
}

void LogSave::keep() {
  in_background(
      this, [file = file_] { return file->commit(); },
      [this](bool kept) {
        if (!kept) return fail_to_write();
        file_.reset();
        Q_EMIT finished(target_, dropped_bytes_);
      });
}

void LogSave::fail_to_write() {
  fail(
      tr("%1 cannot be written: %2.").arg(models::plain_text(QDir::toNativeSeparators(target_)), file_->errorString()));
}

void LogSave::fail(const QString& why) {
  file_.reset();  // a QSaveFile that was not committed leaves nothing
  Q_EMIT failed(why);
}

}  // namespace quern::desktop::pages
