#include "desktop/models/quantity_text.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::desktop::models {
namespace {

const QuantityText kEnglish{QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc()};
const QuantityText kGerman{QLocale(QLocale::German, QLocale::Germany), QTimeZone::utc()};

std::string plain(const QString& text) {
  return QString(text).replace(QChar(QChar::Nbsp), QLatin1Char(' ')).toStdString();
}

TEST(QuantityText, APartOfBytesIsInTheUnitOfTheWhole) {
  const QuantityText text(QLocale(QLocale::English, QLocale::UnitedStates), QTimeZone::utc());
  constexpr std::uint64_t kMib = std::uint64_t{1} << 20;
  const auto said = [&](std::uint64_t part, std::uint64_t whole) {
    return text.bytes_of(part, whole).replace(QChar(0x00A0), u' ').toStdString();
  };
  EXPECT_EQ(said(717 * kMib, 24'576 * kMib), "0.7 / 24 GiB");
  EXPECT_EQ(said(17 * 1'024 * kMib, 24'576 * kMib), "17 / 24 GiB");
  EXPECT_EQ(said(kMib, 24'064 * kMib), "0 / 23.5 GiB");
  EXPECT_EQ(said(24'000 * kMib, 24'564 * kMib), "23.4 / 24 GiB");
  EXPECT_EQ(said(3, 512), "3 / 512 B");
  EXPECT_EQ(QuantityText(QLocale(QLocale::German), QTimeZone::utc()).bytes_of(717 * kMib, 24'576 * kMib).left(3),
            QStringLiteral("0,7"));
}

TEST(QuantityText, CreditsKeepWhatCounts) {
  const auto text = [](std::int64_t micro) { return plain(kEnglish.credits_number(micro)); };
  EXPECT_EQ(text(0), "0.00");
  EXPECT_EQ(text(1'284'600'000), "1,284.60");
  EXPECT_EQ(text(1'000'000), "1.00");
  EXPECT_EQ(text(1'005'000), "1.01");
  EXPECT_EQ(text(420'000), "0.42");
  EXPECT_EQ(text(419'500), "0.42");
  EXPECT_EQ(text(2'100), "0.0021");
  EXPECT_EQ(text(1), "0.000001");
  EXPECT_EQ(text(999'999), "1.00");
  EXPECT_EQ(text(-1'840'000), "-1.84");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854.78");
}

TEST(QuantityText, CreditsOfAColumnHaveAsManyDecimals) {
  const auto column = [](std::initializer_list<std::int64_t> amounts) {
    int decimals = QuantityText::kCreditDecimals;
    for (const std::int64_t micro : amounts) decimals = QuantityText::credits_decimals(micro, decimals);
    std::string texts;
    for (const std::int64_t micro : amounts) texts += plain(kEnglish.credits_number(micro, decimals)) + ' ';
    return texts;
  };
  EXPECT_EQ(column({50'400, 54'000, 2'710'000}), "0.0504 0.0540 2.7100 ");
  EXPECT_EQ(column({2'710'000, 0, 500'000}), "2.71 0.00 0.50 ");
  EXPECT_EQ(column({1'234'567'891, 20}), "1,234.56789 0.00002 ");
  EXPECT_EQ(column({999'999, 1'005'000}), "1.00 1.01 ") << "as they are rounded alone";
}

RC_GTEST_PROP(QuantityText, CreditsAloneAreAColumnOfOne, ()) {
  const auto micro = *rc::gen::arbitrary<std::int64_t>();
  const int decimals = QuantityText::credits_decimals(micro, QuantityText::kCreditDecimals);
  RC_ASSERT(decimals >= 2 && decimals <= 6);
  RC_ASSERT(kEnglish.credits_number(micro, decimals) == kEnglish.credits_number(micro));
  RC_ASSERT(QuantityText::credits_decimals(micro, decimals) == decimals);
}

TEST(QuantityText, CreditsAreWrittenInTheLanguageOfTheirReader) {
  EXPECT_EQ(plain(kGerman.credits_exact(1'284'600'001)), "1.284,600001 cr");
  EXPECT_EQ(plain(kEnglish.credits_exact(1'500'000)), "1.50 cr");
  EXPECT_EQ(plain(kEnglish.credits_signed(1'840'000)), "+1.84 cr");
  EXPECT_EQ(plain(kEnglish.credits_signed(-1'840'000)), "-1.84 cr");
  EXPECT_EQ(plain(kEnglish.credits_per_hour(420'000)), "0.42 cr/h");
}

TEST(QuantityText, MeasuresHaveThreeDigitsThatCount) {
  EXPECT_EQ(plain(kEnglish.bytes(0)), "0 B");
  EXPECT_EQ(plain(kEnglish.bytes(1023)), "1,023 B");
  EXPECT_EQ(plain(kEnglish.bytes(25'232'932'864)), "23.5 GiB");
  EXPECT_EQ(plain(kEnglish.bytes((std::uint64_t{1} << 30) - 1)), "1 GiB");
  EXPECT_EQ(plain(kEnglish.bytes(std::numeric_limits<std::uint64_t>::max())), "16 EiB");
  EXPECT_EQ(plain(kEnglish.flops(82'580'000'000'000)), "82.6 TFLOP/s");
  EXPECT_EQ(plain(kEnglish.bytes_per_second(72'400'000'000)), "72.4 GB/s");
  EXPECT_EQ(plain(kEnglish.frequency(2'520)), "2.52 GHz");
  EXPECT_EQ(plain(kEnglish.flop_per_credit(7)), "7 MFLOP");
  EXPECT_EQ(plain(kEnglish.flop_per_credit(82'600'000)), "82.6 TFLOP");
  EXPECT_EQ(plain(kEnglish.flop_per_credit(std::numeric_limits<std::uint64_t>::max())), "18.4 YFLOP");
  EXPECT_EQ(plain(kGerman.bytes(25'232'932'864)), "23,5 GiB");
}

TEST(QuantityText, SharesTimesAndHeat) {
  EXPECT_EQ(plain(kEnglish.permille(375)), "37.5 %");
  EXPECT_EQ(plain(kEnglish.percent(375)), "38 %");
  EXPECT_EQ(plain(kEnglish.duration(143)), "143 ms");
  EXPECT_EQ(plain(kEnglish.duration(-5)), "0 ms");
  EXPECT_EQ(plain(kEnglish.duration(59'900)), "59.9 s");
  EXPECT_EQ(plain(kEnglish.duration(7'500'000)), "2 h 5 min");
  EXPECT_EQ(plain(kEnglish.duration(4 * 86'400'000LL)), "4 d");
  EXPECT_EQ(plain(kEnglish.round_trip(210)), "0.21 ms");
  EXPECT_EQ(plain(kEnglish.round_trip(45'100)), "45 ms");
  EXPECT_EQ(plain(kEnglish.round_trip(1'200'000)), "1.2 s");
  EXPECT_EQ(plain(kEnglish.celsius(68'400)), "68 °C");
  EXPECT_EQ(plain(kEnglish.watts(342'100)), "342 W");
  EXPECT_EQ(plain(kEnglish.watts(9'450)), "9.5 W");
}

TEST(QuantityText, PointsInTimeAreToldFromNow) {
  constexpr std::int64_t kNow = 1'790'000'000'000;
  EXPECT_EQ(plain(kEnglish.since(kNow - 1'000, kNow)), "just now");
  EXPECT_EQ(plain(kEnglish.since(kNow - 300'000, kNow)), "5 min ago");
  EXPECT_EQ(plain(kEnglish.until(kNow + 330'000, kNow)), "in 5 min");
  EXPECT_EQ(plain(kEnglish.until(kNow - 1, kNow)), "over");
  EXPECT_EQ(plain(kEnglish.day(kNow)), "9/21/26");
}

RC_GTEST_PROP(QuantityText, ExactCreditsReadBackAsTheAmount, ()) {
  const auto micro = *rc::gen::arbitrary<std::int64_t>();
  QString text = kEnglish.credits_exact(micro);
  text.remove(QStringLiteral(" cr")).remove(QLatin1Char(','));
  const qsizetype point = text.indexOf(QLatin1Char('.'));
  const QString digits = text.left(point) + text.sliced(point + 1).leftJustified(6, QLatin1Char('0'));
  RC_ASSERT(digits.toLongLong() == micro);
}

TEST(PlainText, ForeignTextStaysOnItsLine) {
  const auto text = [](const QString& foreign) { return plain_text(foreign).toStdString(); };
  EXPECT_EQ(text(QStringLiteral("a\r\nb\tc\u2028d")), "a b c d");
  EXPECT_EQ(text(QStringLiteral("\u202Egnp.exe\u0007\u001b[31m")), "\uFFFDgnp.exe\uFFFD\uFFFD[31m");
  EXPECT_EQ(text(QStringLiteral("<b>NVIDIA</b> & Söhne 深圳 😀")), "<b>NVIDIA</b> & Söhne 深圳 😀");
  EXPECT_EQ(text(QString(QChar(0xD83D))), "\uFFFD");
  EXPECT_EQ(plain_text(QLatin1Char('a') + QString(50, QChar(0x0301))).size(), 5);
  EXPECT_EQ(plain_text(QString(10'000, QLatin1Char('x'))), QString(255, QLatin1Char('x')) + QChar(0x2026));
  EXPECT_EQ(plain_text(QStringLiteral("abc"), 0), QString());
}

RC_GTEST_PROP(PlainText, IsShortAndHarmlessAndTheSameTheSecondTime, ()) {
  const auto units = *rc::gen::container<std::vector<std::uint16_t>>(rc::gen::arbitrary<std::uint16_t>());
  QString foreign;
  for (const std::uint16_t unit : units) foreign += QChar(unit);
  const auto most = *rc::gen::inRange<qsizetype>(0, 40);
  const QString once = plain_text(foreign, most);
  RC_ASSERT(once.size() <= most);
  RC_ASSERT(plain_text(once, most) == once);
  RC_ASSERT(once.isValidUtf16());
  for (const QChar c : once) RC_ASSERT(c.category() != QChar::Other_Control);
}

}  // namespace
}  // namespace quern::desktop::models
