#include "hwprobe/file_tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hwprobe/descriptor.hpp"

namespace quern::hwprobe {
namespace {

FileError error_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return FileError::missing;
    case EACCES:
    case EPERM:
      return FileError::denied;
    default:
      return FileError::unreadable;
  }
}

// The path of an entry of RecordedFiles.
std::string_view name_of(std::string_view directory) {
  return directory;
}
template <class Value>
std::string_view name_of(const std::pair<const std::string, Value>& entry) {
  return entry.first;
}

}  // namespace

std::string_view to_string(FileError error) {
  switch (error) {
    case FileError::missing:
      return "no such file";
    case FileError::denied:
      return "permission denied";
    case FileError::too_large:
      return "file too large";
    case FileError::unreadable:
      return "cannot be read";
  }
  std::unreachable();
}

HostFiles::HostFiles(const std::filesystem::path& root) : root_(root.string()) {}

// A descriptor, or -1 with errno set.
int HostFiles::open(std::string_view path, int flags) const {
  const std::string name(path);
  if (!name.starts_with('/') || name.find('\0') != std::string::npos) {
    errno = ENOENT;
    return -1;
  }
  if (is_this_machine()) return ::open(name.c_str(), flags | O_CLOEXEC);
  const Descriptor root(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) return -1;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  return static_cast<int>(::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how));
}

std::expected<std::string, FileError> HostFiles::read(std::string_view path, std::size_t limit) const {
  // O_NONBLOCK: a FIFO planted in a fake tree must not hang the probe.
  const Descriptor file(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return std::unexpected(error_of(errno));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::unexpected(FileError::unreadable);
  std::string content;
  // Files in /proc and /sys give no true size; for the long ones elsewhere it saves growing.
  if (status.st_size > 0) content.reserve(std::min(static_cast<std::size_t>(status.st_size), limit));
  std::array<char, 16384> buffer;
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
  Descriptor descriptor(open(path, O_RDONLY | O_DIRECTORY));
  if (descriptor.get() < 0) return std::unexpected(error_of(errno));
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(descriptor.get()), &::closedir);
  if (!directory) return std::unexpected(FileError::unreadable);
  descriptor.release();  // closedir closes it
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
  const Descriptor link(open(path, O_PATH | O_NOFOLLOW));
  if (link.get() < 0) return std::unexpected(error_of(errno));
  std::array<char, 4096> target;
  const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size());
  // ENOENT: the descriptor is of something that is not a link.
  if (size < 0) return std::unexpected(FileError::unreadable);
  return std::string(target.data(), static_cast<std::size_t>(size));
}

void RecordedFiles::add_file(std::string path, std::string content) {
  files_.insert_or_assign(std::move(path), std::move(content));
}

void RecordedFiles::add_error(std::string path, FileError error) {
  files_.insert_or_assign(std::move(path), std::unexpected(error));
}

void RecordedFiles::add_link(std::string path, std::string target) {
  links_.insert_or_assign(std::move(path), std::move(target));
}

void RecordedFiles::add_directory(std::string path) {
  directories_.insert(std::move(path));
}

bool RecordedFiles::is_directory(const std::string& path) const {
  const std::string prefix = path + '/';
  const auto has_below = [&](const auto& entries) {
    const auto below = entries.lower_bound(prefix);
    return below != entries.end() && name_of(*below).starts_with(prefix);
  };
  return directories_.contains(path) || has_below(files_) || has_below(links_) || has_below(directories_);
}

// The path free of links, "." and "..": "" for the root itself. Walks as the kernel does, one component after the
// other.
std::expected<std::string, FileError> RecordedFiles::resolve(std::string_view path) const {
  if (!path.starts_with('/')) return std::unexpected(FileError::missing);
  std::string resolved;
  std::string rest(path);
  int followed = 0;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string name = rest.substr(0, end);
    rest.erase(0, end + 1);
    if (!is_directory(resolved)) return std::unexpected(FileError::missing);
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      resolved.resize(resolved.empty() ? 0 : resolved.rfind('/'));
      continue;
    }
    const std::size_t folder_size = resolved.size();
    resolved.append("/").append(name);
    if (const auto link = links_.find(resolved); link != links_.end()) {
      if (++followed > kLinksMax) return std::unexpected(FileError::unreadable);
      rest.insert(0, link->second + '/');
      resolved.resize(rest.starts_with('/') ? 0 : folder_size);
    }
  }
  return resolved;
}

std::expected<std::string, FileError> RecordedFiles::read(std::string_view path, std::size_t limit) const {
  const auto resolved = resolve(path);
  if (!resolved) return std::unexpected(resolved.error());
  const auto file = files_.find(*resolved);
  if (file == files_.end())
    return std::unexpected(is_directory(*resolved) ? FileError::unreadable : FileError::missing);
  if (file->second && file->second->size() > limit) return std::unexpected(FileError::too_large);
  return file->second;
}

std::expected<std::vector<std::string>, FileError> RecordedFiles::list(std::string_view path) const {
  const auto resolved = resolve(path);
  if (!resolved) return std::unexpected(resolved.error());
  if (const auto file = files_.find(*resolved); file != files_.end()) {
    return std::unexpected(file->second ? FileError::missing : file->second.error());
  }
  const std::string prefix = *resolved + '/';
  std::vector<std::string> names;
  const auto collect = [&](const auto& entries) {
    for (auto it = entries.lower_bound(prefix); it != entries.end() && name_of(*it).starts_with(prefix); ++it) {
      const std::string_view path_below = name_of(*it);
      std::string name(path_below.substr(prefix.size(), path_below.find('/', prefix.size()) - prefix.size()));
      if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(std::move(name));
    }
  };
  collect(files_);
  collect(links_);
  collect(directories_);
  if (names.empty() && !is_directory(*resolved)) return std::unexpected(FileError::missing);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  if (names.size() > kDirectoryEntriesMax) names.resize(kDirectoryEntriesMax);
  return names;
}

std::expected<std::string, FileError> RecordedFiles::read_link(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::unexpected(FileError::missing);
  const auto parent = resolve(path.substr(0, slash + 1));
  if (!parent) return std::unexpected(parent.error());
  const std::string_view name = path.substr(slash + 1);
  if (name.empty() || name == "." || name == "..") {  // a folder, if anything
    const auto folder = resolve(path);
    return std::unexpected(folder ? FileError::unreadable : folder.error());
  }
  const std::string full = *parent + '/' + std::string(name);
  if (const auto link = links_.find(full); link != links_.end()) return link->second;
  return std::unexpected(files_.contains(full) || is_directory(full) ? FileError::unreadable : FileError::missing);
}

}  // namespace quern::hwprobe
