// A GPU that tells its place on the bus, its UUID and its precisions.
#define FAKE_DEVICE_INFO bus_device_info
#include "fake_icd.h"

static cl_int bus_device_info(cl_device_info parameter, size_t size, void* value, size_t* size_needed) {
  const cl_uint place[4] = {0, 0xc1, 0x1f, 2};  // domain, bus, device, function
  const unsigned char uuid[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
  const cl_device_type type = CL_DEVICE_TYPE_GPU;
  const cl_device_fp_config single =
      CL_FP_ROUND_TO_NEAREST;  // without infinities: an embedded profile's single precision
  switch (parameter) {
    case CL_DEVICE_TYPE:
      return fake_answer(&type, sizeof type, size, value, size_needed);
    case CL_DEVICE_SINGLE_FP_CONFIG:
      return fake_answer(&single, sizeof single, size, value, size_needed);
    case CL_DEVICE_EXTENSIONS:
      return fake_text("cl_khr_fp64 cl_khr_fp16 cl_khr_fp64", size, value, size_needed);
    case 0x410f:
      return fake_answer(place, sizeof place, size, value, size_needed);
    case 0x106a:
      return fake_answer(uuid, sizeof uuid, size, value, size_needed);
    default:
      return fake_device_info(parameter, size, value, size_needed);
  }
}
