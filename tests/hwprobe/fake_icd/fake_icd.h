// The smallest OpenCL driver that the ICD loader takes: one platform with one device. A driver that misbehaves includes
// this and defines what it does otherwise before:
//   FAKE_DEVICE_COUNT      what clGetDeviceIDs counts (1)
//   FAKE_GET_DEVICE_IDS()  a statement run at the start of clGetDeviceIDs
//   FAKE_DEVICE_INFO       the name of a function that answers clGetDeviceInfo in place of fake_device_info
#pragma once
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h>
#include <CL/cl_icd.h>
#include <stdint.h>
#include <string.h>

#ifndef FAKE_DEVICE_COUNT
#define FAKE_DEVICE_COUNT 1
#endif
#ifndef FAKE_GET_DEVICE_IDS
#define FAKE_GET_DEVICE_IDS()
#endif

struct _cl_platform_id {
  cl_icd_dispatch* dispatch;
};
struct _cl_device_id {
  cl_icd_dispatch* dispatch;
};

static cl_icd_dispatch fake_dispatch;
static struct _cl_platform_id fake_platform = {&fake_dispatch};
static struct _cl_device_id fake_device = {&fake_dispatch};

static inline cl_int fake_answer(const void* answer, size_t answer_size, size_t size, void* value,
                                 size_t* size_needed) {
  if (size_needed) *size_needed = answer_size;
  if (!value) return CL_SUCCESS;
  if (size < answer_size) return CL_INVALID_VALUE;
  memcpy(value, answer, answer_size);
  return CL_SUCCESS;
}

static inline cl_int fake_text(const char* text, size_t size, void* value, size_t* size_needed) {
  return fake_answer(text, strlen(text) + 1, size, value, size_needed);
}

static inline cl_int fake_device_info(cl_device_info parameter, size_t size, void* value, size_t* size_needed) {
  const cl_device_type type = CL_DEVICE_TYPE_ACCELERATOR;
  const cl_uint address_bits = 64;
  switch (parameter) {
    case CL_DEVICE_TYPE:
      return fake_answer(&type, sizeof type, size, value, size_needed);
    case CL_DEVICE_ADDRESS_BITS:
      return fake_answer(&address_bits, sizeof address_bits, size, value, size_needed);
    case CL_DEVICE_NAME:
      return fake_text("Fake Device", size, value, size_needed);
    default:
      return CL_INVALID_VALUE;
  }
}

#ifdef FAKE_DEVICE_INFO
static cl_int FAKE_DEVICE_INFO(cl_device_info parameter, size_t size, void* value, size_t* size_needed);
#else
#define FAKE_DEVICE_INFO fake_device_info
#endif

static cl_int CL_API_CALL fake_clGetDeviceInfo(cl_device_id device, cl_device_info parameter, size_t size, void* value,
                                               size_t* size_needed) {
  (void)device;
  return FAKE_DEVICE_INFO(parameter, size, value, size_needed);
}

static cl_int CL_API_CALL fake_clGetDeviceIDs(cl_platform_id platform, cl_device_type type, cl_uint size,
                                              cl_device_id* devices, cl_uint* count) {
  (void)platform;
  (void)type;
  FAKE_GET_DEVICE_IDS();
  if (count) *count = FAKE_DEVICE_COUNT;
  if (devices && size > 0) devices[0] = &fake_device;
  return CL_SUCCESS;
}

CL_API_ENTRY cl_int CL_API_CALL clGetPlatformInfo(cl_platform_id platform, cl_platform_info parameter, size_t size,
                                                  void* value, size_t* size_needed) {
  (void)platform;
  switch (parameter) {
    case CL_PLATFORM_NAME:
      return fake_text("Fake Platform", size, value, size_needed);
    case CL_PLATFORM_VENDOR:
      return fake_text("Quern tests", size, value, size_needed);
    case CL_PLATFORM_VERSION:
      return fake_text("OpenCL 3.0 fake", size, value, size_needed);
    case CL_PLATFORM_PROFILE:
      return fake_text("FULL_PROFILE", size, value, size_needed);
    case CL_PLATFORM_EXTENSIONS:
      return fake_text("cl_khr_icd", size, value, size_needed);
    case CL_PLATFORM_ICD_SUFFIX_KHR:
      return fake_text("FAKE", size, value, size_needed);
    default:
      return CL_INVALID_VALUE;
  }
}

CL_API_ENTRY cl_int CL_API_CALL clIcdGetPlatformIDsKHR(cl_uint size, cl_platform_id* platforms, cl_uint* count) {
  fake_dispatch.clGetPlatformInfo = clGetPlatformInfo;
  fake_dispatch.clGetDeviceIDs = fake_clGetDeviceIDs;
  fake_dispatch.clGetDeviceInfo = fake_clGetDeviceInfo;
  if (count) *count = 1;
  if (platforms && size > 0) platforms[0] = &fake_platform;
  return CL_SUCCESS;
}

CL_API_ENTRY void* CL_API_CALL clGetExtensionFunctionAddress(const char* name) {
  if (strcmp(name, "clIcdGetPlatformIDsKHR") == 0) return (void*)(uintptr_t)clIcdGetPlatformIDsKHR;
  if (strcmp(name, "clGetPlatformInfo") == 0) return (void*)(uintptr_t)clGetPlatformInfo;
  return NULL;
}
