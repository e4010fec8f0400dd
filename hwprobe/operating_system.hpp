// The operating system's name, kernel and architecture.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// Name from os-release (in /etc, else in /usr/lib); kernel and architecture from /proc/sys/kernel, for this machine
// also from uname(2), as kernels before 6.1 do not give the architecture there. What nothing tells stays empty and is a
// problem.
OperatingSystem read_operating_system(const FileTree& files, std::vector<Problem>& problems);

// The value of PRETTY_NAME, freed of the shell's quotes and backslashes; empty when there is none.
std::string os_release_name(std::string_view text);

}  // namespace quern::hwprobe
