#include "hwprobe/numa_memory.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::hwprobe {
namespace {

constexpr std::string_view kNode1 =
    "Node 1 MemTotal:       24684084 kB\n"
    "Node 1 MemFree:         4684084 kB\n"
    "Node 1 MemUsed:        20000000 kB\n";

TEST(NumaMemory, is_read_of_every_node_in_the_order_of_their_numbers) {
  RecordedFiles files;
  files.add_file("/sys/devices/system/node/node10/meminfo", "Node 10 MemTotal: 8 kB\nNode 10 MemFree: 2 kB\n");
  files.add_file("/sys/devices/system/node/node1/meminfo", std::string(kNode1));
  files.add_file("/sys/devices/system/node/possible", "0-15");
  files.add_error("/sys/devices/system/node/node2/meminfo", FileError::denied);
  const auto nodes = read_numa_memory(files);
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0], (NumaMemory{1, 24684084ULL * 1024, 4684084ULL * 1024}));
  EXPECT_EQ(nodes[1], (NumaMemory{10, 8192, 2048}));
}

TEST(NumaMemory, is_empty_where_the_kernel_tells_of_no_nodes) {
  EXPECT_TRUE(read_numa_memory(RecordedFiles()).empty());
}

TEST(NumaMemory, leaves_out_what_cannot_be) {
  EXPECT_EQ(parse_numa_memory(0, kNode1), NumaMemory{});  // another node's
  EXPECT_EQ(parse_numa_memory(0, "Node 0 MemTotal: 1 kB\nNode 0 MemFree: 2 kB\n"), (NumaMemory{0, 1024, {}}));
  EXPECT_EQ(parse_numa_memory(0, "Node 0 MemTotal: 99999999999999999999 kB\n"), NumaMemory{});
}

RC_GTEST_PROP(NumaMemory, takes_any_bytes, (const std::string& text)) {
  const auto memory = parse_numa_memory(3, "Node 3 MemTotal: 4 kB\n" + text);
  RC_ASSERT(!memory.free_bytes || *memory.free_bytes <= memory.total_bytes);
}

}  // namespace
}  // namespace quern::hwprobe
