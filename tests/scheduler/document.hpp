// Documents that are made of the code: the committed copy must be what the code makes now.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace quern {

// With QUERN_WRITE_DOCUMENTS set in the environment the copy is written anew.
inline void expect_document(std::string_view name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(QUERN_TEST_DATA) / "../../docs" / name;
  if (std::getenv("QUERN_WRITE_DOCUMENTS"))
    std::ofstream(path, std::ios::binary) << text;  // NOLINT(concurrency-mt-unsafe)
  std::ifstream file(path, std::ios::binary);
  const std::string copy{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(copy, text)
      << "docs/" << name
      << " is not what the code says: run this test with QUERN_WRITE_DOCUMENTS=1 and look at the change";
}

}  // namespace quern
