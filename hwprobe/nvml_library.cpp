#include "hwprobe/nvml_library.hpp"

#include <utility>

#include <dlfcn.h>

#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// dlopen has no error number. A library that is not there is told apart from one that is broken by glibc's words for
// ENOENT; words in another language make it a problem that is told once, which does no harm.
bool says_missing(std::string_view message, std::string_view library) {
  return message.starts_with(library) && message.contains("cannot open shared object file") &&
         message.contains("No such file or directory");
}

}  // namespace

template <class Function>
bool NvmlLibrary::find(Function& function, std::string_view newest, std::string_view older, std::string_view oldest) {
  for (const std::string_view name : {newest, older, oldest}) {
    if (name.empty()) continue;
    function = reinterpret_cast<Function>(::dlsym(handle_, std::string(name).c_str()));
    if (function) return true;
  }
  return false;
}

void NvmlLibrary::find_all(std::vector<std::string>& needed, std::vector<std::string>& wanted) {
  NvmlFunctions& f = functions_;
  const auto note = [](bool found, const char* name, std::vector<std::string>& missing) {
    if (!found) missing.emplace_back(name);
  };
  note(find(f.init, "nvmlInit_v2", "nvmlInit"), "nvmlInit", needed);
  note(find(f.shutdown, "nvmlShutdown"), "nvmlShutdown", needed);
  note(find(f.device_count, "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"), "nvmlDeviceGetCount", needed);
  note(find(f.device_by_index, "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"),
       "nvmlDeviceGetHandleByIndex", needed);
  f.pci_info_is_v3 = find(f.pci_info, "nvmlDeviceGetPciInfo_v3");
  note(f.pci_info_is_v3 || find(f.pci_info, "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo"), "nvmlDeviceGetPciInfo",
       needed);

  note(find(f.error_string, "nvmlErrorString"), "nvmlErrorString", wanted);
  note(find(f.utilization, "nvmlDeviceGetUtilizationRates"), "nvmlDeviceGetUtilizationRates", wanted);
  const bool memory_v2 = find(f.memory_v2, "nvmlDeviceGetMemoryInfo_v2");
  note(find(f.memory, "nvmlDeviceGetMemoryInfo") || memory_v2, "nvmlDeviceGetMemoryInfo", wanted);
  note(find(f.temperature, "nvmlDeviceGetTemperature"), "nvmlDeviceGetTemperature", wanted);
  note(find(f.fan_speed, "nvmlDeviceGetFanSpeed"), "nvmlDeviceGetFanSpeed", wanted);
  note(find(f.power_usage, "nvmlDeviceGetPowerUsage"), "nvmlDeviceGetPowerUsage", wanted);
  note(find(f.power_limit, "nvmlDeviceGetEnforcedPowerLimit"), "nvmlDeviceGetEnforcedPowerLimit", wanted);
  note(find(f.clock, "nvmlDeviceGetClockInfo"), "nvmlDeviceGetClockInfo", wanted);
  note(find(f.display_mode, "nvmlDeviceGetDisplayMode"), "nvmlDeviceGetDisplayMode", wanted);
}

std::expected<std::unique_ptr<NvmlLibrary>, NvmlAbsent> NvmlLibrary::open(const std::string& library,
                                                                          std::vector<std::string>& missing) {
  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* message = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it for each thread
    const std::string text = message ? message : "cannot be loaded";
    if (says_missing(text, library)) return std::unexpected(std::nullopt);
    return std::unexpected(Problem{library, clean_name(text)});
  }
  std::unique_ptr<NvmlLibrary> nvml(new NvmlLibrary(handle));
  std::vector<std::string> needed;
  nvml->find_all(needed, missing);
  if (!needed.empty()) return std::unexpected(Problem{library, "lacks " + joined(needed) + ": not used"});
  if (const NvmlReturn error = nvml->functions_.init(); error != kNvmlSuccess) {
    return std::unexpected(Problem{library, "cannot be initialised: " + nvml->error_text(error)});
  }
  nvml->initialised_ = true;
  return nvml;
}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_) functions_.shutdown();
  ::dlclose(handle_);
}

std::string NvmlLibrary::error_text(NvmlReturn error) const {
  const char* text = functions_.error_string ? functions_.error_string(error) : nullptr;
  return clean_name(text ? text : "no text") + " (NVML error " + std::to_string(error) + ")";
}

}  // namespace quern::hwprobe
