// Brings the inputs of a job to the daemon: what it lacks, in pieces, from where it has them. One at a time.
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <deque>

#include "desktop/client/connection.hpp"
#include "desktop/pages/job_folder.hpp"

namespace quern::desktop::pages {

class InputUpload : public QObject {
  Q_OBJECT
 public:
  explicit InputUpload(client::Connection& connection, QObject* parent = nullptr);
  ~InputUpload() override;
  InputUpload(const InputUpload&) = delete;
  InputUpload& operator=(const InputUpload&) = delete;

  // First reads all of them, to find out that they are what the manifest means. Ends with finished() or failed(), never
  // from within; while busy it does nothing.
  void start(const JobFolder& job);
  // The pieces that have come stay there; failed() does not come.
  void cancel();
  bool busy() const { return busy_; }

 Q_SIGNALS:
  void progressed(int permille, const QString& path);
  void finished();
  void failed(const QString& why);

 private:
  struct Missing {
    models::ManifestInput input;
    std::uint64_t done = 0;
  };
  void ask_missing();
  void take_missing(const client::Outcome& outcome);
  void next_piece();
  void send(const QByteArray& read);
  void fail(const QString& why);

  client::Connection& connection_;
  client::Reply reply_;
  Halt halt_;
  bool busy_ = false;
  int run_ = 0;
  JobFolder job_;
  std::deque<Missing> missing_;
  std::uint64_t all_bytes_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace quern::desktop::pages
