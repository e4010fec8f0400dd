// What a simulated node's disk says of one of its jobs: so that it is submitted and ended once, whatever crashes.
#pragma once
#include <string>

#include "overlay/runtime/runtime.hpp"

namespace quern::simulation {

class JobLog {
 public:
  enum class State : std::uint8_t { unknown, submitted, ended };

  JobLog(runtime::Runtime& runtime, std::size_t number) : runtime_(runtime), file_("job." + std::to_string(number)) {}

  runtime::Task<State> read() {
    const auto content = co_await runtime_.disk().read(file_);
    co_return content && content->size() == 1 ? static_cast<State>(content->front()) : State::unknown;
  }
  // False when there is no room.
  runtime::Task<bool> submitted() { return write(State::submitted); }
  runtime::Task<bool> ended() { return write(State::ended); }

 private:
  runtime::Task<bool> write(State state) {
    const auto written = co_await runtime_.disk().replace(file_, runtime::Bytes(1, static_cast<std::byte>(state)));
    co_return written.has_value();
  }

  runtime::Runtime& runtime_;
  std::string file_;
};

}  // namespace quern::simulation
