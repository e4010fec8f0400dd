// One agreement at its provider. For provider.cpp and provider_work.cpp.
#pragma once
#include "overlay/runtime/channel.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/engagement/provider.hpp"

namespace quern::engagement {

// One task of an agreement.
struct Provider::EngagedTask {
  std::shared_ptr<const model::Job> job;  // null of an earlier life's
  bool cancel = false;                    // the submitter wants it to end
  std::optional<model::Why> why;          // it must end, for this, and those after it go on
  std::uint32_t permille = 0;
  runtime::Bytes log;
};

struct Provider::Engagement {
  static constexpr std::size_t kInboxMax = 16;

  agreement::Trail trail;
  // What the submitter sends. A task of the provider takes it: one of the connection would be cut off halfway to the
  // disk when that ends.
  runtime::Channel<runtime::Bytes> inbox{kInboxMax};
  std::vector<EngagedTask> tasks;     // of the demand, in its order
  std::size_t task = 0;               // of these, that is at work, or was last
  runtime::Duration input_slack{0};   // that is left
  bool accepting = false;             // an agreement is on its way to the disk
  std::optional<model::Why> refused;  // why it was not accepted
  bool taking = false;                // a record is: the trail has it, nobody may be told
  bool done = false;                  // the work is: its device is free
  bool stuck = false;                 // the disk does not take a record: nothing more is said
  std::optional<model::Why> why;      // the work must end, for this
  model::Credits metered;             // cost of what was used so far, while it runs
  std::size_t log_bytes = 0;          // of all tasks, at most kLogBytesMax
  std::uint64_t log_dropped = 0;
  runtime::Time made;         // the bid
  runtime::Time noted;        // when the last note was made
  runtime::Time kept_until;   // after its end
  std::size_t followers = 0;  // streams of its submitter
  runtime::Time asked;        // after its end: when there was one last, or the submitter was away
  runtime::WaitQueue changed;

  // Every engagement begins with one.
  const agreement::Demand& demand() const { return trail.demand(); }
  void drop_logs() {
    for (EngagedTask& each : tasks) {
      log_dropped += each.log.size();
      runtime::Bytes().swap(each.log);
    }
    log_bytes = 0;
  }
  // What was used and not signed for by vouchers.
  model::Credits unpaid() const;
};

}  // namespace quern::engagement
