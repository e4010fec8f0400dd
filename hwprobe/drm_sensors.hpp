// Graphics cards through the kernel's drivers: /sys/class/drm/cardN, its device and the device's own hwmon directory.
//
//   driver           what it gives
//   amdgpu           busy shares, memory, temperature, fan, power and its cap, clocks
//   i915, xe         temperature, fan, power from an energy counter, its limit, clock
//   nouveau, radeon  temperature, fan, on some cards power
//
// Intel's drivers have no file for the busy share. It could be summed over /proc/*/fdinfo, but without root that sees
// this user's programs only, so a card another user keeps busy would look idle: a wrong figure is worse than none, and
// opening every descriptor of every process costs many times all the rest. It stays absent.
//
// A card that sleeps (runtime power management of hybrid laptops) is not asked anything: on some kernels reading a
// sensor would wake it, and a probe every second would keep it awake. It is listed without values.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "hwprobe/energy_meter.hpp"
#include "hwprobe/gpu_merge.hpp"
#include "hwprobe/hwmon.hpp"
#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kConnectorsMax = 64;  // of one card
inline constexpr std::size_t kCardChipsMax = 16;   // hwmon directories of one card

struct DrmReading {
  std::vector<GpuSample> gpus;  // cards of the drivers above
  ScreensByAddress screens;     // of all cards on PCI
};

class DrmSensors {
 public:
  void discover(SensorReader& reader);
  // Also sets Sample::display_attached from the connectors of all cards, whatever their driver.
  DrmReading read(SensorReader& reader, std::chrono::nanoseconds now, Sample& sample);
  // The hwmon directories ("hwmon3") of the cards this class reads.
  const HwmonSensors::Names& hwmon_names() const { return hwmon_names_; }

 private:
  // Paths of one card's files; empty where it has none.
  struct Card {
    std::string pci_address;  // empty for cards that are not on PCI
    std::string source;       // empty for drivers that are not read
    std::string runtime_status;
    std::vector<std::string> connectors;
    std::string busy;
    std::string memory_busy;
    std::string memory_total;
    std::string memory_used;
    std::string temperature;
    std::string fan_rpm;
    std::string fan_rpm_max;
    std::string pwm;
    std::string pwm_max;
    std::string power;
    std::string energy;
    std::string power_limit;
    std::string clock_hertz;
    std::string clock_mhz;
    std::string memory_clock_hertz;
  };
  Card discover_card(SensorReader& reader, const Listing& drm, const std::string& name);
  void discover_device(SensorReader& reader, const Listing& drm, const std::string& name, Card& card);
  void discover_chips(SensorReader& reader, const Listing& device, Card& card);
  static void discover_chip(SensorReader& reader, const Listing& chip, Card& card);
  static std::optional<bool> read_screens(SensorReader& reader, const Card& card);
  static void read_memory(SensorReader& reader, const Card& card, GpuSample& gpu);
  static void read_fan(SensorReader& reader, const Card& card, GpuSample& gpu);
  void read_power(SensorReader& reader, const Card& card, std::chrono::nanoseconds now, GpuSample& gpu);
  GpuSample read_card(SensorReader& reader, const Card& card, std::chrono::nanoseconds now);

  std::vector<Card> cards_;
  HwmonSensors::Names hwmon_names_;
  EnergyMeters meters_;
};

}  // namespace quern::hwprobe
