// Says that its device's name is as long as memory.
#define FAKE_DEVICE_INFO huge_device_info
#include "fake_icd.h"

static cl_int huge_device_info(cl_device_info parameter, size_t size, void* value, size_t* size_needed) {
  if (parameter != CL_DEVICE_NAME) return fake_device_info(parameter, size, value, size_needed);
  if (size_needed) *size_needed = SIZE_MAX / 2;
  return CL_SUCCESS;
}
