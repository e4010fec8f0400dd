#include "desktop/pages/file_fetch.hpp"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QTemporaryDir>
#include <algorithm>
#include <expected>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/json_reading.hpp"
#include "desktop/models/manifest_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/pages/background.hpp"
#include "desktop/pages/job_folder.hpp"

namespace quern::desktop::pages {

namespace {

constexpr int kWhole = 1'000;
const QString kUnfinished = QStringLiteral(".quern-XXXXXX");  // with what is being fetched

QString shown(const QString& file) {
  return models::plain_text(QDir::toNativeSeparators(file));
}

QString cannot_be_written(const QString& file, const QString& why) {
  return FileFetch::tr("%1 cannot be written: %2.").arg(shown(file), why);
}

struct TrailFile {
  QString path;
  QByteArray content;
};

std::vector<TrailFile> trails_from(const boost::json::value& value, const QString& job) {
  std::vector<TrailFile> files;
  for (const models::Reading& trail : models::Reading(value).objects("trails", FileFetch::kTrailsMax)) {
    const boost::json::value* const file = trail.members()->if_contains("file");
    const auto task = trail.size("task");
    const auto attempt = trail.size("attempt");
    if (!file || !file->is_string() || !task || !attempt) continue;
    const boost::json::string& text = file->get_string();
    files.push_back(
        {.path = QStringLiteral("%1-%2-%3.trail").arg(job).arg(*task).arg(*attempt + 1),
         .content = QByteArray::fromBase64(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())))});
  }
  return files;
}

// Never over a file that has come meanwhile. Empty when it is there.
QString put_in_place(QFile& file, const QString& target) {
  if (file.flush() && file.rename(target)) return {};
  if (QFileInfo::exists(target)) return FileFetch::tr("%1 exists already; choose another folder.").arg(shown(target));
  return cannot_be_written(target, file.errorString());
}

// Paths come from a daemon: none may lead out of the folder, and none is written over. Empty when all may be written.
QString fault_of_targets(const QString& folder, const QStringList& paths) {
  for (const QString& path : paths) {
    if (const QString why = models::path_fault(path); !why.isEmpty()) return why;
    const QString target = QDir(folder).filePath(path);
    if (QFileInfo::exists(target)) return FileFetch::tr("%1 exists already; choose another folder.").arg(shown(target));
  }
  return {};
}

// Empty when `file` is open, and the folder of its target is there.
QString make_room(QFile& file, const QTemporaryDir& unfinished, const QString& target) {
  const bool there = unfinished.isValid() && QDir().mkpath(QFileInfo(target).path());
  if (there && file.open(QIODevice::WriteOnly)) return {};
  return cannot_be_written(target, there ? file.errorString() : unfinished.errorString());
}

// Empty when all are written.
QString write_all(const QString& folder, const std::vector<TrailFile>& files) {
  for (const TrailFile& each : files) {
    const QString name = QDir(folder).filePath(each.path);
    if (QFileInfo::exists(name)) return FileFetch::tr("%1 exists already; choose another folder.").arg(shown(name));
    QSaveFile file(name);
    const bool written = file.open(QIODevice::WriteOnly) && file.write(each.content) == each.content.size();
    if (!written || !file.commit()) return cannot_be_written(name, file.errorString());
  }
  return {};
}

}  // namespace

FileFetch::FileFetch(client::Connection& connection, QObject* parent) : QObject(parent), connection_(connection) {}

FileFetch::~FileFetch() = default;

void FileFetch::cancel() {
  ++run_;
  busy_ = false;
  reply_.cancel();
  left_.clear();
  file_.reset();
  unfinished_.reset();
}

void FileFetch::fail(const QString& why) {
  cancel();
  Q_EMIT failed(why);
}

void FileFetch::fetch_outputs(const std::vector<models::OutputData>& outputs, const QString& folder) {
  if (busy_) return;
  cancel();
  busy_ = true;
  folder_ = folder;
  left_.assign(outputs.begin(), outputs.end());
  all_done_ = 0;
  all_bytes_ = 0;
  files_ = 0;
  QStringList paths;
  paths.reserve(static_cast<qsizetype>(outputs.size()));
  for (const models::OutputData& output : left_) {
    all_bytes_ += output.bytes;
    paths << output.path;
  }
  in_background(
      this, [folder, paths] { return fault_of_targets(folder, paths); },
      [this, run = run_](const QString& fault) {
        if (run != run_) return;
        fault.isEmpty() ? make_folder() : fail(fault);
      });
}

void FileFetch::make_folder() {
  in_background(
      this, [folder = folder_] { return std::make_shared<QTemporaryDir>(QDir(folder).filePath(kUnfinished)); },
      [this, run = run_](const std::shared_ptr<QTemporaryDir>& made) {
        if (run != run_) return;
        unfinished_ = made;
        next_file();
      });
}

void FileFetch::next_file() {
  if (left_.empty()) {
    unfinished_.reset();
    busy_ = false;
    Q_EMIT finished(files_, folder_);
    return;
  }
  file_ = std::make_shared<QFile>(unfinished_->filePath(QStringLiteral("file")));
  hash_ = std::make_shared<QCryptographicHash>(QCryptographicHash::Sha256);
  done_ = 0;
  in_background(
      this,
      [file = file_, unfinished = unfinished_, target = QDir(folder_).filePath(left_.front().path)] {
        return make_room(*file, *unfinished, target);
      },
      [this, run = run_](const QString& fault) {
        if (run != run_) return;
        fault.isEmpty() ? next_piece() : fail(fault);
      });
}

void FileFetch::next_piece() {
  const models::OutputData& output = left_.front();
  const auto share = all_bytes_ == 0 ? 0.0 : static_cast<double>(all_done_ + done_) / static_cast<double>(all_bytes_);
  Q_EMIT progressed(static_cast<int>(share * kWhole), output.path);
  if (done_ >= output.bytes) {
    keep_file();
    return;
  }
  reply_ = connection_.call(
      "blob.get", {{"digest", output.digest.toStdString()}, {"offset", done_}, {"bytes_max", kFilePieceBytes}}, this,
      [this](const client::Outcome& outcome) { take_piece(outcome); });
}

void FileFetch::take_piece(const client::Outcome& outcome) {
  if (!outcome) {
    fail(models::failure_text(outcome.error()));
    return;
  }
  const models::OutputData& output = left_.front();
  const models::Reading answer(*outcome);
  const boost::json::value* const content = answer.there() ? answer.members()->if_contains("content") : nullptr;
  QByteArray bytes;
  if (content && content->is_string()) {
    const boost::json::string& text = content->get_string();
    bytes = QByteArray::fromBase64(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())));
  }
  const bool fits = !bytes.isEmpty() && answer.size("size") == output.bytes &&
                    static_cast<std::uint64_t>(bytes.size()) <= output.bytes - done_;
  if (!fits) {
    fail(tr("%1 is not of the size that the job says: fetch it again.").arg(shown(output.path)));
    return;
  }
  write(bytes);
}

void FileFetch::write(const QByteArray& content) {
  in_background(
      this,
      [file = file_, hash = hash_, content] {
        hash->addData(content);
        return file->write(content) == content.size();
      },
      [this, run = run_, size = static_cast<std::uint64_t>(content.size())](bool written) {
        if (run != run_) return;
        if (!written) {
          fail(cannot_be_written(QDir(folder_).filePath(left_.front().path), file_->errorString()));
          return;
        }
        done_ += size;
        next_piece();
      });
}

void FileFetch::keep_file() {
  const models::OutputData& output = left_.front();
  if (QString::fromLatin1(hash_->result().toHex()) != output.digest) {
    fail(tr("%1: what came is not what its digest says; fetch it again.").arg(shown(output.path)));
    return;
  }
  in_background(
      this,
      [file = file_, folder = unfinished_, target = QDir(folder_).filePath(output.path)] {
        return put_in_place(*file, target);
      },
      [this, run = run_](const QString& fault) {
        if (run != run_) return;
        if (!fault.isEmpty()) {
          fail(fault);
          return;
        }
        file_.reset();
        all_done_ += left_.front().bytes;
        left_.pop_front();
        ++files_;
        next_file();
      });
}

void FileFetch::fetch_trails(const QString& job, const QString& folder) {
  if (busy_) return;
  cancel();
  busy_ = true;
  folder_ = folder;
  job_ = job;
  reply_ = connection_.call("job.trails", {{"id", job.toStdString()}}, this,
                            [this](const client::Outcome& outcome) { take_trails(outcome); });
}

void FileFetch::take_trails(const client::Outcome& outcome) {
  if (!outcome) {
    fail(models::failure_text(outcome.error()));
    return;
  }
  // A job's name is a daemon's word, and becomes part of a file's.
  const bool names_a_file = models::path_fault(job_).isEmpty() && !job_.contains(u'/');
  const auto files = trails_from(*outcome, names_a_file ? job_ : QStringLiteral("job"));
  if (files.empty()) {
    fail(tr("This job has no paper trail yet: nobody has agreed to run it."));
    return;
  }
  in_background(
      this, [folder = folder_, files] { return write_all(folder, files); },
      [this, run = run_, count = static_cast<int>(files.size())](const QString& fault) {
        if (run != run_) return;
        if (!fault.isEmpty()) {
          fail(fault);
          return;
        }
        busy_ = false;
        Q_EMIT finished(count, folder_);
      });
}

}  // namespace quern::desktop::pages
