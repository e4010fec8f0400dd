// Files of a job, written to a folder of this computer: its outputs, fetched in pieces and held to their digests, or
// its paper trails. One at a time; files that exist are never written over.
#pragma once
#include <QByteArray>
#include <QCryptographicHash>
#include <QObject>
#include <QString>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "desktop/client/connection.hpp"
#include "desktop/models/market_data.hpp"

class QFile;
class QTemporaryDir;

namespace quern::desktop::pages {

class FileFetch : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kTrailsMax = 4'096;

  explicit FileFetch(client::Connection& connection, QObject* parent = nullptr);
  ~FileFetch() override;
  FileFetch(const FileFetch&) = delete;
  FileFetch& operator=(const FileFetch&) = delete;

  // Both end with finished() or failed(), never from within. While busy they do nothing.
  void fetch_outputs(const std::vector<models::OutputData>& outputs, const QString& folder);
  void fetch_trails(const QString& job, const QString& folder);
  // What is half written is taken away; failed() does not come.
  void cancel();
  bool busy() const { return busy_; }

 Q_SIGNALS:
  void progressed(int permille, const QString& path);
  void finished(int files, const QString& folder);
  void failed(const QString& why);

 private:
  void make_folder();
  void next_file();
  void next_piece();
  void take_piece(const client::Outcome& outcome);
  void write(const QByteArray& content);
  void keep_file();
  void take_trails(const client::Outcome& outcome);
  void fail(const QString& why);

  client::Connection& connection_;
  client::Reply reply_;
  bool busy_ = false;
  int run_ = 0;  // what comes back from an earlier one counts nothing
  QString folder_;
  QString job_;
  std::deque<models::OutputData> left_;
  std::uint64_t all_bytes_ = 0;
  std::uint64_t all_done_ = 0;
  std::uint64_t done_ = 0;  // of the front of `left_`
  int files_ = 0;
  std::shared_ptr<QTemporaryDir> unfinished_;  // in the folder; goes with what is in it
  std::shared_ptr<QFile> file_;                // used by one thread at a time
  std::shared_ptr<QCryptographicHash> hash_;
};

}  // namespace quern::desktop::pages
