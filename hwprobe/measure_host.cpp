#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <sched.h>

#include "hwprobe/available_memory.hpp"
#include "hwprobe/file_tree.hpp"
#include "hwprobe/measure.hpp"
#include "hwprobe/stopwatch.hpp"
#include "hwprobe/windows.hpp"

namespace quern::hwprobe {
namespace {

constexpr const char* kMethod = "host-triad/1";
constexpr std::uint64_t kArrayBytesMin = 4 << 20;
constexpr unsigned kWindows = 50;
constexpr double kWindowSeconds = 0.010;
constexpr double kSecondsMax = 1.0;  // of wall time for all windows: a machine busy with other work gets fewer
constexpr unsigned kWindowsMin = 10;

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Processors this process may run on.
unsigned thread_count() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
  return std::max(std::thread::hardware_concurrency(), 1U);
}

// One thread's stretch of the three arrays. Written first by the thread that uses it, so that its memory lies near it.
struct Stretch {
  explicit Stretch(std::size_t size) : count(size), memory(new double[3 * size]) {}  // left untouched here
  std::size_t count;
  std::unique_ptr<double[]> memory;

  void fill() { std::fill_n(memory.get(), 3 * count, 1.0); }
  void triad(double s) {
    double* __restrict a = memory.get();
    const double* __restrict b = a + count;
    const double* __restrict c = b + count;
    for (std::size_t i = 0; i < count; ++i) a[i] = b[i] + s * c[i];
    // The loop must not be dropped, nor be merged with the next.
    asm volatile("" : : "r"(a) : "memory");
  }
  double bytes() const { return 3.0 * sizeof(double) * static_cast<double>(count); }
};

// What one thread found.
struct Found {
  std::vector<Window> windows;
  double wall_seconds = 0;
};

Found run_thread(std::size_t count, std::barrier<>& start) {
  std::unique_ptr<Stretch> stretch;
  try {
    stretch = std::make_unique<Stretch>(count);
  } catch (const std::bad_alloc&) {
    start.arrive_and_drop();
    return {};
  }
  stretch->fill();
  stretch->triad(3);
  start.arrive_and_wait();
  Found found;
  const auto begin = steady_time();
  while (found.windows.size() < kWindows) {
    Window window;
    const auto cpu = thread_cpu_time();
    do {
      stretch->triad(3);
      window.work += stretch->bytes();
      window.seconds = seconds(thread_cpu_time() - cpu);
    } while (window.seconds < kWindowSeconds);
    found.windows.push_back(window);
    found.wall_seconds = seconds(steady_time() - begin);
    if (found.windows.size() >= kWindowsMin && found.wall_seconds > kSecondsMax) break;
  }
  return found;
}

// One machine's window from one window of every thread: the sum of their work in the mean of their CPU times.
std::vector<Window> joined(const std::vector<Found>& threads) {
  std::size_t count = kWindows;
  for (const Found& thread : threads) count = std::min(count, thread.windows.size());
  std::vector<Window> windows(count);
  for (const Found& thread : threads) {
    for (std::size_t i = 0; i < count; ++i) {
      windows[i].work += thread.windows[i].work;
      windows[i].seconds += thread.windows[i].seconds / static_cast<double>(threads.size());
    }
  }
  return windows;
}

std::uint32_t share_of(const std::vector<Found>& threads) {
  double cpu = 0;
  double wall = 0;
  for (const Found& thread : threads) {
    for (const Window& window : thread.windows) cpu += window.seconds;
    wall += thread.wall_seconds;
  }
  return cpu_share_permille(cpu, wall, 1);
}

// Runs the triad on `threads` threads at once; fewer when the system gives no more.
std::vector<Found> run_all(unsigned threads, std::size_t count) {
  std::vector<Found> found(threads);
  std::barrier start(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::jthread> running;
  for (unsigned i = 0; i < threads; ++i) {
    try {
      running.emplace_back([&, i] { found[i] = run_thread(count, start); });
    } catch (const std::system_error&) {
      (void)start.arrive_and_drop();
    }
  }
  running.clear();  // joins
  std::erase_if(found, [](const Found& one) { return one.windows.empty(); });
  return found;
}

}  // namespace

std::vector<Figure> measure_host(std::vector<Problem>& problems) {
  const unsigned threads = thread_count();
  const std::uint64_t bytes = triad_array_bytes(HostFiles(), threads);
  if (bytes < kArrayBytesMin) {
    problems.push_back({kMethod, "too little memory is free to measure its bandwidth"});
    return {};
  }
  const std::vector<Found> found = run_all(threads, bytes / sizeof(double) / threads);
  WindowSet set;
  set.quantity = Quantity::memory_bandwidth;
  set.method = kMethod;
  set.variant = std::to_string(found.size()) + (found.size() == 1 ? " thread" : " threads") + ", 3 x " +
                std::to_string(bytes >> 20) + " MiB";
  set.windows = joined(found);
  set.cpu_share_permille = share_of(found);
  const auto figure = figure_of(set, unix_time_ms());
  if (figure) return {*figure};
  problems.push_back({kMethod, "no thread could be started, or the clock stood still"});
  return {};
}

}  // namespace quern::hwprobe
