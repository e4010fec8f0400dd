// From what a daemon's ledger says of many days to bars, shares and comparisons. Pure.
#pragma once
#include <QDate>
#include <QString>
#include <QVector>
#include <cstdint>
#include <functional>
#include <optional>

#include "desktop/models/node_data.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/widgets/charts.hpp"

namespace quern::desktop::pages {

enum class Money { earned, spent };

// Whole days in a zone that is so many minutes ahead of UTC.
struct DayRange {
  std::int64_t from_unix_ms = 0;
  std::int64_t until_unix_ms = 0;  // the end of today
  int days = 0;
};
// The last `days` days with today; `days` from 1 to 400.
DayRange last_days(std::int64_t now_unix_ms, int utc_offset_minutes, int days);
// "2026-11-21" of the day that begins then.
QString day_name(std::int64_t from_unix_ms, int utc_offset_minutes);

// The names that stand for themselves: others are added up.
inline constexpr int kNamedParts = widgets::StackedBars::kSeriesMax - 1;

struct EarningsView {
  QStringList series;  // the largest first; what is left of more than kNamedParts is the last
  QVector<widgets::BarDay> days;
  QVector<widgets::Share> shares;  // of the series, in their order
  std::int64_t total_micro = 0;
};
// `named` makes a text of the name of a part. Every day of the range has a bar, those with nothing an empty one.
EarningsView earnings_view(const models::EarningsHistory& history, Money money, const DayRange& range,
                           int utc_offset_minutes, const std::function<QString(const QString&)>& named,
                           const models::QuantityText& text);

// The sum of each day of the range, the oldest first.
QVector<std::int64_t> daily_sums(const models::EarningsHistory& history, Money money, const DayRange& range,
                                 int utc_offset_minutes);

// Micro-credits for a kilowatt hour, rounded to the nearest; absent where nothing was taken, and above
// models::kMicroMax.
std::optional<std::int64_t> micro_per_kwh(std::int64_t earned_micro, std::int64_t energy_millijoules);

// How much more (or, below 0, less) `now` is than `before`, in permille, held within ±999,000. Absent where nothing was
// before.
std::optional<std::int64_t> change_permille(std::int64_t now, std::int64_t before);
// "▲ 12 % on the 30 days before"; "0 % on a usual day": what is no change has no arrow.
QString change_text(std::int64_t permille, const QString& against, const models::QuantityText& text);

}  // namespace quern::desktop::pages
