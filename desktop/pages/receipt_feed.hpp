// The receipts that a table shows: the newest of a daemon, and older ones when they are asked for. They are always an
// unbroken piece of its list, from the newest on.
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <optional>

#include "desktop/client/connection.hpp"
#include "desktop/models/node_models.hpp"

namespace quern::desktop::pages {

class ReceiptFeed : public QObject {
  Q_OBJECT
 public:
  static constexpr std::int64_t kPageRows = 200;  // of receipt.list

  // Both outlive it.
  ReceiptFeed(client::Connection& connection, models::ReceiptModel& receipts, QObject* parent = nullptr);

  // The newest. Those that are there stay where the two meet, else they go: what lies between is not known.
  void fetch();
  // Those behind the oldest that is there; nothing when there are none, or none fit.
  void fetch_older();
  // Another daemon's begin: all go, and what is still to be answered is not heard.
  void forget();

  bool known() const { return known_; }                 // there was an answer
  bool has_older() const { return next_.has_value(); }  // fetch_older() brings them
  bool left_out() const { return left_out_; }           // there are older ones than fit
  bool fetching() const { return fetching_; }
  const QString& fault() const { return fault_; }  // why the last call has failed, for people; else empty

 Q_SIGNALS:
  void changed();  // any of it; the rows are told by the model

 private:
  void call(std::optional<std::int64_t> before);
  void take(models::ReceiptPage page, bool first);
  bool meets(const models::ReceiptPage& page) const;

  client::Connection& connection_;
  models::ReceiptModel& receipts_;
  client::Reply reply_;
  std::optional<std::int64_t> next_;  // `before` of the next page
  QString fault_;
  bool known_ = false;
  bool left_out_ = false;
  bool fetching_ = false;
  bool fetches_older_ = false;
  bool again_ = false;  // the newest were asked for meanwhile
  bool older_ = false;  // older ones were
};

}  // namespace quern::desktop::pages
