#include "desktop/pages/input_upload.hpp"

#include <QDir>
#include <QSet>
#include <algorithm>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/json_reading.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/pages/background.hpp"

namespace quern::desktop::pages {

namespace json = boost::json;

InputUpload::InputUpload(client::Connection& connection, QObject* parent) : QObject(parent), connection_(connection) {}

InputUpload::~InputUpload() {
  cancel();
}

void InputUpload::cancel() {
  ++run_;
  busy_ = false;
  reply_.cancel();
  if (halt_) *halt_ = true;
  halt_.reset();
  missing_.clear();
}

void InputUpload::fail(const QString& why) {
  cancel();
  Q_EMIT failed(why);
}

void InputUpload::start(const JobFolder& job) {
  if (busy_) return;
  cancel();
  busy_ = true;
  job_ = job;
  halt_ = std::make_shared<std::atomic_bool>(false);
  in_background(
      this, [job, halt = halt_] { return input_fault(job, halt); },
      [this, run = run_](const QString& fault) {
        if (run != run_) return;
        fault.isEmpty() ? ask_missing() : fail(fault);
      });
}

void InputUpload::ask_missing() {
  json::array digests;
  QSet<QString> asked;  // the same bytes are sent once
  for (const models::ManifestInput& input : job_.data.inputs) {
    if (asked.contains(input.digest)) continue;
    asked.insert(input.digest);
    digests.emplace_back(input.digest.toStdString());
  }
  reply_ = connection_.call("blob.missing", {{"digests", std::move(digests)}}, this,
                            [this](const client::Outcome& outcome) { take_missing(outcome); });
}

void InputUpload::take_missing(const client::Outcome& outcome) {
  if (!outcome) {
    fail(models::failure_text(outcome.error()));
    return;
  }
  all_bytes_ = 0;
  sent_ = 0;
  for (const models::Reading& each : models::Reading(*outcome).objects("missing", models::kManifestFilesMax)) {
    const QString digest = each.id("digest").value_or(QString());
    const auto input = std::ranges::find(job_.data.inputs, digest, &models::ManifestInput::digest);
    if (input == job_.data.inputs.end()) continue;
    const std::uint64_t here = std::min(each.size_or_zero("bytes_here"), input->bytes);
    missing_.push_back({.input = *input, .done = here});
    all_bytes_ += input->bytes - here;
  }
  next_piece();
}

void InputUpload::next_piece() {
  if (missing_.empty()) {
    busy_ = false;
    Q_EMIT finished();
    return;
  }
  const Missing& front = missing_.front();
  constexpr double kWhole = 1'000;
  const double share = all_bytes_ == 0 ? 0 : static_cast<double>(sent_) / static_cast<double>(all_bytes_);
  Q_EMIT progressed(static_cast<int>(share * kWhole), front.input.path);
  in_background(
      this, [file = QDir(job_.folder).filePath(front.input.path), from = front.done] { return read_piece(file, from); },
      [this, run = run_](const std::expected<QByteArray, QString>& piece) {
        if (run != run_) return;
        piece ? send(*piece) : fail(piece.error());
      });
}

void InputUpload::send(const QByteArray& read) {
  const Missing& front = missing_.front();
  const std::uint64_t left = front.input.bytes - front.done;
  const QByteArray piece = read.left(static_cast<qsizetype>(std::min<std::uint64_t>(left, kFilePieceBytes)));
  if (piece.isEmpty() && left > 0) {
    fail(tr("%1 has become shorter meanwhile.").arg(models::plain_text(front.input.path)));
    return;
  }
  const auto size = static_cast<std::uint64_t>(piece.size());
  reply_ = connection_.call("blob.put",
                            {{"digest", front.input.digest.toStdString()},
                             {"offset", front.done},
                             {"content", piece.toBase64().toStdString()},
                             {"last", size == left}},
                            this, [this, size, last = size == left](const client::Outcome& outcome) {
                              if (!outcome) {
                                fail(models::failure_text(outcome.error()));
                                return;
                              }
                              sent_ += size;
                              missing_.front().done += size;
                              if (last) missing_.pop_front();
                              next_piece();
                            });
}

}  // namespace quern::desktop::pages
