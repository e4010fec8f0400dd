// The real world: Boost.Asio on epoll, the system's clocks, getrandom(2), a folder of files. With its system_*.cpp
// files it is the only place above hwprobe that reads a clock, draws randomness, opens a socket or starts a thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "overlay/runtime/runtime.hpp"

namespace quern::runtime {

struct SystemOptions {
  std::string node = "node";                 // name in logs
  std::filesystem::path data_directory;      // for disk(); created with mode 0700 when it is first written to
  std::optional<std::uint64_t> random_seed;  // of random(); from getrandom(2) when absent
};

// One node of this machine: one thread runs its executor, two threads its blocking work.
class SystemRuntime final : public Runtime {
 public:
  // Throws std::system_error when the system gives no epoll or event descriptor.
  explicit SystemRuntime(SystemOptions options);
  ~SystemRuntime() override;
  SystemRuntime(const SystemRuntime&) = delete;
  SystemRuntime& operator=(const SystemRuntime&) = delete;

  // Runs `program` on the calling thread until it has ended; throws what it threw. Once.
  void run(const std::function<Task<void>(Runtime&)>& program);
  // Cancels the program. From any thread, at any time after construction.
  void stop();

  std::string_view node() const override;
  Executor executor() override;
  Clock& clock() override;
  Network& network() override;
  Disk& disk() override;
  Random& random() override;
  void fill_secret(std::span<std::byte> out) override;
  void trace(std::uint64_t /*value*/) override {}
  Task<void> offload_work(std::move_only_function<void()> work) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace quern::runtime
