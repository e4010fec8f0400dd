// Where `quern run` writes a job's log: a file, or standard error.
#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace quern::scheduler::cli {

class LogFile {
 public:
  // Standard error where `name` is empty. Makes the folders that lead to the file. A regular file that is there already
  // is an error unless `overwrite`; devices and pipes are taken as they are. Errors are one line that begins with the
  // name.
  static std::expected<LogFile, std::string> open(const std::string& name, bool overwrite);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  // Of a log that has not begun nothing is left: a file that was made is removed, one that was there is as it was.
  ~LogFile();

  // There will be a log. What stood in the file goes.
  void begin();
  int fd() const { return fd_; }

 private:
  LogFile(int fd, std::filesystem::path made, std::vector<std::filesystem::path> folders)
      : fd_(fd), made_(std::move(made)), folders_(std::move(folders)) {}

  int fd_;
  std::filesystem::path made_;                  // the file, as long as it is to go again; empty: it stays
  std::vector<std::filesystem::path> folders_;  // that were made for it
};

}  // namespace quern::scheduler::cli
