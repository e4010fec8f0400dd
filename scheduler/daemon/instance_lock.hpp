// One daemon a data directory.
#pragma once
#include <expected>
#include <filesystem>
#include <string>

#include "scheduler/execution/descriptor.hpp"

namespace quern::daemon {

// Held as long as it lives, and given back by the system however the process ends.
class InstanceLock {
 public:
  // Makes the directory (0700) and the file `lock` in it. A directory that others can write to, or that belongs to
  // another user, is refused: the message names its mode and `chmod 700`. The message says who has it: "another quernd
  // (pid 4711) uses /var/lib/quern: stop it, or give this one another data_directory".
  static std::expected<InstanceLock, std::string> take(const std::filesystem::path& data_directory);

 private:
  explicit InstanceLock(execution::Descriptor file) : file_(std::move(file)) {}
  execution::Descriptor file_;
};

}  // namespace quern::daemon
