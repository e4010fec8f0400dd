// How much host memory is in use, from /proc/meminfo.
#pragma once
#include <string_view>

#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

// Takes any bytes; lines are "MemTotal:       24684084 kB". An available size above the total, or more free swap than
// there is, is left out and named once.
MemoryLoad parse_memory_load(std::string_view text, ProblemsOnce& problems);

void read_memory_load(SensorReader& reader, MemoryLoad& load);

}  // namespace quern::hwprobe
