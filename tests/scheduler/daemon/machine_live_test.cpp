#include "scheduler/daemon/machine_live.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/daemon/answer_schemas.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

namespace json = boost::json;

hwprobe::Topology topology_of(const std::vector<std::uint32_t>& threads) {
  hwprobe::Topology topology;
  for (const std::uint32_t thread : threads) topology.threads.push_back({.os_index = thread, .core = 0});
  return topology;
}

TEST(MachineLive, threads_come_in_the_order_of_the_topology_and_what_is_not_told_is_null) {
  LiveReading reading;
  reading.sample.cpu.threads = {{.os_index = 0, .busy = 1}, {.os_index = 1, .busy = 2000}, {.os_index = 4, .busy = 5}};
  const json::object live = live_json(reading, topology_of({4, 0, 2, 1}));
  EXPECT_EQ(live.at("threads_busy_permille"), (json::array{5, 1, nullptr, 1000}));
  EXPECT_TRUE(live.at("busy_permille").is_null());
  EXPECT_TRUE(live.at("memory_used_bytes").is_null());
  EXPECT_TRUE(live_json(reading, std::nullopt).at("threads_busy_permille").as_array().empty());
}

TEST(MachineLive, memory_in_use_is_the_total_less_what_is_left) {
  LiveReading reading;
  reading.sample.memory = {.total_bytes = 100, .available_bytes = 30, .swap_used_bytes = {}};
  reading.numa = {{.os_index = 0, .total_bytes = 50, .free_bytes = 10},
                  {.os_index = 1, .total_bytes = 7, .free_bytes = 8}};
  const json::object live = live_json(reading, std::nullopt);
  EXPECT_EQ(live.at("memory_used_bytes"), 70);
  EXPECT_EQ(live.at("numa").at(0).at("memory_used_bytes"), 40);
  EXPECT_TRUE(live.at("numa").at(1).at("memory_used_bytes").is_null());
}

TEST(MachineLive, a_processor_is_as_busy_as_the_machine_and_a_card_as_its_sensor_says) {
  LiveReading reading;
  reading.sample.cpu.total = 250;
  reading.sample.gpus = {{.pci_address = "0000:01:00.0", .source = "nvml", .busy = 1500},
                         {.pci_address = "0000:02:00.0", .source = "nvml"}};
  EXPECT_EQ(busy_permille(reading, std::nullopt), 250u);
  EXPECT_EQ(busy_permille(reading, "0000:01:00.0"), 1000u);
  EXPECT_EQ(busy_permille(reading, "0000:02:00.0"), std::nullopt);
  EXPECT_EQ(busy_permille(reading, "0000:03:00.0"), std::nullopt);
}

TEST(MachineLive, of_more_than_fits_the_rest_is_left_out) {
  LiveReading reading;
  reading.sample.gpus.resize(kLiveGpusMax + 1);
  reading.sample.temperatures.resize(kLiveSensorsMax + 1);
  const json::object live = live_json(reading, std::nullopt);
  EXPECT_EQ(live.at("gpus").as_array().size(), kLiveGpusMax);
  EXPECT_EQ(live.at("temperatures").as_array().size(), kLiveSensorsMax);
}

TEST(MachineLive, readings_that_are_asked_for_at_once_are_one_and_have_the_form_of_the_document) {
  const TemporaryFolder folder;
  folder.write("/proc/meminfo", "MemTotal: 100 kB\nMemAvailable: 40 kB\n");
  folder.write("/proc/stat", "cpu  1 0 1 2 0 0 0 0 0 0\ncpu0 1 0 1 2 0 0 0 0 0 0\n");
  runtime::SystemRuntime system({.node = "node", .data_directory = folder.path(), .random_seed = 1});
  system.run([&](runtime::Runtime& runtime) -> runtime::Task<void> {
    MachineLive live(runtime, hwprobe::Sources::at_root(folder.path()));
    EXPECT_EQ(live.latest(), nullptr);
    int done = 0;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> runtime::Task<void> {
      runtime::WaitQueue over;
      const auto one = [&]() -> runtime::Task<void> {
        co_await live.refresh();
        ++done;
        over.wake_all();
      };
      for (int i = 0; i < 3; ++i) group.spawn(one());
      while (done < 3) co_await over.wait();
    });
    const LiveReading* reading = live.latest();
    EXPECT_NE(reading, nullptr);
    if (!reading) co_return;
    EXPECT_EQ(reading->sample.memory.total_bytes, 100u << 10);
    const json::object machine{{"host", ""},
                               {"system", ""},
                               {"report", json::object()},
                               {"live", live_json(*reading, topology_of({0}))},
                               {"devices", json::array()}};
    const auto fit = rpc::check(machine_schema(), machine);
    EXPECT_TRUE(fit) << fit.error();
  });
}

}  // namespace
}  // namespace quern::daemon
