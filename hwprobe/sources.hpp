// Where every part of a probe reads from and which programs it may start. The defaults are this machine.
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hwprobe/file_tree.hpp"
#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

// What a machine told through something else than its files, as it was recorded.
struct RecordedAnswers {
  std::string hypervisor;               // as Cpu::hypervisor: the processor was asked
  std::vector<OpenclDriver> drivers;    // device ids are given anew
  std::vector<GpuSample> library_gpus;  // what NVML said
};

struct Sources {
  // /proc, /sys, /etc and /usr/share/misc/pci.ids.
  std::shared_ptr<const FileTree> files;
  // A root directory for hwloc. Not "/" only in tests: hwloc takes it from the process environment (HWLOC_FSROOT),
  // which is set for the length of the call, so no other thread may read or write the environment meanwhile.
  std::filesystem::path hwloc_root = "/";
  // A topology recorded by hwloc as XML; used instead of hwloc_root when set.
  std::optional<std::string> hwloc_xml;
  // When set, nothing is asked but files and hwloc_xml, and no program is started: these answers stand in.
  std::shared_ptr<const RecordedAnswers> answers;
  // Directory of .icd files. OCL_ICD_VENDORS, when set in the environment, takes its place as it does for every OpenCL
  // program.
  std::filesystem::path opencl_vendors = "/etc/OpenCL/vendors";
  // The program that loads one OpenCL driver and answers on a pipe: `quern-opencl-probe`.
  std::filesystem::path opencl_probe_program;
  // How long one driver may take to list its devices, or one device to be measured, before it is killed.
  std::chrono::milliseconds driver_deadline{10'000};
  // The NVIDIA management library to dlopen; empty to leave it alone.
  std::string nvml_library = "libnvidia-ml.so.1";

  // This machine. opencl_probe_program is looked for beside the running program, then in ../libexec/quern, then where
  // `cmake --install` put it; an empty path is left when there is none, and the probe then says so in its problems.
  static Sources this_machine();
  // A folder that holds proc/, sys/ and etc/; no OpenCL, no NVML (empty opencl_vendors and nvml_library).
  static Sources at_root(const std::filesystem::path& root);
};

}  // namespace quern::hwprobe
