// What hwprobe and lscpu both tell of this machine is the same.
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/text.hpp"
#include "hwprobe/topology.hpp"

namespace quern::hwprobe {
namespace {

using Fields = std::map<std::string, std::string>;

std::string output_of(const char* command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command, "r"), &::pclose);
  std::string text;
  std::array<char, 4096> buffer;
  while (pipe) {
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
    if (size == 0) break;
    text.append(buffer.data(), size);
  }
  return text;
}

// Newer versions nest fields in each other.
void collect(const boost::json::value& list, Fields& fields) {
  for (const boost::json::value& entry : list.as_array()) {
    const boost::json::object& object = entry.as_object();
    std::string name = object.at("field").as_string().c_str();
    while (name.ends_with(':')) name.pop_back();
    if (const auto* data = object.if_contains("data"); data && data->is_string()) {
      fields[name] = data->as_string().c_str();
    }
    if (const auto* children = object.if_contains("children")) collect(*children, fields);
  }
}

class LscpuAgreement : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string text = output_of("LC_ALL=C lscpu --bytes --json");
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error);
    ASSERT_FALSE(error) << "lscpu of util-linux is needed: " << text;
    collect(parsed.at("lscpu"), fields_);
    Sources sources;
    sources.files = std::make_shared<HostFiles>();
    std::vector<Problem> problems;
    part_ = read_topology(sources, problems);
    EXPECT_THAT(problems, ::testing::IsEmpty());
  }

  // A field lscpu leaves out, or gives no number for, is not compared.
  void expect_number(const std::string& name, std::optional<std::uint64_t> ours) {
    const auto field = fields_.find(name);
    if (field == fields_.end() || !ours) return;
    // "4194304 (2 instances)"
    const auto theirs = parse_number<std::uint64_t>(field->second.substr(0, field->second.find(' ')));
    if (theirs) EXPECT_EQ(*theirs, *ours) << name;
  }

  void expect_text(const std::string& name, const std::string& ours) { EXPECT_EQ(fields_[name], ours) << name; }

  std::uint64_t cache_bytes(std::uint32_t level, std::set<CacheKind> kinds) const {
    std::uint64_t bytes = 0;
    for (const Cache& cache : part_.topology.caches) {
      if (cache.level == level && kinds.contains(cache.kind)) bytes += cache.size_bytes;
    }
    return bytes;
  }

  Fields fields_;
  TopologyPart part_;
};

TEST_F(LscpuAgreement, processor) {
  expect_text("Architecture", part_.system.architecture);
  expect_text("Vendor ID", part_.cpu.vendor);
  expect_text("Model name", part_.cpu.model_name);
  expect_number("CPU family", part_.cpu.family);
  expect_number("Model", part_.cpu.model);
  expect_number("Stepping", part_.cpu.stepping);
  const std::string flags = fields_["Flags"];
  const auto theirs = split(flags, ' ');
  EXPECT_EQ(std::set<std::string>(theirs.begin(), theirs.end()),
            std::set<std::string>(part_.cpu.flags.begin(), part_.cpu.flags.end()));
}

TEST_F(LscpuAgreement, hypervisor) {
  if (part_.cpu.hypervisor == "unknown") return;  // lscpu leaves the field out
  expect_text("Hypervisor vendor", part_.cpu.hypervisor);
}

TEST_F(LscpuAgreement, packages_cores_and_threads) {
  const Topology& topology = part_.topology;
  ASSERT_FALSE(topology.packages.empty());
  EXPECT_EQ(parse_number_list(fields_["On-line CPU(s) list"]).value_or(std::vector<std::uint32_t>{}).size(),
            topology.threads.size());
  expect_number("Socket(s)", topology.packages.size());
  expect_number("Core(s) per socket", topology.cores.size() / topology.packages.size());
  std::size_t threads_a_core = 0;
  for (const Core& core : topology.cores) threads_a_core = std::max(threads_a_core, core.threads.size());
  expect_number("Thread(s) per core", threads_a_core);
}

TEST_F(LscpuAgreement, numa_nodes) {
  expect_number("NUMA node(s)", part_.topology.numa_nodes.size());
  for (const NumaNode& node : part_.topology.numa_nodes) {
    std::vector<std::uint32_t> ours;
    for (const std::uint32_t thread : node.threads) ours.push_back(part_.topology.threads[thread].os_index);
    const auto theirs = parse_number_list(fields_["NUMA node" + std::to_string(node.os_index) + " CPU(s)"]);
    ASSERT_TRUE(theirs);
    EXPECT_THAT(ours, ::testing::UnorderedElementsAreArray(*theirs));
  }
}

TEST_F(LscpuAgreement, caches) {
  expect_number("L1d cache", cache_bytes(1, {CacheKind::data}));
  expect_number("L1i cache", cache_bytes(1, {CacheKind::instruction}));
  expect_number("L2 cache", cache_bytes(2, {CacheKind::unified, CacheKind::data}));
  expect_number("L3 cache", cache_bytes(3, {CacheKind::unified, CacheKind::data}));
}

}  // namespace
}  // namespace quern::hwprobe
