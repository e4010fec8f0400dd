#include "desktop/pages/earnings_view.hpp"

#include <QCoreApplication>
#include <QDateTime>
#include <QHash>
#include <algorithm>

namespace quern::desktop::pages {

using models::EarningsHistory;

namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = kMinuteMs * 60 * 24;
constexpr int kDaysMost = 400;
constexpr std::int64_t kChangeMost = 999'000;

std::int64_t amount_of(const EarningsHistory::Part& part, Money money) {
  return std::max<std::int64_t>(0, money == Money::earned ? part.earned_micro : part.spent_micro);
}

std::int64_t added(std::int64_t sum, std::int64_t amount) {
  return std::min(models::kMicroMax, sum + amount);
}

// Names of parts, the largest first; equal ones by name, so that colours stay where they are.
std::vector<EarningsHistory::Part> ranked(const EarningsHistory& history, Money money) {
  std::vector<EarningsHistory::Part> parts = history.parts();
  std::erase_if(parts, [money](const EarningsHistory::Part& part) { return amount_of(part, money) == 0; });
  std::ranges::sort(parts, [money](const auto& one, const auto& other) {
    const std::int64_t more = amount_of(one, money);
    const std::int64_t less = amount_of(other, money);
    return more != less ? more > less : one.name < other.name;
  });
  return parts;
}

// By "2026-11-21": which of the range.
QHash<QString, int> days_of(const DayRange& range, int utc_offset_minutes) {
  QHash<QString, int> places;
  for (int day = 0; day < range.days; ++day) {
    places.insert(day_name(range.from_unix_ms + day * kDayMs, utc_offset_minutes), day);
  }
  return places;
}

// The day and the month as the locale writes them, without the year.
QString day_label(std::int64_t from_unix_ms, int utc_offset_minutes, const models::QuantityText& text) {
  const QDate date = QDateTime::fromMSecsSinceEpoch(from_unix_ms + utc_offset_minutes * kMinuteMs, Qt::UTC).date();
  return text.locale().toString(date, QCoreApplication::translate("EarningsView", "d MMM", "a day on the axis"));
}

}  // namespace

DayRange last_days(std::int64_t now_unix_ms, int utc_offset_minutes, int days) {
  const int count = std::clamp(days, 1, kDaysMost);
  const std::int64_t offset = utc_offset_minutes * kMinuteMs;
  const std::int64_t today = (now_unix_ms + offset) / kDayMs;
  const std::int64_t until = (today + 1) * kDayMs - offset;
  return {.from_unix_ms = std::max<std::int64_t>(0, until - count * kDayMs), .until_unix_ms = until, .days = count};
}

QString day_name(std::int64_t from_unix_ms, int utc_offset_minutes) {
  return QDateTime::fromMSecsSinceEpoch(from_unix_ms + utc_offset_minutes * kMinuteMs, Qt::UTC)
      .date()
      .toString(Qt::ISODate);
}

EarningsView earnings_view(const EarningsHistory& history, Money money, const DayRange& range, int utc_offset_minutes,
                           const std::function<QString(const QString&)>& named, const models::QuantityText& text) {
  EarningsView view;
  QHash<QString, int> series;
  QVector<std::int64_t> sums;
  const auto parts = ranked(history, money);
  const auto own = static_cast<int>(std::min<std::size_t>(parts.size(), kNamedParts));
  for (int at = 0; at < static_cast<int>(parts.size()); ++at) {
    const EarningsHistory::Part& part = parts[static_cast<std::size_t>(at)];
    series.insert(part.name, std::min(at, own));
    if (at < own) view.series << named(part.name);
    if (at == own) view.series << QCoreApplication::translate("EarningsView", "Others");
    if (at <= own) sums << 0;
    sums[std::min(at, own)] = added(sums[std::min(at, own)], amount_of(part, money));
    view.total_micro = added(view.total_micro, amount_of(part, money));
  }
  for (int at = 0; at < view.series.size(); ++at) {
    view.shares.append({.name = view.series[at], .amount = text.credits_number(sums[at]), .value = sums[at]});
  }
  for (int day = 0; day < range.days; ++day) {
    view.days.append({.label = day_label(range.from_unix_ms + day * kDayMs, utc_offset_minutes, text),
                      .values = QVector<qint64>(view.series.size(), 0)});
  }
  const auto places = days_of(range, utc_offset_minutes);
  for (const EarningsHistory::Day& day : history.days) {
    const int place = places.value(day.day, -1);
    if (place < 0) continue;
    for (const EarningsHistory::Part& part : day.parts) {
      if (amount_of(part, money) == 0) continue;
      const int at = series.value(part.name, -1);
      if (at < 0) continue;  // other days have taken back as much
      qint64& value = view.days[place].values[at];
      value = added(value, amount_of(part, money));
    }
  }
  return view;
}

QVector<std::int64_t> daily_sums(const EarningsHistory& history, Money money, const DayRange& range,
                                 int utc_offset_minutes) {
  QVector<std::int64_t> sums(range.days, 0);
  const auto places = days_of(range, utc_offset_minutes);
  for (const EarningsHistory::Day& day : history.days) {
    const int place = places.value(day.day, -1);
    if (place < 0) continue;
    for (const EarningsHistory::Part& part : day.parts) sums[place] = added(sums[place], amount_of(part, money));
  }
  return sums;
}

std::optional<std::int64_t> micro_per_kwh(std::int64_t earned_micro, std::int64_t energy_millijoules) {
  constexpr std::int64_t kMillijoulesOfKwh = 3'600'000'000;
  if (energy_millijoules <= 0) return std::nullopt;
  const auto earned = static_cast<__int128>(std::max<std::int64_t>(0, earned_micro));
  const auto micro = (earned * kMillijoulesOfKwh + energy_millijoules / 2) / energy_millijoules;
  if (micro > models::kMicroMax) return std::nullopt;
  return static_cast<std::int64_t>(micro);
}

std::optional<std::int64_t> change_permille(std::int64_t now, std::int64_t before) {
  if (before <= 0) return std::nullopt;
  const auto change = (static_cast<__int128>(now) - before) * 1'000 / before;
  return static_cast<std::int64_t>(std::clamp<__int128>(change, -kChangeMost, kChangeMost));
}

QString change_text(std::int64_t permille, const QString& against, const models::QuantityText& text) {
  const QString amount = text.percent(std::abs(permille));
  if (amount == text.percent(0)) return QStringLiteral("%1 %2").arg(amount, against);
  return QStringLiteral("%1 %2 %3").arg(permille < 0 ? QStringLiteral("▼") : QStringLiteral("▲"), amount, against);
}

}  // namespace quern::desktop::pages
