#include "hwprobe/cpu_info.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "hwprobe/arm_names.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kCpuInfo = "/proc/cpuinfo";
// Core types of one machine that are named; today's have up to three.
constexpr std::size_t kPartsMax = 8;

struct Line {
  std::string_view key;
  std::string_view value;
};

// Takes the next "key : value" line off `text`; an empty key for a line without a colon.
Line next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {.key = trimmed(line.substr(0, colon)), .value = trimmed(line.substr(colon + 1))};
}

std::vector<std::string> parse_flags(std::string_view text) {
  std::vector<std::string> flags;
  while (!(text = trimmed(text)).empty() && flags.size() < kCpuFlagsMax) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    flags.push_back(clean_name(text.substr(0, end)));
    text.remove_prefix(end);
  }
  std::ranges::sort(flags);
  flags.erase(std::ranges::unique(flags).begin(), flags.end());
  return flags;
}

struct ArmPart {
  std::uint32_t implementer;
  std::uint32_t part;
  bool operator==(const ArmPart&) const = default;
};

// The distinct core types of all threads, in order of appearance.
std::vector<ArmPart> arm_parts(std::string_view text) {
  std::vector<ArmPart> parts;
  std::optional<std::uint32_t> implementer;
  while (!text.empty() && parts.size() < kPartsMax) {
    const Line line = next_line(text);
    if (line.key == "CPU implementer") implementer = parse_number<std::uint32_t>(line.value, 16);
    if (line.key != "CPU part") continue;
    const auto number = parse_number<std::uint32_t>(line.value, 16);
    if (!implementer || !number) continue;
    const ArmPart part{.implementer = *implementer, .part = *number};
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  }
  return parts;
}

std::string hexadecimal(std::uint32_t number) {
  std::array<char, 8> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

void name_arm(Cpu& cpu, const std::vector<ArmPart>& parts) {
  const std::string_view vendor = arm_implementer_name(parts.front().implementer);
  cpu.vendor = vendor.empty() ? "implementer " + hexadecimal(parts.front().implementer) : std::string(vendor);
  std::string names;
  for (const ArmPart& part : parts) {
    const std::string_view known = arm_part_name(part.implementer, part.part);
    if (!names.empty()) names += " + ";
    names += known.empty() ? "part " + hexadecimal(part.part) : std::string(known);
  }
  cpu.model_name = clean_name(names);
}

// Reads the lines of one processor; the first value of each field holds.
class CpuReader {
 public:
  CpuReader(Cpu& cpu, std::vector<Problem>& problems) : cpu_(cpu), problems_(problems) {}

  bool is_x86() const { return is_x86_; }

  void take(const Line& line) {
    if (line.key == "vendor_id") {
      take_name(line, cpu_.vendor);
    } else if (line.key == "model name" || line.key == "cpu model" || line.key == "uarch" || line.key == "cpu") {
      take_name(line, cpu_.model_name);
    } else if (line.key == "cpu family") {
      is_x86_ = true;
      take_number(line, cpu_.family);
    } else if (line.key == "model" && is_x86_) {  // a name on other processors
      take_number(line, cpu_.model);
    } else if (line.key == "stepping" && is_x86_) {
      take_number(line, cpu_.stepping);
    } else if (line.key == "flags" || line.key == "Features" || line.key == "features") {
      if (cpu_.flags.empty()) cpu_.flags = parse_flags(line.value);
    }
  }

 private:
  static void take_name(const Line& line, std::string& field) {
    if (field.empty()) field = clean_name(line.value);
  }
  void take_number(const Line& line, std::optional<std::uint32_t>& field) {
    if (field) return;
    field = parse_number<std::uint32_t>(line.value);
    if (field || line.value == "unknown") return;  // the kernel's word for a stepping it does not know
    problems_.push_back({.where = std::string(kCpuInfo),
                         .what = std::string(line.key) + " '" + clean_name(line.value) + "' is no number: left out"});
  }

  Cpu& cpu_;
  std::vector<Problem>& problems_;
  bool is_x86_ = false;
};

Cpu parse_cpu_info(std::string_view text, std::vector<Problem>& problems) {
  Cpu cpu;
  CpuReader reader(cpu, problems);
  bool in_processor = false;
  for (std::string_view rest = text; !rest.empty();) {
    const Line line = next_line(rest);
    // The second processor's block: all are alike, and on a machine of 512 threads they are a megabyte.
    if (line.key == "processor" && std::exchange(in_processor, true)) break;
    reader.take(line);
  }
  if (reader.is_x86()) return cpu;
  if (const auto parts = arm_parts(text); !parts.empty()) name_arm(cpu, parts);
  return cpu;
}

}  // namespace

Cpu read_cpu_info(const FileTree& files, std::vector<Problem>& problems) {
  const auto text = files.read(kCpuInfo, kCpuInfoBytesMax);
  if (!text) {
    problems.push_back({.where = std::string(kCpuInfo),
                        .what = std::string(to_string(text.error())) + ": the processor stays unnamed"});
    return {};
  }
  Cpu cpu = parse_cpu_info(*text, problems);
  if (cpu.vendor.empty() && cpu.model_name.empty() && cpu.flags.empty()) {
    problems.push_back({.where = std::string(kCpuInfo), .what = "names no processor: the processor stays unnamed"});
  }
  return cpu;
}

}  // namespace quern::hwprobe
