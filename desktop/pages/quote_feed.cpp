#include "desktop/pages/quote_feed.hpp"

#include <algorithm>
#include <utility>

#include "desktop/models/failure_text.hpp"

namespace quern::desktop::pages {

namespace {
__extension__ using Wide = unsigned __int128;
}  // namespace

const models::QuoteRow* best_match(const std::vector<models::QuoteRow>& rows, const QString& strategy,
                                   std::int64_t budget_micro) {
  const auto cheapest = std::ranges::find_if(rows, &models::QuoteRow::priced);
  const bool fastest = strategy == QStringLiteral("fastest");
  if (cheapest == rows.end()) return nullptr;
  if (!fastest && strategy != QStringLiteral("balanced")) return &*cheapest;
  // What is to be small, as scheduler/placement has it.
  const auto weight = [fastest](const models::QuoteRow& row) {
    const Wide cost = static_cast<std::uint64_t>(std::max<std::int64_t>(row.cost_micro.likely, 0));
    const Wide time = static_cast<std::uint64_t>(std::max<std::int64_t>(row.total_ms->likely, 0));
    return fastest ? std::pair(time, cost) : std::pair((cost + 1) * (time + 1), cost);
  };
  const models::QuoteRow* best = nullptr;
  for (const models::QuoteRow& row : rows) {
    const bool affordable = budget_micro == 0 || row.cost_micro.likely <= budget_micro;
    if (!row.priced() || !row.total_ms || !affordable) continue;
    if (!best || weight(row) < weight(*best)) best = &row;
  }
  return best ? best : &*cheapest;
}

QuoteFeed::QuoteFeed(client::Connection& connection, std::chrono::milliseconds market_pause, QObject* parent)
    : QObject(parent), connection_(connection) {
  for (QTimer* const timer : {&typing_, &market_}) timer->setSingleShot(true);
  typing_.setInterval(kTypingPause);
  market_.setInterval(market_pause);
  connect(&typing_, &QTimer::timeout, this, &QuoteFeed::ask);
  // To ask again is to let go of an answer that is on its way: one that takes longer than the pause would never come.
  connect(&market_, &QTimer::timeout, this, [this] { reply_.pending() ? market_.start() : ask(); });
  connect(&connection_, &client::Connection::state_changed, this, [this] {
    if (connection_.state() == client::Connection::State::closed) {
      // What comes next is another daemon's.
      forget();
      Q_EMIT changed();
    } else if (connection_.live() && !manifest_.isEmpty()) {
      ask();
    }
  });
}

void QuoteFeed::forget() {
  reply_.cancel();
  market_.stop();
  rows_.reset();
  fault_.clear();
}

void QuoteFeed::set_manifest(const QByteArray& manifest) {
  if (manifest == manifest_) return;
  manifest_ = manifest;
  forget();
  typing_.stop();
  if (!manifest_.isEmpty()) typing_.start();
  Q_EMIT changed();
}

void QuoteFeed::market_changed() {
  if (!manifest_.isEmpty() && !typing_.isActive() && !market_.isActive()) market_.start();
}

const models::QuoteRow* QuoteFeed::best() const {
  if (!rows_) return nullptr;
  const auto found = std::ranges::find_if(*rows_, &models::QuoteRow::priced);
  return found == rows_->end() ? nullptr : &*found;
}

bool QuoteFeed::trial() const {
  return rows_ && best() == nullptr && std::ranges::any_of(*rows_, &models::QuoteRow::trial);
}

void QuoteFeed::ask() {
  if (manifest_.isEmpty() || !connection_.live()) return;
  reply_.cancel();
  reply_ = connection_.call("job.quote", {{"manifest", std::string_view(manifest_.data(), manifest_.size())}}, this,
                            [this](const client::Outcome& outcome) { take(outcome); });
  Q_EMIT changed();
}

void QuoteFeed::take(const client::Outcome& outcome) {
  if (outcome) {
    rows_ = models::quotes_from(*outcome);
    fault_.clear();
  } else {
    rows_.reset();
    fault_ = models::failure_text(outcome.error());
  }
  Q_EMIT changed();
}

}  // namespace quern::desktop::pages
