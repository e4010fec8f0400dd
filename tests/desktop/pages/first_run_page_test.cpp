// The first run on a played daemon: what is proposed, and what is said of it.
#include "desktop/pages/first_run_page.hpp"

#include <QLineEdit>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"
#include "tests/desktop/pages/played_service.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

class FirstRunPageTest : public ::testing::Test {
 protected:
  // Four cards that nobody offers yet; a screen hangs on the last.
  static json::object machine() {
    json::object machine = example_machine();
    for (json::value& device : machine["devices"].as_array()) {
      device.as_object()["wanted"] = false;
      device.as_object()["offered"] = false;
      if (device.at("why").is_null()) {
        device.as_object()["why"] = json::object{{"reason", "offer_withdrawn"},
                                                 {"text", "the node has withdrawn its offer"},
                                                 {"detail", "provider.enabled is false"}};
      }
    }
    return machine;
  }
  FirstRunPage& open(QSize size = kUsual) {
    stage_.daemon.set_topic("status", example_status("off"));
    stage_.daemon.set_topic("machine", machine());
    FirstRunPage& page = stage_.open(size, app_, service_);
    EXPECT_TRUE(soon([&] { return switches(page).size() == 4; }));
    return page;
  }
  static QVector<widgets::Toggle*> switches(const FirstRunPage& page) {
    QVector<widgets::Toggle*> all;
    for (auto* const each : page.findChildren<widgets::Toggle*>()) {
      if (each->text().isEmpty()) all.append(each);
    }
    return all;
  }

  QTemporaryDir folder_;
  client::SettingsStore store_{folder_.filePath(QStringLiteral("app.ini"))};
  AppSettings app_{store_};
  PlayedService service_;
  Staged<FirstRunPage> stage_;
};

TEST_F(FirstRunPageTest, ACardWithAScreenIsProposedOffAndSaysWhy) {
  FirstRunPage& page = open();
  const auto all = switches(page);
  for (int at = 0; at < 3; ++at) EXPECT_TRUE(all[at]->isChecked()) << at;
  EXPECT_FALSE(all[3]->isChecked());
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("a display is attached: offer it anyway by its switch")); }));
  EXPECT_FALSE(says(page, QStringLiteral("withdrawn"))) << "that nothing is shared yet is no hindrance";
  settle();
  picture(page, QStringLiteral("welcome"));
}

TEST_F(FirstRunPageTest, WhatTheChosenDevicesWouldEarnFollowsSwitchesAndPrices) {
  FirstRunPage& page = open();
  const auto all = switches(page);
  const auto spins = page.findChildren<widgets::PriceSpin*>();
  ASSERT_EQ(spins.size(), 4);
  const auto up_to = [&](std::int64_t micro) {
    return says(page, QStringLiteral("Up to %1 while").arg(english().credits_per_hour(micro)));
  };
  EXPECT_TRUE(soon([&] { return up_to(spins[0]->value() + spins[1]->value() + spins[2]->value()); }))
      << texts_of(page).join(u'\n').toStdString();
  QTest::mouseClick(all[0], Qt::LeftButton);
  EXPECT_TRUE(up_to(spins[1]->value() + spins[2]->value()));
  const std::int64_t before = spins[1]->value();
  spins[1]->setFocus();
  QTest::keyClick(spins[1], Qt::Key_Up);
  EXPECT_GT(spins[1]->value(), before);
  EXPECT_TRUE(up_to(spins[1]->value() + spins[2]->value()));
  for (const int at : {1, 2}) QTest::mouseClick(all[at], Qt::LeftButton);
  EXPECT_FALSE(says(page, QStringLiteral("Up to")));
}

TEST_F(FirstRunPageTest, APriceThatIsBeingTypedIsLeftAlone) {
  FirstRunPage& page = open();
  auto* const spin = page.findChildren<widgets::PriceSpin*>().front();
  page.activateWindow();
  spin->setFocus();
  ASSERT_TRUE(soon([&] { return spin->hasFocus(); }));
  auto* const line = spin->findChild<QLineEdit*>();
  line->selectAll();
  QTest::keyClicks(spin, QStringLiteral("7.5"));
  const QString typed = line->text();
  json::object told = machine();
  told["devices"].as_array().front().as_object()["name"] = "Another";
  told["devices"].as_array().front().as_object()["rates"] = json::object{{"device_second", 900}};
  stage_.daemon.set_topic("machine", told);
  ASSERT_TRUE(soon([&] { return stage_.models->machine()->devices.front().name == QStringLiteral("Another"); }));
  EXPECT_EQ(line->text(), typed);
  spin->clearFocus();
  EXPECT_EQ(spin->value(), 2'083 * 3'600) << "whole micro-credits a second";
  EXPECT_TRUE(line->text().startsWith(QStringLiteral("7.4988"))) << line->text().toStdString();
}

// A switch that is on before anything is shared is nobody's purpose.
TEST_F(FirstRunPageTest, BesideACardTheProcessorIsNotProposedAlthoughItsSwitchIsOn) {
  stage_.daemon.set_topic("status", example_status("off"));
  json::object told = example_machine({.with_processor = true});
  for (json::value& device : told["devices"].as_array()) {
    device.as_object()["wanted"] = true;
    device.as_object()["offered"] = false;
    device.as_object()["why"] = json::object{{"reason", "offer_withdrawn"}, {"text", "withdrawn"}};
  }
  stage_.daemon.set_topic("machine", told);
  FirstRunPage& page = stage_.open(kUsual, app_, service_);
  ASSERT_TRUE(soon([&] { return switches(page).size() == 5; }));
  EXPECT_TRUE(switches(page).front()->isChecked());
  EXPECT_FALSE(switches(page).back()->isChecked());
}

TEST_F(FirstRunPageTest, WhereSystemdHasTheServiceItsStartAtTheLoginIsOffered) {
  FirstRunPage& page = open();
  EXPECT_FALSE(button(page, QStringLiteral("Start the service when I log in")));
  service_.put(ServiceUnit::State::running);
  QAbstractButton* const at_login = button(page, QStringLiteral("Start the service when I log in"));
  ASSERT_TRUE(at_login);
  EXPECT_FALSE(at_login->isChecked());
  settle();
  picture(page, QStringLiteral("welcome-service"));
  QTest::mouseClick(at_login, Qt::LeftButton);
  EXPECT_TRUE(service_.starts_at_login);
}

TEST_F(FirstRunPageTest, AStartAtTheLoginThatIsRefusedIsNotShownAsSet) {
  service_.refuses = QStringLiteral("systemd does not play along");
  FirstRunPage& page = open();
  service_.put(ServiceUnit::State::running);
  QAbstractButton* const at_login = button(page, QStringLiteral("Start the service when I log in"));
  ASSERT_TRUE(at_login);
  QTest::mouseClick(at_login, Qt::LeftButton);
  EXPECT_TRUE(says(page, service_.refuses));
  EXPECT_FALSE(at_login->isChecked());
}

TEST_F(FirstRunPageTest, TheServiceOfThisComputerIsNoMatterOfAnotherDaemon) {
  service_.own = false;
  FirstRunPage& page = open();
  service_.put(ServiceUnit::State::running);
  EXPECT_FALSE(button(page, QStringLiteral("Start the service when I log in")));
}

TEST_F(FirstRunPageTest, FitsTheSmallestWindowAndEverythingHasAName) {
  service_.now = ServiceUnit::State::stopped;
  FirstRunPage& page = open(kSmallest);
  settle();
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
  EXPECT_LE(page.minimumSizeHint().height(), kSmallest.height());
  EXPECT_EQ(clipped(page), QStringList());
  EXPECT_EQ(nameless(page), QStringList());
  EXPECT_TRUE(page.rect().contains(button(page, QStringLiteral("Start donating"))->geometry()));
  picture(page, QStringLiteral("welcome-small"));
}

// More devices than are shown, and all are switched on until somebody says otherwise.
class ManyDevicesTest : public FirstRunPageTest {
 protected:
  static constexpr int kMore = 2;

  FirstRunPage& open_many(bool shares) {
    stage_.daemon.set_topic("status", example_status(shares ? "donating" : "off"));
    stage_.daemon.set_topic("preferences", json::object{{"values", json::object{{"share", shares}}}});
    json::object told = example_machine({.gpus = FirstRunPage::kDevicesShown + kMore});
    for (json::value& device : told["devices"].as_array()) {
      device.as_object()["wanted"] = true;
      device.as_object()["offered"] = shares;
      device.as_object()["why"] = nullptr;
    }
    stage_.daemon.set_topic("machine", told);
    for (const char* const method : {"device.set", "preferences.set"}) {
      stage_.daemon.answer(method, [](const json::object&) -> rpc::Answer { return json::object(); });
    }
    FirstRunPage& page = stage_.open(kUsual, app_, service_);
    EXPECT_TRUE(soon([&] {
      return button(page, QStringLiteral("Start donating"))->isEnabled() &&
             switches(page).size() == FirstRunPage::kDevicesShown;
    }));
    return page;
  }
  // What the daemon is told of device `number` by the start; nothing: nullptr.
  json::value told_of(int number) const {
    for (const PlayedCall& call : stage_.daemon.calls()) {
      if (call.method == "device.set" && call.params.at("device").as_string() == "gpu-" + std::to_string(number)) {
        return call.params;
      }
    }
    return nullptr;
  }
};

TEST_F(ManyDevicesTest, WhatIsNotShownIsNotGivenAway) {
  FirstRunPage& page = open_many(false);
  EXPECT_TRUE(says(page, QStringLiteral("2 more on the page Machine")));
  ASSERT_TRUE(click(page, QStringLiteral("Start donating")));
  EXPECT_EQ(stage_.daemon.last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_TRUE(told_of(15).at("offered").as_bool());
  for (const int number : {16, 17}) {
    EXPECT_EQ(told_of(number), (json::object{{"device", "gpu-" + std::to_string(number)}, {"offered", false}}));
  }
}

TEST_F(ManyDevicesTest, WhereTheLastAnswerIsLostNobodyKnowsWhetherSharingHasBegun) {
  FirstRunPage& page = open_many(false);
  stage_.daemon.hold("preferences.set");
  ASSERT_TRUE(click(page, QStringLiteral("Start donating")));
  ASSERT_EQ(stage_.daemon.last("preferences.set"), (json::object{{"share", true}}));
  stage_.daemon.lose();
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("It is not known whether sharing has begun")); }));
  EXPECT_FALSE(says(page, QStringLiteral("Nothing is offered:")));
  stage_.daemon.set_topic("preferences", json::object{{"values", json::object{{"share", true}}}});
  stage_.daemon.come_back();
  EXPECT_TRUE(soon([&] { return !says(page, QStringLiteral("It is not known whether sharing has begun")); }));
  EXPECT_TRUE(stage_.models->preferences()->share.value_or(false));
}

TEST_F(ManyDevicesTest, WhatIsSharedAlreadyAndNotShownStaysSo) {
  FirstRunPage& page = open_many(true);
  ASSERT_TRUE(click(page, QStringLiteral("Start donating")));
  EXPECT_EQ(stage_.daemon.last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_TRUE(told_of(15).at("offered").as_bool());
  EXPECT_TRUE(told_of(16).is_null());
}

TEST_F(FirstRunPageTest, AHindranceThatComesLaterChangesOnlyWhatNobodyHasDecided) {
  FirstRunPage& page = open();
  const auto all = switches(page);
  QTest::mouseClick(all[3], Qt::LeftButton);  // anyway
  json::object told = machine();
  for (json::value& device : told["devices"].as_array()) {
    device.as_object()["why"] = json::object{{"reason", "device_in_use"}, {"text", "a display is attached"}};
  }
  stage_.daemon.set_topic("machine", told);
  EXPECT_TRUE(soon([&] { return !all[0]->isChecked(); }));
  EXPECT_TRUE(all[3]->isChecked());
}

}  // namespace
}  // namespace quern::desktop::pages
