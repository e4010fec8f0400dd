// Power of processor packages and memory from RAPL's energy counters, in /sys/class/powercap.
//
// The counters are readable by root only since CVE-2020-8694 (they told what other programs computed): a daemon without
// root has no processor power, which is one problem for all domains.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hwprobe/energy_meter.hpp"
#include "hwprobe/sample.hpp"
#include "hwprobe/sensor_reader.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kPowerDomainsMax = 256;

class Powercap {
 public:
  // Domains are labelled as the kernel names them; those of a second package with the same name get the package's in
  // front
  // ("package-1/dram"). Only control type intel-rapl is read (AMD's too bears that name): its twins, as
  // intel-rapl-mmio, count the same joules again.
  void discover(SensorReader& reader);
  void read(SensorReader& reader, std::chrono::nanoseconds now, Sample& sample);

 private:
  struct Domain {
    std::string label;
    std::string path;
    std::optional<std::uint64_t> range_microjoules;
  };
  std::vector<Domain> domains_;
  EnergyMeters meters_;
};

}  // namespace quern::hwprobe
