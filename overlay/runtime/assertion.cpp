#include "overlay/runtime/assertion.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace quern::runtime {
namespace {

// The one thing here that is not an argument: an assertion has no arguments to take it from.
thread_local AssertionContext current;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

AssertionContext exchange_assertion_context(AssertionContext context) {
  return std::exchange(current, context);
}

void fail_assertion(const char* expression, const char* message, std::source_location where) {
  std::fprintf(stderr, "%s:%u: assertion failed: %s%s%s\n", where.file_name(), where.line(), expression,
               *message ? ": " : "", message);
  if (current.describe) std::fprintf(stderr, "  in %s\n", current.describe(current.subject).c_str());
  std::abort();
}

}  // namespace quern::runtime
