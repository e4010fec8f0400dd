// Files in one folder of the system.
#pragma once
#include <filesystem>
#include <memory>

#include "overlay/runtime/disk.hpp"

namespace quern::runtime {

class Runtime;

// All system calls run on the runtime's pool for blocking work.
std::unique_ptr<Disk> make_system_disk(Runtime& runtime, std::filesystem::path folder);

}  // namespace quern::runtime
