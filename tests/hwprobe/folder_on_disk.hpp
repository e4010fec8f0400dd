// A folder of real files for one test, removed with all that lies in it when the test ends.
#pragma once
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <stdlib.h>

namespace quern::hwprobe::testing {

class FolderOnDisk {
 public:
  FolderOnDisk() {
    std::string name = (std::filesystem::temp_directory_path() / "quern-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a folder " + name);
    path_ = name;
  }
  ~FolderOnDisk() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FolderOnDisk(const FolderOnDisk&) = delete;
  FolderOnDisk& operator=(const FolderOnDisk&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // `at` starts with '/', the folder itself.
  void write(const std::string& at, const std::string& content) {
    std::ofstream(place(at), std::ios::binary) << content;
  }
  void link(const std::string& at, const std::string& target) { std::filesystem::create_symlink(target, place(at)); }

 private:
  std::filesystem::path place(const std::string& at) {
    std::filesystem::path full = path_.string() + at;
    std::filesystem::create_directories(full.parent_path());
    return full;
  }

  std::filesystem::path path_;
};

}  // namespace quern::hwprobe::testing
