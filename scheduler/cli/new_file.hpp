// A file that is either there with all its bytes or not there: written under another name beside it and renamed.
#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

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

}  // namespace quern::scheduler::cli
