// Where hwprobe reads from: the kernel's files, or a recorded machine. The only way any reader of /proc, /sys and /etc
// sees a file.
#pragma once
#include <cstddef>
#include <expected>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quern::hwprobe {

enum class FileError {
  missing,     // no such file, or a part of the path is not a directory
  denied,      // no permission (RAPL energy without root)
  too_large,   // more than the reader's limit
  unreadable,  // any other error, among them the I/O errors sysfs gives for sleeping devices
};
std::string_view to_string(FileError error);

// Longest file any reader takes unless it says otherwise.
inline constexpr std::size_t kFileBytesMax = 1 << 20;
// Most entries of one directory that are listed; the rest is cut.
inline constexpr std::size_t kDirectoryEntriesMax = 16384;

// A read-only tree of files named by absolute paths ("/sys/class/hwmon"); a path that is not absolute is missing.
// Symbolic links are followed as the kernel follows them. Implementations are safe to use from several threads.
class FileTree {
 public:
  virtual ~FileTree() = default;
  // The whole content of a regular file, at most `limit` bytes. Never blocks on a FIFO or device.
  virtual std::expected<std::string, FileError> read(std::string_view path,
                                                     std::size_t limit = kFileBytesMax) const = 0;
  // Names in a directory without "." and "..", sorted.
  virtual std::expected<std::vector<std::string>, FileError> list(std::string_view path) const = 0;
  // The target of a symbolic link as it is written, not resolved; unreadable for what is not a link.
  virtual std::expected<std::string, FileError> read_link(std::string_view path) const = 0;
  // Whether these are the files of the machine this program runs on, so that uname(2) and the cpuid instruction speak
  // of it too.
  virtual bool is_this_machine() const { return false; }
};

// The files under a root directory: "/" for this machine, another folder for a fake or recorded tree. Links in such a
// folder never lead out of it: "/" is the folder and ".." ends there (openat2 with RESOLVE_IN_ROOT, Linux 5.6; on older
// kernels all is unreadable).
class HostFiles final : public FileTree {
 public:
  explicit HostFiles(const std::filesystem::path& root = "/");
  std::expected<std::string, FileError> read(std::string_view path, std::size_t limit) const override;
  std::expected<std::vector<std::string>, FileError> list(std::string_view path) const override;
  std::expected<std::string, FileError> read_link(std::string_view path) const override;
  bool is_this_machine() const override { return root_ == "/"; }

 private:
  int open(std::string_view path, int flags) const;
  std::string root_;
};

// A tree held in memory: recorded machines, tests and fuzzing. Directories exist because something lies in them, or
// by themselves. Paths are added as they really are, "/sys/devices/..." and not through a link; what is added below a
// link or a file cannot be reached. A path leads through at most kLinksMax links.
inline constexpr int kLinksMax = 40;
class RecordedFiles final : public FileTree {
 public:
  void add_file(std::string path, std::string content);
  void add_error(std::string path, FileError error);  // reading or listing this path fails so
  void add_link(std::string path, std::string target);
  void add_directory(std::string path);  // needed for empty ones only
  std::expected<std::string, FileError> read(std::string_view path, std::size_t limit) const override;
  std::expected<std::vector<std::string>, FileError> list(std::string_view path) const override;
  std::expected<std::string, FileError> read_link(std::string_view path) const override;

  const std::map<std::string, std::expected<std::string, FileError>, std::less<>>& files() const { return files_; }
  const std::map<std::string, std::string, std::less<>>& links() const { return links_; }
  // Those that were added, not those that exist because something lies in them.
  const std::set<std::string, std::less<>>& directories() const { return directories_; }

 private:
  bool is_directory(const std::string& path) const;
  std::expected<std::string, FileError> resolve(std::string_view path) const;
  std::map<std::string, std::expected<std::string, FileError>, std::less<>> files_;
  std::map<std::string, std::string, std::less<>> links_;
  std::set<std::string, std::less<>> directories_;
};

}  // namespace quern::hwprobe
