// What does not leave the machine with a recording, and what stands in its place.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "hwprobe/recording.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kHidden = "hidden";
// A valid machine id that is nobody's.
constexpr std::string_view kMachineId = "0123456789abcdef0123456789abcdef";
// The addresses set aside for documentation (RFC 7042, 2.1.2) end here; a machine with more cards gets the last for the
// rest.
constexpr unsigned kAddressesMax = 0xff;
// Shorter texts are not looked for elsewhere: they would be found in what is no secret.
constexpr std::size_t kSearchedBytesMin = 8;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Words in the name of a file, of a line in a file or of an hwloc info that say: this is of one machine alone.
bool names_a_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kWords{"serial",    "uuid",     "guid", "wwid",     "unique_id",
                                                           "asset_tag", "assettag", "vpd",  "hostname", "cgroup"};
  const std::string text = lower(name);
  return std::ranges::any_of(kWords, [&](std::string_view word) { return text.contains(word); });
}

bool is_network_address(std::string_view text) {
  constexpr std::string_view kShape = "xx:xx:xx:xx:xx:xx";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](unsigned char c, char shape) {
           return shape == ':' ? c == ':' : std::isxdigit(c) != 0;
         });
}

std::string two_hex_digits(unsigned number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {kDigits[number >> 4 & 0xf], kDigits[number & 0xf]};
}

// Remembers which placeholder stands for which secret.
class Placeholders {
 public:
  void machine_id(std::string_view secret) { add(secret, std::string(kMachineId)); }
  void network_address(std::string_view secret) {
    constexpr std::string_view kNobody = "00:00:00:00:00:00";  // of lo: no secret
    if (secret == kNobody || known_.contains(secret)) return;
    addresses_ = std::min(addresses_ + 1, kAddressesMax);
    add(secret, "00:00:5e:00:53:" + two_hex_digits(addresses_));
  }
  void device_uuid(std::string_view secret) {
    if (known_.contains(secret)) return;
    ++uuids_;
    std::string placeholder(28, '0');
    add(secret, placeholder + two_hex_digits(uuids_ >> 8) + two_hex_digits(uuids_));
  }
  void other(std::string_view secret) { add(secret, std::string(kHidden)); }

  // The text with every secret in it replaced.
  std::string replaced(std::string text) const {
    for (const auto& [secret, placeholder] : known_) {
      if (secret.size() < kSearchedBytesMin && text != secret) continue;
      for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += placeholder.size()) {
        text.replace(at, secret.size(), placeholder);
      }
    }
    return text;
  }

 private:
  void add(std::string_view secret, std::string placeholder) {
    if (!secret.empty()) known_.emplace(secret, std::move(placeholder));
  }

  std::map<std::string, std::string, std::less<>> known_;
  unsigned addresses_ = 0;
  unsigned uuids_ = 0;
};

// "KEY=value" and "Key : value" lines whose key names a secret (uevent files, the processor's serial number on ARM).
std::string without_secret_lines(std::string_view text) {
  std::string result;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t mark = line.find_first_of("=:");
    const bool is_secret = mark != std::string_view::npos && names_a_secret(line.substr(0, mark));
    result += is_secret ? std::string(line.substr(0, mark + 1)) + std::string(kHidden) : std::string(line);
    result += '\n';
  }
  result.pop_back();
  return result;
}

// <info name="HostName" value="..."/> of hwloc: the values of secret names become placeholders.
std::string without_secret_infos(std::string xml) {
  constexpr std::string_view kName = "<info name=\"";
  constexpr std::string_view kValue = "\" value=\"";
  for (std::size_t at = 0; (at = xml.find(kName, at)) != std::string::npos;) {
    at += kName.size();
    const std::size_t name_end = xml.find('"', at);
    if (name_end == std::string::npos) break;
    const std::string_view name = std::string_view(xml).substr(at, name_end - at);
    const bool is_secret = names_a_secret(name) || name == "Address";
    if (xml.compare(name_end, kValue.size(), kValue) != 0 || !is_secret) continue;
    const std::size_t value = name_end + kValue.size();
    const std::size_t value_end = std::min(xml.find('"', value), xml.size());
    xml.replace(value, value_end - value, kHidden);
  }
  return xml;
}

void collect(Placeholders& placeholders, const std::string& path, const std::string& content) {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  const std::string_view text = trimmed(content);
  if (name == "machine-id") {
    placeholders.machine_id(text);
  } else if (is_network_address(text)) {
    placeholders.network_address(text);
  } else if (names_a_secret(name) || path == "/proc/cmdline" || path == "/proc/sys/kernel/random/boot_id") {
    placeholders.other(text);
  }
}

}  // namespace

void hide_secrets(Recording& recording) {
  Placeholders placeholders;
  for (const auto& [path, content] : recording.files.files()) {
    if (content) collect(placeholders, path, *content);
  }
  for (OpenclDriver& driver : recording.answers.drivers) {
    for (OpenclPlatform& platform : driver.platforms) {
      for (OpenclDevice& device : platform.devices) {
        if (!device.uuid) continue;
        placeholders.device_uuid(*device.uuid);
        device.uuid = placeholders.replaced(*device.uuid);
      }
    }
  }
  RecordedFiles hidden;
  for (const auto& [path, content] : recording.files.files()) {
    if (content) {
      std::string text = placeholders.replaced(*content);
      // Files of packages hold names of makers, which may well be called Serial Systems.
      hidden.add_file(path, path.starts_with("/usr/") ? std::move(text) : without_secret_lines(text));
    } else {
      hidden.add_error(path, content.error());
    }
  }
  for (const auto& [path, target] : recording.files.links()) hidden.add_link(path, target);
  for (const std::string& path : recording.files.directories()) hidden.add_directory(path);
  recording.files = std::move(hidden);
  if (recording.hwloc_xml)
    recording.hwloc_xml = without_secret_infos(placeholders.replaced(std::move(*recording.hwloc_xml)));
}

}  // namespace quern::hwprobe
