// The one place where numbers become text for people, in their language; and where foreign text is made harmless. Pure.
//
// Numbers are integers of the smallest unit and are rounded half away from zero, once. Nothing is ever shown as more
// exact than it is.
#pragma once
#include <QCoreApplication>
#include <QLocale>
#include <QString>
#include <QStringView>
#include <QTimeZone>
#include <cstddef>
#include <cstdint>
#include <span>

namespace quern::desktop::models {

inline constexpr qsizetype kNameCharsMax = 256;   // of a name, a reason, a short text of others
inline constexpr qsizetype kTextCharsMax = 4096;  // of a detail, a line of a log

// Foreign text on one line: line ends and tabs become blanks, other control characters, what turns the direction of
// writing, what is invisible (but for joiners) and halves of characters become U+FFFD; more than four combining marks
// in a row are left out; cut to `chars_max` with an ellipsis. Markup stays as it is: show it as Qt::PlainText.
QString plain_text(QStringView foreign, qsizetype chars_max = kNameCharsMax);

class QuantityText {
  Q_DECLARE_TR_FUNCTIONS(QuantityText)
 public:
  explicit QuantityText(const QLocale& locale = QLocale(), const QTimeZone& zone = QTimeZone::systemTimeZone());

  const QLocale& locale() const { return locale_; }

  // "1,284.60", "0.0021", "0.00": two decimals from one credit up, below it three digits that count; never more than
  // the six there are.
  QString credits_number(std::int64_t micro) const;
  QString credits(std::int64_t micro) const;  // "1,284.60 cr"
  // For columns, where the decimal points stand one above the other: how many decimals all its amounts need, asked of
  // one after the other from kCreditDecimals on; and an amount with so many, zeros too: "0.0540" above "0.0504".
  static constexpr int kCreditDecimals = 2;
  static int credits_decimals(std::int64_t micro, int of_others);
  QString credits_number(std::int64_t micro, int decimals) const;
  // Of an axis: as few as tell amounts apart that are multiples of `step_micro`.
  static int decimals_of_step(std::int64_t step_micro);
  QString credits(std::int64_t micro, int decimals) const;
  QString credits_signed(std::int64_t micro) const;  // "+1.84 cr"
  QString credits_signed(std::int64_t micro, int decimals) const;
  // All six decimals, without zeros behind the second: "1,284.600001 cr".
  QString credits_exact(std::int64_t micro) const;
  QString credits_per_hour(std::int64_t micro_per_hour) const;  // "0.42 cr/h"

  QString count(std::int64_t number) const;  // "12,345"
  QString bytes(std::uint64_t bytes) const;  // "23.5 GiB"
  // "0.7 / 24 GiB": both in the unit of the second.
  QString bytes_of(std::uint64_t part, std::uint64_t whole) const;
  QString bytes_per_second(std::uint64_t bytes) const;                  // "72.4 GB/s"
  QString flops(std::uint64_t flops) const;                             // "82.6 TFLOP/s"
  QString flop_per_credit(std::uint64_t flop_per_micro) const;          // "82.6 TFLOP" for a whole credit
  QString permille(std::int64_t permille) const;                        // "37.5 %"
  QString percent(std::int64_t permille) const;                         // "38 %"
  QString duration(std::int64_t milliseconds) const;                    // "143 ms", "59.9 s", "2 h 5 min", "3 d 4 h"
  QString round_trip(std::uint64_t microseconds) const;                 // "0.21 ms", "45 ms", "1.2 s"
  QString celsius(std::int64_t millicelsius) const;                     // "68 °C"
  QString watts(std::int64_t milliwatts) const;                         // "342 W"
  QString frequency(std::uint64_t mhz) const;                           // "2.52 GHz"
  QString time(std::int64_t unix_ms) const;                             // "20 Nov 2026 21:40" as the locale writes it
  QString day(std::int64_t unix_ms) const;                              // "20 Nov 2026"
  QString since(std::int64_t unix_ms, std::int64_t now_unix_ms) const;  // "just now", "5 min ago"
  QString until(std::int64_t unix_ms, std::int64_t now_unix_ms) const;  // "in 5 min", "over"
  static QString none();                                                // "—": the value is not known

 private:
  QString fixed(std::int64_t value, std::int64_t unit, int decimals, int kept) const;
  QString fixed(std::uint64_t value, std::uint64_t unit, int decimals, int kept, bool negative) const;
  struct Unit {
    std::uint64_t size = 1;
    std::size_t at = 0;
  };
  static Unit unit_of(std::uint64_t value, std::uint64_t base, std::size_t units);
  QString scaled(std::uint64_t value, std::uint64_t base, std::span<const char* const> units) const;

  QLocale locale_;
  QTimeZone zone_;
};

// The end of a long id, as `quern` shows it: "…x9Kq12ab". The whole one is for copying.
QString short_id(QStringView id);

}  // namespace quern::desktop::models
