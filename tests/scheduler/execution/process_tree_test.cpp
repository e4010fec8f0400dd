#include "scheduler/execution/process_tree.hpp"

#include <algorithm>
#include <span>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scheduler/execution/descriptor.hpp"

namespace quern::execution {
namespace {

TEST(ProcessTree, what_a_process_holds_grows_with_what_it_opens_maps_and_writes) {
  constexpr std::size_t bytes = 64 << 20;
  const std::string self = std::to_string(::getpid());
  const Holdings before = holdings_of(self);
  EXPECT_GT(before.descriptors, 0);
  EXPECT_GT(before.memory_bytes, 0);
  EXPECT_GT(before.mapped_bytes, before.memory_bytes);
  const Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const Holdings mapped = holdings_of(self);
  EXPECT_EQ(mapped.descriptors, before.descriptors + 1);
  EXPECT_GE(mapped.mapped_bytes, before.mapped_bytes + bytes);
  EXPECT_LT(mapped.memory_bytes, before.memory_bytes + bytes / 2) << "nothing is there yet";
  std::ranges::fill(std::span(static_cast<char*>(memory), bytes), 'x');
  EXPECT_GE(holdings_of(self).memory_bytes, before.memory_bytes + bytes / 2);
  ::munmap(memory, bytes);
}

TEST(ProcessTree, a_process_that_is_gone_holds_nothing) {
  EXPECT_EQ(holdings_of("4194304"), Holdings()) << "numbers end below";
}

}  // namespace
}  // namespace quern::execution
