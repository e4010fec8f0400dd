// Pausing devices one by one: which are there, what a click asks of the daemon, and when there is nothing to show.
#include "desktop/app/device_pauses.hpp"

#include <QAction>
#include <QMenu>

#include "desktop/app/tray.hpp"
#include "tests/desktop/app/shell.hpp"

namespace quern::desktop::app {
namespace {

boost::json::object device(const std::string& id, const std::string& name, bool wanted = true) {
  return {{"id", id},
          {"name", name},
          {"kind", "gpu"},
          {"offered", wanted},
          {"wanted", wanted},
          {"paused", false},
          {"rates", boost::json::object()}};
}
boost::json::object machine_of(boost::json::array devices) {
  return {{"host", "attic"},
          {"report", boost::json::object()},
          {"live", boost::json::object()},
          {"devices", std::move(devices)}};
}

class DevicePausesTest : public ::testing::Test {
 protected:
  void begin(boost::json::array devices) {
    shell = std::make_unique<Shell>(false);
    shell->topics["machine"] = machine_of(std::move(devices));
    shell->open();
    ASSERT_TRUE(QTest::qWaitFor(
        [this] {
          shell->serve();
          return shell->models.machine().has_value();
        },
        kSoonMs));
    tray = std::make_unique<Tray>(shell->models, shell->donation, QDBusConnection(QStringLiteral("none")));
  }
  void TearDown() override {
    tray.reset();
    shell.reset();
  }
  QMenu* one_device() const {
    for (const QAction* const action : tray->menu().actions()) {
      if (action->text() == QStringLiteral("Pause one device")) return action->menu();
    }
    return nullptr;
  }
  QMenu* menu_of(int at) const { return one_device()->actions().at(at)->menu(); }
  static QStringList shown(const QMenu& menu) {
    QStringList texts;
    for (const QAction* const action : menu.actions()) {
      if (action->isVisible()) texts << action->text();
    }
    return texts;
  }
  bool visible() const { return one_device()->menuAction()->isVisible(); }

  std::unique_ptr<Shell> shell;
  std::unique_ptr<Tray> tray;
};

TEST_F(DevicePausesTest, EachOfferedDeviceIsPausedForAWhileByItself) {
  begin({device("d1", "RTX 4090"), device("d2", "Radeon"), device("d3", "Not shared", false)});
  ASSERT_NE(one_device(), nullptr);
  EXPECT_TRUE(visible());
  EXPECT_EQ(shown(*one_device()), (QStringList{QStringLiteral("RTX 4090"), QStringLiteral("Radeon")}));
  ASSERT_EQ(shown(*menu_of(1)).size(), kPauseLengths);
  menu_of(1)->actions().at(1)->trigger();
  const rpc::Request* const call = shell->called("donation.pause");
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->params, (boost::json::object{{"for_ms", 3'600'000}, {"device", "d2"}}));
}

TEST_F(DevicePausesTest, APausedDeviceCountsDownAndIsResumedByItself) {
  begin({device("d1", "RTX 4090"), device("d2", "Radeon")});
  boost::json::object paused = device("d2", "Radeon");
  paused["paused"] = true;
  paused["paused_until_unix_ms"] = kNow + 1'200'000;
  shell->put("machine", machine_of({device("d1", "RTX 4090"), paused}));
  ASSERT_TRUE(QTest::qWaitFor([&] { return shown(*menu_of(1)).size() == 1; }, kSoonMs));
  EXPECT_EQ(shown(*menu_of(1)).front(), QStringLiteral("Resume (paused, ends in 20 min)"));
  EXPECT_EQ(shown(*menu_of(0)).size(), kPauseLengths);
  menu_of(1)->actions().back()->trigger();
  const rpc::Request* const call = shell->called("donation.resume");
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->params, (boost::json::object{{"device", "d2"}}));
}

TEST_F(DevicePausesTest, ThereIsNothingToShowForOneDeviceInAPauseOrWhereTheDaemonCannot) {
  begin({device("d1", "RTX 4090")});
  EXPECT_FALSE(visible());  // the other menu pauses it
  shell->put("machine", machine_of({device("d1", "RTX 4090"), device("d2", "Radeon")}));
  ASSERT_TRUE(QTest::qWaitFor([&] { return visible(); }, kSoonMs));
  shell->put("status", status_of(paused_until(kNow + 3'600'000)));
  EXPECT_TRUE(QTest::qWaitFor([&] { return !visible(); }, kSoonMs));
  shell->put("status", status_of(kDonating));
  ASSERT_TRUE(QTest::qWaitFor([&] { return visible(); }, kSoonMs));
  boost::json::object cannot = status_of(kDonating);
  cannot["capabilities"] = boost::json::array{"machine", "device.set"};
  shell->put("status", cannot);
  EXPECT_TRUE(QTest::qWaitFor([&] { return !visible(); }, kSoonMs));
}

TEST_F(DevicePausesTest, NamesThatAreEqualLongOrHostileStayApartAndHarmless) {
  const std::string foreign = "A&B\x1b[31m " + std::string(10'000, 'x');
  begin({device("device-one", "Twin"), device("device-two", "Twin"), device("d3", foreign)});
  const QStringList names = shown(*one_device());
  ASSERT_EQ(names.size(), 3);
  EXPECT_NE(names[0], names[1]);
  EXPECT_TRUE(names[2].startsWith(QStringLiteral("A&&B")));
  EXPECT_FALSE(names[2].contains(QChar(0x1b)));
  EXPECT_LE(names[2].size(), DevicePauses::kNameCharsMax + 2);
}

}  // namespace
}  // namespace quern::desktop::app
