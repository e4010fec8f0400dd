// All receipts of a daemon in a file, page by page from the daemon itself: a table holds the newest only.
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <memory>
#include <optional>

#include "desktop/client/connection.hpp"
#include "desktop/models/node_data.hpp"

class QSaveFile;

namespace quern::desktop::pages {

class ReceiptExport : public QObject {
  Q_OBJECT
 public:
  static constexpr std::int64_t kPageRows = 500;        // the most that receipt.list gives
  static constexpr std::int64_t kRowsMax = 10'000'000;  // a list that is longer has no end

  // `connection` outlives it.
  explicit ReceiptExport(client::Connection& connection, QObject* parent = nullptr);

  // All of it or nothing is written, as of now; ended() tells. Not while it is running.
  void start(const QString& path);
  // Nothing is written, and ended() tells `why` as its fault. Nothing happens where it is not running.
  void stop(const QString& why);
  bool running() const { return file_ != nullptr; }

 Q_SIGNALS:
  // `fault`: for people, why nothing was written; empty: all `rows` are in the file.
  void ended(const QString& name, const QString& fault, qint64 rows);

 private:
  void call(std::optional<std::int64_t> before);
  void take(models::ReceiptPage page, std::optional<std::int64_t> before);
  void end(const QString& fault);

  client::Connection& connection_;
  client::Reply reply_;
  QString path_;
  std::shared_ptr<QSaveFile> file_;  // used by one thread after the other
  std::int64_t rows_ = 0;
};

}  // namespace quern::desktop::pages
