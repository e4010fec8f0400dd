// What one job costs everywhere, asked again while its description or the market changes.
#pragma once
#include <QByteArray>
#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "desktop/client/connection.hpp"
#include "desktop/models/market_data.hpp"

namespace quern::desktop::pages {

inline constexpr std::chrono::milliseconds kTypingPause{300};    // after a change of the manifest
inline constexpr std::chrono::milliseconds kMarketPause{5'000};  // between two because of the market

// Of those that have a price the one that the strategy of that name (job.submit) takes first: where it looks at the
// time too, of those that are likely to cost no more than the budget (0: none is set). Else, and where none is, the
// cheapest, which `rows` begin with, as those of a QuoteFeed do. Nullptr: none has one.
const models::QuoteRow* best_match(const std::vector<models::QuoteRow>& rows, const QString& strategy,
                                   std::int64_t budget_micro);

class QuoteFeed : public QObject {
  Q_OBJECT
 public:
  explicit QuoteFeed(client::Connection& connection, std::chrono::milliseconds market_pause = kMarketPause,
                     QObject* parent = nullptr);

  // The text of a job.json; empty: none any more. Rows of another job are forgotten at once.
  void set_manifest(const QByteArray& manifest);
  const QByteArray& manifest() const { return manifest_; }
  // Offers have changed: asked again, not more often than each pause, and not before an answer that is on its way.
  void market_changed();

  // As quotes_from() has them; absent before the first answer of a daemon and after a refusal.
  const std::optional<std::vector<models::QuoteRow>>& rows() const { return rows_; }
  const models::QuoteRow* best() const;  // the cheapest that has a price
  // None has, but a trial may run somewhere.
  bool trial() const;
  bool asking() const { return reply_.pending(); }
  // Why there are no rows; empty while there are.
  const QString& fault() const { return fault_; }

 Q_SIGNALS:
  void changed();

 private:
  void forget();
  void ask();
  void take(const client::Outcome& outcome);

  client::Connection& connection_;
  client::Reply reply_;
  QTimer typing_;
  QTimer market_;
  QByteArray manifest_;
  std::optional<std::vector<models::QuoteRow>> rows_;
  QString fault_;
};

}  // namespace quern::desktop::pages
