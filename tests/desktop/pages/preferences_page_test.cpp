// The page of preferences on a played daemon: what is in force is shown, what is moved is sent, what is refused is
// said.
#include "desktop/pages/preferences_page.hpp"

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "desktop/pages/limit_stops.hpp"
#include "desktop/pages/preference_rows.hpp"
#include "desktop/pages/service_card.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"
#include "tests/desktop/pages/played_service.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;

TEST(LimitStops, AscendFromBoundToBoundAndAreFew) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> bounds{
      {1, 64}, {0, 0}, {5, 3}, {1, 4096}, {1 << 20, 512 * kGib}, {0, INT64_MAX}, {1, INT64_MAX}};
  for (const auto& [least, most] : bounds) {
    for (const auto make : {count_stops, byte_stops, even_byte_stops, time_stops}) {
      const auto stops = make(least, most);
      EXPECT_EQ(stops.front(), least);
      EXPECT_EQ(stops.back(), std::max(least, most));
      EXPECT_LE(stops.size(), kStopsMax);
      EXPECT_TRUE(std::ranges::is_sorted(stops));
      EXPECT_EQ(std::ranges::adjacent_find(stops), stops.end());
    }
  }
  EXPECT_EQ(count_stops(1, 4), (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(nearest_stop({1, 5, 10}, 7), 1);
  EXPECT_EQ(nearest_stop({1, 5, 10}, 8), 2);
  EXPECT_EQ(nearest_stop({1, 5, 10}, -3), 0);
  EXPECT_EQ(nearest_stop({}, 3), 0);
}

json::object example_preferences() {
  return {{"host", "rig-01"},
          {"values", json::object{{"share", true},
                                  {"cpu_cores", 48},
                                  {"memory_bytes", 256 * kGib},
                                  {"scratch_bytes", 200 * kGib},
                                  {"walltime_ms", 86'400'000},
                                  {"input_bytes", kGib},
                                  {"output_bytes", kGib},
                                  {"budget_micro", nullptr},
                                  {"job_budget_micro", 5'000'000},
                                  {"strategy", "cheapest"}}},
          {"config", json::object()},
          {"set", json::array{"cpu_cores"}},
          {"bounds", json::object{{"cpu_cores", json::object{{"least", 1}, {"most", 64}}},
                                  {"memory_bytes", json::object{{"least", 1 << 20}, {"most", 512 * kGib}}},
                                  {"scratch_bytes", json::object{{"least", 0}, {"most", 1024 * kGib}}},
                                  {"walltime_ms", json::object{{"least", 1}, {"most", 604'800'000}}},
                                  {"input_bytes", json::object{{"least", 0}, {"most", 64 * kGib}}},
                                  {"output_bytes", json::object{{"least", 0}, {"most", 64 * kGib}}}}}};
}

class PreferencesPageTest : public ::testing::Test {
 protected:
  PreferencesPage& open(QSize size = kUsual) {
    stage_.daemon.set_topic("status", example_status());
    stage_.daemon.set_topic("machine", example_machine());
    stage_.daemon.set_topic("preferences", preferences_);
    stage_.daemon.set_topic("peers", json::object{{"peers", json::array{json::object{{"peer", "12D3KooWbad"},
                                                                                     {"addresses", json::array()},
                                                                                     {"connected", false},
                                                                                     {"blocked", true}}}}});
    stage_.daemon.answer("preferences.set", [](const json::object&) -> rpc::Answer { return json::object(); });
    PreferencesPage& page = stage_.open(size, app_, service_);
    EXPECT_TRUE(soon([&] { return stage_.models->preferences().has_value(); }));
    EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Radeon RX 7900 XTX")); }));
    EXPECT_TRUE(soon([&] { return button(page, QStringLiteral("Unblock")) != nullptr; }));
    return page;
  }
  PlayedDaemon& daemon() { return stage_.daemon; }
  template <class Control>
  static Control* named(PreferencesPage& page, const char* name) {
    for (Control* each : page.findChildren<Control*>()) {
      if (each->accessibleName() == QString::fromUtf8(name)) return each;
    }
    return nullptr;
  }

  json::object preferences_ = example_preferences();
  QTemporaryDir folder_;
  client::SettingsStore store_{folder_.filePath(QStringLiteral("app.ini"))};
  AppSettings app_{store_};
  PlayedService service_;
  Staged<PreferencesPage> stage_;
};

TEST_F(PreferencesPageTest, ShowsWhatIsInForce) {
  PreferencesPage& page = open();
  page.set_languages({{QStringLiteral("de"), QStringLiteral("Deutsch")}});
  for (const char* text :
       {"Changes apply at once to rig-01", "48 of 64", "256 GiB of 512 GiB", "200 GiB", "a display is attached"}) {
    EXPECT_TRUE(says(page, QString::fromUtf8(text))) << text << texts_of(page).join(u'\n').toStdString();
  }
  EXPECT_TRUE(named<widgets::Toggle>(page, "Share this machine")->isChecked());
  EXPECT_EQ(named<widgets::PriceSpin>(page, "Budget of a job")->value(), 5'000'000);
  EXPECT_FALSE(named<widgets::PriceSpin>(page, "Budget of all jobs")->isVisible());
  EXPECT_EQ(named<QComboBox>(page, "Choose providers")->currentData().toString(), QStringLiteral("cheapest"));
  settle();
  picture(page, QStringLiteral("preferences"));
}

TEST_F(PreferencesPageTest, ASwitchAppliesAtOnceAndGoesBackWhenItIsRefused) {
  PreferencesPage& page = open();
  auto* const share = named<widgets::Toggle>(page, "Share this machine");
  QTest::mouseClick(share, Qt::LeftButton);
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", false}}));
  EXPECT_FALSE(share->isChecked());
  daemon().refuse("preferences.set", "share: the disk is full");
  QTest::mouseClick(share, Qt::LeftButton);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("share: the disk is full")); }));
  EXPECT_TRUE(share->isChecked());  // as the topic says
}

TEST_F(PreferencesPageTest, ALimitIsSentOnceWhenItStandsStill) {
  PreferencesPage& page = open();
  auto* const cores = named<QSlider>(page, "Cores");
  ASSERT_TRUE(cores);
  for (int i = 0; i < 5; ++i) QTest::keyClick(cores, Qt::Key_Right);
  EXPECT_TRUE(says(page, QStringLiteral("53 of 64")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"cpu_cores", 53}}));
  EXPECT_EQ(daemon().count("preferences.set"), 1);
  daemon().refuse("preferences.set", "cpu_cores: 54 of 53");
  QTest::keyClick(cores, Qt::Key_Right);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("cpu_cores: 54 of 53")); }));
  EXPECT_TRUE(says(page, QStringLiteral("48 of 64")));
}

// However far the daemon would let it go; and what is set above that stays as it is.
TEST_F(PreferencesPageTest, ALimitEndsWhereTheMachineDoes) {
  json::object& bounds = preferences_["bounds"].as_object();
  bounds["cpu_cores"].as_object()["most"] = 4096;
  bounds["memory_bytes"].as_object()["most"] = 1ll << 50;
  preferences_["values"].as_object()["cpu_cores"] = 1;
  preferences_["values"].as_object()["memory_bytes"] = 1ll << 45;
  PreferencesPage& page = open();
  std::size_t threads = 0;
  for (const models::CoreData& core : stage_.models->machine()->cores) threads += core.threads.size();
  EXPECT_TRUE(says(page, QStringLiteral("1 of %1").arg(threads))) << texts_of(page).join(u'\n').toStdString();
  EXPECT_TRUE(says(page, QStringLiteral("32 TiB")));
}

TEST_F(PreferencesPageTest, HalfOfTheMachinesMemoryIsHalfWay) {
  PreferencesPage& page = open();
  auto* const memory = named<QSlider>(page, "Memory");
  EXPECT_NEAR(memory->value(), memory->maximum() / 2.0, 1);
  QTest::keyClick(memory, Qt::Key_Right);
  EXPECT_TRUE(says(page, QStringLiteral("257 GiB of 512 GiB"))) << texts_of(page).join(u'\n').toStdString();
}

TEST_F(PreferencesPageTest, ABoundThatIsNotTheMachinesIsNotShown) {
  json::object& bounds = preferences_["bounds"].as_object();
  for (const char* name : {"scratch_bytes", "input_bytes", "output_bytes"}) {
    bounds[name].as_object()["most"] = 1ll << 50;
  }
  PreferencesPage& page = open();
  EXPECT_TRUE(says(page, QStringLiteral("200 GiB")));
  EXPECT_FALSE(says(page, QStringLiteral("1 PiB"))) << texts_of(page).join(u'\n').toStdString();
}

TEST_F(PreferencesPageTest, NeitherColumnIsHalfEmpty) {
  service_.now = ServiceUnit::State::running;
  PreferencesPage& page = open();
  settle();
  int leading = 0;
  int trailing = 0;
  for (const auto* const card : page.findChildren<widgets::Card*>()) {
    if (!card->isVisibleTo(&page)) continue;
    const QRect box(card->mapTo(&page, QPoint()), card->size());
    int& bottom = box.center().x() < page.width() / 2 ? leading : trailing;
    bottom = std::max(bottom, box.bottom());
  }
  EXPECT_GT(std::min(leading, trailing) * 3, std::max(leading, trailing) * 2) << leading << " " << trailing;
}

TEST_F(PreferencesPageTest, TheServiceIsStoppedStartedAndSetToBeginAtTheLogin) {
  service_.now = ServiceUnit::State::running;
  PreferencesPage& page = open();
  QWidget* const card = page.findChild<ServiceCard*>();
  ASSERT_TRUE(card && card->isVisible());
  EXPECT_TRUE(says(*card, QStringLiteral("Running")));
  auto* const at_login = card->findChild<widgets::Toggle*>();
  QTest::mouseClick(at_login, Qt::LeftButton, {}, QPoint(5, at_login->height() / 2));
  EXPECT_TRUE(service_.starts_at_login);
  ASSERT_TRUE(click(*card, QStringLiteral("Stop the service")));
  EXPECT_EQ(service_.now, ServiceUnit::State::stopped);
  EXPECT_TRUE(says(*card, QStringLiteral("Stopped")));
  ASSERT_TRUE(click(*card, QStringLiteral("Start the service")));
  EXPECT_EQ(service_.starts, 1);
  service_.put(ServiceUnit::State::failed);
  EXPECT_TRUE(says(*card, QStringLiteral("Failed")));
  service_.put(ServiceUnit::State::absent);
  EXPECT_FALSE(card->isVisible());
}

TEST_F(PreferencesPageTest, TheServiceOfThisComputerIsNoMatterOfAnotherDaemon) {
  service_.now = ServiceUnit::State::running;
  service_.own = false;
  EXPECT_FALSE(open().findChild<ServiceCard*>()->isVisible());
}

TEST_F(PreferencesPageTest, AServiceThatDoesWorkIsStoppedOnlyAfterASecondClick) {
  service_.now = ServiceUnit::State::running;
  daemon().set_topic("work", json::object{{"work", json::object{{"work-0", example_work(0)}}}});
  PreferencesPage& page = open();
  ASSERT_TRUE(soon([&] { return stage_.models->work().rowCount() == 1; }));
  ASSERT_TRUE(click(page, QStringLiteral("Stop the service")));
  EXPECT_EQ(service_.now, ServiceUnit::State::running);
  ASSERT_TRUE(click(page, QStringLiteral("Keep it running")));
  ASSERT_TRUE(click(page, QStringLiteral("Stop the service")));
  ASSERT_TRUE(click(page, QStringLiteral("Stop it")));
  EXPECT_EQ(service_.now, ServiceUnit::State::stopped);
  EXPECT_FALSE(button(page, QStringLiteral("Stop it")));
}

TEST_F(PreferencesPageTest, AnotherDaemonCanBeChosen) {
  PreferencesPage& page = open();
  QSignalSpy wanted(&page, &PreferencesPage::daemon_choice_wanted);
  EXPECT_TRUE(says(page, QStringLiteral("played")));
  ASSERT_TRUE(click(page, QStringLiteral("Choose daemon…")));
  EXPECT_EQ(wanted.count(), 1);
}

TEST_F(PreferencesPageTest, WhatIsSetHereCanBeGivenBack) {
  PreferencesPage& page = open();
  auto* const reset = named<QAbstractButton>(page, "Cores: as the configuration says");
  ASSERT_TRUE(reset && reset->isVisible());
  EXPECT_FALSE(named<QAbstractButton>(page, "Memory: as the configuration says")->isVisible());
  reset->click();
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"reset", json::array{"cpu_cores"}}}));
}

TEST_F(PreferencesPageTest, ABudgetCanBeTakenAwayAndSet) {
  PreferencesPage& page = open();
  auto* const bounded = named<widgets::Toggle>(page, "Budget of a job: bounded");
  QTest::mouseClick(bounded, Qt::LeftButton);
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"job_budget_micro", nullptr}}));
  QTest::mouseClick(named<widgets::Toggle>(page, "Budget of all jobs: bounded"), Qt::LeftButton);
  EXPECT_EQ(daemon().last("preferences.set", 2), (json::object{{"budget_micro", 10'000'000}}));
  auto* const strategy = named<QComboBox>(page, "Choose providers");
  strategy->setCurrentIndex(1);
  Q_EMIT strategy->activated(1);
  EXPECT_EQ(daemon().last("preferences.set", 3), (json::object{{"strategy", "fastest"}}));
}

// As where another client sets it back at once: the topic has nothing to tell.
TEST_F(PreferencesPageTest, WhatTheTopicNeverSaysIsNotShownForEver) {
  PreferencesPage& page = open();
  auto* const share = named<widgets::Toggle>(page, "Share this machine");
  auto* const bounded = named<widgets::Toggle>(page, "Budget of a job: bounded");
  auto* const strategy = named<QComboBox>(page, "Choose providers");
  auto* const offer = named<widgets::Toggle>(page, "Offer Radeon RX 7900 XTX");
  daemon().answer("device.set", [](const json::object&) -> rpc::Answer { return json::object(); });
  for (auto* const toggle : {share, bounded, offer}) QTest::mouseClick(toggle, Qt::LeftButton);
  Q_EMIT strategy->activated(1);
  daemon().last("preferences.set", 3);
  EXPECT_FALSE(share->isChecked() || bounded->isChecked() || offer->isChecked());
  EXPECT_TRUE(soon([&] { return share->isChecked() && bounded->isChecked() && offer->isChecked(); }));
  EXPECT_TRUE(soon([&] { return strategy->currentIndex() == 0; }));
}

TEST_F(PreferencesPageTest, WhatOneDaemonRefusedIsNotSaidOfAnother) {
  PreferencesPage& page = open();
  for (const char* const method : {"preferences.set", "device.set", "peer.unblock"}) {
    daemon().refuse(method, std::string("no ") + method);
  }
  QTest::mouseClick(named<widgets::Toggle>(page, "Share this machine"), Qt::LeftButton);
  QTest::mouseClick(named<widgets::Toggle>(page, "Offer Radeon RX 7900 XTX"), Qt::LeftButton);
  ASSERT_TRUE(click(page, QStringLiteral("Unblock")));
  for (const char* const said : {"no preferences.set", "no device.set", "no peer.unblock"}) {
    ASSERT_TRUE(soon([&] { return says(page, QString::fromUtf8(said)); })) << said;
  }
  daemon().hold("preferences.set");
  QTest::mouseClick(named<widgets::Toggle>(page, "Budget of a job: bounded"), Qt::LeftButton);
  QSignalSpy left(stage_.connection.get(), &client::Connection::daemon_left);
  stage_.connection->change(daemon().factory());
  const QWidget* const share = named<widgets::Toggle>(page, "Share this machine");
  ASSERT_TRUE(soon([&] { return stage_.connection->live() && share->isVisible() && share->isEnabled(); }));
  ASSERT_TRUE(soon([&] { return button(page, QStringLiteral("Unblock")) != nullptr; }));
  EXPECT_EQ(left.count(), 1);
  EXPECT_FALSE(says(page, QStringLiteral("take less"))) << texts_of(page).join(u'\n').toStdString();
  EXPECT_FALSE(says(page, QStringLiteral("there is no connection to the daemon"))) << "of the call under way";
}

TEST_F(PreferencesPageTest, DevicesHaveTheirSwitchAndPrice) {
  PreferencesPage& page = open();
  daemon().answer("device.set", [](const json::object&) -> rpc::Answer { return json::object(); });
  auto* const offer = named<widgets::Toggle>(page, "Offer Radeon RX 7900 XTX");
  ASSERT_TRUE(offer && offer->isChecked());
  EXPECT_EQ(named<widgets::PriceSpin>(page, "Price of an hour of Radeon RX 7900 XTX")->value(), 432'000);
  QTest::mouseClick(offer, Qt::LeftButton);
  EXPECT_EQ(daemon().last("device.set"), (json::object{{"device", "gpu-2"}, {"offered", false}}));
}

// What is typed next would go into the field that Qt moves the focus to.
TEST_F(PreferencesPageTest, ASwitchKeepsTheFocusWhileItsCallIsUnderWay) {
  PreferencesPage& page = open();
  daemon().answer("device.set", [](const json::object&) -> rpc::Answer { return json::object(); });
  page.activateWindow();
  for (const char* name : {"Share this machine", "Offer Radeon RX 7900 XTX"}) {
    auto* const toggle = named<widgets::Toggle>(page, name);
    ASSERT_TRUE(toggle);
    toggle->setFocus();
    ASSERT_TRUE(soon([&] { return toggle->hasFocus(); }));
    QTest::keyClick(toggle, Qt::Key_Space);
    EXPECT_TRUE(toggle->hasFocus()) << name;
    EXPECT_FALSE(toggle->isChecked()) << name;
    QTest::keyClick(toggle, Qt::Key_Space);
    EXPECT_TRUE(toggle->isChecked()) << "the last one counts: " << name;
  }
  EXPECT_EQ(daemon().last("preferences.set", 2), (json::object{{"share", true}}));
  EXPECT_EQ(daemon().last("device.set", 2), (json::object{{"device", "gpu-2"}, {"offered", true}}));
}

// Nothing is shared, and no device has a price; the last is not to be offered.
class UnsharedTest : public PreferencesPageTest {
 protected:
  PreferencesPage& open_unshared() {
    preferences_["values"].as_object()["share"] = false;
    PreferencesPage& page = open();
    daemon().answer("device.set", [](const json::object&) -> rpc::Answer { return json::object(); });
    daemon().set_topic("machine", machine());
    EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Offered as soon as this machine is shared")); }));
    return page;
  }
  static json::object machine() {
    json::object machine = example_machine();
    for (json::value& each : machine["devices"].as_array()) {
      json::object& device = each.as_object();
      device["offered"] = false;
      device["rates"] = json::object{{"device_second", 0}};
      device["why"] = json::object{{"reason", "offer_withdrawn"}, {"text", "the node has withdrawn its offer"}};
    }
    return machine;
  }
  std::vector<std::int64_t> prices() {
    std::vector<std::int64_t> found;
    for (const PlayedCall& call : daemon().calls()) {
      if (call.method == "device.set") found.push_back(call.params.at("rates").at("device_second").as_int64());
    }
    return found;
  }
};

TEST_F(UnsharedTest, ASwitchShowsWhatSharingWouldOfferAndCanBeSet) {
  PreferencesPage& page = open_unshared();
  auto* const offer = named<widgets::Toggle>(page, "Offer Radeon RX 7900 XTX");
  EXPECT_TRUE(offer->isChecked());
  QTest::mouseClick(offer, Qt::LeftButton);
  EXPECT_EQ(daemon().last("device.set"), (json::object{{"device", "gpu-2"}, {"offered", false}}));
}

TEST_F(UnsharedTest, DevicesWithoutAPriceAreSharedAtTheOneThatIsSuggested) {
  PreferencesPage& page = open_unshared();
  auto* const share = named<widgets::Toggle>(page, "Share this machine");
  QTest::mouseClick(share, Qt::LeftButton);
  EXPECT_FALSE(share->isChecked());
  EXPECT_TRUE(says(page, QStringLiteral("NVIDIA GeForce RTX 4090 #1: 0.414 cr/h")))
      << texts_of(page).join(u'\n').toStdString();
  settle();
  EXPECT_EQ(clipped(page), QStringList());
  picture(page, QStringLiteral("preferences-prices"));
  EXPECT_EQ(daemon().count("preferences.set"), 0);
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{115, 115, 115}));
  EXPECT_FALSE(button(page, QStringLiteral("Share at these prices")));
}

TEST_F(UnsharedTest, DevicesCanBeFreeOnPurpose) {
  PreferencesPage& page = open_unshared();
  QTest::mouseClick(named<widgets::Toggle>(page, "Share this machine"), Qt::LeftButton);
  ASSERT_TRUE(click(page, QStringLiteral("Not now")));
  EXPECT_FALSE(button(page, QStringLiteral("Share for nothing")));
  QTest::mouseClick(named<widgets::Toggle>(page, "Share this machine"), Qt::LeftButton);
  ASSERT_TRUE(click(page, QStringLiteral("Share for nothing")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{0, 0, 0}));
}

TEST_F(UnsharedTest, APriceThatTheDaemonRefusesSharesNothing) {
  PreferencesPage& page = open_unshared();
  daemon().refuse("device.set", "the disk is full");
  QTest::mouseClick(named<widgets::Toggle>(page, "Share this machine"), Qt::LeftButton);
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("the disk is full")); }));
  EXPECT_EQ(daemon().count("preferences.set"), 0);
}

// The question stands while the market and the machine go on.
class AskedTest : public UnsharedTest {
 protected:
  PreferencesPage& open_asked() {
    daemon().set_topic("offers", json::object{{"offers", json::array()}});
    PreferencesPage& page = open_unshared();
    ask(page);
    return page;
  }
  static void ask(PreferencesPage& page) {
    QTest::mouseClick(named<widgets::Toggle>(page, "Share this machine"), Qt::LeftButton);
    EXPECT_TRUE(says(page, QStringLiteral("NVIDIA GeForce RTX 4090 #1: 0.414 cr/h")));
  }
  static json::object machine_with_the_last() {
    json::object told = machine();
    told["devices"].as_array().back().as_object()["wanted"] = true;
    return told;
  }
  bool is_last_wanted() const { return stage_.models->machine()->devices.back().wanted; }
};

TEST_F(AskedTest, ThePricesThatAreSetAreThoseThatWereShown) {
  PreferencesPage& page = open_asked();
  const json::object device{
      {"id", "gpu-0"}, {"name", "NVIDIA GeForce RTX 4090"}, {"rates", json::object{{"device_second", 500}}}};
  daemon().set_topic("offers", json::object{{"offers", json::array{json::object{{"provider", "12D3KooWowl"},
                                                                                {"devices", json::array{device}}}}}});
  ASSERT_TRUE(soon([&] { return stage_.models->offers().rowCount() == 1; }));
  ASSERT_EQ(stage_.models->offers().rows().front().per_hour_micro, 1'800'000);
  EXPECT_TRUE(says(page, QStringLiteral("NVIDIA GeForce RTX 4090 #1: 0.414 cr/h")));
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{115, 115, 115}));
}

TEST_F(AskedTest, ADeviceThatComesBeforeTheAnswerIsAskedAboutFirst) {
  PreferencesPage& page = open_asked();
  daemon().set_topic("machine", machine_with_the_last());
  ASSERT_TRUE(soon([&] { return is_last_wanted(); }));
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  settle();
  EXPECT_EQ(daemon().count("device.set"), 0);
  EXPECT_EQ(daemon().count("preferences.set"), 0);
  EXPECT_TRUE(says(page, QStringLiteral("NVIDIA GeForce RTX 4090 #3: 0.414 cr/h")));
  EXPECT_TRUE(says(page, QStringLiteral("Another device has no price: please look again")));
  EXPECT_EQ(clipped(page), QStringList());
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{115, 115, 115, 115}));
}

TEST_F(AskedTest, ADeviceThatComesWhilePricesAreSetIsAskedAboutBeforeAnythingIsShared) {
  PreferencesPage& page = open_asked();
  daemon().hold("device.set");
  ASSERT_TRUE(click(page, QStringLiteral("Share for nothing")));
  daemon().set_topic("machine", machine_with_the_last());
  ASSERT_TRUE(soon([&] { return is_last_wanted(); }));
  daemon().release();
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("NVIDIA GeForce RTX 4090 #3: 0.414 cr/h")); }));
  settle();
  EXPECT_EQ(daemon().count("preferences.set"), 0);
}

TEST_F(AskedTest, WhatIsSwitchedOffOrPricedMeanwhileIsLeftAlone) {
  PreferencesPage& page = open_asked();
  json::object told = machine();
  told["devices"].as_array()[0].as_object()["wanted"] = false;
  told["devices"].as_array()[1].as_object()["own_rates"] = true;
  daemon().set_topic("machine", told);
  ASSERT_TRUE(soon([&] { return stage_.models->machine()->devices[1].own_rates; }));
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{115}));
  EXPECT_EQ(daemon().last("device.set").at("device").as_string(), "gpu-2");
}

TEST_F(AskedTest, NotNowHoldsAlsoWhilePricesAreSet) {
  PreferencesPage& page = open_asked();
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  ASSERT_TRUE(click(page, QStringLiteral("Not now")));
  settle();
  EXPECT_EQ(daemon().count("device.set"), 3);
  EXPECT_EQ(daemon().count("preferences.set"), 0);
  // Nor do late answers count for the next time.
  ask(page);
  ASSERT_TRUE(click(page, QStringLiteral("Share at these prices")));
  ASSERT_TRUE(click(page, QStringLiteral("Not now")));
  ask(page);
  settle();
  EXPECT_EQ(daemon().count("preferences.set"), 0);
  ASSERT_TRUE(click(page, QStringLiteral("Share for nothing")));
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(prices().size(), 9);
}

TEST_F(UnsharedTest, WhatHasAPriceOrIsFreeOnPurposeIsSharedWithoutAQuestion) {
  PreferencesPage& page = open_unshared();
  json::object told = machine();
  for (json::value& device : told["devices"].as_array()) device.as_object()["own_rates"] = true;
  daemon().set_topic("machine", told);
  ASSERT_TRUE(soon([&] { return stage_.models->machine()->devices.front().own_rates; }));
  QTest::mouseClick(named<widgets::Toggle>(page, "Share this machine"), Qt::LeftButton);
  EXPECT_EQ(daemon().last("preferences.set"), (json::object{{"share", true}}));
  EXPECT_EQ(daemon().count("device.set"), 0);
}

TEST_F(UnsharedTest, ADeviceWithoutAPriceIsProposedOne) {
  PreferencesPage& page = open_unshared();
  EXPECT_TRUE(says(page, QStringLiteral("It has no price: others would use it for nothing")));
  auto* const ask = named<QPushButton>(page, "Ask for 0.414 cr/h: Radeon RX 7900 XTX");
  ASSERT_TRUE(ask && ask->isVisible());
  ask->click();
  EXPECT_EQ(daemon().last("device.set"),
            (json::object{{"device", "gpu-2"}, {"rates", json::object{{"device_second", 115}}}}));
  EXPECT_EQ(named<widgets::PriceSpin>(page, "Price of an hour of Radeon RX 7900 XTX")->value(), 414'000);
  EXPECT_FALSE(ask->isVisible());
}

TEST_F(PreferencesPageTest, OnlyWhatIsOfferedIsSaidToBeUsedForNothing) {
  PreferencesPage& page = open();
  json::object told = example_machine();
  for (json::value& device : told["devices"].as_array()) {
    device.as_object()["rates"] = json::object{{"device_second", 0}};
  }
  daemon().set_topic("machine", told);
  const auto count = [&](const char* text) { return texts_of(page).count(QString::fromLatin1(text)); };
  EXPECT_TRUE(soon([&] { return count("It has no price: others use it for nothing") == 3; }));
  EXPECT_EQ(count("It has no price: others would use it for nothing"), 1) << "a screen hangs on the last";
}

TEST_F(PreferencesPageTest, ABlockedPeerCanComeBack) {
  PreferencesPage& page = open();
  daemon().refuse("peer.unblock", "12D3KooWbad");
  ASSERT_TRUE(soon([&] { return button(page, QStringLiteral("Unblock")) != nullptr; }));
  button(page, QStringLiteral("Unblock"))->click();
  EXPECT_EQ(daemon().last("peer.unblock"), (json::object{{"peer", "12D3KooWbad"}}));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("take less")); }));
  daemon().set_topic("peers", json::object{{"peers", json::array()}});
  ASSERT_TRUE(soon([&] { return button(page, QStringLiteral("Unblock")) == nullptr; }));
}

TEST_F(PreferencesPageTest, TheAppsOwnAreKeptAndFollowOthers) {
  PreferencesPage& page = open();
  auto* const tray = named<widgets::Toggle>(page, "Keep in the tray");
  tray->click();
  EXPECT_TRUE(app_.keep_in_tray());
  app_.set_keep_in_tray(false);
  EXPECT_FALSE(tray->isChecked());
  named<widgets::Toggle>(page, "Tell when a job has failed")->click();
  EXPECT_FALSE(app_.notifies(Notice::job_failed));
  auto* const mode = named<QComboBox>(page, "Colours");
  mode->setCurrentIndex(2);
  Q_EMIT mode->activated(2);
  EXPECT_EQ(app_.mode(), theme::Mode::dark);
}

TEST_F(PreferencesPageTest, WhatTheDaemonDoesNotOfferIsNotThere) {
  daemon().set_topic("status", json::object{{"peer", "x"}});
  PreferencesPage& page = stage_.open(kUsual, app_, service_);
  settle();
  EXPECT_FALSE(named<widgets::Toggle>(page, "Share this machine")->isVisible());
  EXPECT_FALSE(named<QSlider>(page, "Cores")->isVisible());
  EXPECT_FALSE(says(page, QStringLiteral("Blocked peers")));
  EXPECT_TRUE(says(page, QStringLiteral("This app")));
}

TEST_F(PreferencesPageTest, AbsurdBoundsAreShownAndNothingIsSent) {
  json::object& values = preferences_["values"].as_object();
  values["cpu_cores"] = INT64_MAX;
  preferences_["bounds"].as_object()["cpu_cores"] = json::object{{"least", INT64_MAX}, {"most", 0}};
  preferences_["host"] = std::string(10'000, 'W') + "<b>";
  preferences_["values"].as_object()["strategy"] = "of-tomorrow";
  PreferencesPage& page = open();
  EXPECT_EQ(named<QComboBox>(page, "Choose providers")->currentText(), QStringLiteral("of-tomorrow"));
  EXPECT_EQ(daemon().count("preferences.set"), 0);
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
}

TEST_F(PreferencesPageTest, FitsTheSmallestWindowBothWaysRoundAndEverythingHasAName) {
  PreferencesPage& page = open(kSmallest);
  settle();
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
  EXPECT_LE(page.minimumSizeHint().height(), kSmallest.height());
  EXPECT_EQ(clipped(page), QStringList());
  EXPECT_EQ(nameless(page), QStringList());
  picture(page, QStringLiteral("preferences-small"));
  page.setLayoutDirection(Qt::RightToLeft);
  settle();
  EXPECT_EQ(clipped(page), QStringList());
  picture(page, QStringLiteral("preferences-rtl"));
}

}  // namespace
}  // namespace quern::desktop::pages
