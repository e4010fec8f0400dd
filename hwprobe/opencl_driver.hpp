// One OpenCL driver as its .icd file names it: finding the files, asking a driver through a child process, and telling
// from how the child ended what is wrong with the driver.
#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "hwprobe/child_process.hpp"
#include "hwprobe/machine.hpp"
#include "hwprobe/opencl_reply.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

inline constexpr std::size_t kIcdBytesMax = 4096;  // of an .icd file: it holds the name of one library

struct IcdFile {
  std::filesystem::path path;
  std::string name;     // "pocl.icd"
  std::string library;  // "libpocl.so.2.10.0"; empty when the file names none
  std::string fault;    // why no library could be read from the file; empty when one could
};

// What an .icd file names: its content without white space at the ends. The error says why there is none. The result
// may hold any bytes.
std::expected<std::string, std::string> read_icd(const std::filesystem::path& path);

// The .icd files of Sources::opencl_vendors or, where the environment has it, of OCL_ICD_VENDORS (a directory or one
// .icd file), by name; at most kOpenclDriversMax. None, and no problem, where Sources::opencl_vendors is empty or not
// there: nothing is installed.
std::vector<IcdFile> find_icd_files(const Sources& sources, std::vector<Problem>& problems);

inline constexpr int kMeasureDeadlines = 4;  // for a device that is at work: compiling takes long on a busy machine

// Starts quern-opencl-probe on one driver: `request` is "list", or "measure" with the numbers of a platform and a
// device.
std::expected<ChildProcess, std::string> start_driver_child(const Sources& sources, const IcdFile& icd,
                                                            const std::vector<std::string>& request);

// The reply of a child that answered; else what became of the driver, with a sentence for people: what happened and
// what to do.
struct DriverVerdict {
  DriverStatus status = DriverStatus::ok;
  std::string detail;
};
std::expected<std::string, DriverVerdict> reply_of(const IcdFile& icd, const ChildOutcome& outcome,
                                                   std::chrono::milliseconds deadline);
DriverVerdict verdict_of(const IcdFile& icd, const OpenclFault& fault);

}  // namespace quern::hwprobe
