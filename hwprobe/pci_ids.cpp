#include "hwprobe/pci_ids.hpp"

#include <algorithm>
#include <unordered_map>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

// Names by number; a number that was asked for and not found has an empty name.
using Names = std::unordered_map<std::uint32_t, std::string_view>;

constexpr std::uint32_t device_key(std::uint32_t vendor, std::uint32_t device) {
  return vendor << 16 | device;
}
constexpr std::uint32_t base_class(std::uint32_t class_code) {
  return class_code >> 16;
}
constexpr std::uint32_t sub_class(std::uint32_t class_code) {
  return class_code >> 8;
}

// What the database is asked for, and what of it was found.
struct Wanted {
  Names vendors;
  Names devices;       // by device_key
  Names base_classes;  // by base_class
  Names sub_classes;   // by sub_class

  explicit Wanted(std::span<const PciDevice> list) {
    for (const PciDevice& device : list) {
      vendors.try_emplace(device.vendor_id);
      devices.try_emplace(device_key(device.vendor_id, device.device_id));
      base_classes.try_emplace(base_class(device.class_code));
      sub_classes.try_emplace(sub_class(device.class_code));
    }
  }
};

// Takes "<digits hexadecimal digits>  <name>" apart and stores the name when the number, below `prefix`, is wanted.
// Whether it is.
bool take(Names& names, std::string_view line, std::size_t digits, std::uint32_t prefix, std::uint32_t& key) {
  if (line.size() <= digits || line[digits] != ' ') return false;
  const auto number = parse_number<std::uint32_t>(line.substr(0, digits), 16);
  if (!number) return false;
  key = prefix << (4 * digits) | *number;
  const auto name = names.find(key);
  if (name == names.end()) return false;
  if (name->second.empty()) name->second = trimmed(line.substr(digits));
  return true;
}

// The database has blocks: a vendor or class line, indented by one tab its devices or sub-classes, by two tabs what we
// do not need.
void scan(std::string_view text, Wanted& wanted) {
  enum class Block { other, vendor, base_class } block = Block::other;
  std::uint32_t head = 0;
  std::uint32_t ignored = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '\t') {
      if (block == Block::vendor) take(wanted.devices, line.substr(1), 4, head, ignored);
      if (block == Block::base_class) take(wanted.sub_classes, line.substr(1), 2, head, ignored);
    } else if (line.starts_with("C ")) {
      block = take(wanted.base_classes, line.substr(2), 2, 0, head) ? Block::base_class : Block::other;
    } else {
      block = take(wanted.vendors, line, 4, 0, head) ? Block::vendor : Block::other;
    }
  }
}

}  // namespace

void name_pci_devices(std::string_view database, std::span<PciDevice> devices) {
  if (devices.empty()) return;
  Wanted wanted(devices);
  scan(database, wanted);
  for (PciDevice& device : devices) {
    device.vendor_name = clean_name(wanted.vendors[device.vendor_id]);
    device.device_name = clean_name(wanted.devices[device_key(device.vendor_id, device.device_id)]);
    device.class_name = clean_name(wanted.sub_classes[sub_class(device.class_code)]);
    if (device.class_name.empty()) device.class_name = clean_name(wanted.base_classes[base_class(device.class_code)]);
  }
}

void name_pci_devices(const FileTree& files, std::span<PciDevice> devices) {
  if (devices.empty()) return;
  for (const std::string_view path : {"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"}) {
    if (const auto database = files.read(path, kPciIdsBytesMax)) return name_pci_devices(*database, devices);
  }
}

}  // namespace quern::hwprobe
