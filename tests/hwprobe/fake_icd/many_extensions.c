// Lists more extensions than there are, in a text of almost the largest size.
#define FAKE_DEVICE_INFO many_device_info
#include "fake_icd.h"

static char names[900000];

static cl_int many_device_info(cl_device_info parameter, size_t size, void* value, size_t* size_needed) {
  if (parameter != CL_DEVICE_EXTENSIONS) return fake_device_info(parameter, size, value, size_needed);
  for (size_t i = 0; i + 8 < sizeof names; i += 8) {
    for (size_t digit = 0; digit < 7; ++digit) names[i + digit] = (char)('a' + (i / 8 >> digit * 3 & 7));
    names[i + 7] = ' ';
  }
  return fake_text(names, size, value, size_needed);
}
