// Assertions for our own bugs. They stay on in release: a node that is wrong stops and says where. Never for input.
#pragma once
#include <cstdint>
#include <source_location>
#include <string>

namespace quern::runtime {

// What was running on this thread, so that a failed assertion in a simulation can be run again.
struct AssertionContext {
  std::string (*describe)(const void* subject) = nullptr;  // "node 17, virtual time 3.250 s, seed 42"
  const void* subject = nullptr;
};

// Sets the context of this thread and returns the one before. The subject must outlive it.
AssertionContext exchange_assertion_context(AssertionContext context);

// Prints expression, place, message and context to stderr, then aborts.
[[noreturn]] void fail_assertion(const char* expression, const char* message,
                                 std::source_location where = std::source_location::current());

}  // namespace quern::runtime

// QUERN_ASSERT(condition) or QUERN_ASSERT(condition, "what it means")
#define QUERN_ASSERT(condition, ...) \
  ((condition) ? static_cast<void>(0) : ::quern::runtime::fail_assertion(#condition, "" __VA_ARGS__))
