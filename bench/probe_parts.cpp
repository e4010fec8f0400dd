// How long the parts of a warm probe take inside one process: topology and sensors are read this often by a daemon.
//
// usage: bench_probe_parts [ROUNDS]      exit status 1 when topology and sensors together take 10 ms or more
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "hwprobe/pci.hpp"
#include "hwprobe/probe.hpp"
#include "hwprobe/sensors.hpp"
#include "hwprobe/stopwatch.hpp"
#include "hwprobe/topology.hpp"

namespace {

namespace hw = quern::hwprobe;
using std::chrono::microseconds;

constexpr microseconds kGoal{10'000};

struct Spread {
  microseconds median;
  microseconds p90;
};

Spread time_of(int rounds, const std::function<void()>& work) {
  work();  // the first call finds plug-ins, sensors and cold pages
  std::vector<microseconds> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = hw::steady_time();
    work();
    times.push_back(std::chrono::duration_cast<microseconds>(hw::steady_time() - start));
  }
  std::ranges::sort(times);
  return {times[times.size() / 2], times[times.size() * 9 / 10]};
}

void print(const char* name, const Spread& spread) {
  std::printf("%-28s median %7.3f ms   p90 %7.3f ms\n", name, static_cast<double>(spread.median.count()) / 1000,
              static_cast<double>(spread.p90.count()) / 1000);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = std::max(1, argc > 1 ? std::atoi(argv[1]) : 200);
  const hw::Sources sources = hw::Sources::this_machine();
  std::vector<hw::Problem> problems;
  hw::Sampler sampler(sources);
  const auto topology = [&] { (void)hw::read_topology(sources, problems); };
  const auto sensors = [&] { (void)sampler.sample(hw::steady_time(), problems); };
  print("topology", time_of(rounds, topology));
  print("sensors (a Sampler's next)", time_of(rounds, sensors));
  print("pci", time_of(rounds, [&] { (void)hw::read_pci(*sources.files, problems); }));
  const Spread both = time_of(rounds, [&] {
    topology();
    sensors();
  });
  print("topology + sensors", both);
  const bool good = both.median < kGoal;
  std::printf("goal: under %lld ms: %s\n", static_cast<long long>(kGoal.count() / 1000), good ? "met" : "MISSED");
  return good ? 0 : 1;
}
