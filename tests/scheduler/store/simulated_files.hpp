// A disk for SQLite in memory, that keeps durable and pending bytes apart: what a power loss may take can be taken.
//
// Each disk is a file layer (VFS) of its own: OpenOptions{.path = "any name", .vfs = disk.vfs()}. Nothing in it asks
// the system for time or randomness: the same calls give the same bytes. One thread at a time for one disk.
//
// What is modelled: writes and changes of length are pending until their file is synced; made and removed files, until
// the folder is, which SQLite asks for with a new journal's first sync and with some removals. A crash keeps of each
// file any prefix of what was pending, cut at any byte, or (Crash::scattered) any selection of it, as disks do that
// write in an order of their own. Bytes beside a write are never harmed. Locks and shared memory belong to the life
// that a crash ends.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/random.hpp"

namespace quern::store {

enum class Crash : std::uint8_t {
  all_lost,   // nothing that was pending is found
  all_kept,   // all of it
  prefix,     // of each file any prefix
  scattered,  // of each file any selection of its writes
};

class SimulatedFiles {
 public:
  SimulatedFiles();
  ~SimulatedFiles();  // every connection to it must be closed
  SimulatedFiles(const SimulatedFiles&) = delete;
  SimulatedFiles& operator=(const SimulatedFiles&) = delete;

  // SQLite's name of this disk.
  const std::string& vfs() const;

  // The power goes and comes back. Connections opened before get I/O errors from now on and change nothing any more.
  void crash(Crash kind, runtime::Random& random);
  // As a disk of its own would be found if the power went now.
  std::unique_ptr<SimulatedFiles> crashed_copy(Crash kind, runtime::Random& random) const;

  // Calls `hook` before each sync of a file with pending bytes takes effect: every point where a crash matters. It may
  // not use connections of this disk. An empty function ends it.
  void on_sync(std::function<void(std::string_view file)> hook);

  // The disk is full: after `writes` further writes that succeed, all that add or change bytes fail with SQLITE_FULL,
  // having written half. Until make_room().
  void fill_after(std::size_t writes);
  // As fill_after, for syncs that fail with SQLITE_IOERR_FSYNC and make nothing durable.
  void fail_syncs_after(std::size_t syncs);
  void make_room();

  std::size_t writes() const;  // so far
  std::size_t syncs() const;   // so far, of files with pending bytes
  // Flips the bits of `mask` in a byte, durable at once. False: no such file or byte.
  bool damage(std::string_view file, std::size_t offset, std::byte mask = std::byte{0xff});
  // Of the file as it is read; 0 when there is none.
  std::size_t size(std::string_view file) const;
  // Replaces the file, durable at once.
  void replace(const std::string& file, std::vector<std::byte> content);
  std::vector<std::byte> content(std::string_view file) const;

  struct State;  // for the functions that SQLite calls

 private:
  std::unique_ptr<State> state_;
};

}  // namespace quern::store
