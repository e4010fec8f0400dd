#include "hwprobe/operating_system.hpp"

#include <algorithm>
#include <optional>

#include <sys/utsname.h>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

std::string unquoted(std::string_view value) {
  const bool is_double = value.starts_with('"');
  const bool is_single = value.starts_with('\'');
  if (is_double || is_single) {
    const char quote = value.front();
    value.remove_prefix(1);
    if (value.ends_with(quote)) value.remove_suffix(1);
  }
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!is_single && value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

std::string read_name(const FileTree& files) {
  for (const std::string_view path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = files.read(path);
    if (!text) continue;
    if (std::string name = os_release_name(*text); !name.empty()) return name;
  }
  return {};
}

std::string read_line(const FileTree& files, std::string_view path) {
  const auto text = files.read(path);
  return text ? clean_name(*text) : std::string();
}

}  // namespace

std::string os_release_name(std::string_view text) {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  std::string name;
  for (const std::string_view line : split(text, '\n')) {
    // The last assignment holds, as in the shell.
    if (trimmed(line).starts_with(kKey)) name = clean_name(unquoted(trimmed(line).substr(kKey.size())));
  }
  return name;
}

OperatingSystem read_operating_system(const FileTree& files, std::vector<Problem>& problems) {
  OperatingSystem system{.name = read_name(files),
                         .kernel = read_line(files, "/proc/sys/kernel/osrelease"),
                         .architecture = read_line(files, "/proc/sys/kernel/arch")};
  if (utsname names{}; files.is_this_machine() && ::uname(&names) == 0) {
    if (system.kernel.empty()) system.kernel = clean_name(names.release);
    if (system.architecture.empty()) system.architecture = clean_name(names.machine);
  }
  const auto require = [&](const std::string& value, std::string_view path, std::string_view what) {
    if (value.empty()) problems.push_back({.where = std::string(path), .what = "does not tell " + std::string(what)});
  };
  require(system.name, "/etc/os-release", "the operating system's name");
  require(system.kernel, "/proc/sys/kernel/osrelease", "the kernel's version");
  require(system.architecture, "/proc/sys/kernel/arch", "the architecture");
  return system;
}

}  // namespace quern::hwprobe
