// Any bytes as a configuration: read, or refused with a bounded number of complaints; what is read survives printing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scheduler/daemon/config.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quern::daemon;
  const quern::rpc::Environment environment{.home = "/home/ada", .runtime_dir = "/run/user/1000"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = parse_config(text, "f", environment);
  if (!config) {
    require(!config.error().empty() && config.error().size() <= kProblemsMax);
    for (const ConfigProblem& problem : config.error()) require(!problem.message.empty());
    return 0;
  }
  const auto again = parse_config(to_toml(*config), "f", environment);
  require(again && *again == *config);
  return 0;
}
