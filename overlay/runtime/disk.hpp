// A node's small files as a dependency: keys, peer stores, journals. Databases open their own files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::runtime {

inline constexpr std::size_t kDiskFileBytesMax = 64 << 20;
inline constexpr std::size_t kDiskNameBytesMax = 64;

// 1 to kDiskNameBytesMax of a-z, 0-9, '.', '_' and '-', not starting with '.'. Callers choose names; a bad one is a bug
// (asserted).
bool is_disk_name(std::string_view name);

// Files of one node in one folder. Errors: Errc::not_found, too_large, no_space, system.
class Disk {
 public:
  virtual ~Disk() = default;
  // On a real disk a file that others may read or write is Errc::system: the detail says how to mend that.
  virtual Task<Result<std::vector<std::byte>>> read(std::string name) = 0;
  // Replaces or creates the file, whole or not at all. Survives a crash once it has returned. Readable by the owner
  // only.
  virtual Task<Result<void>> replace(std::string name, std::vector<std::byte> content) = 0;
  // Adds to the end of the file, creating it: all of it or, where it fails, nothing. A crash before sync() may keep any
  // part of it.
  virtual Task<Result<void>> append(std::string name, std::vector<std::byte> content) = 0;
  // All that was appended survives a crash once this has returned.
  virtual Task<Result<void>> sync(std::string name) = 0;
  // Nothing happens when there is none.
  virtual Task<Result<void>> remove(std::string name) = 0;
  // Names in order.
  virtual Task<Result<std::vector<std::string>>> list() = 0;
  // At most so many bytes of a file from the offset on; fewer at its end, none beyond it. Errors are those of read().
  virtual Task<Result<std::vector<std::byte>>> read_piece(std::string name, std::uint64_t offset,
                                                          std::size_t bytes) = 0;
};

}  // namespace quern::runtime
