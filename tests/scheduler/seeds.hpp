// Seeds of fuzz targets that are made of the code: what is committed must be what the code writes now, so that a
// changed format does not leave seeds behind that no parser takes any more.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"

namespace quern {

// By file name: all seeds of the target. With QUERN_WRITE_DOCUMENTS set in the environment they are written anew, and
// what else is in the target's folder goes.
inline void expect_seeds(std::string_view target, const std::map<std::string, runtime::Bytes>& seeds) {
  const std::filesystem::path folder = std::filesystem::path(QUERN_TEST_DATA) / "../fuzz/corpus" / target;
  if (std::getenv("QUERN_WRITE_DOCUMENTS")) {  // NOLINT(concurrency-mt-unsafe)
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    for (const auto& [name, bytes] : seeds) std::ofstream(folder / name, std::ios::binary) << runtime::text_of(bytes);
  }
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) there.insert(entry.path().filename().string());
  for (const auto& [name, bytes] : seeds) {
    std::ifstream file(folder / name, std::ios::binary);
    const std::string copy{std::istreambuf_iterator<char>(file), {}};
    EXPECT_TRUE(copy == runtime::text_of(bytes))
        << "tests/fuzz/corpus/" << target << "/" << name
        << " is not what the code writes: run this test with QUERN_WRITE_DOCUMENTS=1";
    there.erase(name);
  }
  for (const std::string& name : there) ADD_FAILURE() << "not a seed of the code: " << target << "/" << name;
}

}  // namespace quern
