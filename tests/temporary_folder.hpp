// A folder of real files for one test, removed with all that lies in it when the test ends.
#pragma once
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>

namespace quern {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "quern-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a folder " + name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // `at` is a path from this folder; a '/' before it does not matter.
  void write(std::string_view at, std::string_view content) const {
    std::ofstream(place(at), std::ios::binary) << content;
  }
  void link(std::string_view at, const std::string& target) const {
    std::filesystem::create_symlink(target, place(at));
  }

 private:
  std::filesystem::path place(std::string_view at) const {
    std::filesystem::path full = path_ / std::filesystem::path(at).relative_path();
    std::filesystem::create_directories(full.parent_path());
    return full;
  }

  std::filesystem::path path_;
};

}  // namespace quern
