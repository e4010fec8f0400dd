#include "hwprobe/proc_load.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::size_t kIdle = 3;
constexpr std::size_t kIowait = 4;
constexpr std::size_t kOldestColumns = 4;             // Linux 2.4 had user, nice, system, idle
constexpr std::uint64_t kLoadAverageMax = 4'194'304;  // as many tasks as Linux has process numbers
constexpr std::string_view kStatPath = "/proc/stat";
constexpr std::string_view kLoadavgPath = "/proc/loadavg";

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::optional<CpuTimes> parse_times(std::string_view columns) {
  CpuTimes times;
  for (std::size_t i = 0; i < times.ticks.size(); ++i) {
    const std::string_view word = take_word(columns);
    if (word.empty()) return i >= kOldestColumns ? std::optional(times) : std::nullopt;
    const auto ticks = parse_number<std::uint64_t>(word);
    if (!ticks || *ticks > kCpuTicksMax) return std::nullopt;
    times.ticks[i] = *ticks;
  }
  return times;
}

// "12.345" as 12345; more digits are cut.
std::optional<std::uint64_t> parse_milli(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = parse_number<std::uint64_t>(text.substr(0, dot));
  if (!whole || *whole > kLoadAverageMax) return std::nullopt;
  std::uint64_t milli = *whole * 1000;
  if (dot == std::string_view::npos) return milli;
  std::uint64_t unit = 100;
  for (const char digit : text.substr(dot + 1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    milli += static_cast<std::uint64_t>(digit - '0') * unit;
    unit /= 10;
  }
  return milli;
}

// Of a thread listed twice, which no kernel does, the lower counters stay.
void sort_threads(std::vector<CpuReading::Thread>& threads) {
  std::ranges::sort(threads, {},
                    [](const CpuReading::Thread& thread) { return std::tie(thread.os_index, thread.times.ticks); });
  const auto twice = std::ranges::unique(threads, {}, &CpuReading::Thread::os_index);
  threads.erase(twice.begin(), twice.end());
}

}  // namespace

std::uint64_t CpuTimes::sum() const {
  return std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0});
}

CpuReading parse_proc_stat(std::string_view text, ProblemsOnce& problems) {
  CpuReading reading;
  // The processors come first; what follows (interrupts, context switches) is not looked at.
  while (text.starts_with("cpu")) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view name = take_word(line);
    const auto os_index = numbered(name, "cpu");
    const auto times = parse_times(line);
    if (!times || (!os_index && name != "cpu")) {
      problems.add(kStatPath, "the line \"" + clean_name(name) + "\" makes no sense: left out");
    } else if (!os_index) {
      reading.total = times;
    } else if (reading.threads.size() == kLoadThreadsMax) {
      problems.add_cause("/proc/stat threads", kStatPath,
                         "more than " + std::to_string(kLoadThreadsMax) + " threads: the rest is left out");
      break;
    } else {
      reading.threads.push_back({*os_index, *times});
    }
  }
  sort_threads(reading.threads);
  return reading;
}

std::optional<Permille> busy_share(const CpuTimes& before, const CpuTimes& now) {
  if (now.sum() <= before.sum()) return std::nullopt;
  std::uint64_t all = 0;
  std::uint64_t idle = 0;
  for (std::size_t i = 0; i < now.ticks.size(); ++i) {
    const std::uint64_t passed = now.ticks[i] > before.ticks[i] ? now.ticks[i] - before.ticks[i] : 0;
    all += passed;
    if (i == kIdle || i == kIowait) idle += passed;
  }
  return static_cast<Permille>(((all - idle) * 1000 + all / 2) / all);
}

void parse_loadavg(std::string_view text, CpuLoad& load, ProblemsOnce& problems) {
  text = trimmed(text);
  for (auto* average : {&load.average_1min_milli, &load.average_5min_milli, &load.average_15min_milli}) {
    const std::string_view word = take_word(text);
    *average = parse_milli(word);
    if (!*average) problems.add(kLoadavgPath, "\"" + clean_name(word) + "\" is not a load average: left out");
  }
}

CpuLoadMeter::Known CpuLoadMeter::next(const Known& before, const CpuTimes& now) {
  return {now, now.sum() == before.times.sum() ? before.busy : busy_share(before.times, now)};
}

void CpuLoadMeter::update_threads(const CpuReading& reading) {
  std::vector<KnownThread> threads;
  threads.reserve(reading.threads.size());
  auto before = threads_.begin();
  for (const auto& [os_index, times] : reading.threads) {
    while (before != threads_.end() && before->os_index < os_index) ++before;
    const bool known = before != threads_.end() && before->os_index == os_index;
    if (known || first_) {
      threads.push_back({os_index, next(known ? before->known : Known{}, times)});
    } else {
      threads.push_back({os_index, {times, std::nullopt}});
    }
  }
  threads_ = std::move(threads);
}

void CpuLoadMeter::read(SensorReader& reader, CpuLoad& load) {
  if (const auto averages = reader.text(std::string(kLoadavgPath))) parse_loadavg(*averages, load, reader.problems());
  const auto text = reader.text(std::string(kStatPath), kProcStatBytesMax);
  if (!text) return;
  const CpuReading reading = parse_proc_stat(*text, reader.problems());
  if (reading.total) {
    total_ = next(total_.value_or(Known{}), *reading.total);
    load.total = total_->busy;
  }
  update_threads(reading);
  first_ = false;
  for (const KnownThread& thread : threads_) {
    if (thread.known.busy) load.threads.push_back({thread.os_index, *thread.known.busy});
  }
}

}  // namespace quern::hwprobe
