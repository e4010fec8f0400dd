#include "overlay/runtime/system_disk.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/runtime.hpp"

namespace quern::runtime {
namespace {

using Bytes = std::vector<std::byte>;
namespace fs = std::filesystem;

constexpr const char* kTemporarySuffix = ".tmp";  // cannot collide: callers' files are listed without it

std::unexpected<Error> system_failure(int number, const fs::path& path) {
  const std::string text = path.string() + ": " + std::generic_category().message(number);
  switch (number) {
    case ENOENT:
      return fail(Errc::not_found, path.string());
    case ENOSPC:
    case EDQUOT:
      return fail(Errc::no_space, text);
    case EMFILE:
    case ENFILE:
      return fail(Errc::limit_reached, text);
    default:
      return fail(Errc::system, text);
  }
}

class File {
 public:
  File(fs::path path, int flags)
      : path_(std::move(path)), fd_(::open(path_.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)), error_(errno) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  Result<void> check() const {
    if (fd_ < 0) return system_failure(error_, path_);
    return {};
  }
  Result<struct stat> status() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) return system_failure(errno, path_);
    return status;
  }
  Result<std::size_t> size() const {
    const auto found = status();
    if (!found) return std::unexpected(found.error());
    return static_cast<std::size_t>(found->st_size);
  }
  Result<void> write(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t size = ::write(fd_, bytes.data(), bytes.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return system_failure(errno, path_);
      bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    return {};
  }
  Result<void> cut(std::size_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return system_failure(errno, path_);
    return {};
  }
  Result<Bytes> read(std::size_t size, std::uint64_t offset = 0) const {
    Bytes bytes(size);
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(fd_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_failure(errno, path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }
  Result<void> sync() const {
    if (::fsync(fd_) != 0) return system_failure(errno, path_);
    return {};
  }

 private:
  fs::path path_;
  int fd_;
  int error_;
};

Result<void> check_size(const fs::path& path, std::size_t size) {
  if (size <= kDiskFileBytesMax) return {};
  return fail(Errc::too_large,
              path.string() + ": " + std::to_string(size) + " bytes, limit " + std::to_string(kDiskFileBytesMax));
}

Result<void> sync_folder(const fs::path& folder) {
  const File directory(folder, O_RDONLY | O_DIRECTORY);
  if (auto opened = directory.check(); !opened) return opened;
  return directory.sync();
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (error) return system_failure(error.value(), folder);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return system_failure(errno, folder);
  return {};
}

// Every file here is made for its owner alone. One that is not any more was handed round: a key in it may be known.
Result<void> check_owner_only(const fs::path& path, mode_t mode) {
  if ((mode & 077) == 0) return {};
  std::array<char, 8> octal{};
  std::snprintf(octal.data(), octal.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return fail(Errc::system, path.string() + ": mode " + octal.data() +
                                " lets others at it: if it may have been read, replace it; else chmod 600 it");
}

// `piece`: at most so many bytes from there on; otherwise all of it.
struct Piece {
  std::uint64_t offset = 0;
  std::size_t bytes = 0;
};
Result<Bytes> read_file(const fs::path& path, std::optional<Piece> piece = std::nullopt) {
  const File file(path, O_RDONLY);
  if (auto opened = file.check(); !opened) return std::unexpected(std::move(opened).error());
  const auto status = file.status();
  if (!status) return std::unexpected(status.error());
  if (auto alone = check_owner_only(path, status->st_mode); !alone && S_ISREG(status->st_mode)) {
    return std::unexpected(std::move(alone).error());
  }
  const auto size = static_cast<std::size_t>(status->st_size);
  if (auto fits = check_size(path, size); !fits) return std::unexpected(std::move(fits).error());
  if (!piece) return file.read(size);
  const auto offset = static_cast<std::size_t>(std::min<std::uint64_t>(piece->offset, size));
  return file.read(std::min(piece->bytes, size - offset), offset);
}

Result<void> write_durably(const fs::path& path, const Bytes& content) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (auto opened = file.check(); !opened) return opened;
  if (auto written = file.write(content); !written) return written;
  return file.sync();
}

Result<void> replace_file(const fs::path& path, const Bytes& content) {
  if (auto fits = check_size(path, content.size()); !fits) return fits;
  if (auto made = make_folder(path.parent_path()); !made) return made;
  const fs::path temporary = path.string() + kTemporarySuffix;
  auto written = write_durably(temporary, content);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = system_failure(errno, path);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_folder(path.parent_path());
}

Result<void> append_file(const fs::path& path, const Bytes& content) {
  if (auto made = make_folder(path.parent_path()); !made) return made;
  const File file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (auto opened = file.check(); !opened) return opened;
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  if (auto fits = check_size(path, *size + content.size()); !fits) return fits;
  auto written = file.write(content);
  // What a full disk has let in would stand before the next piece.
  if (!written) std::ignore = file.cut(*size);
  return written;
}

Result<void> sync_file(const fs::path& path, bool is_named) {
  const File file(path, O_RDONLY);
  if (auto opened = file.check(); !opened) return opened;
  if (auto synced = file.sync(); !synced || is_named) return synced;
  return sync_folder(path.parent_path());  // the name of a new file, too
}

Result<void> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) == 0) return sync_folder(path.parent_path());
  if (errno == ENOENT) return {};
  return system_failure(errno, path);
}

Result<std::vector<std::string>> list_folder(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_disk_name(name) && !name.ends_with(kTemporarySuffix)) names.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) return system_failure(error.value(), folder);
  std::ranges::sort(names);
  return names;
}

// Of an earlier life that ended while it wrote them. Nobody knows of them, and they could fill the disk.
void remove_unfinished(const fs::path& folder) {
  const std::string_view suffix = kTemporarySuffix;
  std::error_code error;
  std::vector<fs::path> unfinished;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.ends_with(suffix) || !is_disk_name(name.substr(0, name.size() - suffix.size()))) continue;
    unfinished.push_back(entry->path());
  }
  for (const fs::path& path : unfinished) ::unlink(path.c_str());
}

class SystemDisk final : public Disk {
 public:
  SystemDisk(Runtime& runtime, fs::path folder) : runtime_(runtime), folder_(std::move(folder)) {
    remove_unfinished(folder_);
  }

  Task<Result<Bytes>> read(std::string name) override {
    return offload(runtime_, [path = path_of(name)] { return read_file(path); });
  }
  Task<Result<Bytes>> read_piece(std::string name, std::uint64_t offset, std::size_t bytes) override {
    return offload(runtime_, [path = path_of(name), offset, bytes] {
      return read_file(path, Piece{.offset = offset, .bytes = bytes});
    });
  }
  Task<Result<void>> replace(std::string name, Bytes content) override {
    return offload(runtime_,
                   [path = path_of(name), content = std::move(content)] { return replace_file(path, content); });
  }
  Task<Result<void>> append(std::string name, Bytes content) override {
    return offload(runtime_,
                   [path = path_of(name), content = std::move(content)] { return append_file(path, content); });
  }
  Task<Result<void>> sync(std::string name) override {
    const bool is_named = named_.contains(name);
    auto synced = co_await offload(runtime_, [path = path_of(name), is_named] { return sync_file(path, is_named); });
    if (synced && named_.size() == kNamesRemembered) named_.clear();
    if (synced) named_.insert(std::move(name));
    co_return synced;
  }
  Task<Result<void>> remove(std::string name) override {
    named_.erase(name);
    co_return co_await offload(runtime_, [path = path_of(name)] { return remove_file(path); });
  }
  Task<Result<std::vector<std::string>>> list() override {
    return offload(runtime_, [folder = folder_] { return list_folder(folder); });
  }

 private:
  fs::path path_of(const std::string& name) const {
    QUERN_ASSERT(is_disk_name(name) && !name.ends_with(kTemporarySuffix), "not a disk name");
    return folder_ / name;
  }

  static constexpr std::size_t kNamesRemembered = 1 << 16;

  Runtime& runtime_;
  fs::path folder_;
  std::set<std::string> named_;  // files whose names were made durable in this life: their folder needs no sync again
};

}  // namespace

std::unique_ptr<Disk> make_system_disk(Runtime& runtime, fs::path folder) {
  return std::make_unique<SystemDisk>(runtime, std::move(folder));
}

}  // namespace quern::runtime
