// Carries out a job across providers: quotes, plans, makes an agreement for every task, follows them, and tries again
// elsewhere what was not the job's fault.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/dispatch/device_line.hpp"
#include "scheduler/dispatch/place.hpp"
#include "scheduler/dispatch/trials.hpp"
#include "scheduler/engagement/submitter.hpp"
#include "scheduler/jobs/job_machine.hpp"
#include "scheduler/market/experience_book.hpp"
#include "scheduler/market/offer_book.hpp"
#include "scheduler/market/quote.hpp"
#include "scheduler/placement/plan.hpp"

namespace quern::dispatch {

// What a device is expected to cost, or the one reason why it cannot.
struct QuoteRow {
  std::string provider;  // peer id
  std::string device;
  std::string device_name;
  std::variant<market::Quote, model::Why> quote;
};

struct DispatchOptions {
  placement::Strategy strategy = placement::Strategy::cheapest;
  std::uint32_t attempts_max = jobs::kAttemptsMax;
  runtime::Duration place_within = std::chrono::minutes(10);  // a task that nobody takes for so long ends
  std::set<std::string> exclude;                              // providers
  std::set<Place> only;                                       // may_go_to(); elsewhere is peer_excluded
};

struct DispatchEvents {
  std::function<void(const jobs::JobMachine&)> changed;
  std::function<void(std::size_t task, std::uint64_t offset, runtime::ByteView text)> log;
  // Asked, a provider came to no agreement.
  std::function<void(std::size_t task, const std::string& provider, const model::Why&)> refused;
  std::function<void(std::size_t task, const agreement::Trail&)> trail;  // after each record that matters to money
};

struct DispatchEnd {
  jobs::State state = jobs::State::queued;
  model::Why why;
  model::Credits amount;  // that this node has signed for
  std::vector<jobs::TaskRecord> tasks;
  // By task, of those that completed: digests of the outputs in the order of the manifest.
  std::map<std::size_t, std::vector<agreement::OutputDigest>> outputs;
};

// Providers' addresses by peer id.
using AddressOf = std::function<std::vector<multiformats::Multiaddr>(const std::string& provider)>;

class Dispatcher {
 public:
  // All outlive it and its tasks. On the runtime's executor.
  Dispatcher(runtime::Runtime& runtime, engagement::Submitter& submitter, const market::OfferBook& book,
             AddressOf address_of)
      : runtime_(runtime),
        submitter_(submitter),
        self_(submitter.self().text()),
        book_(book),
        address_of_(std::move(address_of)) {}

  // What quotes are made by, where a device has run the job's program: filled by the receipts of tasks that completed.
  market::ExperienceBook& experience() { return experience_; }
  // Every device of every offer in the book, by provider and device: for all tasks of the job there, one after the
  // other, as a trial where run() would make one. Those of `exclude` are peer_excluded, and the node's own are
  // own_device: run() does not place there either.
  std::vector<QuoteRow> quote(const model::Job& job, const std::set<std::string>& exclude = {}) const;
  // To the job's one end. The job is valid, and its inputs are in the blob store. Where a job does not say its work and
  // nothing was measured, a few of its tasks run first and the rest by what they took (trials.hpp).
  runtime::Task<DispatchEnd> run(model::Job job, DispatchOptions options, DispatchEvents events,
                                 engagement::Cancel& cancel);
  // From here on no provider is asked for more: tasks that are carried out come to their ends, all others wait.
  void drain() { draining_ = true; }
  // Tasks that are carried out: agreed on, or being asked for.
  std::size_t carrying() const { return carrying_; }

 private:
  class Run;

  // Why none of this node's jobs goes to that provider, whatever it offers.
  std::optional<model::Why> barred(const std::string& provider, const std::set<std::string>& exclude) const;
  model::Why no_offer() const;

  runtime::Runtime& runtime_;
  engagement::Submitter& submitter_;
  std::string self_;
  const market::OfferBook& book_;
  AddressOf address_of_;
  market::ExperienceBook experience_;
  std::map<Place, DeviceLine> lines_;
  std::size_t carrying_ = 0;
  bool draining_ = false;
};

// The most that a task can use of what is metered: what a demand says.
model::Usage usage_max(const model::Job& job, const market::Share& share, const model::OfferedDevice& device);

// The job's outputs out of those of its tasks, in the order of the manifest: of several shards joined in order and kept
// in the store, that of a single one as it lies there. runtime::Errc::not_found when a task lacks one;
// blobs::Errc::too_large above kBlobBytesMax, before anything is read: no more than that is in memory; what the store
// says.
runtime::Task<runtime::Result<std::vector<agreement::OutputDigest>>> join_outputs(const model::Job& job,
                                                                                  const DispatchEnd& end,
                                                                                  blobs::BlobStore& store);
// The reason of a job whose outputs could not be joined: output_size, disk_full, or internal.
model::Why why_not_joined(const runtime::Error& error);

}  // namespace quern::dispatch
