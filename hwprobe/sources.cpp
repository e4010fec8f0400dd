#include "hwprobe/sources.hpp"

#include <array>
#include <system_error>

#include <unistd.h>

namespace quern::hwprobe {
namespace {

constexpr std::string_view kProbeProgram = "quern-opencl-probe";

bool is_program(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

// Only absolute places that nobody but the owner of this program can write to: never the working directory or PATH.
std::filesystem::path find_probe_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  std::array<std::filesystem::path, 3> places;
  if (!error) {
    places[0] = self.parent_path() / kProbeProgram;
    places[1] = self.parent_path().parent_path() / "libexec/quern" / kProbeProgram;
  }
  places[2] = std::filesystem::path(QUERN_LIBEXECDIR) / kProbeProgram;
  for (const auto& place : places) {
    if (place.is_absolute() && is_program(place)) return place;
  }
  return {};
}

}  // namespace

Sources Sources::this_machine() {
  Sources sources;
  sources.files = std::make_shared<HostFiles>();
  sources.opencl_probe_program = find_probe_program();
  return sources;
}

Sources Sources::at_root(const std::filesystem::path& root) {
  Sources sources;
  sources.files = std::make_shared<HostFiles>(root);
  sources.hwloc_root = root;
  sources.opencl_vendors.clear();
  sources.nvml_library.clear();
  return sources;
}

}  // namespace quern::hwprobe
