// How busy the processor is: /proc/stat's counters between two readings, and /proc/loadavg.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kLoadThreadsMax = 8192;
// /proc/stat of 8192 threads and their interrupts.
inline constexpr std::size_t kProcStatBytesMax = 8 << 20;
// Largest counter believed: 350,000 processor years at 100 ticks a second. Keeps sums and products within 64 bits.
inline constexpr std::uint64_t kCpuTicksMax = std::uint64_t{1} << 50;

// Ticks since boot of one thread or of all together: user, nice, system, idle, iowait, irq, softirq, steal. The kernel
// counts guest time in user and nice as well, so its own two columns are not kept.
struct CpuTimes {
  std::array<std::uint64_t, 8> ticks{};
  std::uint64_t sum() const;
  bool operator==(const CpuTimes&) const = default;
};

struct CpuReading {
  struct Thread {
    std::uint32_t os_index = 0;
    CpuTimes times;
    bool operator==(const Thread&) const = default;
  };
  std::optional<CpuTimes> total;
  std::vector<Thread> threads;  // ascending os_index, each once
};

// Takes any bytes. Lines that make no sense are left out and named once.
CpuReading parse_proc_stat(std::string_view text, ProblemsOnce& problems);

// Busy ticks / all ticks between two readings, rounded to the nearest thousandth. Idle and iowait are not busy; steal
// is: another guest had the processor, we could not. A single counter that went backwards (idle and iowait do, by a few
// ticks) counts as standing still. nullopt when all together stood still or went backwards.
std::optional<Permille> busy_share(const CpuTimes& before, const CpuTimes& now);

// Load averages "0.52 0.58 0.59 1/467 12345" in thousandths; those that make no sense stay absent.
void parse_loadavg(std::string_view text, CpuLoad& load, ProblemsOnce& problems);

// Keeps the counters of the last reading. The first reading gives shares since boot. A thread that comes online later
// is listed from its second reading on; one whose counters went backwards (a restored virtual machine) is left out of
// that one reading; when no tick has passed since the last reading its share is repeated.
class CpuLoadMeter {
 public:
  void read(SensorReader& reader, CpuLoad& load);

 private:
  struct Known {
    CpuTimes times;
    std::optional<Permille> busy;
  };
  struct KnownThread {
    std::uint32_t os_index = 0;
    Known known;
  };
  static Known next(const Known& before, const CpuTimes& now);
  void update_threads(const CpuReading& reading);

  bool first_ = true;
  std::optional<Known> total_;
  std::vector<KnownThread> threads_;  // ascending os_index
};

}  // namespace quern::hwprobe
