// What the nodes of one simulated market are to do, and what they have seen.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "overlay/identity/key.hpp"
#include "overlay/runtime/network.hpp"
#include "overlay/runtime/time.hpp"
#include "scheduler/agreement/trail.hpp"
#include "scheduler/jobs/trail_journal.hpp"
#include "scheduler/model/offer.hpp"
#include "scheduler/placement/plan.hpp"

namespace quern::simulation {

inline constexpr std::uint16_t kMarketPort = 4001;
inline constexpr std::chrono::milliseconds kWorkStep{400};  // how often a provider tells what it has used
inline constexpr std::uint64_t kUsualSpeed = 1'000;         // permille of what the device is likely to reach

enum class Conduct : std::uint8_t {
  honest,
  wrong_outputs,  // a provider: the receipt names other bytes than those it has
  overcharging,   // a provider: bids higher rates than it offers
  never_paying,   // a submitter: says every request twice, comes back again and again, and never signs a voucher
  refusing,       // a provider, and so are the rest: agrees, and refuses whoever follows the work
  talking,        // makes progress for ever
  wrong_sizes,    // the receipt has larger, fewer or more outputs than the job
  odd_offers,     // ids that nobody may take, and figures at their limits
};
inline constexpr std::uint32_t kConducts = 8;

struct MarketJob {
  runtime::Duration at;  // of the world
  std::uint64_t gflop = 1;
  std::uint32_t shards = 1;
  placement::Strategy strategy = placement::Strategy::cheapest;
  std::optional<runtime::Duration> cancel_after;
};

struct FullDisk {
  runtime::Duration from;  // of the world
  runtime::Duration length;
};

struct MarketMember {
  identity::PrivateKey key;
  runtime::IpAddress address;
  Conduct conduct = Conduct::honest;
  std::vector<model::OfferedDevice> devices;  // none: it provides nothing
  std::uint64_t speed_permille = kUsualSpeed;
  model::Credits credit_limit;
  std::vector<MarketJob> jobs;
  model::Credits budget;
  std::optional<FullDisk> full_disk;
  bool vanishes = false;  // for ever, at some moment
};

struct MarketPlan {
  std::vector<MarketMember> members;
  runtime::Time faults_end;  // of the world
  runtime::Time end;
  std::map<std::string, std::uint32_t> number_of;  // by peer id
  bool planted_loss = false;                       // a bug: providers post nothing
};

// By submitter and number.
using JobKey = std::pair<std::uint32_t, std::size_t>;

// What the nodes saw. Everything here is part of the run: equal for equal seeds.
struct MarketTally {
  std::map<JobKey, std::uint32_t> submitted;              // accepted by their node: how often
  std::map<JobKey, std::vector<std::string>> ended;       // state and reason of each end that was told
  std::map<std::string, std::uint64_t> job_ends;          // by state and reason
  std::map<std::string, std::uint64_t> quotes_refused;    // by reason
  std::map<std::string, std::uint64_t> orders_refused;    // no agreement came about: by reason
  std::map<std::string, std::uint64_t> attempt_ends;      // by reason
  std::map<std::string, std::uint64_t> requests_refused;  // by reason: what a submitter that never pays was told
  std::map<std::string, std::uint64_t> receipts;          // of trails that are over at their provider, by reason
  std::uint64_t offers_refused = 0;                       // that were heard
  std::uint64_t agreements = 0;                           // signed by submitters
  std::uint64_t orders_kept_back = 0;                     // by the ledger: budget, disk
  std::uint64_t resumed = 0;                              // agreements, after a crash
  std::uint64_t given_up_by_submitter = 0;
  std::uint64_t given_up_by_provider = 0;
  std::uint64_t delivered = 0;  // acknowledgements, seen to
  // Of agreements that were given up, what was due beyond all vouchers: by provider and submitter.
  std::map<std::pair<std::uint32_t, std::string>, std::map<jobs::DemandId, model::Credits>> unpaid;
  std::uint64_t disk_full = 0;                     // postings that had to be tried again
  std::map<std::uint32_t, std::uint32_t> at_work;  // tasks that a provider runs now
  // The first broken promise. None in a right run.
  std::optional<std::string> violation;
  bool operator==(const MarketTally&) const = default;

  void violated(const std::string& what) {
    if (!violation) violation = what;
  }
};

}  // namespace quern::simulation
