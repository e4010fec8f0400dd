#include "scheduler/jobs/trail_journal.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/hex.hpp"

namespace quern::jobs {

using agreement::Trail;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::ByteView;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::string_view kPrefix = "trail.";
constexpr std::size_t kSizeBytes = 2;

Bytes framed(ByteView envelope) {
  Bytes bytes{static_cast<std::byte>(envelope.size() >> 8), static_cast<std::byte>(envelope.size())};
  runtime::append(bytes, envelope);
  return bytes;
}

// The record at the start; nullopt when it is not whole.
std::optional<ByteView> first_record(ByteView bytes) {
  if (bytes.size() < kSizeBytes) return std::nullopt;
  const std::size_t size = std::to_integer<std::size_t>(bytes[0]) << 8 | std::to_integer<std::size_t>(bytes[1]);
  if (bytes.size() < kSizeBytes + size) return std::nullopt;
  return bytes.subspan(kSizeBytes, size);
}

// Whether it can be the beginning of a record that was being appended when the power went: its size is one that a
// record may have, and its fields, as far as they are there, are those of an envelope and do not come to their end
// before it. What is spoiled elsewhere, in a size above all, is no such thing.
bool may_be_cut_off(ByteView rest) {
  constexpr std::array kTags{std::byte{0x0A}, std::byte{0x12}, std::byte{0x1A}, std::byte{0x2A}};  // key to signature
  if (rest.size() < kSizeBytes) return true;
  const std::size_t size = std::to_integer<std::size_t>(rest[0]) << 8 | std::to_integer<std::size_t>(rest[1]);
  if (size == 0 || size > agreement::kRecordBytesMax) return false;
  std::size_t missing = size;
  rest = rest.subspan(kSizeBytes);
  for (const std::byte tag : kTags) {
    if (rest.empty()) return true;
    if (rest.front() != tag) return false;
    const auto length = multiformats::read_varint(rest.subspan(1));
    if (!length) return length.error() == multiformats::Errc::truncated;
    const std::size_t head = 1 + length->size;
    if (length->value > missing || head + length->value > missing) return false;
    if (head + length->value > rest.size()) return true;
    missing -= head + length->value;
    rest = rest.subspan(head + length->value);
  }
  return false;
}

struct Read {
  Trail trail;
  std::size_t whole = 0;  // bytes of whole records
};

// A closed trail is named, hash by hash, by its last record: that one's signature stands for all, which were verified
// when they were written. (Vouchers that the receipt does not name are dropped by it.) nullopt: it is not closed, or is
// spoiled.
std::optional<Read> recall(ByteView content) {
  Read result;
  while (const auto record = first_record(content.subspan(result.whole))) {
    result.whole += kSizeBytes + record->size();
    const bool last = result.whole == content.size();
    if (!(last ? result.trail.replay(*record) : result.trail.recall(*record))) return std::nullopt;
  }
  if (result.whole != content.size() || result.trail.stage() != agreement::Stage::closed) return std::nullopt;
  return result;
}

// nullopt when a whole record is none that the trail takes, or when what is left at the end is no part of one.
std::optional<Read> read(ByteView content) {
  if (auto closed = recall(content)) return closed;
  Read result;
  while (const auto record = first_record(content.subspan(result.whole))) {
    if (!result.trail.replay(*record)) return std::nullopt;
    result.whole += kSizeBytes + record->size();
  }
  if (!may_be_cut_off(content.subspan(result.whole))) return std::nullopt;
  return result;
}

// The demand that a file is named after.
std::optional<DemandId> demand_of(std::string_view file) {
  const auto bytes = runtime::from_hex(file.substr(kPrefix.size()));
  DemandId id{};
  if (!bytes || bytes->size() != id.size()) return std::nullopt;
  std::ranges::copy(*bytes, id.begin());
  return id;
}

}  // namespace

std::string TrailJournal::file_of(const DemandId& id) {
  return std::string(kPrefix) + runtime::to_hex(id);
}

Task<Result<std::map<DemandId, Trail>>> TrailJournal::load(std::vector<std::string>& damaged) {
  std::map<DemandId, Trail> trails;
  CO_TRY(const std::vector<std::string> files, co_await runtime_.disk().list());
  for (const std::string& file : files) {
    if (!file.starts_with(kPrefix)) continue;
    const auto content = co_await runtime_.disk().read(file);
    auto found = content ? read(*content) : std::nullopt;
    if (const auto id = demand_of(file); found && found->whole == 0 && id) {
      unfinished_.push_back(*id);
      kept_.insert(*id);
      continue;
    }
    if (!found || found->whole == 0 || file_of(found->trail.demand().id) != file) {
      damaged.push_back(file);
      continue;
    }
    if (found->whole != content->size()) {
      CO_CHECK(co_await runtime_.disk().replace(
          file, Bytes(content->begin(), content->begin() + static_cast<std::ptrdiff_t>(found->whole))));
    }
    const DemandId id = found->trail.demand().id;
    trails.emplace(id, std::move(found->trail));
    kept_.insert(id);
  }
  co_return trails;
}

Task<agreement::Outcome> TrailJournal::begin(Trail& trail, Bytes envelope) {
  if (kept_.size() >= kTrailsMax) {
    co_return std::unexpected(Why{Reason::disk_full, std::to_string(kTrailsMax) + " trails are kept, and no more"});
  }
  const agreement::Outcome outcome = trail.take(envelope, runtime_.clock().wall_now());
  if (!outcome) co_return outcome;
  kept_.insert(trail.demand().id);
  Bytes all;
  for (const ByteView record : trail.records()) runtime::append(all, framed(record));
  co_return co_await store(trail, *outcome, std::move(all));
}

Task<agreement::Outcome> TrailJournal::take(Trail& trail, Bytes envelope) {
  const agreement::Outcome outcome = trail.take(envelope, runtime_.clock().wall_now());
  if (!outcome) co_return outcome;
  co_return co_await store(trail, *outcome, framed(envelope));
}

Task<agreement::Outcome> TrailJournal::store(Trail& trail, agreement::RecordKind taken, Bytes framed) {
  const std::string file = file_of(trail.demand().id);
  auto stored = co_await runtime_.disk().append(file, std::move(framed));
  if (stored) stored = co_await runtime_.disk().sync(file);
  if (stored) co_return taken;
  unsaved_.insert(trail.demand().id);
  if (on_failure_) on_failure_(stored.error());
  co_return std::unexpected(Why{Reason::disk_full, stored.error().code().message()});
}

Task<Result<void>> TrailJournal::mend(const Trail& trail) {
  const DemandId id = trail.demand().id;
  if (!unsaved_.contains(id)) co_return Result<void>();
  // The end of the file may be half a record: all of it is written anew.
  Bytes content;
  for (const ByteView record : trail.records()) runtime::append(content, framed(record));
  CO_CHECK(co_await runtime_.disk().replace(file_of(id), std::move(content)));
  unsaved_.erase(id);
  co_return Result<void>();
}

Task<Result<std::optional<Trail>>> TrailJournal::find(DemandId id) {
  if (!kept_.contains(id)) co_return std::nullopt;
  CO_TRY(const Bytes content, co_await runtime_.disk().read(file_of(id)));
  auto found = read(content);
  if (!found || found->whole == 0 || found->trail.demand().id != id) co_return std::nullopt;
  co_return std::move(found->trail);
}

Task<Result<void>> TrailJournal::forget(DemandId id) {
  if (kept_.erase(id) == 0) co_return Result<void>();
  unsaved_.erase(id);
  co_return co_await runtime_.disk().remove(file_of(id));
}

}  // namespace quern::jobs
