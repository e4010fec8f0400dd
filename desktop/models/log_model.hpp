// The lines of a job's log, and following them by job.log.
#pragma once
#include <QAbstractListModel>
#include <QByteArrayView>
#include <QObject>
#include <QString>
#include <QStringDecoder>
#include <QTimer>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "desktop/client/connection.hpp"

namespace quern::desktop::models {

inline constexpr int kLogLinesMax = 5'000;

// Bytes in, lines out. The oldest go when there are more than kLogLinesMax.
class LogModel : public QAbstractListModel {
  Q_OBJECT
 public:
  explicit LogModel(QObject* parent = nullptr);

  // Also of half lines and half characters. One insertion of rows, however many lines.
  void append(QByteArrayView bytes);
  // What is left of a last line without an end becomes one.
  void finish();
  void clear();
  // Lines that were here and went.
  std::int64_t dropped_lines() const { return dropped_; }
  // All that is here, for saving.
  QString text() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  void add_lines(std::deque<QString> lines);

  std::deque<QString> lines_;
  QString rest_;
  QStringDecoder decoder_;
  std::int64_t dropped_ = 0;
};

// Reads a job's log into a model, a piece at a time, and what comes to it as the job's topic tells. What was refused or
// not answered is asked for again after a while.
class LogFollower : public QObject {
  Q_OBJECT
 public:
  static constexpr std::int64_t kPieceBytes = std::int64_t{256} * 1024;
  // Of a longer log, only the end is read at first.
  static constexpr std::uint64_t kFirstBytesMax = std::uint64_t{1024} * 1024;
  static constexpr std::chrono::milliseconds kAfterFailure{5'000};

  LogFollower(client::Connection& connection, LogModel& model, std::chrono::milliseconds after_failure = kAfterFailure,
              QObject* parent = nullptr);

  // Another job, or none when empty; the model is cleared.
  void follow(const QString& job, std::uint64_t log_bytes = 0);
  // What the job's topic says of it: there may be more, and no more will come once it has ended.
  void set_progress(std::uint64_t log_bytes, bool ended);
  const QString& job() const { return job_; }
  bool complete() const { return complete_; }
  // What the daemon itself did not keep.
  std::uint64_t dropped_bytes() const { return dropped_bytes_; }

 Q_SIGNALS:
  void advanced();
  // Once until it advances.
  void failed(const QString& why);

 private:
  void read();
  void take(const client::Outcome& outcome);

  client::Connection& connection_;
  LogModel& model_;
  client::Reply reply_;
  QTimer again_;
  bool failed_ = false;  // and was told
  QString job_;
  std::uint64_t next_ = 0;    // byte to read
  std::uint64_t wanted_ = 0;  // bytes there are
  std::uint64_t dropped_bytes_ = 0;
  bool complete_ = false;
  bool ended_ = false;  // and it was not asked yet whether that was all
};

}  // namespace quern::desktop::models
