#include "hwprobe/pci.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "hwprobe/pci_ids.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kDevices = "/sys/bus/pci/devices";
// What sysfs files of one value hold at most: a page. Lists of processors are the longest.
constexpr std::size_t kSysfsBytesMax = 65536;
constexpr std::uint32_t kNumaNodesMax = 65536;
constexpr std::uint32_t kLinkWidthMax = 64;
// PCIe 7.0 makes 128 GT/s; room for what comes.
constexpr std::uint64_t kMegatransfersMax = 10'000'000;

// "0000:c1:00.0", the domain with up to eight digits (behind Intel's VMD they start at 10000).
bool is_pci_address(std::string_view text) {
  constexpr std::size_t kTail = 8;  // ":c1:00.0"
  if (text.size() < kTail + 4 || text.size() > kTail + 8) return false;
  const std::string_view tail = text.substr(text.size() - kTail);
  return is_lower_hexadecimal(text.substr(0, text.size() - kTail)) && tail[0] == ':' &&
         is_lower_hexadecimal(tail.substr(1, 2)) && tail[3] == ':' && is_lower_hexadecimal(tail.substr(4, 2)) &&
         tail.substr(4, 2) <= "1f" && tail[6] == '.' && tail[7] >= '0' && tail[7] <= '7';
}

// "16.0 GT/s PCIe" in megatransfers a second; kernels before 5.7 leave " PCIe" out. Nothing for "Unknown".
std::optional<std::uint64_t> parse_link_speed(std::string_view text) {
  const std::size_t unit = text.find(" GT/s");
  if (unit == std::string_view::npos) return std::nullopt;
  const std::string_view number = text.substr(0, unit);
  const std::size_t dot = std::min(number.find('.'), number.size());
  const auto whole = parse_number<std::uint64_t>(number.substr(0, dot));
  if (!whole || *whole > kMegatransfersMax / 1000) return std::nullopt;
  std::uint64_t thousandths = 0;
  if (dot < number.size()) {
    std::string digits(number.substr(dot + 1));
    if (digits.empty() || digits.size() > 3) return std::nullopt;
    digits.resize(3, '0');
    const auto fraction = parse_number<std::uint64_t>(digits);
    if (!fraction) return std::nullopt;
    thousandths = *fraction;
  }
  return *whole * 1000 + thousandths;
}

// Reads the files of one function. Each reader leaves a problem for what is there and makes no sense.
class FunctionReader {
 public:
  FunctionReader(const FileTree& files, std::string_view address, std::vector<Problem>& problems)
      : files_(files), folder_(std::string(kDevices) + '/' + std::string(address) + '/'), problems_(problems) {}

  // A file that every function has; nullopt and a problem without it.
  template <class T>
  std::optional<T> number(std::string_view name, T most) {
    const auto text = files_.read(folder_ + std::string(name), kSysfsBytesMax);
    if (!text) return refuse(name, std::string(to_string(text.error())) + ": the device is left out");
    const auto value = parse_number<T>(*text, 16);
    if (value && *value <= most) return value;
    return refuse(name, quoted(*text) + " is no number that fits: the device is left out");
  }

  std::string driver() {
    const auto target = files_.read_link(folder_ + "driver");
    if (!target) {
      if (target.error() != FileError::missing) refuse("driver", std::string(to_string(target.error())) + ": left out");
      return {};
    }
    return clean_name(target->substr(target->rfind('/') + 1));
  }

  std::optional<std::uint32_t> numa_node() {
    const auto text = optional("numa_node");
    if (!text) return std::nullopt;
    const auto node = parse_number<std::int64_t>(*text);
    if (node == -1) return std::nullopt;  // the kernel's word for a device that is near to none
    if (node && *node >= 0 && *node < kNumaNodesMax) return static_cast<std::uint32_t>(*node);
    return refuse("numa_node", quoted(*text) + " is no node number: left out");
  }

  std::vector<std::uint32_t> local_threads() {
    const auto text = optional("local_cpulist");
    if (!text) return {};
    if (auto threads = parse_number_list(*text)) return std::move(*threads);
    refuse("local_cpulist", quoted(*text) + " is no list of processors: left out");
    return {};
  }

  std::optional<std::uint64_t> link_speed(std::string_view name) {
    const auto text = optional(name);
    if (!text || trimmed(*text).starts_with("Unknown")) return std::nullopt;
    if (const auto speed = parse_link_speed(trimmed(*text)); speed && *speed > 0) return speed;
    return refuse(name, quoted(*text) + " is no speed of a link: left out");
  }

  // 0 and 255 are what a link that is down or a port without a link gives.
  std::optional<std::uint32_t> link_width(std::string_view name) {
    const auto text = optional(name);
    if (!text) return std::nullopt;
    const auto width = parse_number<std::uint32_t>(*text);
    if (width == 0u || width == 255u) return std::nullopt;
    if (width && *width <= kLinkWidthMax) return width;
    return refuse(name, quoted(*text) + " is no number of lanes: left out");
  }

 private:
  std::optional<std::string> optional(std::string_view name) {
    auto text = files_.read(folder_ + std::string(name), kSysfsBytesMax);
    if (text) return std::move(*text);
    if (text.error() != FileError::missing) refuse(name, std::string(to_string(text.error())) + ": left out");
    return std::nullopt;
  }

  std::nullopt_t refuse(std::string_view name, std::string what) {
    problems_.push_back({.where = clean_name(folder_ + std::string(name)), .what = std::move(what)});
    return std::nullopt;
  }

  static std::string quoted(std::string_view text) { return "'" + clean_name(text) + "'"; }

  const FileTree& files_;
  std::string folder_;
  std::vector<Problem>& problems_;
};

std::optional<PciDevice> read_function(const FileTree& files, const std::string& address,
                                       std::vector<Problem>& problems) {
  FunctionReader reader(files, address, problems);
  const auto class_code = reader.number<std::uint32_t>("class", 0xffffff);
  const auto vendor = reader.number<std::uint16_t>("vendor", 0xffff);
  const auto device = reader.number<std::uint16_t>("device", 0xffff);
  if (!class_code || !vendor || !device) return std::nullopt;
  PciDevice function;
  function.address = address;
  function.class_code = *class_code;
  function.vendor_id = *vendor;
  function.device_id = *device;
  function.driver = reader.driver();
  function.numa_node = reader.numa_node();
  function.local_threads = reader.local_threads();
  function.link_width = reader.link_width("current_link_width");
  function.link_width_max = reader.link_width("max_link_width");
  function.link_megatransfers_per_second = reader.link_speed("current_link_speed");
  function.link_megatransfers_per_second_max = reader.link_speed("max_link_speed");
  return function;
}

}  // namespace

std::vector<PciDevice> read_pci(const FileTree& files, std::vector<Problem>& problems) {
  const auto problem = [&](std::string_view where, std::string what) {
    problems.push_back({.where = clean_name(where), .what = std::move(what)});
  };
  const auto addresses = files.list(kDevices);
  if (!addresses) {
    // A machine without PCI (many ARM boards) has no such folder.
    if (addresses.error() != FileError::missing) {
      problem(kDevices, std::string(to_string(addresses.error())) + ": PCI devices stay unknown");
    }
    return {};
  }
  std::vector<PciDevice> devices;
  for (const std::string& address : *addresses) {
    if (devices.size() == kPciDevicesMax) {
      problem(kDevices, "more than " + std::to_string(kPciDevicesMax) + " devices: the rest is left out");
      break;
    }
    if (!is_pci_address(address)) {
      problem(std::string(kDevices) + '/' + address, "'" + clean_name(address) + "' is no PCI address: left out");
    } else if (auto device = read_function(files, address, problems)) {
      devices.push_back(std::move(*device));
    }
  }
  std::ranges::sort(devices, [](const PciDevice& a, const PciDevice& b) {
    return std::pair(a.address.size(), std::string_view(a.address)) <
           std::pair(b.address.size(), std::string_view(b.address));
  });
  name_pci_devices(files, devices);
  return devices;
}

bool is_gpu_class(std::uint32_t class_code) {
  const std::uint32_t base = class_code >> 16;
  return base == 0x03 || base == 0x12;
}

}  // namespace quern::hwprobe
