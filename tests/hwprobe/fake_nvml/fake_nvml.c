/* A stand-in for NVIDIA's management library. One of these is defined:
 *   FAKE_NORMAL      one card that tells everything
 *   FAKE_PAIR        two cards; the second is lost from the bus when its temperature is asked
 *   FAKE_OLD         one card; only the functions and structures of the library's first version
 *   FAKE_BARE        one card without fan, power meter, display or memory of its own
 *   FAKE_REFUSES     cannot be initialised
 *   FAKE_INCOMPLETE  lacks a function nothing works without
 *   FAKE_PARTIAL     lacks two functions that can be done without, and the texts of errors
 *   FAKE_LYING       more cards than there can be, values that cannot be, texts without end
 */
#include <string.h>

enum { SUCCESS = 0, NOT_SUPPORTED = 3, DRIVER_NOT_LOADED = 9, IS_LOST = 15 };

typedef struct Card* Device;
struct Card {
  unsigned index;
};
static struct Card cards[64];

/* Read by the tests: how often the library is initialised and not yet shut down. */
int fake_nvml_initialised = 0;

#if defined(FAKE_OLD)
#define INIT nvmlInit
#define GET_COUNT nvmlDeviceGetCount
#define GET_HANDLE nvmlDeviceGetHandleByIndex
#else
#define INIT nvmlInit_v2
#define GET_COUNT nvmlDeviceGetCount_v2
#define GET_HANDLE nvmlDeviceGetHandleByIndex_v2
#endif

int INIT(void);
int nvmlShutdown(void);
int GET_HANDLE(unsigned index, Device* device);

int INIT(void) {
#if defined(FAKE_REFUSES)
  return DRIVER_NOT_LOADED;
#else
  ++fake_nvml_initialised;
  return SUCCESS;
#endif
}

int nvmlShutdown(void) {
  --fake_nvml_initialised;
  return SUCCESS;
}

#if !defined(FAKE_PARTIAL)
const char* nvmlErrorString(int error);
const char* nvmlErrorString(int error) {
#if defined(FAKE_LYING)
  return 0;
#endif
  switch (error) {
    case DRIVER_NOT_LOADED:
      return "Driver Not Loaded";
    case IS_LOST:
      return "GPU is lost";
    default:
      return "Unknown Error";
  }
}
#endif

#if !defined(FAKE_INCOMPLETE)
int GET_COUNT(unsigned* count);
int GET_COUNT(unsigned* count) {
#if defined(FAKE_PAIR)
  *count = 2;
#elif defined(FAKE_LYING)
  *count = 4000000000U;
#else
  *count = 1;
#endif
  return SUCCESS;
}
#endif

int GET_HANDLE(unsigned index, Device* device) {
  if (index >= sizeof cards / sizeof *cards) return IS_LOST;
  cards[index].index = index;
  *device = &cards[index];
  return SUCCESS;
}

#if defined(FAKE_OLD)
struct PciInfo {
  char bus_id[16];
  unsigned domain, bus, device, pci_device_id;
};
int nvmlDeviceGetPciInfo(Device device, struct PciInfo* info);
int nvmlDeviceGetPciInfo(Device device, struct PciInfo* info) {
  (void)device;
  memset(info, 0, sizeof *info);
  strcpy(info->bus_id, "0000:C1:00.0");
  info->bus = 0xc1;
  return SUCCESS;
}
#else
struct PciInfo {
  char bus_id_legacy[16];
  unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
  char bus_id[32];
};
int nvmlDeviceGetPciInfo_v3(Device device, struct PciInfo* info);
int nvmlDeviceGetPciInfo_v3(Device device, struct PciInfo* info) {
  memset(info, 0, sizeof *info);
#if defined(FAKE_LYING)
  if (device->index % 2 == 1) {
    memset(info, 'C', sizeof *info);
    return SUCCESS;
  }
#endif
  strcpy(info->bus_id, device->index == 0 ? "00000000:C1:00.0" : "00000000:C2:00.0");
  return SUCCESS;
}
#endif

struct Utilization {
  unsigned gpu, memory;
};
int nvmlDeviceGetUtilizationRates(Device device, struct Utilization* rates);
int nvmlDeviceGetUtilizationRates(Device device, struct Utilization* rates) {
#if defined(FAKE_LYING)
  rates->gpu = 4294967295U;
  rates->memory = 101;
#else
  rates->gpu = 37 + device->index;
  rates->memory = 12;
#endif
  (void)device;
  return SUCCESS;
}

#if !defined(FAKE_OLD)
struct MemoryV2 {
  unsigned version;
  unsigned long long total, reserved, free, used;
};
int nvmlDeviceGetMemoryInfo_v2(Device device, struct MemoryV2* memory);
int nvmlDeviceGetMemoryInfo_v2(Device device, struct MemoryV2* memory) {
  (void)device;
#if defined(FAKE_BARE)
  (void)memory;
  return NOT_SUPPORTED;
#else
  if (memory->version != (sizeof *memory | (2U << 24))) return 25; /* NVML_ERROR_ARGUMENT_VERSION_MISMATCH */
#if defined(FAKE_LYING)
  memory->total = 1000;
  memory->used = 2000;
#else
  memory->total = 25757220864ULL;
  memory->used = 1073741824ULL;
#endif
  return SUCCESS;
#endif
}
#endif

struct Memory {
  unsigned long long total, free, used;
};
int nvmlDeviceGetMemoryInfo(Device device, struct Memory* memory);
int nvmlDeviceGetMemoryInfo(Device device, struct Memory* memory) {
  (void)device;
#if defined(FAKE_BARE)
  (void)memory;
  return NOT_SUPPORTED;
#else
  memory->total = 8589934592ULL;
  memory->free = 8053063680ULL;
  memory->used = 536870912ULL;
  return SUCCESS;
#endif
}

int nvmlDeviceGetTemperature(Device device, int sensor, unsigned* celsius);
int nvmlDeviceGetTemperature(Device device, int sensor, unsigned* celsius) {
  if (sensor != 0) return 2;
#if defined(FAKE_LYING)
  *celsius = 4294967295U;
#else
  if (device->index == 1) return IS_LOST;
  *celsius = 56;
#endif
  (void)device;
  return SUCCESS;
}

#if !defined(FAKE_PARTIAL)
int nvmlDeviceGetFanSpeed(Device device, unsigned* percent);
int nvmlDeviceGetFanSpeed(Device device, unsigned* percent) {
  (void)device;
#if defined(FAKE_BARE)
  (void)percent;
  return NOT_SUPPORTED;
#elif defined(FAKE_LYING)
  *percent = 70000;
#elif defined(FAKE_OLD)
  *percent = 104; /* documented: may exceed 100 */
#else
  *percent = 41;
#endif
#if !defined(FAKE_BARE)
  return SUCCESS;
#endif
}

int nvmlDeviceGetPowerUsage(Device device, unsigned* milliwatts);
int nvmlDeviceGetPowerUsage(Device device, unsigned* milliwatts) {
  (void)device;
#if defined(FAKE_BARE)
  (void)milliwatts;
  return NOT_SUPPORTED;
#elif defined(FAKE_LYING)
  *milliwatts = 4294967295U;
#else
  *milliwatts = 121500;
#endif
#if !defined(FAKE_BARE)
  return SUCCESS;
#endif
}
#endif

int nvmlDeviceGetEnforcedPowerLimit(Device device, unsigned* milliwatts);
int nvmlDeviceGetEnforcedPowerLimit(Device device, unsigned* milliwatts) {
  (void)device;
#if defined(FAKE_BARE)
  (void)milliwatts;
  return NOT_SUPPORTED;
#else
  *milliwatts = 350000;
  return SUCCESS;
#endif
}

int nvmlDeviceGetClockInfo(Device device, int clock, unsigned* megahertz);
int nvmlDeviceGetClockInfo(Device device, int clock, unsigned* megahertz) {
  (void)device;
#if defined(FAKE_LYING)
  *megahertz = 4000000;
#else
  *megahertz = clock == 0 ? 1905 : 9501;
#endif
  (void)clock;
  return SUCCESS;
}

int nvmlDeviceGetDisplayMode(Device device, int* connected);
int nvmlDeviceGetDisplayMode(Device device, int* connected) {
  (void)device;
#if defined(FAKE_BARE)
  (void)connected;
  return NOT_SUPPORTED;
#else
  *connected = 1;
  return SUCCESS;
#endif
}
