// What the submitter's side of an agreement knows of one that it follows. For its own files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "overlay/runtime/waiter.hpp"
#include "scheduler/engagement/pace.hpp"
#include "scheduler/engagement/submitter.hpp"

namespace quern::engagement {

// Between tries to store what the disk did not take, twice as long each time.
inline constexpr runtime::Duration kStoreAgainMin = std::chrono::seconds(1);
inline constexpr runtime::Duration kStoreAgainMax = std::chrono::seconds(30);

// What a crash loses.
struct Submitter::Known {
  std::vector<std::vector<std::uint64_t>> output_bytes = {};  // by task
  model::Usage pace = {};
  std::optional<Instant> since = {};  // no later than the agreement was
};

struct Submitter::Following {
  connection::PeerAddresses provider;
  agreement::Trail trail;
  OrderEvents events;
  Cancels cancels;
  Known known;
  std::vector<std::uint64_t> log_offsets;
  std::optional<model::Why> why;              // an end of this node's own: outputs that are wrong
  std::map<std::size_t, model::Why> no_room;  // by task: it ended, or its outputs are not kept, for want of room here
  Cancel full;                                // asked: the disk had no room for a record, and all tasks are to end
  runtime::Time store_at;                     // when that is tried again
  runtime::Duration store_wait = kStoreAgainMin;
  runtime::Time heard;
  runtime::Time leave_at;    // whatever it says
  runtime::WaitQueue moved;  // leave_at was
  bool told = false;         // accounts_.over
};

}  // namespace quern::engagement
