#include "hwprobe/topology.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "hwprobe/hwloc_topology.hpp"
#include "hwprobe/text.hpp"
#include "tests/hwprobe/fake_machine.hpp"
#include "tests/temporary_folder.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define QUERN_HAS_LEAK_CHECK
#endif
#endif

namespace quern::hwprobe {
namespace {

// hwloc 2.9 has an XML reader of its own, which it uses where its libxml plug-in is not installed; on a broken document
// that reader leaks the objects made so far. Nothing allocated while one of these lives is looked at.
#ifdef QUERN_HAS_LEAK_CHECK
using LeaksOfHwloc = __lsan::ScopedDisabler;
#else
struct LeaksOfHwloc {
  LeaksOfHwloc() {}  // NOLINT(modernize-use-equals-default): a variable of it is not unused
};
#endif

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string recorded_topology(const std::string& name) {
  std::ifstream file(std::string(QUERN_TEST_DATA) + "/data/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Sources recorded_machine(const std::string& topology) {
  Sources sources;
  sources.files = std::make_shared<RecordedFiles>(testing::fake_server());
  sources.hwloc_xml = recorded_topology(topology);
  return sources;
}

// Every index of the lists leads into the list it is meant for, and back.
void expect_consistent(const Topology& topology) {
  for (std::size_t i = 0; i < topology.threads.size(); ++i) {
    ASSERT_LT(topology.threads[i].core, topology.cores.size());
    EXPECT_THAT(topology.cores[topology.threads[i].core].threads, ::testing::Contains(i));
  }
  for (std::size_t i = 0; i < topology.cores.size(); ++i) {
    ASSERT_LT(topology.cores[i].package, topology.packages.size());
    EXPECT_THAT(topology.packages[topology.cores[i].package].cores, ::testing::Contains(i));
    ASSERT_LT(topology.cores[i].numa_node, topology.numa_nodes.size());
    for (const std::uint32_t thread : topology.cores[i].threads) {
      EXPECT_THAT(topology.numa_nodes[topology.cores[i].numa_node].threads, ::testing::Contains(thread));
    }
  }
  for (const Cache& cache : topology.caches) {
    EXPECT_THAT(cache.threads, ::testing::Each(::testing::Lt(topology.threads.size())));
  }
}

TEST(Topology, two_socket_server_has_its_packages_nodes_and_caches) {
  std::vector<Problem> problems;
  const TopologyPart part = read_topology(recorded_machine("epyc_two_nodes.xml"), problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_THAT(part.topology.packages, SizeIs(2));
  EXPECT_THAT(part.topology.cores, SizeIs(8));
  EXPECT_THAT(part.topology.threads, SizeIs(16));
  ASSERT_THAT(part.topology.numa_nodes, SizeIs(2));
  EXPECT_EQ(part.topology.numa_nodes[1].os_index, 1u);
  EXPECT_EQ(part.topology.numa_nodes[1].memory_bytes, 128ull << 30);
  EXPECT_THAT(part.topology.numa_nodes[1].threads, ElementsAre(8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_EQ(part.topology.cores[4].numa_node, 1u);
  EXPECT_EQ(part.topology.cores[4].package, 1u);
  const auto is_l3 =
      AllOf(Field(&Cache::level, 3), Field(&Cache::size_bytes, 32 << 20), Field(&Cache::threads, SizeIs(4)));
  EXPECT_THAT(part.topology.caches, ::testing::Contains(is_l3).Times(4));
  expect_consistent(part.topology);
  EXPECT_EQ(part.cpu.vendor, "AuthenticAMD");
  EXPECT_THAT(part.cpu.kinds, ElementsAre(Field(&CpuKind::thread_os_index, SizeIs(16))));
  EXPECT_EQ(part.memory.total_bytes, 263856432ull * 1024);
}

TEST(Topology, hybrid_processor_has_two_kinds_of_core) {
  std::vector<Problem> problems;
  const TopologyPart part = read_topology(recorded_machine("intel_hybrid.xml"), problems);
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_THAT(part.cpu.kinds, SizeIs(2));
  EXPECT_EQ(part.cpu.kinds[0].core_type, "IntelAtom");
  EXPECT_EQ(part.cpu.kinds[0].efficiency, 0u);
  EXPECT_EQ(part.cpu.kinds[0].max_mhz, 3900u);
  EXPECT_THAT(part.cpu.kinds[0].thread_os_index, ElementsAre(4, 6));
  EXPECT_EQ(part.cpu.kinds[1].core_type, "IntelCore");
  EXPECT_EQ(part.cpu.kinds[1].efficiency, 1u);
  EXPECT_THAT(part.cpu.kinds[1].thread_os_index, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(part.topology.cores, ElementsAre(Field(&Core::threads, SizeIs(2)), Field(&Core::threads, SizeIs(2)),
                                               Field(&Core::threads, SizeIs(1)), Field(&Core::threads, SizeIs(1))));
  EXPECT_EQ(part.topology.threads[5].os_index, 6u);
  const Cache instruction{
      .level = 1, .kind = CacheKind::instruction, .size_bytes = 32768, .line_bytes = 64, .threads = {5}};
  EXPECT_THAT(part.topology.caches, ::testing::Contains(instruction));
  expect_consistent(part.topology);
}

TEST(Topology, broken_topology_is_a_problem_and_costs_only_itself) {
  const std::string whole = recorded_topology("intel_hybrid.xml");
  for (std::size_t length = 0; length + 20 < whole.size(); length += 97) {
    Sources sources = recorded_machine("intel_hybrid.xml");
    sources.hwloc_xml = whole.substr(0, length);
    std::vector<Problem> problems;
    const LeaksOfHwloc leaks;
    const TopologyPart part = read_topology(sources, problems);
    EXPECT_THAT(problems, SizeIs(1)) << "cut after " << length;
    EXPECT_THAT(part.topology.threads, IsEmpty());
    EXPECT_EQ(part.cpu.vendor, "AuthenticAMD");
    EXPECT_GT(part.memory.total_bytes, 0u);
  }
}

TEST(Topology, endless_and_huge_sets_of_threads_end) {
  for (const char* set : {"0xf...f,0x0000005f", "0xf...f"}) {
    Sources sources = recorded_machine("intel_hybrid.xml");
    std::string& xml = *sources.hwloc_xml;
    for (std::size_t at = 0; (at = xml.find("\"0x0000005f\"", at)) != std::string::npos;) {
      xml.replace(at, 12, '"' + std::string(set) + '"');
    }
    std::vector<Problem> problems;
    const HwlocTopology loaded = read_hwloc_topology(sources, problems);
    EXPECT_EQ(loaded.topology.threads.empty(), !problems.empty());
    EXPECT_LE(loaded.topology.threads.size(), 6);
    expect_consistent(loaded.topology);
  }
}

TEST(Topology, root_without_sysfs_is_a_problem) {
  const TemporaryFolder folder;
  Sources sources;
  sources.files = std::make_shared<HostFiles>(folder.path());
  sources.hwloc_root = folder.path();
  std::vector<Problem> problems;
  const TopologyPart part = read_topology(sources, problems);
  EXPECT_THAT(part.topology.threads, IsEmpty());
  EXPECT_THAT(problems, ::testing::Contains(Field(&Problem::where, folder.path().string())));
}

void write_processor(TemporaryFolder& folder, int index, int core) {
  const std::string processor = "/sys/devices/system/cpu/cpu" + std::to_string(index);
  folder.write(processor + "/topology/physical_package_id", "0\n");
  folder.write(processor + "/topology/core_id", std::to_string(core) + "\n");
  folder.write(processor + "/topology/core_cpus", core == 0 ? "3\n" : "c\n");
  folder.write(processor + "/topology/package_cpus", "f\n");
  folder.write(processor + "/online", "1\n");
}

TEST(Topology, root_of_another_machine_is_read_and_the_environment_left_as_it_was) {
  TemporaryFolder folder;
  folder.write("/sys/devices/system/cpu/online", "0-3\n");
  folder.write("/sys/devices/system/cpu/possible", "0-3\n");
  folder.write("/sys/devices/system/cpu/present", "0-3\n");
  for (int i = 0; i < 4; ++i) write_processor(folder, i, i / 2);
  folder.write("/proc/cpuinfo", testing::amd_cpu_info(4));
  Sources sources;
  sources.files = std::make_shared<HostFiles>(folder.path());
  sources.hwloc_root = folder.path();
  std::vector<Problem> problems;
  const HwlocTopology loaded = read_hwloc_topology(sources, problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_THAT(loaded.topology.threads, SizeIs(4));
  EXPECT_THAT(loaded.topology.cores, SizeIs(2));
  expect_consistent(loaded.topology);
  EXPECT_EQ(std::getenv("HWLOC_FSROOT"), nullptr);  // NOLINT(concurrency-mt-unsafe): one thread
}

TEST(Topology, this_machine_has_all_online_threads_even_where_this_process_may_not_run) {
  Sources sources;
  sources.files = std::make_shared<HostFiles>();
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i) {
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  std::vector<Problem> problems;
  const TopologyPart part = read_topology(sources, problems);
  EXPECT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
  const auto online = parse_number_list(sources.files->read("/sys/devices/system/cpu/online").value_or(""));
  ASSERT_TRUE(online);
  std::vector<std::uint32_t> threads;
  for (const Thread& thread : part.topology.threads) threads.push_back(thread.os_index);
  EXPECT_THAT(threads, ::testing::UnorderedElementsAreArray(*online));
  expect_consistent(part.topology);
  EXPECT_GT(part.memory.total_bytes, 0u);
}

}  // namespace
}  // namespace quern::hwprobe
