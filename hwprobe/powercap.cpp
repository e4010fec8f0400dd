#include "hwprobe/powercap.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kRoot = "/sys/class/powercap";
constexpr std::string_view kControlType = "intel-rapl:";
constexpr std::string_view kRootOnly =
    "permission denied: energy counters are readable by root only (CVE-2020-8694): no processor power";

}  // namespace

void Powercap::discover(SensorReader& reader) {
  domains_.clear();
  const Listing root = reader.list(std::string(kRoot));
  std::map<std::string, std::string, std::less<>> names;  // "intel-rapl:0:1" -> "dram"
  std::map<std::string, std::size_t, std::less<>> uses;   // "dram" -> 2
  for (const std::string& zone : root.names()) {
    if (!zone.starts_with(kControlType)) continue;
    if (names.size() == kPowerDomainsMax) {
      reader.problems().add(kRoot, "more than " + std::to_string(kPowerDomainsMax) + " domains: the rest is left out");
      break;
    }
    const Listing files = reader.list(root.path(zone));
    const std::string& name = names[zone] = reader.label(files.path("name"));
    ++uses[name];
    const std::string path = files.path("energy_uj");
    if (path.empty()) continue;
    // The label holds the zone until all names are known.
    domains_.push_back({zone, path, reader.counter(files.path("max_energy_range_uj"))});
  }
  for (Domain& domain : domains_) {
    const auto parent = names.find(std::string_view(domain.label).substr(0, domain.label.rfind(':')));
    const std::string& name = names[domain.label];
    domain.label = uses[name] > 1 && parent != names.end() ? clean_name(parent->second + "/" + name) : name;
  }
  meters_.keep(
      [&](const std::string& path) { return std::ranges::find(domains_, path, &Domain::path) != domains_.end(); });
}

void Powercap::read(SensorReader& reader, std::chrono::nanoseconds now, Sample& sample) {
  for (const Domain& domain : domains_) {
    const auto energy = reader.counter(domain.path, kRootOnly);
    if (!energy) continue;
    const auto power = meters_.milliwatts(domain.path, now, *energy, domain.range_microjoules, reader.problems());
    if (power) sample.powers.push_back({"rapl", domain.label, *power});
  }
}

}  // namespace quern::hwprobe
