#include "scheduler/blobs/blob_store.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "overlay/multiformats/cid.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/sha256.hpp"

namespace quern::blobs {

namespace multiformats = quern::multiformats;
using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::string_view kBlobPrefix = "blob.";
constexpr std::string_view kPartPrefix = "part.";

std::string file_of(std::string_view prefix, const Digest& digest) {
  return std::string(prefix) + name_of(digest);
}

constexpr runtime::Duration kRoomHolds = std::chrono::seconds(1);  // what the disk has said, less what came since
constexpr std::size_t kHashedAtOnceBytes = 16 << 10;               // in less time than the way to the pool takes

Task<Digest> digest_of_all(runtime::Runtime& runtime, const Bytes& content) {
  if (content.size() <= kHashedAtOnceBytes) co_return digest_of(content);
  co_return co_await runtime::offload(runtime, [&content] { return digest_of(content); });
}

std::uint64_t chunks_in(std::uint64_t bytes) {
  return (bytes + kCheckedBytes - 1) / kCheckedBytes;
}

std::vector<Digest> digests_of_chunks(runtime::ByteView bytes) {
  std::vector<Digest> digests;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(bytes.size(), kCheckedBytes))) {
    digests.push_back(digest_of(bytes.first(std::min<std::size_t>(bytes.size(), kCheckedBytes))));
  }
  return digests;
}

// The digest in the name of a file that this store has made.
std::optional<Digest> digest_in(std::string_view file, std::string_view prefix) {
  if (!file.starts_with(prefix)) return std::nullopt;
  const auto cid = multiformats::Cid::from_text(file.substr(prefix.size()));
  if (!cid || cid->codec() != multiformats::kCodecRaw) return std::nullopt;
  const auto hash = multiformats::read_multihash(cid->multihash());
  if (!hash || hash->code != multiformats::HashCode::sha2_256 || hash->digest.size() != Digest().size()) {
    return std::nullopt;
  }
  Digest digest;
  std::ranges::copy(hash->digest, digest.begin());
  return digest;
}

}  // namespace

std::string name_of(const Digest& digest) {
  return multiformats::Cid::v1(multiformats::kCodecRaw,
                               multiformats::make_multihash(multiformats::HashCode::sha2_256, digest))
      .text();
}

Digest digest_of(runtime::ByteView bytes) {
  return runtime::sha256(bytes);
}

Task<Result<std::size_t>> drop_parts(runtime::Disk& disk) {
  CO_TRY(const std::vector<std::string> files, co_await disk.list());
  std::size_t dropped = 0;
  for (const std::string& file : files) {
    if (!digest_in(file, kPartPrefix)) continue;
    CO_CHECK(co_await disk.remove(file));
    ++dropped;
  }
  co_return dropped;
}

Task<Result<void>> BlobStore::load() {
  CO_TRY(const std::vector<std::string> files, co_await runtime_.disk().list());
  for (const std::string& file : files) {
    const auto blob = digest_in(file, kBlobPrefix);
    const auto part = digest_in(file, kPartPrefix);
    if (!blob && !part) continue;
    auto content = co_await runtime_.disk().read(file);
    if (!content) continue;  // it cannot be read: as if it were not there
    bytes_ += content->size();
    (blob ? blobs_ : parts_)[blob ? *blob : *part] = content->size();
    shelf_.put({.digest = blob ? *blob : *part, .part = !blob}, content->size(), {});
  }
  co_return Result<void>();
}

std::optional<std::uint64_t> BlobStore::size_of(const Digest& digest) const {
  const auto found = blobs_.find(digest);
  return found == blobs_.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t BlobStore::part_size(const Digest& digest) const {
  const auto found = parts_.find(digest);
  return found == parts_.end() ? 0 : found->second;
}

void BlobStore::set_eviction(Needed needed, OnEvicted on_evicted) {
  needed_ = std::move(needed);
  on_evicted_ = std::move(on_evicted);
}

void BlobStore::hold(const Digest& digest, runtime::Duration length) {
  const runtime::Time until = runtime_.clock().now() + length;
  shelf_.hold({.digest = digest}, until);
  shelf_.hold({.digest = digest, .part = true}, until);
}

Task<std::uint64_t> BlobStore::room_for(std::uint64_t more) {
  if (!room_ || more == 0) co_return more;
  if (const runtime::Time now = runtime_.clock().now(); more > room_left_ || now >= room_until_) {
    room_left_ = co_await runtime::offload(runtime_, [&room = room_] { return room(); });
    room_until_ = now + kRoomHolds;
  }
  const std::uint64_t room = std::min(more, room_left_);
  room_left_ -= room;
  co_return room;
}

Task<Result<void>> BlobStore::make_room(std::uint64_t size, std::uint64_t more, std::size_t files) {
  if (size > kBlobBytesMax) {
    co_return fail(Errc::too_large, std::to_string(size) + " bytes, limit " + std::to_string(kBlobBytesMax));
  }
  const std::uint64_t room = co_await room_for(more);
  const std::uint64_t bytes = bytes_ + more;
  const std::size_t count = blobs_.size() + parts_.size() + files;
  const std::uint64_t lacking = std::max(bytes - std::min(bytes, limits_.bytes_max), more - room);
  if (lacking == 0 && count <= limits_.blobs_max) co_return Result<void>();
  std::set<Digest> needed = needed_ ? needed_() : std::set<Digest>();
  needed.insert(arriving_.begin(), arriving_.end());
  needed.insert(keeping_.begin(), keeping_.end());
  const auto going =
      shelf_.to_free(lacking, count - std::min(count, limits_.blobs_max), runtime_.clock().now(), needed);
  if (!going && bytes <= limits_.bytes_max && count <= limits_.blobs_max) {
    co_return fail(runtime::Errc::no_space, std::to_string(more) + " bytes were to come, and the disk has room for " +
                                                std::to_string(room) + " beside what is kept for this node's books");
  }
  if (!going) {
    co_return fail(Errc::store_full, std::to_string(bytes_) + " bytes in " + std::to_string(count - files) +
                                         " files are there and too many of them needed, " + std::to_string(more) +
                                         " bytes were to come, limit " + std::to_string(limits_.bytes_max) +
                                         " bytes in " + std::to_string(limits_.blobs_max) + " files");
  }
  for (const ShelfItem& item : *going) CO_CHECK(co_await evict(item));
  co_return Result<void>();
}

Task<Result<void>> BlobStore::evict(ShelfItem item) {
  if (item.part) co_return co_await drop_part(item.digest);
  const std::uint64_t bytes = size_of(item.digest).value_or(0);
  // Who keeps the same bytes meanwhile waits: its file would be the one that goes.
  keeping_.insert(item.digest);
  const auto removed = co_await runtime::with_cleanup<Result<void>>([&] { return remove(item.digest); },
                                                                    [&]() -> Task<void> {
                                                                      keeping_.erase(item.digest);
                                                                      kept_.wake_all();
                                                                      co_return;
                                                                    });
  if (!removed) co_return removed;
  if (on_evicted_) on_evicted_(item.digest, bytes);
  co_return Result<void>();
}

Task<Result<void>> BlobStore::keep(Digest digest, Bytes content) {
  const std::uint64_t size = content.size();
  while (keeping_.contains(digest)) co_await kept_.wait();
  if (has(digest)) co_return Result<void>();
  keeping_.insert(digest);
  const auto written = co_await runtime::with_cleanup<Result<void>>(
      [&] { return runtime_.disk().replace(file_of(kBlobPrefix, digest), std::move(content)); },
      [&]() -> Task<void> {
        keeping_.erase(digest);
        kept_.wake_all();
        co_return;
      });
  if (!written) co_return written;
  if (blobs_.emplace(digest, size).second) bytes_ += size;
  shelf_.put({.digest = digest}, size, fresh_until());
  co_return Result<void>();
}

Task<Result<Digest>> BlobStore::add(Bytes content) {
  CO_CHECK(co_await make_room(content.size(), 0, 0));
  const Digest digest = co_await digest_of_all(runtime_, content);
  if (has(digest)) {
    hold(digest, kFreshHeld);
    shelf_.use({.digest = digest});
    co_return digest;
  }
  CO_CHECK(co_await make_room(content.size(), content.size(), 1));
  CO_CHECK(co_await keep(digest, std::move(content)));
  co_return digest;
}

Task<Result<Bytes>> BlobStore::read(Digest digest) {
  if (!has(digest)) co_return fail(Errc::not_found, name_of(digest));
  auto content = co_await runtime_.disk().read(file_of(kBlobPrefix, digest));
  shelf_.use({.digest = digest});
  if (content && co_await digest_of_all(runtime_, *content) == digest) co_return content;
  CO_CHECK(co_await remove(digest));
  if (!content) co_return std::unexpected(std::move(content).error());
  co_return fail(Errc::corrupt, name_of(digest));
}

Task<Result<Bytes>> BlobStore::read_piece(Digest digest, std::uint64_t offset, std::size_t bytes) {
  if (!has(digest)) co_return fail(Errc::not_found, name_of(digest));
  shelf_.use({.digest = digest});
  if (!checked_.contains(digest)) CO_CHECK(co_await check(digest));
  const std::uint64_t size = size_of(digest).value_or(0);
  if (offset >= size) co_return Bytes();
  const std::uint64_t wanted = std::min<std::uint64_t>(bytes, size - offset);
  const std::uint64_t from = offset / kCheckedBytes * kCheckedBytes;
  const std::uint64_t to = std::min(size, chunks_in(offset + wanted) * kCheckedBytes);
  const auto length = static_cast<std::size_t>(to - from);
  auto read = co_await runtime_.disk().read_piece(file_of(kBlobPrefix, digest), from, length);
  const auto known = checked_.find(digest);
  if (known == checked_.end()) co_return fail(Errc::not_found, name_of(digest));  // removed meanwhile
  if (!read) co_return co_await forget_spoiled(digest, std::move(read).error());
  const auto first = known->second.begin() + static_cast<std::ptrdiff_t>(from / kCheckedBytes);
  const std::vector<Digest> expected(first, first + static_cast<std::ptrdiff_t>(chunks_in(length)));
  if (co_await runtime::offload(runtime_, [&read] { return digests_of_chunks(*read); }) != expected) {
    co_return co_await forget_spoiled(digest, runtime::Error(Errc::corrupt, name_of(digest)));
  }
  co_return runtime::copy_of(
      runtime::ByteView(*read).subspan(static_cast<std::size_t>(offset - from), static_cast<std::size_t>(wanted)));
}

Task<Result<void>> BlobStore::check(Digest digest) {
  const std::uint64_t size = size_of(digest).value_or(0);
  runtime::Sha256 hash;
  std::vector<Digest> chunks;
  for (std::uint64_t at = 0; at < size;) {
    const auto piece = co_await runtime_.disk().read_piece(file_of(kBlobPrefix, digest), at, kCheckedBytes);
    if (!piece || piece->empty()) break;
    at += piece->size();
    co_await runtime::offload(runtime_, [&] {
      hash.update(*piece);
      chunks.push_back(digest_of(*piece));
    });
  }
  if (hash.digest() != digest) {
    co_return co_await forget_spoiled(digest, runtime::Error(Errc::corrupt, name_of(digest)));
  }
  if (has(digest)) checked_.insert_or_assign(digest, std::move(chunks));
  co_return Result<void>();
}

// One that the disk has spoiled would be taken for one that is here, and never brought or made again.
Task<std::unexpected<runtime::Error>> BlobStore::forget_spoiled(Digest digest, runtime::Error error) {
  if (error == runtime::Errc::limit_reached) co_return std::unexpected(std::move(error));  // of open files: it may pass
  auto removed = co_await remove(digest);
  co_return std::unexpected(removed ? std::move(error) : std::move(removed).error());
}

Task<Result<void>> BlobStore::remove(Digest digest) {
  const auto found = blobs_.find(digest);
  if (found == blobs_.end()) co_return Result<void>();
  checked_.erase(digest);
  bytes_ -= found->second;
  blobs_.erase(found);
  shelf_.remove({.digest = digest});
  co_return co_await runtime_.disk().remove(file_of(kBlobPrefix, digest));
}

Task<Result<void>> BlobStore::append_part(Digest digest, Bytes piece) {
  auto grown = co_await grow_part(digest, std::move(piece));
  // One that finds no room would keep what it has from all else here.
  if (!grown) {
    if (parts_.contains(digest)) {
      std::ignore = co_await drop_part(digest);
    } else {
      std::ignore = co_await runtime_.disk().remove(file_of(kPartPrefix, digest));
    }
  }
  co_return grown;
}

Task<Result<void>> BlobStore::grow_part(Digest digest, Bytes piece) {
  const std::uint64_t size = piece.size();
  CO_CHECK(co_await make_room(part_size(digest) + size, size, parts_.contains(digest) ? 0 : 1));
  const std::string file = file_of(kPartPrefix, digest);
  CO_CHECK(co_await runtime_.disk().append(file, std::move(piece)));
  std::uint64_t& part = parts_[digest];
  const bool sync = part / kSyncBytes != (part + size) / kSyncBytes;
  part += size;
  bytes_ += size;
  shelf_.put({.digest = digest, .part = true}, part, fresh_until());
  if (sync) CO_CHECK(co_await runtime_.disk().sync(file));
  co_return Result<void>();
}

Task<Result<void>> BlobStore::finish_part(Digest digest) {
  Bytes content;
  if (parts_.contains(digest)) {
    CO_TRY(content, co_await runtime_.disk().read(file_of(kPartPrefix, digest)));
  }
  CO_CHECK(co_await drop_part(digest));
  const bool right = co_await runtime::offload(runtime_, [&] { return digest_of(content) == digest; });
  if (!right) co_return fail(Errc::corrupt, name_of(digest));
  co_return co_await keep(digest, std::move(content));
}

Task<BlobStore::Turn> BlobStore::turn(Digest digest) {
  while (arriving_.contains(digest)) co_await arrived_.wait();
  arriving_.insert(digest);
  co_return Turn(*this, digest);
}

BlobStore::Turn::~Turn() {
  if (!store_) return;
  store_->arriving_.erase(digest_);
  store_->arrived_.wake_all();
}

Task<Result<void>> BlobStore::drop_part(Digest digest) {
  const auto found = parts_.find(digest);
  if (found == parts_.end()) co_return Result<void>();
  bytes_ -= found->second;
  parts_.erase(found);
  shelf_.remove({.digest = digest, .part = true});
  co_return co_await runtime_.disk().remove(file_of(kPartPrefix, digest));
}

}  // namespace quern::blobs
