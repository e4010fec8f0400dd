// The log of a job, written to a file of this computer as the job wrote it: byte for byte, from job.log, a piece at a
// time. What is shown of a log is less than that. One at a time; a file that exists is replaced once all has come.
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <memory>
#include <optional>

#include "desktop/client/connection.hpp"

class QSaveFile;

namespace quern::desktop::pages {

class LogSave : public QObject {
  Q_OBJECT
 public:
  static constexpr std::int64_t kPieceBytes = std::int64_t{256} * 1024;

  explicit LogSave(client::Connection& connection, QObject* parent = nullptr);
  ~LogSave() override;
  LogSave(const LogSave&) = delete;
  LogSave& operator=(const LogSave&) = delete;

  // What the job has written until now. Ends with finished() or failed(), never from within. While busy it does
  // nothing.
  void save(const QString& job, const QString& file);
  bool busy() const { return file_ != nullptr; }

 Q_SIGNALS:
  // Bytes that the daemon itself did not keep are not in it.
  void finished(const QString& file, quint64 dropped_bytes);
  void failed(const QString& why);

 private:
  void ask();
  void take(const client::Outcome& outcome);
  void keep();
  void fail(const QString& why);
  void fail_to_write();

  client::Connection& connection_;
  client::Reply reply_;
  QString job_;
  QString target_;
  std::shared_ptr<QSaveFile> file_;   // used by one thread at a time; null: nothing is saved
  std::uint64_t next_ = 0;            // byte to read
  std::optional<std::uint64_t> end_;  // what the job had written when the first piece came
  std::uint64_t dropped_bytes_ = 0;
};

}  // namespace quern::desktop::pages
