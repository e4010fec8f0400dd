// Runs one program on the simulator or on the real system, so that a rule is shown to hold on both.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "overlay/runtime/system_runtime.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::runtime {

using namespace std::chrono_literals;
using Program = std::function<Task<void>(Runtime&)>;

// Runs `program` as the only node of a world for at most an hour of virtual time; false when it had not ended by then.
inline bool run_simulated(const Program& program, std::uint64_t seed = 1) {
  bool ended = false;
  simulation::World world({.seed = seed});
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    co_await program(runtime);
    ended = true;
  });
  world.run_until(Time{} + 1h);
  return ended;
}

enum class WorldKind { simulated, system };

class BothWorlds : public testing::TestWithParam<WorldKind> {
 protected:
  // Runs to its end, on loopback when the world is real; a program that takes over half a minute of its world's time
  // fails.
  void run(const Program& program) {
    bool ended = false;
    const Program bounded = [&](Runtime& runtime) -> Task<void> {
      co_await run_until(runtime.clock(), runtime.clock().now() + 30s, program(runtime));
      ended = runtime.clock().now() < Time{} + 30s;
    };
    if (GetParam() == WorldKind::simulated) {
      run_simulated(bounded);
    } else {
      SystemRuntime runtime({.node = "test", .data_directory = folder_.path() / "data"});
      runtime.run(bounded);
    }
    EXPECT_TRUE(ended) << "the program did not end";
  }
  IpAddress loopback() const {
    return GetParam() == WorldKind::simulated ? boost::asio::ip::make_address("10.0.0.1")
                                              : boost::asio::ip::make_address("127.0.0.1");
  }

  TemporaryFolder folder_;
};

inline std::string world_name(const testing::TestParamInfo<WorldKind>& info) {
  return info.param == WorldKind::simulated ? "simulated" : "system";
}

#define QUERN_ON_BOTH_WORLDS(suite)                                                                               \
  INSTANTIATE_TEST_SUITE_P(                                                                                       \
      World, suite, testing::Values(::quern::runtime::WorldKind::simulated, ::quern::runtime::WorldKind::system), \
      ::quern::runtime::world_name)

}  // namespace quern::runtime
