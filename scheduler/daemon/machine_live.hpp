// How the machine is doing: about once a second, while callers follow it or it works for others.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/json/object.hpp>

#include "hwprobe/machine.hpp"
#include "hwprobe/numa_memory.hpp"
#include "hwprobe/sensors.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::daemon {

inline constexpr std::size_t kLiveThreadsMax = 65'536;
inline constexpr std::size_t kLiveNodesMax = 1024;
inline constexpr std::size_t kLiveGpusMax = 256;
inline constexpr std::size_t kLiveSensorsMax = 512;
inline constexpr runtime::Duration kLiveEvery = std::chrono::seconds(1);

struct LiveReading {
  std::int64_t at_unix_ms = 0;
  hwprobe::Sample sample;
  std::vector<hwprobe::NumaMemory> numa;
};

// "live" of topic machine. The topology gives the order of the threads. Pure.
boost::json::object live_json(const LiveReading& reading, const std::optional<hwprobe::Topology>& topology);
// Of a device's processor or card: what the reading says of it. Pure.
std::optional<std::uint32_t> busy_permille(const LiveReading& reading, const std::optional<std::string>& pci_address);
// The same; of a processor what RAPL says of all packages.
std::optional<std::uint64_t> power_milliwatts(const LiveReading& reading,
                                              const std::optional<std::string>& pci_address);

// Reads the sensors on the pool for blocking work. On the runtime's executor.
class MachineLive {
 public:
  // Told of every reading, whoever asked for it, with the time at which it was begun.
  using OnReading = std::function<void(const LiveReading&, runtime::Time)>;

  // Told before that, when it begins.
  using OnBegun = std::function<void(runtime::Time)>;

  explicit MachineLive(runtime::Runtime& runtime, const hwprobe::Sources& sources, OnReading on_reading = {},
                       OnBegun on_begun = {});
  ~MachineLive();
  MachineLive(const MachineLive&) = delete;
  MachineLive& operator=(const MachineLive&) = delete;

  // Returns with a reading that is not older than kLiveEvery; one is taken at a time. The first, which finds out what
  // there is, may take seconds.
  runtime::Task<void> refresh();
  // One is being taken: sensors may hang, and so does whoever waits for it.
  bool reading() const { return reading_; }
  // The newest; null before the first.
  const LiveReading* latest() const { return latest_ ? &*latest_ : nullptr; }

 private:
  struct Sensors;
  runtime::Runtime& runtime_;
  std::shared_ptr<Sensors> sensors_;  // a reading under way has them, too
  OnReading on_reading_;
  OnBegun on_begun_;
  std::optional<LiveReading> latest_;
  runtime::Time taken_;
  bool reading_ = false;
  runtime::WaitQueue read_;
};

}  // namespace quern::daemon
