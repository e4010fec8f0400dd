#include "desktop/pages/receipt_feed.hpp"

#include <algorithm>
#include <utility>

#include "desktop/models/failure_text.hpp"

namespace quern::desktop::pages {

ReceiptFeed::ReceiptFeed(client::Connection& connection, models::ReceiptModel& receipts, QObject* parent)
    : QObject(parent), connection_(connection), receipts_(receipts) {}

void ReceiptFeed::fetch() {
  if (fetching_) {
    again_ = true;
    return;
  }
  call(std::nullopt);
}

void ReceiptFeed::fetch_older() {
  if (fetching_) {
    older_ = older_ || !fetches_older_;
  } else if (next_) {
    call(next_);
  }
}

void ReceiptFeed::forget() {
  reply_.cancel();
  next_.reset();
  fault_.clear();
  known_ = left_out_ = fetching_ = again_ = older_ = false;
  receipts_.replace({});
  Q_EMIT changed();
}

void ReceiptFeed::call(std::optional<std::int64_t> before) {
  fetching_ = true;
  fetches_older_ = before.has_value();
  boost::json::object params{{"limit", kPageRows}};
  if (before) params["before"] = *before;
  reply_ = connection_.call("receipt.list", std::move(params), this, [this, before](const client::Outcome& outcome) {
    fetching_ = false;
    fault_ = outcome ? QString() : models::failure_text(outcome.error());
    if (outcome) take(models::receipts_from(*outcome), !before);
    Q_EMIT changed();
    if (std::exchange(again_, false) && outcome) fetch();
    if (std::exchange(older_, false) && outcome) fetch_older();
  });
}

void ReceiptFeed::take(models::ReceiptPage page, bool first) {
  const std::optional<std::int64_t> next = page.next;
  if (first && (!known_ || !next || !meets(page))) {
    receipts_.begin(std::move(page));
    left_out_ = false;
    next_ = next;
  } else {
    if (!first) next_ = next;
    if (receipts_.add(std::move(page))) left_out_ = true;
  }
  known_ = true;
  if (next_ && receipts_.rows().size() >= models::kReceiptsMax) left_out_ = true;
  // What comes behind rows that were left out would not meet the others.
  if (left_out_) next_.reset();
}

bool ReceiptFeed::meets(const models::ReceiptPage& page) const {
  return std::ranges::any_of(page.rows, [this](const models::ReceiptRow& row) { return receipts_.find(row.id); });
}

}  // namespace quern::desktop::pages
