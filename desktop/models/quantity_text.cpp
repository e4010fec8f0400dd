#include "desktop/models/quantity_text.hpp"

#include <QDateTime>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <utility>

namespace quern::desktop::models {

namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr int kMarksMax = 4;
constexpr char16_t kReplacement = 0xFFFD;
constexpr char16_t kEllipsis = 0x2026;
constexpr char16_t kNonJoiner = 0x200C;  // scripts need these two; they turn nothing
constexpr char16_t kJoiner = 0x200D;
constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

bool is_line_end(char32_t c) {
  return c == '\n' || c == '\r' || c == '\t' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_mark(char32_t c) {
  const QChar::Category category = QChar::category(c);
  return category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing;
}

bool is_harmful(char32_t c) {
  if (c == kNonJoiner || c == kJoiner) return false;
  switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
      return true;
    default:
      return false;
  }
}

// A number in decimal digits, rounded half away from zero.
struct Decimal {
  std::uint64_t whole = 0;
  std::array<int, 6> digits{};
  int count = 0;
};

Decimal decimal_of(std::uint64_t value, std::uint64_t unit, int decimals) {
  Decimal number{.whole = value / unit, .digits = {}, .count = decimals};
  std::uint64_t rest = value % unit;
  const auto digits = std::span(number.digits).first(static_cast<std::size_t>(decimals));
  for (int& digit : digits) {
    digit = static_cast<int>(rest * 10 / unit);
    rest = rest * 10 % unit;
  }
  if (rest < unit - rest) return number;
  std::size_t at = digits.size();
  while (at > 0 && digits[at - 1] == 9) digits[--at] = 0;
  if (at > 0) {
    ++digits[at - 1];
  } else {
    ++number.whole;
  }
  return number;
}

// Zeros at the end go but for `kept` decimals.
int shown_decimals(const Decimal& number, int kept) {
  int shown = number.count;
  while (shown > kept && number.digits[static_cast<std::size_t>(shown - 1)] == 0) --shown;
  return shown;
}

constexpr std::uint64_t kKibi = 1'024;
constexpr std::array<const char*, 7> kByteUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

}  // namespace

QString plain_text(QStringView foreign, qsizetype chars_max) {
  QString text;
  text.reserve(std::min(foreign.size(), chars_max));
  int marks = 0;
  for (qsizetype at = 0; at < foreign.size(); ++at) {
    char32_t c = foreign[at].unicode();
    if (QChar::isHighSurrogate(c) && at + 1 < foreign.size() && foreign[at + 1].isLowSurrogate()) {
      c = QChar::surrogateToUcs4(foreign[at], foreign[at + 1]);
      ++at;
    }
    if (c == '\n' && at > 0 && foreign[at - 1] == QLatin1Char('\r')) continue;
    marks = is_mark(c) ? marks + 1 : 0;
    if (marks > kMarksMax) continue;
    const qsizetype size = QChar::requiresSurrogates(c) ? 2 : 1;
    if (text.size() + size > chars_max) {
      if (chars_max <= 0) return {};
      while (text.size() >= chars_max) text.chop(text.back().isLowSurrogate() ? 2 : 1);
      text += QChar(kEllipsis);
      return text;
    }
    if (is_line_end(c)) {
      text += QLatin1Char(' ');
    } else if (is_harmful(c)) {
      text += QChar(kReplacement);
    } else {
      text += QChar::fromUcs4(c);
    }
  }
  return text;
}

QString short_id(QStringView id) {
  constexpr qsizetype kShown = 8;
  return id.size() <= kShown + 2 ? id.toString() : QChar(kEllipsis) + id.last(kShown).toString();
}

QuantityText::QuantityText(const QLocale& locale, const QTimeZone& zone) : locale_(locale), zone_(zone) {}

QString QuantityText::none() {
  return QString(QChar(0x2014));
}

// `value` / `unit` with so many decimals, of which zeros at the end go but for `kept`.
QString QuantityText::fixed(std::int64_t value, std::int64_t unit, int decimals, int kept) const {
  return fixed(magnitude(value), static_cast<std::uint64_t>(unit), decimals, kept, value < 0);
}

QString QuantityText::fixed(std::uint64_t value, std::uint64_t unit, int decimals, int kept, bool negative) const {
  const Decimal number = decimal_of(value, unit, decimals);
  const int shown = shown_decimals(number, kept);
  QString text = locale_.toString(static_cast<qulonglong>(number.whole));
  if (shown > 0) text += locale_.decimalPoint();
  bool zero = number.whole == 0;
  for (int at = 0; at < shown; ++at) {
    const int digit = number.digits[static_cast<std::size_t>(at)];
    zero = zero && digit == 0;
    text += locale_.toString(digit);
  }
  return negative && !zero ? locale_.negativeSign() + text : text;
}

QuantityText::Unit QuantityText::unit_of(std::uint64_t value, std::uint64_t base, std::size_t units) {
  Unit unit;
  for (; unit.at + 1 < units && value / unit.size >= base; ++unit.at) unit.size *= base;
  // What would be rounded to 1000 of this unit is 1 of the next.
  if (unit.at > 0 && unit.at + 1 < units && decimal_of(value, unit.size, 0).whole == base) {
    unit.size *= base;
    ++unit.at;
  }
  return unit;
}

QString QuantityText::scaled(std::uint64_t value, std::uint64_t base, std::span<const char* const> units) const {
  const Unit unit = unit_of(value, base, units.size());
  const std::uint64_t whole = value / unit.size;
  const int decimals = unit.at == 0 || whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
  return fixed(value, unit.size, decimals, 0, false) + QChar(QChar::Nbsp) + QString::fromLatin1(units[unit.at]);
}

int QuantityText::credits_decimals(std::int64_t micro, int of_others) {
  static constexpr std::array<std::uint64_t, 7> kSteps{1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  const std::uint64_t size = magnitude(micro);
  if (size % kSteps.at(static_cast<std::size_t>(of_others)) == 0) return of_others;
  const int most = size >= kMicro ? 2 : size >= 100'000 ? 3 : size >= 10'000 ? 4 : size >= 1'000 ? 5 : 6;
  return std::max(of_others, shown_decimals(decimal_of(size, kMicro, most), kCreditDecimals));
}

int QuantityText::decimals_of_step(std::int64_t step_micro) {
  int decimals = 0;
  for (std::uint64_t unit = kMicro; magnitude(step_micro) % unit != 0; unit /= 10) ++decimals;
  return decimals;
}

QString QuantityText::credits_number(std::int64_t micro) const {
  return credits_number(micro, credits_decimals(micro, kCreditDecimals));
}

QString QuantityText::credits_number(std::int64_t micro, int decimals) const {
  return fixed(micro, kMicro, decimals, decimals);
}

QString QuantityText::credits(std::int64_t micro) const {
  return tr("%1 cr").arg(credits_number(micro));
}

QString QuantityText::credits(std::int64_t micro, int decimals) const {
  return tr("%1 cr").arg(credits_number(micro, decimals));
}

QString QuantityText::credits_signed(std::int64_t micro) const {
  return credits_signed(micro, credits_decimals(micro, kCreditDecimals));
}

QString QuantityText::credits_signed(std::int64_t micro, int decimals) const {
  return (micro > 0 ? locale_.positiveSign() : QString()) + credits(micro, decimals);
}

QString QuantityText::credits_exact(std::int64_t micro) const {
  return tr("%1 cr").arg(fixed(micro, kMicro, 6, 2));
}

QString QuantityText::credits_per_hour(std::int64_t micro_per_hour) const {
  return tr("%1 cr/h").arg(credits_number(micro_per_hour));
}

QString QuantityText::count(std::int64_t number) const {
  return locale_.toString(static_cast<qlonglong>(number));
}

QString QuantityText::bytes(std::uint64_t bytes) const {
  return scaled(bytes, kKibi, kByteUnits);
}

QString QuantityText::bytes_of(std::uint64_t part, std::uint64_t whole) const {
  const Unit unit = unit_of(whole, kKibi, kByteUnits.size());
  const int decimals = unit.at == 0 ? 0 : 1;
  return QStringLiteral("%1 / %2").arg(fixed(part, unit.size, decimals, 0, false),
                                       fixed(whole, unit.size, decimals, 0, false)) +
         QChar(QChar::Nbsp) + QString::fromLatin1(kByteUnits.at(unit.at));
}

QString QuantityText::bytes_per_second(std::uint64_t bytes) const {
  static constexpr std::array<const char*, 7> kUnits{"B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s", "EB/s"};
  return scaled(bytes, 1000, kUnits);
}

QString QuantityText::flops(std::uint64_t flops) const {
  static constexpr std::array<const char*, 7> kUnits{"FLOP/s",  "kFLOP/s", "MFLOP/s", "GFLOP/s",
                                                     "TFLOP/s", "PFLOP/s", "EFLOP/s"};
  return scaled(flops, 1000, kUnits);
}

// One for a micro-credit is a million for a credit: nothing is multiplied, and no amount is too large.
QString QuantityText::flop_per_credit(std::uint64_t flop_per_micro) const {
  static constexpr std::array<const char*, 7> kUnits{"MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP", "YFLOP"};
  return scaled(flop_per_micro, 1000, kUnits);
}

QString QuantityText::frequency(std::uint64_t mhz) const {
  static constexpr std::array<const char*, 3> kUnits{"MHz", "GHz", "THz"};
  return scaled(mhz, 1000, kUnits);
}

QString QuantityText::permille(std::int64_t permille) const {
  return fixed(permille, 10, 1, 0) + QChar(QChar::Nbsp) + locale_.percent();
}

QString QuantityText::percent(std::int64_t permille) const {
  return fixed(permille, 10, 0, 0) + QChar(QChar::Nbsp) + locale_.percent();
}

QString QuantityText::duration(std::int64_t milliseconds) const {
  if (milliseconds < kSecondMs) return tr("%1 ms").arg(count(std::max<std::int64_t>(0, milliseconds)));
  if (milliseconds < kMinuteMs) return tr("%1 s").arg(fixed(milliseconds, kSecondMs, 1, 0));
  const auto two = [this](std::int64_t large, const QString& first, std::int64_t small, const QString& second) {
    return small == 0 ? first.arg(count(large)) : first.arg(count(large)) + QLatin1Char(' ') + second.arg(count(small));
  };
  if (milliseconds >= kDayMs) {
    return two(milliseconds / kDayMs, tr("%1 d"), milliseconds % kDayMs / kHourMs, tr("%1 h"));
  }
  if (milliseconds >= kHourMs) {
    return two(milliseconds / kHourMs, tr("%1 h"), milliseconds % kHourMs / kMinuteMs, tr("%1 min"));
  }
  return two(milliseconds / kMinuteMs, tr("%1 min"), milliseconds % kMinuteMs / kSecondMs, tr("%1 s"));
}

QString QuantityText::round_trip(std::uint64_t microseconds) const {
  if (microseconds < 1'000) return tr("%1 ms").arg(fixed(microseconds, 1'000, 2, 0, false));
  if (microseconds < 10'000) return tr("%1 ms").arg(fixed(microseconds, 1'000, 1, 0, false));
  if (microseconds < 1'000'000) return tr("%1 ms").arg(fixed(microseconds, 1'000, 0, 0, false));
  return tr("%1 s").arg(fixed(microseconds, 1'000'000, 1, 0, false));
}

QString QuantityText::celsius(std::int64_t millicelsius) const {
  return tr("%1 °C").arg(fixed(millicelsius, 1'000, 0, 0));
}

QString QuantityText::watts(std::int64_t milliwatts) const {
  const int decimals = magnitude(milliwatts) < 10'000 ? 1 : 0;
  return tr("%1 W").arg(fixed(milliwatts, 1'000, decimals, 0));
}

QString QuantityText::time(std::int64_t unix_ms) const {
  return locale_.toString(QDateTime::fromMSecsSinceEpoch(unix_ms, zone_), QLocale::ShortFormat);
}

QString QuantityText::day(std::int64_t unix_ms) const {
  return locale_.toString(QDateTime::fromMSecsSinceEpoch(unix_ms, zone_).date(), QLocale::ShortFormat);
}

QString QuantityText::since(std::int64_t unix_ms, std::int64_t now_unix_ms) const {
  const std::int64_t passed = now_unix_ms - unix_ms;
  if (passed < kMinuteMs) return tr("just now");
  if (passed < kHourMs) return tr("%1 min ago").arg(count(passed / kMinuteMs));
  if (passed < kDayMs) return tr("%1 h ago").arg(count(passed / kHourMs));
  return time(unix_ms);
}

QString QuantityText::until(std::int64_t unix_ms, std::int64_t now_unix_ms) const {
  const std::int64_t left = unix_ms - now_unix_ms;
  return left <= 0 ? tr("over") : tr("in %1").arg(duration(left >= kMinuteMs ? left / kMinuteMs * kMinuteMs : left));
}

}  // namespace quern::desktop::models
