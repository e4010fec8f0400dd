#include "desktop/widgets/price_spin.hpp"

#include <QLineEdit>
#include <QLocale>
#include <QSignalSpy>
#include <QTest>
#include <limits>

#include <gtest/gtest.h>

#include "desktop/theme/theme.hpp"

namespace quern::desktop::widgets {
namespace {

const QLocale kC = QLocale::c();

struct Price : testing::Test {
  Price() { theme::Theme::instance().install(); }
};

TEST_F(Price, IsExactInBothDirections) {
  for (const qint64 micro : {qint64{0}, qint64{1}, qint64{420'000}, qint64{1'284'600'001}, qint64{-5'500'000},
                             std::numeric_limits<qint64>::max()}) {
    EXPECT_EQ(micro_from_text(micro_text(micro, kC), kC), micro) << micro;
  }
  EXPECT_EQ(micro_text(420'000, kC), QStringLiteral("0.42"));
  EXPECT_EQ(micro_text(420'001, kC), QStringLiteral("0.420001"));
  EXPECT_EQ(micro_text(std::numeric_limits<qint64>::min(), kC), QStringLiteral("-9223372036854.775808"));
  EXPECT_EQ(micro_text(1'500'000, QLocale(QLocale::German)), QStringLiteral("1,50"));
  EXPECT_EQ(micro_from_text(QStringLiteral("1,5"), QLocale(QLocale::German)), 1'500'000);
  EXPECT_EQ(micro_from_text(QStringLiteral("1.5"), QLocale(QLocale::German)), 1'500'000);
}

TEST_F(Price, RefusesWhatIsNoAmount) {
  for (const char* text : {"", " ", ".", "-", "1e5", "0x10", "1.2345678", "1.2.3", "--1", "99999999999999999999",
                           "9223372036854.775808", "nan", "1 2"}) {
    EXPECT_EQ(micro_from_text(QString::fromLatin1(text), kC), std::nullopt) << text;
  }
}

TEST_F(Price, ShowsThePriceThatIsHeldForTheOneThatIsTyped) {
  PriceSpin spin(QStringLiteral("Price"));
  spin.setLocale(kC);
  spin.set_range(3'600, 7'200'000);
  spin.set_grain(3'600);
  spin.show();
  auto* edit = spin.findChild<QLineEdit*>();
  const auto typed = [&](const char* text) {
    edit->selectAll();
    QTest::keyClicks(edit, QLatin1String(text));
    QTest::keyClick(edit, Qt::Key_Return);
    return edit->text();
  };
  EXPECT_EQ(typed("0.10"), QStringLiteral("0.1008"));
  EXPECT_EQ(spin.value(), 100'800);
  EXPECT_EQ(typed("3.6"), QStringLiteral("3.60"));
  EXPECT_EQ(typed("0.004"), QStringLiteral("0.0036"));
}

TEST_F(Price, IsTypedSteppedAndClamped) {
  PriceSpin spin(QStringLiteral("Price"));
  spin.setLocale(kC);
  spin.set_unit(QStringLiteral("cr/h"));
  spin.set_range(10'000, 2'000'000);
  spin.set_value(420'000);
  spin.show();
  auto* edit = spin.findChild<QLineEdit*>();
  EXPECT_EQ(edit->text(), QStringLiteral("0.42 cr/h"));
  EXPECT_EQ(edit->accessibleName(), QStringLiteral("Price"));
  QSignalSpy changed(&spin, &PriceSpin::value_changed);
  QTest::keyClick(&spin, Qt::Key_Up);
  EXPECT_EQ(spin.value(), 430'000);
  edit->selectAll();
  QTest::keyClicks(edit, QStringLiteral("1.25"));
  QTest::keyClick(edit, Qt::Key_Return);
  EXPECT_EQ(spin.value(), 1'250'000);
  EXPECT_EQ(edit->text(), QStringLiteral("1.25 cr/h"));
  edit->selectAll();
  QTest::keyClicks(edit, QStringLiteral("99"));
  QTest::keyClick(edit, Qt::Key_Return);
  EXPECT_EQ(spin.value(), 2'000'000);
  EXPECT_EQ(changed.count(), 3);
  edit->selectAll();
  QTest::keyClicks(edit, QStringLiteral("abc"));
  EXPECT_FALSE(edit->text().contains(u'b')) << "cannot be typed";
  spin.set_range(std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max());
  spin.set_step(std::numeric_limits<qint64>::max());
  for (int step = 0; step < 4; ++step) spin.stepBy(100);
  EXPECT_EQ(spin.value(), std::numeric_limits<qint64>::max());
}

}  // namespace
}  // namespace quern::desktop::widgets
