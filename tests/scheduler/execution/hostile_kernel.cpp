// Compiles an OpenCL program and runs its kernel `attack(global long* result, long argument, global char* text)`.
//
// usage: hostile_kernel SOURCE-FILE ARGUMENT TEXT
// Prints the build log when it does not compile, and the text otherwise. exit status 0: result[0] is not negative;
// 1: it is (an error number of the kernel's system call); 3: the program does not compile; 4: OpenCL failed
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include <CL/cl.h>

namespace {

constexpr std::size_t kTextBytes = 4096;

int failed(const char* what, cl_int error) {
  std::fprintf(stderr, "%s: OpenCL error %d\n", what, error);
  return 4;
}

int build_failed(cl_program program, cl_device_id device) {
  std::size_t size = 0;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size);
  std::string log(size, '\0');
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr);
  std::fwrite(log.data(), 1, log.size(), stdout);
  return 3;
}

int run(const std::string& source, cl_long argument, const char* text) {
  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  cl_int error = clGetPlatformIDs(1, &platform, nullptr);
  if (error != CL_SUCCESS) return failed("clGetPlatformIDs", error);
  error = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr);
  if (error != CL_SUCCESS) return failed("clGetDeviceIDs", error);
  cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &error);
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, &error);
  const char* sources = source.c_str();
  cl_program program = clCreateProgramWithSource(context, 1, &sources, nullptr, &error);
  if (clBuildProgram(program, 1, &device, "", nullptr, nullptr) != CL_SUCCESS) return build_failed(program, device);
  cl_kernel kernel = clCreateKernel(program, "attack", &error);
  if (error != CL_SUCCESS) return failed("clCreateKernel", error);
  std::array<cl_long, 8> result{};
  std::array<char, kTextBytes> words{};
  std::strncpy(words.data(), text, words.size() - 1);
  constexpr auto flags = static_cast<cl_mem_flags>(CL_MEM_READ_WRITE) | CL_MEM_COPY_HOST_PTR;
  cl_mem results = clCreateBuffer(context, flags, sizeof(result), result.data(), &error);
  cl_mem texts = clCreateBuffer(context, flags, words.size(), words.data(), &error);
  clSetKernelArg(kernel, 0, sizeof(cl_mem), static_cast<const void*>(&results));
  clSetKernelArg(kernel, 1, sizeof(argument), &argument);
  clSetKernelArg(kernel, 2, sizeof(cl_mem), static_cast<const void*>(&texts));
  const std::size_t items = 1;
  error = clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &items, nullptr, 0, nullptr, nullptr);
  if (error != CL_SUCCESS) return failed("clEnqueueNDRangeKernel", error);
  error = clFinish(queue);
  if (error != CL_SUCCESS) return failed("clFinish", error);
  clEnqueueReadBuffer(queue, results, CL_TRUE, 0, sizeof(result), result.data(), 0, nullptr, nullptr);
  clEnqueueReadBuffer(queue, texts, CL_TRUE, 0, words.size(), words.data(), 0, nullptr, nullptr);
  std::printf("result %ld\n%s\n", static_cast<long>(result[0]), words.data());
  return result[0] >= 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  std::ifstream file(words[1]);
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  const int result = run(source, std::strtoll(words[2], nullptr, 10), words[3]);
  std::fflush(nullptr);
  // Without the library's end, which is not what is tested.
  std::_Exit(result);
}
