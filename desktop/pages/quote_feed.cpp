#include "desktop/pages/quote_feed.hpp"

#include <algorithm>
#include <utility>

#include "desktop/models/failure_text.hpp"

namespace quern::desktop::pages {

bool needs_trial(const models::QuoteRow& quote) {
  return !quote.fits && quote.why.reason == QStringLiteral("work_unknown");
}

QuoteFeed::QuoteFeed(client::Connection& connection, QObject* parent) : QObject(parent), connection_(connection) {
  for (QTimer* const timer : {&typing_, &market_}) {
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, this, &QuoteFeed::ask);
  }
  typing_.setInterval(kTypingPause);
  market_.setInterval(kMarketPause);
  connect(&connection_, &client::Connection::state_changed, this, [this] {
    if (connection_.live() && !manifest_.isEmpty()) ask();
  });
}

void QuoteFeed::set_manifest(const QByteArray& manifest) {
  if (manifest == manifest_) return;
  manifest_ = manifest;
  reply_.cancel();
  market_.stop();
  typing_.stop();
  rows_.reset();
  fault_.clear();
  if (!manifest_.isEmpty()) typing_.start();
  Q_EMIT changed();
}

void QuoteFeed::market_changed() {
  if (!manifest_.isEmpty() && !typing_.isActive() && !market_.isActive()) market_.start();
}

const models::QuoteRow* QuoteFeed::best() const {
  if (!rows_) return nullptr;
  const auto found = std::ranges::find_if(*rows_, &models::QuoteRow::fits);
  return found == rows_->end() ? nullptr : &*found;
}

bool QuoteFeed::trial() const {
  return rows_ && best() == nullptr && std::ranges::any_of(*rows_, needs_trial);
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
