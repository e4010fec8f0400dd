#include "scheduler/daemon/capacity.hpp"

#include <gtest/gtest.h>

#include "scheduler/market/signed_offer.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

constexpr std::int64_t kNow = 1'795'000'000'000;

hwprobe::OpenclDevice device(std::string id) {
  return {.id = std::move(id),
          .type = hwprobe::OpenclDeviceType::cpu,
          .index = 1,
          .name = "pthread",
          .version = "OpenCL 3.0 PoCL",
          .compute_units = 2,
          .global_memory_bytes = 1 << 30,
          .available = true,
          .compiler_available = true,
          .extensions = {"cl_intel_subgroups", "cl_khr_fp64"}};
}

hwprobe::DeviceMeasurement measured(std::string id) {
  return {
      .device_id = std::move(id),
      .fitness = {.fit = true, .reason = {}},
      .figures = {{.quantity = hwprobe::Quantity::fp32_flops, .value = 100, .taken_unix_ms = 7, .spread_permille = 20},
                  {.quantity = hwprobe::Quantity::memory_bandwidth, .value = 50, .spread_permille = 30}}};
}

hwprobe::MachineReport report(const std::vector<std::string>& ids) {
  hwprobe::MachineReport made;
  hwprobe::OpenclPlatform platform;
  made.measurements.emplace();
  for (const std::string& id : ids) {
    platform.devices.push_back(device(id));
    made.measurements->devices.push_back(measured(id));
  }
  made.opencl = {{.name = "pocl.icd", .library = "libpocl.so", .platforms = {{}, platform}}};
  return made;
}

Config selling() {
  Config config = default_config({.home = "/home/ada"});
  config.provider.enabled = true;
  return config;
}

TEST(Capacity, a_measured_device_is_offered_with_its_speed_and_price) {
  Config config = selling();
  config.provider.rates[model::Dimension::device_time] = 3;
  config.provider.device_rates["dear"][model::Dimension::device_time] = 9;
  const auto devices = devices_of(report({"plain", "dear"}), config.provider);
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].driver, "pocl.icd");
  EXPECT_EQ(devices[0].platform, 1u);
  EXPECT_EQ(devices[0].index, 1u);
  const auto& plain = devices[0].offered;
  const auto& dear = devices[1].offered;
  ASSERT_TRUE(plain && dear);
  EXPECT_EQ(plain->opencl_version, 300u);
  EXPECT_EQ(plain->speed.fp32_flops, 100u);
  EXPECT_EQ(plain->speed.memory_bytes_per_second, 50u);
  EXPECT_EQ(plain->speed.spread_permille, 30u);
  EXPECT_EQ(plain->extensions, (std::vector<std::string>{"cl_khr_fp64"}));
  EXPECT_EQ(plain->rates[model::Dimension::device_time], 3);
  EXPECT_EQ(dear->rates[model::Dimension::device_time], 9);
}

// Why a device of one that is offered otherwise is not.
std::string why_not(void (*change)(hwprobe::MachineReport&, ProviderConfig&)) {
  auto machine = report({"one"});
  ProviderConfig config = selling().provider;
  change(machine, config);
  const auto devices = devices_of(machine, config);
  if (devices.size() != 1 || devices[0].offered) return "offered";
  return devices[0].why;
}

TEST(Capacity, what_is_not_offered_says_why) {
  const auto first = [](hwprobe::MachineReport& machine) -> hwprobe::OpenclDevice& {
    return machine.opencl->at(0).platforms[1].devices[0];
  };
  static const auto at = first;
  EXPECT_EQ(why_not([](auto&, ProviderConfig&) {}), "offered");
  EXPECT_EQ(why_not([](auto&, ProviderConfig& config) { config.enabled = false; }), "provider.enabled is false");
  EXPECT_EQ(why_not([](auto&, ProviderConfig& config) { config.devices_deny = {"one"}; }),
            "provider.devices_deny names it");
  EXPECT_EQ(why_not([](auto&, ProviderConfig& config) { config.devices_allow = {"two"}; }),
            "provider.devices_allow does not name it");
  EXPECT_EQ(why_not([](auto& machine, ProviderConfig&) { at(machine).available = false; }),
            "its driver says that it is not available");
  EXPECT_EQ(why_not([](auto& machine, ProviderConfig&) { at(machine).compiler_available = false; }),
            "its driver has no compiler");
  EXPECT_EQ(why_not([](auto& machine, ProviderConfig&) { machine.measurements.reset(); }), "it was not measured");
  EXPECT_EQ(why_not([](auto& machine, ProviderConfig&) {
              machine.measurements->devices[0].fitness = {.fit = false, .reason = "self-test: wrong"};
            }),
            "self-test: wrong");
}

TEST(Capacity, a_device_keeps_its_switch_while_nothing_is_shared) {
  ProviderConfig config = selling().provider;
  config.devices_deny = {"denied"};
  for (const bool enabled : {true, false}) {
    config.enabled = enabled;
    const auto devices = devices_of(report({"one", "denied"}), config);
    ASSERT_EQ(devices.size(), 2u);
    EXPECT_TRUE(devices[0].wanted);
    EXPECT_EQ(devices[0].offered.has_value(), enabled);
    EXPECT_FALSE(devices[1].wanted);
  }
}

TEST(Capacity, no_more_devices_are_offered_than_an_offer_holds_and_the_rest_says_so) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i <= model::kOfferDevicesMax; ++i) ids.push_back("device-" + std::to_string(i));
  const auto devices = devices_of(report(ids), selling().provider);
  EXPECT_TRUE(devices[model::kOfferDevicesMax - 1].offered);
  EXPECT_FALSE(devices[model::kOfferDevicesMax].offered);
  EXPECT_EQ(devices[model::kOfferDevicesMax].why, "an offer has at most 16 devices");
}

TEST(Capacity, an_offer_can_be_sealed_and_is_only_made_where_something_is_held) {
  const Config config = selling();
  const auto devices = devices_of(report({"one"}), config.provider);
  const execution::SelfTest held{.kinds = {{.kind = execution::SandboxKind::kernel_job, .held = true, .why = {}}}};
  const auto kinds = kinds_held(config, held);
  const auto offer = make_offer(config, {}, devices, kinds, 5, kNow);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->sequence, 5u);
  EXPECT_EQ(offer->until_unix_ms - offer->from_unix_ms, kOfferValidityMs);

  const execution::SelfTest broken{.kinds = {{.kind = execution::SandboxKind::kernel_job, .held = false, .why = "no"}}};
  EXPECT_TRUE(kinds_held(config, broken).empty());
  EXPECT_FALSE(make_offer(config, {}, devices, {}, 5, kNow)) << "the sandbox holds nothing";
  EXPECT_FALSE(make_offer(config, {}, {}, kinds, 5, kNow)) << "no device";
  Config closed = config;
  closed.provider.enabled = false;
  EXPECT_FALSE(make_offer(closed, {}, devices, kinds, 5, kNow));
}

TEST(Capacity, an_offer_holds_no_more_threads_and_memory_than_the_machine_and_no_more_than_the_config) {
  Config config = selling();
  config.provider.limits.cpu_cores = 4;
  config.provider.limits.memory_bytes = 4ULL << 30;
  const auto limits = [&](std::size_t threads, std::uint64_t memory) {
    auto machine = report({"one"});
    machine.topology = hwprobe::Topology{};
    machine.topology->threads.resize(threads);
    machine.memory = hwprobe::Memory{.total_bytes = memory};
    return make_offer(config, machine, devices_of(machine, config.provider), {model::JobKind::opencl_kernel}, 5, kNow)
        ->limits;
  };
  model::TaskLimits small = config.provider.limits;
  small.cpu_cores = 2;
  small.memory_bytes = 1ULL << 30;
  EXPECT_EQ(limits(2, 1ULL << 30), small);
  EXPECT_EQ(limits(64, 256ULL << 30), config.provider.limits);
  EXPECT_EQ(limits_on({}, config.provider.limits), config.provider.limits) << "what is not known limits nothing";
}

TEST(Capacity, a_worker_of_a_device_that_can_run_sees_the_one_driver_that_the_probe_saw) {
  auto devices = devices_of(report({"one", "two"}), selling().provider);
  devices[1].can_run = false;
  const auto workers = worker_devices(devices, "/etc/OpenCL/vendors", {{"POCL_DEVICES", "basic"}});
  ASSERT_EQ(workers.size(), 1u);
  EXPECT_EQ(workers[0].id, "one");
  EXPECT_EQ(workers[0].platform, 1u);
  EXPECT_EQ(workers[0].environment,
            (std::vector<std::pair<std::string, std::string>>{{"POCL_DEVICES", "basic"},
                                                              {"OCL_ICD_VENDORS", "/etc/OpenCL/vendors/pocl.icd"}}));
}

hwprobe::MachineReport report_of_cards() {
  auto made = report({"first", "second"});
  auto& devices = made.opencl->front().platforms[1].devices;
  for (std::uint32_t i = 0; i < devices.size(); ++i) {
    devices[i].type = hwprobe::OpenclDeviceType::gpu;
    devices[i].index = i;
    devices[i].pci_address = "0000:0" + std::to_string(i) + ":00.0";
  }
  return made;
}

TEST(Capacity, a_card_is_offered_with_the_nodes_that_its_jobs_are_given_and_no_other_card_s) {
  const auto nodes_of_card = [](const hwprobe::OpenclDevice& device, const hwprobe::OpenclDriver& driver) {
    EXPECT_EQ(driver.library, "libpocl.so");
    return std::expected<CardNodes, model::Why>(CardNodes{.nodes = {"/dev/of-" + *device.pci_address},
                                                          .groups = {44},
                                                          .folders = {"/sys/folder"},
                                                          .links = {{.inside = "/sys/link", .target = "folder"}},
                                                          .environment = {{"CACHE", "/cache"}}});
  };
  const auto devices = devices_of(report_of_cards(), selling().provider, nodes_of_card);
  EXPECT_TRUE(devices[1].offered);
  const auto workers = worker_devices(devices, "/v", {});
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_EQ(workers[1].nodes, std::vector<std::string>{"/dev/of-0000:01:00.0"});
  EXPECT_EQ(workers[1].device, 0u) << "the driver sees no other card there";
  EXPECT_EQ(workers[1].node_groups, std::vector<gid_t>{44});
  EXPECT_EQ(workers[1].folders, std::vector<std::string>{"/sys/folder"});
  EXPECT_EQ(workers[1].links.size(), 1u);
  EXPECT_EQ(workers[1].environment.back(), (std::pair<std::string, std::string>("CACHE", "/cache")));
}

TEST(Capacity, a_card_whose_nodes_cannot_be_given_is_not_offered_by_that_reason_and_nothing_runs_on_it) {
  const auto nodes_of_card = [](const auto&, const auto&) {
    return std::expected<CardNodes, model::Why>(
        std::unexpected(model::Why{model::Reason::sandbox_unavailable, "/dev/kfd is not there"}));
  };
  const auto devices = devices_of(report_of_cards(), selling().provider, nodes_of_card);
  EXPECT_FALSE(devices[0].offered);
  EXPECT_EQ(devices[0].reason, model::Reason::sandbox_unavailable);
  EXPECT_EQ(devices[0].why, "/dev/kfd is not there");
  EXPECT_TRUE(worker_devices(devices, "/v", {}).empty());
}

// A machine whose daemon has a group of version 2 of its own.
class Sandboxes : public testing::Test {
 protected:
  Sandboxes() {
    folder_.write("mountinfo", "30 1 0:2 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
    folder_.write("own", "0::/app\n");
    folder_.write("sys/fs/cgroup/app/cgroup.controllers", "cpu io memory pids\n");
  }
  SandboxChoice choose(SandboxTier tier, bool required) const {
    const std::string root = folder_.path().string();
    return choose_sandbox({.tier = tier, .required = required},
                          {.mounts = root + "/mountinfo", .own = root + "/own", .root = root});
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Sandboxes, are_of_the_tier_that_the_config_asks_for) {
  using execution::CgroupTier;
  EXPECT_EQ(choose(SandboxTier::automatic, true).cgroups.tier(), CgroupTier::v2);
  EXPECT_EQ(choose(SandboxTier::cgroup2, true).cgroups.tier(), CgroupTier::v2);
  const auto none = choose(SandboxTier::none, true);
  EXPECT_EQ(none.cgroups.tier(), CgroupTier::none);
  EXPECT_EQ(none.lacking, "");
}

TEST_F(Sandboxes, of_a_tier_that_is_required_and_not_there_hold_nothing_and_say_what_is_there_and_the_way_out) {
  const auto choice = choose(SandboxTier::cgroup1, true);
  EXPECT_TRUE(choice.lacking.starts_with("sandbox.tier: cgroup v1 is required and this machine has cgroup v2"))
      << choice.lacking;
  EXPECT_TRUE(choice.lacking.contains("sandbox.required = false")) << choice.lacking;
  execution::SelfTest test{.kinds = {{.kind = execution::SandboxKind::kernel_job, .held = true, .why = {}}}};
  auto devices = devices_of(report({"plain"}), selling().provider);
  hold_nothing(test, devices, choice.lacking);
  EXPECT_FALSE(devices[0].offered);
  EXPECT_EQ(devices[0].why, choice.lacking);
  EXPECT_EQ(devices[0].reason, model::Reason::sandbox_unavailable);
  EXPECT_TRUE(kinds_held(selling(), test).empty());
  EXPECT_EQ(test.kinds[0].why, choice.lacking);
}

TEST_F(Sandboxes, of_a_tier_that_is_not_required_are_of_the_best_there_is) {
  const auto choice = choose(SandboxTier::cgroup1, false);
  EXPECT_EQ(choice.cgroups.tier(), execution::CgroupTier::v2);
  EXPECT_EQ(choice.lacking, "");
}

}  // namespace
}  // namespace quern::daemon
