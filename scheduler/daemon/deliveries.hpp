// Acknowledgements that providers may lack: each is handed over until its provider has it. Without it a provider can
// claim no more than the vouchers that it holds, while this node's books say what the receipt says.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "overlay/identity/peer_id.hpp"
#include "overlay/runtime/runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/jobs/trail_journal.hpp"

namespace quern::daemon {

// How long a provider keeps a receipt for its submitter: after it nobody asks for the acknowledgement any more.
inline constexpr std::int64_t kReceiptWaitsMs = 24LL * 3600 * 1000;
inline constexpr runtime::Duration kDeliverAgain = std::chrono::seconds(30);
inline constexpr std::size_t kDeliveriesMax = 10'000;  // that wait; further ones are taken up at the next start

// On the runtime's executor. Its tasks are those of `tasks`, which ends before this does.
class Deliveries {
 public:
  // Hands one over; the error is that of the connection.
  using Deliver = std::function<runtime::Task<runtime::Result<void>>(const agreement::Trail&)>;
  Deliveries(runtime::Runtime& runtime, runtime::TaskGroup& tasks, Deliver deliver)
      : runtime_(runtime), tasks_(tasks), deliver_(std::move(deliver)) {}

  // A closed trail, as its submitter. Those of one provider go one after the other, so that one that is away costs a
  // single try every kDeliverAgain. False when kDeliveriesMax wait.
  bool add(agreement::Trail trail);
  bool waits(const jobs::DemandId& demand) const { return demands_.contains(demand); }
  std::size_t waiting() const { return demands_.size(); }

 private:
  runtime::Task<void> hand_over(identity::PeerId provider);
  bool outdated(const agreement::Trail& trail) const;

  runtime::Runtime& runtime_;
  runtime::TaskGroup& tasks_;
  Deliver deliver_;
  std::map<identity::PeerId, std::deque<agreement::Trail>> by_provider_;
  std::set<jobs::DemandId> demands_;  // of all of them
};

}  // namespace quern::daemon
