#include "desktop/models/log_model.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/models/json_reading.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/models/roles.hpp"

namespace quern::desktop::models {

namespace json = boost::json;

LogModel::LogModel(QObject* parent) : QAbstractListModel(parent), decoder_(QStringDecoder::Utf8) {}

void LogModel::append(QByteArrayView bytes) {
  rest_ += decoder_.decode(bytes);
  std::deque<QString> lines;
  qsizetype begin = 0;
  for (qsizetype end = rest_.indexOf(QLatin1Char('\n')); end >= 0; end = rest_.indexOf(QLatin1Char('\n'), begin)) {
    qsizetype size = end - begin;
    if (size > 0 && rest_[end - 1] == QLatin1Char('\r')) --size;
    lines.push_back(plain_text(QStringView(rest_).sliced(begin, size), kTextCharsMax));
    if (lines.size() > kLogLinesMax) {
      lines.pop_front();
      ++dropped_;
    }
    begin = end + 1;
  }
  rest_.remove(0, begin);
  // A line without an end must not grow for ever: what has come of it is a line.
  if (rest_.size() > kTextCharsMax) lines.push_back(plain_text(std::exchange(rest_, {}), kTextCharsMax));
  add_lines(std::move(lines));
}

void LogModel::finish() {
  if (rest_.isEmpty()) return;
  add_lines({plain_text(std::exchange(rest_, {}), kTextCharsMax)});
}

void LogModel::add_lines(std::deque<QString> lines) {
  if (lines.empty()) return;
  while (lines.size() > kLogLinesMax) {
    lines.pop_front();
    ++dropped_;
  }
  const int over = static_cast<int>(lines_.size() + lines.size()) - kLogLinesMax;
  if (over > 0) {
    const int gone = std::min(over, static_cast<int>(lines_.size()));
    beginRemoveRows({}, 0, gone - 1);
    lines_.erase(lines_.begin(), lines_.begin() + gone);
    dropped_ += gone;
    endRemoveRows();
  }
  const int first = rowCount();
  beginInsertRows({}, first, first + static_cast<int>(lines.size()) - 1);
  lines_.insert(lines_.end(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
  endInsertRows();
}

void LogModel::clear() {
  beginResetModel();
  lines_.clear();
  rest_.clear();
  decoder_.resetState();
  dropped_ = 0;
  endResetModel();
}

QString LogModel::text() const {
  QString all;
  for (const QString& line : lines_) all += line + QLatin1Char('\n');
  return all;
}

int LogModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

QVariant LogModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
    case kWholeTextRole:
      return lines_[static_cast<std::size_t>(index.row())];
    case kIdRole:
      return QString::number(dropped_ + index.row());
    default:
      return {};
  }
}

LogFollower::LogFollower(client::Connection& connection, LogModel& model, std::chrono::milliseconds after_failure,
                         QObject* parent)
    : QObject(parent), connection_(connection), model_(model) {
  again_.setSingleShot(true);
  again_.setInterval(after_failure);
  connect(&again_, &QTimer::timeout, this, &LogFollower::read);
  connect(&connection_, &client::Connection::state_changed, this, [this] {
    if (connection_.live()) read();
  });
}

void LogFollower::follow(const QString& job, std::uint64_t log_bytes) {
  reply_.cancel();
  reply_ = {};
  again_.stop();
  failed_ = false;
  job_ = job;
  wanted_ = log_bytes;
  next_ = log_bytes > kFirstBytesMax ? log_bytes - kFirstBytesMax : 0;
  dropped_bytes_ = 0;
  complete_ = false;
  ended_ = false;
  model_.clear();
  read();
}

void LogFollower::set_progress(std::uint64_t log_bytes, bool ended) {
  wanted_ = std::max(wanted_, log_bytes);
  ended_ = ended;
  read();
}

// One piece at a time; the next when it is there. After the end once more, which says that it is complete.
void LogFollower::read() {
  const bool more = next_ < wanted_ || (ended_ && !complete_);
  if (job_.isEmpty() || reply_.pending() || !more) return;
  reply_ = connection_.call("job.log", {{"id", job_.toStdString()}, {"offset", next_}, {"bytes_max", kPieceBytes}},
                            this, [this](const client::Outcome& outcome) { take(outcome); });
}

void LogFollower::take(const client::Outcome& outcome) {
  if (!outcome) {
    // A lost connection is told elsewhere, and comes back.
    if (outcome.error().kind == client::CallError::Kind::offline) return;
    again_.start();
    if (!std::exchange(failed_, true)) Q_EMIT failed(failure_text(outcome.error()));
    return;
  }
  failed_ = false;
  constexpr std::uint64_t kLogBytesMax = std::uint64_t{1} << 50;
  const Reading read_answer(*outcome);
  const json::value* const content = read_answer.members() ? read_answer.members()->if_contains("content") : nullptr;
  QByteArray bytes;
  if (content && content->is_string()) {
    const json::string& text = content->get_string();
    bytes = QByteArray::fromBase64(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())));
  }
  const std::uint64_t before = next_;
  model_.append(bytes);
  next_ = read_answer.size("offset", kLogBytesMax).value_or(next_) + static_cast<std::uint64_t>(bytes.size());
  wanted_ = std::max(wanted_, read_answer.size_or_zero("end", kLogBytesMax));
  dropped_bytes_ = read_answer.size_or_zero("dropped_bytes", kLogBytesMax);
  complete_ = read_answer.flag_or("complete", false) && next_ >= wanted_;
  if (complete_) model_.finish();
  Q_EMIT advanced();
  // An answer that leads no further is not asked for again.
  if (complete_ || next_ <= before) ended_ = false;
  if (next_ <= before) wanted_ = next_ = before;
  read();
}

}  // namespace quern::desktop::models
