#include "scheduler/agreement/trail_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace quern::agreement {
namespace {

using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::ByteView;

constexpr std::size_t kSizeBytes = 2;
static_assert(kRecordBytesMax < 1u << 16);
constexpr std::string_view kAnyVersion = kTrailMagic.substr(0, kTrailMagic.find('1'));

std::unexpected<TrailFault> fault(std::size_t record, std::size_t offset, Reason reason, std::string detail) {
  return std::unexpected(TrailFault{record, offset, Why{reason, std::move(detail)}});
}

std::expected<void, TrailFault> check_head(ByteView file) {
  if (file.size() > kTrailFileBytesMax) {
    return fault(0, 0, Reason::record_malformed,
                 std::to_string(file.size()) + " bytes, a trail has at most " + std::to_string(kTrailFileBytesMax));
  }
  const std::string_view text = runtime::text_of(file);
  if (text.starts_with(kTrailMagic)) return {};
  if (text.starts_with(kAnyVersion))
    return fault(0, 0, Reason::record_malformed, "a trail of a version that this program does not know");
  return fault(0, 0, Reason::record_malformed, "not a trail: it does not begin with the line \"quern trail 1\"");
}

}  // namespace

Bytes write_trail(const Trail& trail) {
  Bytes out = runtime::copy_of(runtime::bytes_of(kTrailMagic));
  for (const ByteView record : trail.records()) {
    out.push_back(static_cast<std::byte>(record.size() >> 8));
    out.push_back(static_cast<std::byte>(record.size() & 0xff));
    runtime::append(out, record);
  }
  return out;
}

std::expected<Trail, TrailFault> read_trail(ByteView file) {
  if (auto head = check_head(file); !head) return std::unexpected(std::move(head).error());
  Trail trail;
  std::vector<std::size_t> offsets;
  std::size_t offset = kTrailMagic.size();
  while (offset < file.size()) {
    const ByteView rest = file.subspan(offset);
    const std::size_t index = offsets.size();
    const std::size_t size = rest.size() < kSizeBytes
                                 ? 0
                                 : std::to_integer<std::size_t>(rest[0]) << 8 | std::to_integer<std::size_t>(rest[1]);
    if (rest.size() < kSizeBytes || rest.size() - kSizeBytes < size) {
      if (trail.stage() == Stage::closed)
        return fault(index, offset, Reason::record_malformed, std::to_string(rest.size()) + " bytes behind the trail");
      return fault(index, offset, Reason::trail_incomplete, "the file ends within the record");
    }
    const Outcome outcome = trail.replay(rest.subspan(kSizeBytes, size));
    if (!outcome) return fault(index, offset, outcome.error().reason, outcome.error().detail);
    offsets.push_back(offset);
    offset += kSizeBytes + size;
  }
  // Two orders of notes and vouchers can both be taken, but only one is the file's.
  const Bytes written = write_trail(trail);
  const auto differs = std::ranges::mismatch(file, written);
  if (differs.in1 == file.end() && differs.in2 == written.end()) return trail;
  const auto at = static_cast<std::size_t>(differs.in1 - file.begin());
  const auto next = std::ranges::upper_bound(offsets, at);
  const auto index = static_cast<std::size_t>(next - offsets.begin()) - 1;
  return fault(index, offsets[index], Reason::record_out_of_order, "it stands at another place than where it belongs");
}

}  // namespace quern::agreement
