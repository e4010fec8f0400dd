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
  std::optional<model::Why> why;              // an end of this node's own: outputs that are wrong, a disk that is full
  std::map<std::size_t, model::Why> no_room;  // by task: its outputs came, and this node could not keep them
  runtime::Time heard;
  runtime::Time leave_at;    // whatever it says
  runtime::WaitQueue moved;  // leave_at was
  bool told = false;         // accounts_.over
};

}  // namespace quern::engagement
