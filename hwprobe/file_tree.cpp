#include "hwprobe/file_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace quern::hwprobe {
namespace {

constexpr int kLinksMax = 16;  // symbolic links followed in one path

FileError error_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR: return FileError::missing;
    case EACCES:
    case EPERM: return FileError::denied;
    default: return FileError::unreadable;
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::string_view to_string(FileError error) {
  switch (error) {
    case FileError::missing: return "no such file";
    case FileError::denied: return "permission denied";
    case FileError::too_large: return "file too large";
    case FileError::unreadable: return "cannot be read";
  }
  std::unreachable();
}

HostFiles::HostFiles(std::filesystem::path root) : root_(std::move(root)) {}

std::expected<std::string, FileError> HostFiles::read(std::string_view path, std::size_t limit) const {
  // O_NONBLOCK: a FIFO planted in a fake tree must not hang the probe.
  const Descriptor file(::open((root_.string() + std::string(path)).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return std::unexpected(error_of(errno));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::unexpected(FileError::unreadable);
  std::string content;
  std::array<char, 8192> buffer;
  for (;;) {
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::unexpected(error_of(errno));
    if (size == 0) return content;
    if (content.size() + static_cast<std::size_t>(size) > limit) return std::unexpected(FileError::too_large);
    content.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

std::expected<std::vector<std::string>, FileError> HostFiles::list(std::string_view path) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir((root_.string() + std::string(path)).c_str()), &::closedir);
  if (!directory) return std::unexpected(error_of(errno));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == kDirectoryEntriesMax) break;
    names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

std::expected<std::string, FileError> HostFiles::read_link(std::string_view path) const {
  std::array<char, 4096> target;
  const ssize_t size = ::readlink((root_.string() + std::string(path)).c_str(), target.data(), target.size());
  if (size < 0) return std::unexpected(errno == EINVAL ? FileError::unreadable : error_of(errno));
  return std::string(target.data(), static_cast<std::size_t>(size));
}

void RecordedFiles::add_file(std::string path, std::string content) { files_.insert_or_assign(std::move(path), std::move(content)); }

void RecordedFiles::add_error(std::string path, FileError error) { files_.insert_or_assign(std::move(path), std::unexpected(error)); }

void RecordedFiles::add_link(std::string path, std::string target) { links_.insert_or_assign(std::move(path), std::move(target)); }

std::string RecordedFiles::resolve(std::string_view path) const {
  std::string resolved = std::filesystem::path(path).lexically_normal().string();
  for (int followed = 0; followed < kLinksMax; ++followed) {
    bool changed = false;
    for (std::size_t end = resolved.find('/', 1);; end = resolved.find('/', end + 1)) {
      const std::string_view head = std::string_view(resolved).substr(0, end);
      if (const auto link = links_.find(head); link != links_.end()) {
        const auto base = std::filesystem::path(head).parent_path() / link->second;
        const std::string rest = end == std::string::npos ? "" : resolved.substr(end);
        resolved = base.lexically_normal().string() + rest;
        changed = true;
        break;
      }
      if (end == std::string::npos) break;
    }
    if (!changed) return resolved;
  }
  return resolved;
}

std::expected<std::string, FileError> RecordedFiles::read(std::string_view path, std::size_t limit) const {
  const auto file = files_.find(resolve(path));
  if (file == files_.end()) return std::unexpected(FileError::missing);
  if (file->second && file->second->size() > limit) return std::unexpected(FileError::too_large);
  return file->second;
}

std::expected<std::vector<std::string>, FileError> RecordedFiles::list(std::string_view path) const {
  std::string prefix = resolve(path);
  if (const auto file = files_.find(prefix); file != files_.end()) {
    return std::unexpected(file->second ? FileError::missing : file->second.error());
  }
  if (!prefix.ends_with('/')) prefix += '/';
  std::vector<std::string> names;
  const auto collect = [&](const auto& entries) {
    for (auto it = entries.lower_bound(prefix); it != entries.end() && it->first.starts_with(prefix); ++it) {
      std::string name = it->first.substr(prefix.size(), it->first.find('/', prefix.size()) - prefix.size());
      if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(std::move(name));
    }
  };
  collect(files_);
  collect(links_);
  if (names.empty()) return std::unexpected(FileError::missing);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  if (names.size() > kDirectoryEntriesMax) names.resize(kDirectoryEntriesMax);
  return names;
}

std::expected<std::string, FileError> RecordedFiles::read_link(std::string_view path) const {
  const std::filesystem::path full(path);
  const std::string parent = resolve(full.parent_path().string());
  const auto link = links_.find((std::filesystem::path(parent) / full.filename()).string());
  if (link == links_.end()) return std::unexpected(FileError::missing);
  return link->second;
}

}  // namespace quern::hwprobe
