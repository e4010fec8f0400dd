// Has addresses of seven bits.
#define FAKE_DEVICE_INFO strange_device_info
#include "fake_icd.h"

static cl_int strange_device_info(cl_device_info parameter, size_t size, void* value, size_t* size_needed) {
  const cl_uint bits = 7;
  if (parameter == CL_DEVICE_ADDRESS_BITS) return fake_answer(&bits, sizeof bits, size, value, size_needed);
  return fake_device_info(parameter, size, value, size_needed);
}
