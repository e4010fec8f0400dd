// A file that is either there with all its bytes or not there: written under another name beside it and renamed.
#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace quern::scheduler::cli {

// Errors are one line that begins with the file's name.
class NewFile {
 public:
  // Makes the folders that lead to `target`.
  static std::expected<NewFile, std::string> create(const std::filesystem::path& target);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();  // what was not kept is removed

  std::expected<void, std::string> write(std::string_view bytes);
  // Gives it its name. A file of that name that is there already is replaced or, without `overwrite`, an error.
  std::expected<void, std::string> keep(bool overwrite);

 private:
  NewFile(int fd, std::filesystem::path target, std::filesystem::path part)
      : fd_(fd), target_(std::move(target)), part_(std::move(part)) {}
  std::unexpected<std::string> failed(int error) const;

  int fd_;
  std::filesystem::path target_;
  std::filesystem::path part_;  // empty once it is kept
};

// What NewFile::keep() says of a file that is there already.
std::string exists_text(const std::filesystem::path& file);

// Whether a NewFile can be made there: makes one, and removes it again with every folder that was made for it.
std::expected<void, std::string> try_new_file(const std::filesystem::path& target);

// Makes a folder and those that lead to it. Returns those that were missing, the outermost first.
std::expected<std::vector<std::filesystem::path>, std::string> make_folders(const std::filesystem::path& folder);
// Removes folders, the last first, as far as nothing is in them.
void remove_empty(const std::vector<std::filesystem::path>& folders);

}  // namespace quern::scheduler::cli
