// One agreement's trail as a file: the line "quern trail 1", then each record behind its size (two bytes, the high one
// first), in the order of Trail::records(). A trail has one file, whoever writes it.
#pragma once
#include <cstddef>
#include <expected>
#include <string>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/agreement/trail.hpp"

namespace quern::agreement {

inline constexpr std::string_view kTrailMagic = "quern trail 1\n";
inline constexpr std::size_t kTrailFileBytesMax = kTrailMagic.size() + kTrailRecordsMax * (2 + kRecordBytesMax);

// The first thing that is wrong with a file, and where.
struct TrailFault {
  std::size_t record = 0;  // counted from 0; that of the missing one where the file is too short
  std::size_t offset = 0;  // byte at which it begins
  model::Why why;
  bool operator==(const TrailFault&) const = default;
};

// A trail of any stage.
runtime::Bytes write_trail(const Trail& trail);

// Takes every record anew: signatures, chains and amounts are all checked. record_malformed: not such a file, too
// large, another version, or bytes that are no record; trail_incomplete: it ends within a record; record_out_of_order:
// the records stand in another order than write_trail() gives them; else as Trail::take(). 60 us a record.
std::expected<Trail, TrailFault> read_trail(runtime::ByteView file);

}  // namespace quern::agreement
