// NVIDIA's management library, found at run time: our own declarations of the few documented functions and structures
// that are used (docs.nvidia.com/deploy/nvml-api), their older versions as fall-backs, and the life of the loaded
// library.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

using NvmlReturn = int;
inline constexpr NvmlReturn kNvmlSuccess = 0;
inline constexpr NvmlReturn kNvmlNotSupported = 3;

struct NvmlDeviceRecord;  // opaque
using NvmlDevice = NvmlDeviceRecord*;

// nvmlPciInfo_t of nvmlDeviceGetPciInfo_v3. The structures of its predecessors are shorter; they begin with the same
// five members.
struct NvmlPciInfo {
  char bus_id_legacy[16];  // "0000:C1:00.0"
  unsigned domain;
  unsigned bus;
  unsigned device;
  unsigned pci_device_id;
  unsigned pci_subsystem_id;
  char bus_id[32];  // "00000000:C1:00.0"; since _v3
};
static_assert(sizeof(NvmlPciInfo) == 68);

struct NvmlUtilization {  // percent
  unsigned gpu;
  unsigned memory;
};
static_assert(sizeof(NvmlUtilization) == 8);

struct NvmlMemory {  // bytes
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
static_assert(sizeof(NvmlMemory) == 24);

struct NvmlMemoryV2 {
  unsigned version;  // kNvmlMemoryV2, set by the caller
  unsigned long long total;
  unsigned long long reserved;
  unsigned long long free;
  unsigned long long used;
};
static_assert(sizeof(NvmlMemoryV2) == 40);
inline constexpr unsigned kNvmlMemoryV2 = sizeof(NvmlMemoryV2) | (2U << 24);

enum class NvmlTemperatureSensor : int { gpu = 0 };
enum class NvmlClock : int { graphics = 0, streaming_multiprocessor = 1, memory = 2, video = 3 };

// What is called. A null pointer is a function that the library does not have in any version.
struct NvmlFunctions {
  NvmlReturn (*init)() = nullptr;
  NvmlReturn (*shutdown)() = nullptr;
  const char* (*error_string)(NvmlReturn) = nullptr;
  NvmlReturn (*device_count)(unsigned* count) = nullptr;
  NvmlReturn (*device_by_index)(unsigned index, NvmlDevice* device) = nullptr;
  NvmlReturn (*pci_info)(NvmlDevice device, NvmlPciInfo* info) = nullptr;
  bool pci_info_is_v3 = false;
  NvmlReturn (*utilization)(NvmlDevice device, NvmlUtilization* utilization) = nullptr;
  NvmlReturn (*memory_v2)(NvmlDevice device, NvmlMemoryV2* memory) = nullptr;
  NvmlReturn (*memory)(NvmlDevice device, NvmlMemory* memory) = nullptr;
  NvmlReturn (*temperature)(NvmlDevice device, NvmlTemperatureSensor sensor, unsigned* celsius) = nullptr;
  NvmlReturn (*fan_speed)(NvmlDevice device, unsigned* percent) = nullptr;
  NvmlReturn (*power_usage)(NvmlDevice device, unsigned* milliwatts) = nullptr;
  NvmlReturn (*power_limit)(NvmlDevice device, unsigned* milliwatts) = nullptr;
  NvmlReturn (*clock)(NvmlDevice device, NvmlClock clock, unsigned* megahertz) = nullptr;
  NvmlReturn (*display_mode)(NvmlDevice device, int* connected) = nullptr;
};

// Why there is no library. No problem: there is none on this machine, which is the normal case.
using NvmlAbsent = std::optional<Problem>;

// A loaded and initialised library; shut down and unloaded by the destructor. Initialising takes some 10 ms, and up to
// seconds where nothing else keeps the cards awake.
class NvmlLibrary {
 public:
  // Functions that are missing and not needed by all else are listed in `missing`.
  static std::expected<std::unique_ptr<NvmlLibrary>, NvmlAbsent> open(const std::string& library,
                                                                      std::vector<std::string>& missing);
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  const NvmlFunctions& functions() const { return functions_; }
  // "Driver Not Loaded (NVML error 9)".
  std::string error_text(NvmlReturn error) const;

 private:
  explicit NvmlLibrary(void* handle) : handle_(handle) {}
  template <class Function>
  bool find(Function& function, std::string_view newest, std::string_view older = {}, std::string_view oldest = {});
  void find_all(std::vector<std::string>& needed, std::vector<std::string>& wanted);

  void* handle_;
  NvmlFunctions functions_;
  bool initialised_ = false;
};

}  // namespace quern::hwprobe
