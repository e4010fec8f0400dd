// The machine's page on a played daemon: what it shows is what the daemon said, what is clicked is what it is asked.
#include "desktop/pages/machine_page.hpp"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTreeView>
#include <QWheelEvent>
#include <cmath>

#include <gtest/gtest.h>

#include "desktop/pages/device_panel.hpp"
#include "desktop/pages/similar_offers.hpp"
#include "desktop/pages/topology_of.hpp"
#include "desktop/pages/topology_tree.hpp"
#include "desktop/pages/trend.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/price_spin.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;
using widgets::PartKind;

models::MachineData parsed(const json::object& machine) {
  return models::machine_from(machine);
}

int cores_drawn(const widgets::Topology& topology) {
  return widgets::core_count(topology);
}

TEST(TopologyOf, EveryCoreCacheAndDeviceStandsOnceAtItsPlace) {
  const auto topology = topology_of(parsed(example_machine()), english());
  ASSERT_EQ(topology.packages.size(), 2);
  EXPECT_EQ(cores_drawn(topology), 64);
  EXPECT_EQ(topology.packages[1].title, QStringLiteral("Package 1"));
  EXPECT_EQ(topology.packages[1].detail, QStringLiteral("AMD EPYC 7543"));
  const widgets::TopologyNuma& numa = topology.packages[1].numas[1];
  EXPECT_EQ(numa.title, QStringLiteral("NUMA 3"));
  EXPECT_EQ(spaced(numa.detail), QStringLiteral("128 GiB"));
  EXPECT_EQ(spaced(numa.used), QStringLiteral("85 GiB used"));
  EXPECT_EQ(numa.used_permille, 664);
  ASSERT_EQ(numa.caches.size(), 2);
  EXPECT_EQ(spaced(numa.caches[0].title), QStringLiteral("L3 32 MiB"));
  EXPECT_EQ(numa.caches[0].cores.front().label, QStringLiteral("48"));
  ASSERT_EQ(numa.devices.size(), 1);
  EXPECT_EQ(numa.devices[0].price, QStringLiteral("not offered"));
  EXPECT_TRUE(topology.devices.isEmpty());
}

TEST(TopologyOf, WhatIsNotKnownIsAbsent) {
  json::object machine = example_machine({.packages = 1, .numas = 1, .caches = 1, .cores = 4, .gpus = 1});
  machine["live"] = nullptr;
  json::object& topology = machine["report"].as_object()["topology"].as_object();
  topology["numa_nodes"] = json::array();
  topology["caches"] = json::array();
  const auto made = topology_of(parsed(machine), english());
  const widgets::TopologyNuma& numa = made.packages[0].numas[0];
  EXPECT_EQ(numa.title, QStringLiteral("Memory"));
  EXPECT_EQ(spaced(numa.detail), QStringLiteral("512 GiB"));
  EXPECT_EQ(numa.used_permille, -1);
  EXPECT_TRUE(numa.devices.isEmpty());
  ASSERT_EQ(numa.caches.size(), 1);
  EXPECT_TRUE(numa.caches[0].title.isEmpty());
  EXPECT_EQ(numa.caches[0].cores[2].load_permille, -1);
  EXPECT_EQ(numa.caches[0].cores[2].jobs_permille, -1);  // the processor is no device here
  ASSERT_EQ(made.devices.size(), 1);
  EXPECT_EQ(made.devices[0].load_permille, -1);
  EXPECT_TRUE(made.devices[0].temperature.isEmpty());
  EXPECT_TRUE(made.devices[0].power.isEmpty());
}

TEST(TopologyOf, PricesLieBetweenTheLowestAndTheHighestThatIsOffered) {
  const auto topology = topology_of(parsed(example_machine({.with_processor = true})), english());
  EXPECT_EQ(topology.packages[0].numas[0].devices[0].price_permille, 0);
  EXPECT_EQ(topology.packages[0].numas[1].devices[0].price_permille, 500);
  EXPECT_EQ(topology.packages[1].numas[0].devices[0].price_permille, 1'000);
  EXPECT_EQ(topology.packages[1].numas[1].devices[0].price_permille, -1);  // not offered
  EXPECT_EQ(topology.packages[0].numas[0].caches[0].cores[0].price_permille, 0);
  EXPECT_EQ(topology.packages[0].numas[0].caches[0].cores[0].jobs_permille, 0);
  ASSERT_EQ(topology.devices.size(), 1);  // the processor is at no node
}

TEST(TopologyOf, MemoryWithoutCoresStandsApart) {
  json::object machine = example_machine({.packages = 1, .numas = 1, .caches = 1, .cores = 4, .gpus = 0});
  machine["report"].as_object()["topology"].as_object()["numa_nodes"].as_array().push_back(
      json::object{{"os_index", 8}, {"memory_bytes", 64 * kGib}});
  const auto topology = topology_of(parsed(machine), english());
  ASSERT_EQ(topology.packages.size(), 2);
  EXPECT_EQ(topology.packages[1].numas[0].title, QStringLiteral("NUMA 8"));
  EXPECT_EQ(spaced(topology.packages[1].numas[0].detail), QStringLiteral("64 GiB"));
}

TEST(TopologyOf, AnEmptyMachineIsNothing) {
  const auto topology = topology_of(models::MachineData(), english());
  EXPECT_TRUE(topology.packages.isEmpty());
  EXPECT_EQ(part_text(topology, {.kind = PartKind::numa, .package = 7}, english()).title, QString());
}

TEST(TopologyOf, APartIsToldByTheSameReadings) {
  const auto topology = topology_of(parsed(example_machine()), english());
  const PartText machine = part_text(topology, {.kind = PartKind::machine}, english());
  EXPECT_EQ(machine.title, QStringLiteral("rig-01"));
  EXPECT_EQ(machine.rows[0].value, QStringLiteral("64"));
  const PartText core = part_text(
      topology, {.kind = PartKind::cores, .package = 0, .numa = 0, .cache = 1, .core = 2, .cores = 1}, english());
  EXPECT_EQ(core.title, QStringLiteral("Core 10"));
  const PartText numa = part_text(topology, {.kind = PartKind::numa, .package = 1, .numa = 0}, english());
  EXPECT_EQ(spaced(numa.rows.back().value), QStringLiteral("128 GiB, 70 GiB used"));
}

TEST(SimilarPrices, AreThoseOfTheSameModelAndElseOfTheSameType) {
  models::DeviceData device;
  device.name = QStringLiteral("A");
  device.kind = QStringLiteral("gpu");
  const auto offer = [](const char* name, std::int64_t price, bool own = false) {
    models::OfferRow row;
    row.name = QString::fromLatin1(name);
    row.type = models::DeviceType::gpu;
    row.per_hour_micro = price;
    row.own = own;
    return row;
  };
  EXPECT_FALSE(similar_prices(device, {offer("A", 5, true)}));
  auto prices = similar_prices(device, {offer("B", 9), offer("C", 3), offer("A", 1, true)});
  ASSERT_TRUE(prices);
  EXPECT_FALSE(prices->same_model);
  EXPECT_EQ(prices->low_micro, 3);
  EXPECT_EQ(prices->median_micro, 3);
  EXPECT_EQ(prices->high_micro, 9);
  prices = similar_prices(device, {offer("B", 1), offer("A", 7), offer("A", 5), offer("A", 6)});
  ASSERT_TRUE(prices);
  EXPECT_TRUE(prices->same_model);
  EXPECT_EQ(prices->offers, 3);
  EXPECT_EQ(prices->median_micro, 6);
}

class MachinePageTest : public ::testing::Test {
 protected:
  MachinePage& open(QSize size = kUsual) {
    stage_.daemon.set_topic("status", example_status());
    if (machine_) stage_.daemon.set_topic("machine", example_machine(shape_));
    stage_.daemon.set_topic("offers", models::example_offers(40));
    stage_.daemon.set_topic("work", json::object{{"work", json::object{{"work-0", example_work(0)}}}});
    stage_.daemon.answer("receipt.list", [](const json::object&) -> rpc::Answer {
      json::array receipts;
      for (int i = 12; i > 0; --i) receipts.push_back(example_receipt(i));
      return json::object{{"receipts", std::move(receipts)}, {"next", nullptr}};
    });
    MachinePage& page = stage_.open(size);
    if (machine_) {
      EXPECT_TRUE(soon([&] { return page.findChild<DevicePanel*>()->device() == QStringLiteral("gpu-0"); }));
      EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("Recent jobs")); }));
      EXPECT_TRUE(soon([&] { return stage_.models->offers().rowCount() == 40; }));
      EXPECT_TRUE(soon([&] { return button(page, QStringLiteral("End this work")) != nullptr; }));
    }
    return page;
  }
  PlayedDaemon& daemon() { return stage_.daemon; }
  static widgets::PriceSpin& price(MachinePage& page) { return *page.findChild<widgets::PriceSpin*>(); }
  static widgets::Toggle& offer(MachinePage& page) { return *page.findChild<widgets::Toggle*>(); }

  MachineShape shape_;
  bool machine_ = true;
  Staged<MachinePage> stage_;
};

TEST_F(MachinePageTest, ShowsTheNumbersOfTheDaemon) {
  MachinePage& page = open();
  for (const char* text : {"64 cores · 512 GiB · 4 GPUs — 3 devices offered to the network", "NVIDIA GeForce RTX 4090",
                           "NUMA 0 · PCIe 0000:00:00.0", "68 °C", "342 W of 450 W", "17 / 24 GiB", "55 %",
                           "82.6 TFLOP/s", "550.90.07", "3.18 cr", "42 %", "1, of 8 in all", "1 min", "0.123 cr"}) {
    EXPECT_TRUE(says(page, QString::fromUtf8(text))) << text << "\n" << texts_of(page).join(u'\n').toStdString();
  }
  EXPECT_EQ(price(page).value(), 360'000);
  EXPECT_TRUE(offer(page).isChecked());
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("+0.12 cr")); }));  // receipt 12, settled
  EXPECT_TRUE(says(page, QStringLiteral("finetune 3, unpaid")));              // failures are not left out
  EXPECT_TRUE(says(page, QStringLiteral("Others offer this model for 0.036 – 0.176 cr/h, median 0.101")));
  picture(page, QStringLiteral("machine"));
}

TEST_F(MachinePageTest, ASwitchIsACallAndGoesBackWhenItIsRefused) {
  MachinePage& page = open();
  daemon().answer("device.set", [](const json::object&) -> rpc::Answer { return json::object(); });
  QTest::mouseClick(&offer(page), Qt::LeftButton);
  json::object asked = daemon().last("device.set");
  EXPECT_EQ(asked, (json::object{{"device", "gpu-0"}, {"offered", false}}));
  EXPECT_FALSE(offer(page).isChecked());
  ASSERT_TRUE(soon([&] { return offer(page).isEnabled(); }));
  EXPECT_FALSE(offer(page).isChecked());  // although the topic has not caught up
  daemon().refuse("device.set", "gpu-0 is gone");
  QTest::mouseClick(&offer(page), Qt::LeftButton);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("gpu-0 is gone")); }));
  EXPECT_TRUE(says(page, QStringLiteral("take less")));
}

TEST_F(MachinePageTest, APriceKeepsTheOtherRatesAndGoesBackWhenItIsRefused) {
  MachinePage& page = open();
  daemon().answer("device.set", [](const json::object& params) -> rpc::Answer {
    return json::object{{"rates", params.at("rates")}};
  });
  price(page).setFocus();
  price(page).stepBy(1);
  price(page).stepBy(1);
  EXPECT_EQ(daemon().last("device.set"),
            (json::object{{"device", "gpu-0"}, {"rates", json::object{{"device_second", 120}, {"gib_in", 7}}}}));
  EXPECT_EQ(daemon().count("device.set"), 1);  // steps are sent together
  EXPECT_EQ(price(page).value(), 432'000);
  daemon().refuse("device.set", "0.5 of 0.4");
  price(page).stepBy(5);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("0.5 of 0.4")); }));
  EXPECT_EQ(price(page).value(), 360'000);
}

TEST_F(MachinePageTest, WorkIsEndedOnlyAfterASecondClick) {
  MachinePage& page = open();
  daemon().answer("work.cancel", [](const json::object&) -> rpc::Answer { return json::object{{"state", "ending"}}; });
  ASSERT_TRUE(click(page, QStringLiteral("End this work")));
  EXPECT_EQ(daemon().count("work.cancel"), 0);
  ASSERT_TRUE(click(page, QStringLiteral("Keep it")));
  ASSERT_TRUE(click(page, QStringLiteral("End this work")));
  ASSERT_TRUE(click(page, QStringLiteral("End it")));
  EXPECT_EQ(daemon().last("work.cancel"), (json::object{{"id", "work-0"}}));
}

// The window around it has the one button with the one list of times.
TEST_F(MachinePageTest, APauseIsToldAndSteeredByTheWindowAloneAndADeviceByItself) {
  MachinePage& page = open();
  daemon().answer("donation.pause", [](const json::object&) -> rpc::Answer { return json::object(); });
  EXPECT_FALSE(button(page, QStringLiteral("Pause donating")));
  daemon().set_topic("status", example_status("paused"));
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("Donating is paused")); }));
  EXPECT_FALSE(button(page, QStringLiteral("Resume donating")));
  ASSERT_TRUE(soon([&] { return click(page, QStringLiteral("Pause this device")); }));
  EXPECT_EQ(daemon().last("donation.pause"), (json::object{{"device", "gpu-0"}}));
  daemon().set_topic("status", example_status());
  EXPECT_TRUE(soon([&] { return !says(page, QStringLiteral("Donating is paused")); }));
}

TEST_F(MachinePageTest, InTheSmallestWindowTheLineBelowTheTitleIsWhole) {
  MachinePage& page = open(kSmallest);
  settle();
  for (const auto* const line : page.findChildren<widgets::ElidedLabel*>()) {
    if (line->text().contains(QStringLiteral("offered to the network"))) EXPECT_FALSE(line->is_elided());
  }
  EXPECT_TRUE(says(page, QStringLiteral("offered to the network")));
}

TEST_F(MachinePageTest, ADeviceThatIsNotOfferedSaysWhy) {
  MachinePage& page = open();
  page.findChild<widgets::TopologyView*>()->choose_item(0);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("NUMA 3")); }));  // the machine's rows
  auto* const view = page.findChild<widgets::TopologyView*>();
  for (int item = 0; item < view->item_count(); ++item) {
    if (view->layout().boxes[item].part.device_id == QStringLiteral("gpu-3")) view->choose_item(item);
  }
  EXPECT_TRUE(says(page, QStringLiteral("a display is attached: offer it anyway by its switch")));
  EXPECT_FALSE(offer(page).isChecked());
}

TEST_F(MachinePageTest, ADeviceThatItsOwnerDoesNotOfferNeedsNoWord) {
  MachinePage& page = open();
  ASSERT_TRUE(offer(page).isChecked());
  json::object machine = example_machine();
  json::object& device = machine["devices"].as_array().front().as_object();
  device["wanted"] = device["offered"] = false;
  device["job"] = nullptr;
  device["why"] = json::object{{"reason", "offer_withdrawn"},
                               {"text", "the node has withdrawn its offer"},
                               {"detail", "provider.enabled is false"},
                               {"remedy", "wait until it offers again"}};
  stage_.daemon.set_topic("machine", machine);
  ASSERT_TRUE(soon([&] { return !offer(page).isChecked(); }));
  EXPECT_FALSE(says(page, QStringLiteral("withdrawn")));
  EXPECT_EQ(topology_of(parsed(machine), english()).packages[0].numas[0].devices[0].work, QString());
}

TEST_F(MachinePageTest, TheListIsATwinOfTheMap) {
  MachinePage& page = open();
  ASSERT_TRUE(click(page, QStringLiteral("List")));
  auto* const tree = page.findChild<TopologyTree*>();
  ASSERT_TRUE(tree->isVisible());
  ASSERT_TRUE(tree->selected());
  EXPECT_EQ(tree->selected()->device_id, QStringLiteral("gpu-0"));
  const QModelIndex machine = tree->model()->index(0, 0);
  ASSERT_EQ(tree->model()->rowCount(machine), 2);
  const QModelIndex numa = tree->model()->index(1, 0, machine.model()->index(0, 0, machine));
  EXPECT_EQ(numa.data().toString(), QStringLiteral("NUMA 1"));
  EXPECT_EQ(spaced(numa.siblingAtColumn(TopologyTree::kMemory).data().toString()), QStringLiteral("128 GiB"));
  tree->setCurrentIndex(numa);
  EXPECT_TRUE(says(page, QStringLiteral("128 GiB, 55 GiB used")));
  daemon().set_topic("machine", example_machine(shape_, 3));
  ASSERT_TRUE(soon([&] {
    return tree->model()->index(0, 1, tree->model()->index(1, 0, numa)).data().toString() ==
           english().percent(stage_.models->machine()->cores[16].busy_permille.value_or(-1));
  }));
  EXPECT_EQ(tree->currentIndex(), numa);
  picture(page, QStringLiteral("machine-list"));
}

TEST_F(MachinePageTest, ReadingsBecomeLines) {
  MachinePage& page = open();
  for (int tick = 1; tick < 60; ++tick) stage_.models->take_device_readings();
  EXPECT_EQ(page.findChildren<Trend*>().size(), 3);
  picture(page, QStringLiteral("machine-lines"));
  stage_.daemon.lose();
  ASSERT_TRUE(soon([&] { return !stage_.connection->live(); }));
  stage_.models->take_device_readings();
  EXPECT_FALSE(offer(page).isEnabled());
  EXPECT_FALSE(price(page).isEnabled());
}

TEST_F(MachinePageTest, WithoutAMachineThereIsAWordAndNoControl) {
  machine_ = false;
  MachinePage& page = open();
  EXPECT_TRUE(soon([&] { return says(page, QStringLiteral("does not tell of its machine")); }));
  EXPECT_FALSE(offer(page).isVisible());
  EXPECT_FALSE(button(page, QStringLiteral("Load")));
  picture(page, QStringLiteral("machine-none"));
}

TEST_F(MachinePageTest, EightThousandCoresStayLive) {
  shape_ = {.packages = 64, .numas = 2, .caches = 4, .cores = 16, .gpus = 8};
  MachinePage& page = open();
  QElapsedTimer clock;
  clock.start();
  const auto topology = topology_of(*stage_.models->machine(), english());
  EXPECT_EQ(cores_drawn(topology), 8'192);
  std::printf("topology of 8,192 cores: %lld us\n", static_cast<long long>(clock.nsecsElapsed() / 1'000));
  clock.restart();
  ASSERT_TRUE(click(page, QStringLiteral("List")));
  std::printf("tree of 8,192 cores: %lld us\n", static_cast<long long>(clock.nsecsElapsed() / 1'000));
  EXPECT_EQ(page.findChild<TopologyTree*>()->model()->rowCount(page.findChild<TopologyTree*>()->model()->index(0, 0)),
            64);
  picture(page, QStringLiteral("machine-huge"));
}

TEST_F(MachinePageTest, HostileTextIsPlainAndBounded) {
  json::object machine = example_machine({.packages = 1, .numas = 1, .caches = 1, .cores = 4, .gpus = 1});
  const std::string name = "<b>bold</b>\n\x1b[31m" + std::string(10'000, 'W');
  machine["host"] = name;
  machine["devices"].as_array()[0].as_object()["name"] = name;
  machine["devices"].as_array()[0].as_object()["job"] =
      json::object{{"id", "x"}, {"name", name}, {"peer", name}, {"permille", 99'999'999}};
  machine["devices"].as_array()[0].as_object()["rates"] = json::object{{"device_second", INT64_MAX}};
  MachinePage& page = open();
  daemon().set_topic("machine", machine);
  ASSERT_TRUE(soon([&] { return says(page, QStringLiteral("<b>bold</b>")); }));
  EXPECT_FALSE(price(page).isVisible());  // no price that makes sense
  for (const QString& text : texts_of(page)) EXPECT_LE(text.size(), 4'200);
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
}

TEST_F(MachinePageTest, ThePanelScrollsToItsEndByWheelAndByKeys) {
  MachinePage& page = open(kSmallest);
  settle();
  auto* const panel = page.findChild<DevicePanel*>();
  auto* const area = panel->findChild<QScrollArea*>();
  QScrollBar* const bar = area->verticalScrollBar();
  ASSERT_GT(bar->maximum(), 0);
  EXPECT_TRUE(bar->isVisible());
  EXPECT_EQ(bar->maximum() + area->viewport()->height(), area->widget()->height());
  EXPECT_GE(area->widget()->height(), area->widget()->heightForWidth(area->viewport()->width()));
  const auto* const last = panel->findChildren<widgets::KeyValueList*>().back();
  QWheelEvent turn(area->viewport()->rect().center(), area->viewport()->mapToGlobal(QPoint(9, 9)), {}, {0, -9'000},
                   Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
  QApplication::sendEvent(area->viewport(), &turn);
  EXPECT_EQ(bar->value(), bar->maximum());
  EXPECT_LE(last->mapTo(area->viewport(), QPoint(0, last->height())).y(), area->viewport()->height());
  area->setFocus();
  ASSERT_TRUE(area->focusPolicy() & Qt::TabFocus);
  QTest::keyClick(area, Qt::Key_Home);
  EXPECT_EQ(bar->value(), 0);
  QTest::keyClick(area, Qt::Key_PageDown);
  EXPECT_GT(bar->value(), 0);
  QTest::keyClick(area, Qt::Key_End);
  EXPECT_EQ(bar->value(), bar->maximum());
}

TEST_F(MachinePageTest, FitsTheSmallestWindowBothWaysRoundAndEverythingHasAName) {
  MachinePage& page = open(kSmallest);
  EXPECT_LE(page.minimumSizeHint().width(), kSmallest.width());
  EXPECT_LE(page.minimumSizeHint().height(), kSmallest.height());
  settle();
  EXPECT_EQ(clipped(page), QStringList());
  EXPECT_EQ(nameless(page), QStringList());
  picture(page, QStringLiteral("machine-small"));
  page.setLayoutDirection(Qt::RightToLeft);
  settle();
  EXPECT_EQ(clipped(page), QStringList());
  EXPECT_LT(page.findChild<DevicePanel*>()->geometry().left(), page.width() / 2);
  picture(page, QStringLiteral("machine-rtl"));
}

}  // namespace
}  // namespace quern::desktop::pages
