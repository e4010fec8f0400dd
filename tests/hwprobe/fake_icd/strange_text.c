// Names that are not UTF-8, hold control characters, or have no end.
#define FAKE_DEVICE_INFO strange_device_info
#include "fake_icd.h"

static cl_int strange_device_info(cl_device_info parameter, size_t size, void* value, size_t* size_needed) {
  static char endless[5000];
  memset(endless, 'x', sizeof endless);
  switch (parameter) {
    case CL_DEVICE_NAME:
      return fake_text("Fake \xff\xfe \x1b[31mDevice\x07", size, value, size_needed);
    case CL_DEVICE_VENDOR:
      return fake_answer(endless, sizeof endless, size, value, size_needed);
    case CL_DRIVER_VERSION:
      return fake_answer("1.0", 3, size, value, size_needed);
    default:
      return fake_device_info(parameter, size, value, size_needed);
  }
}
