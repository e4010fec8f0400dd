// A directory of .icd files made for one test, with fake drivers (tests/hwprobe/fake_icd) and the real PoCL.
#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "hwprobe/opencl.hpp"
#include "hwprobe/sources.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::hwprobe {

// A variable of this process's environment for the length of a test.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~EnvironmentVariable() { ::unsetenv(name_); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
};

class OpenclVendors : public testing::Test {
 protected:
  OpenclVendors() { ::unsetenv("OCL_ICD_VENDORS"); }

  // Adds NAME.icd for the fake driver of that name.
  void add_fake(const std::string& name) { vendors.write(name + ".icd", QUERN_FAKE_ICDS "/" + name + ".so\n"); }
  // Adds pocl.icd as the package pocl-opencl-icd installs it. These tests need that package.
  void add_pocl() {
    std::ifstream file("/etc/OpenCL/vendors/pocl.icd", std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    ASSERT_FALSE(content.empty()) << "the package pocl-opencl-icd is not installed";
    vendors.write("pocl.icd", content);
  }
  Sources sources(std::chrono::milliseconds deadline = std::chrono::seconds(20)) const {
    Sources result;
    result.opencl_vendors = vendors.path();
    result.opencl_probe_program = QUERN_OPENCL_PROBE;
    result.driver_deadline = deadline;
    return result;
  }
  // Probes what was added.
  std::vector<OpenclDriver> probe(const Sources& from) {
    OpenclProbe started(from, problems);
    return started.finish();
  }
  std::vector<OpenclDriver> probe() { return probe(sources()); }
  // Probes one fake driver alone.
  OpenclDriver probe_fake(const std::string& name, std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    add_fake(name);
    const auto drivers = probe(sources(deadline));
    EXPECT_EQ(drivers.size(), 1);
    return drivers.empty() ? OpenclDriver{} : drivers.front();
  }

  TemporaryFolder vendors;
  std::vector<Problem> problems;
};

}  // namespace quern::hwprobe
