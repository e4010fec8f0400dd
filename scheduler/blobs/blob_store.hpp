// Inputs and outputs of jobs on this node's disk, named by their SHA-256: the same bytes are kept once, and a part that
// has come survives a crash. Where there is no room for another, those that were used longest ago go, but none that
// somebody needs; after a start those that were not used since go first.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/blobs/error.hpp"
#include "scheduler/blobs/shelf.hpp"
#include "scheduler/model/job.hpp"

namespace quern::blobs {

using model::Digest;

inline constexpr std::uint64_t kBlobBytesMax = runtime::kDiskFileBytesMax;
inline constexpr std::uint64_t kSyncBytes = 1 << 20;       // of a part, at most, are lost by a crash
inline constexpr std::uint64_t kCheckedBytes = 256 << 10;  // of a blob, are checked together

inline constexpr runtime::Duration kFreshHeld = std::chrono::minutes(1);  // a new one, until it is known who needs it

// "bafkrei...": the CID (version 1, raw) that names the blob in texts, logs and on the disk.
std::string name_of(const Digest& digest);
Digest digest_of(runtime::ByteView bytes);

// Removes what has come of blobs from a disk that no store has loaded yet: it is brought again. Returns how many parts
// these were.
runtime::Task<runtime::Result<std::size_t>> drop_parts(runtime::Disk& disk);

struct StoreLimits {
  std::uint64_t bytes_max = 8ull << 30;  // of all blobs and parts
  std::size_t blobs_max = 10'000;
};

// On the runtime's executor. Calls for different blobs may overlap, and so may two that keep the same blob; otherwise
// those for one blob follow each other.
class BlobStore {
 public:
  explicit BlobStore(runtime::Runtime& runtime, StoreLimits limits = {}) : runtime_(runtime), limits_(limits) {}

  // Asked whenever there is no room: what must not go.
  using Needed = std::function<std::set<Digest>()>;
  using OnEvicted = std::function<void(const Digest&, std::uint64_t bytes)>;  // not told of parts
  void set_eviction(Needed needed, OnEvicted on_evicted);
  // How many more bytes the disk may be given. Asked on the pool for blocking calls when something is to come, each
  // second at the most or when all of it was given; what is beyond is as what is beyond the limits, but
  // runtime::Errc::no_space.
  using Room = std::function<std::uint64_t()>;
  void set_room(Room room) { room_ = std::move(room); }
  // Keeps a blob or its part for so long, even if nobody needs it.
  void hold(const Digest& digest, runtime::Duration length);

  // Learns what the disk holds. Once, before all else.
  runtime::Task<runtime::Result<void>> load();

  bool has(const Digest& digest) const { return blobs_.contains(digest); }
  std::optional<std::uint64_t> size_of(const Digest& digest) const;
  std::uint64_t bytes() const { return bytes_; }  // of all

  // Keeps the bytes and returns their name; durable when it returns. Errc::too_large; store_full, when all that is
  // there is needed; what the disk says.
  runtime::Task<runtime::Result<Digest>> add(runtime::Bytes content);
  // The whole blob, checked against its name: one that the disk has spoiled is forgotten. Errc::not_found, corrupt.
  runtime::Task<runtime::Result<runtime::Bytes>> read(Digest digest);
  // A piece of at most so many bytes, none beyond the end. The first piece of a blob that is read after a start has the
  // whole checked as read() does, a part after the other; each later one is checked alone.
  runtime::Task<runtime::Result<runtime::Bytes>> read_piece(Digest digest, std::uint64_t offset, std::size_t bytes);
  // Nothing happens when there is none.
  runtime::Task<runtime::Result<void>> remove(Digest digest);

  // A blob that comes in pieces: how much of it is there; the next piece; and the end, which checks the whole against
  // its name and makes it a blob. A part that turns out wrong (Errc::corrupt), or whose next piece cannot be kept, is
  // thrown away.
  std::uint64_t part_size(const Digest& digest) const;
  runtime::Task<runtime::Result<void>> append_part(Digest digest, runtime::Bytes piece);
  runtime::Task<runtime::Result<void>> finish_part(Digest digest);
  runtime::Task<runtime::Result<void>> drop_part(Digest digest);
  // Waits until nobody else brings the parts of this blob; others wait while the turn lasts. The store outlives it.
  class Turn;
  runtime::Task<Turn> turn(Digest digest);

 private:
  // Of a file of `size` bytes, `more` of which and so many files are to come.
  runtime::Task<std::uint64_t> room_for(std::uint64_t more);
  runtime::Task<runtime::Result<void>> make_room(std::uint64_t size, std::uint64_t more, std::size_t files);
  runtime::Task<runtime::Result<void>> evict(ShelfItem item);
  runtime::Time fresh_until() const { return runtime_.clock().now() + kFreshHeld; }
  runtime::Task<runtime::Result<void>> keep(Digest digest, runtime::Bytes content);
  runtime::Task<runtime::Result<void>> check(Digest digest);
  runtime::Task<std::unexpected<runtime::Error>> forget_spoiled(Digest digest, runtime::Error error);
  runtime::Task<runtime::Result<void>> grow_part(Digest digest, runtime::Bytes piece);

  runtime::Runtime& runtime_;
  StoreLimits limits_;
  std::map<Digest, std::uint64_t> blobs_;  // sizes
  std::map<Digest, std::uint64_t> parts_;
  // Of blobs_, those whose bytes were those of the name in this life: the digests of kCheckedBytes after the other.
  std::map<Digest, std::vector<Digest>> checked_;
  std::set<Digest> keeping_;  // are being written
  runtime::WaitQueue kept_;
  std::uint64_t bytes_ = 0;
  Shelf shelf_;  // of both
  Room room_;
  std::uint64_t room_left_ = 0;
  runtime::Time room_until_;
  Needed needed_;
  OnEvicted on_evicted_;
  std::set<Digest> arriving_;
  runtime::WaitQueue arrived_;
};

class BlobStore::Turn {
 public:
  Turn(Turn&& other) noexcept : store_(std::exchange(other.store_, nullptr)), digest_(other.digest_) {}
  Turn& operator=(Turn&&) = delete;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn();

 private:
  friend class BlobStore;
  Turn(BlobStore& store, const Digest& digest) : store_(&store), digest_(digest) {}
  BlobStore* store_;  // null once moved from
  Digest digest_;
};

}  // namespace quern::blobs
