// The provider's side of agreements: answers demands with bids, countersigns, runs the work, bills it note by note and
// never works further ahead of a peer's vouchers than its credit limit for that peer. All that the peer has had done
// and has not signed for counts, in all its agreements: under way, ended and not acknowledged, given up. At the limit
// work is held or not begun until vouchers come, outputs stay here, and demands are refused by credit_exhausted. What
// is billed may be above it by what a runner does between two reports, once for each device.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "overlay/host.hpp"
#include "overlay/protocols/peer_rates.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/blobs/blob_exchange.hpp"
#include "scheduler/engagement/runner.hpp"
#include "scheduler/exchange/messages.hpp"
#include "scheduler/jobs/trail_journal.hpp"
#include "scheduler/market/quote.hpp"
#include "scheduler/market/recent_median.hpp"

namespace quern::engagement {

inline constexpr std::size_t kLogBytesMax = 1 << 20;  // kept of one agreement, and a line a task that says how it ended
inline constexpr std::size_t kEndedLogBytesMax = 64 << 20;  // of all agreements that ended; the oldest logs go first
// For their submitters. Of more the oldest of whoever has most are given up, and before them those for nothing.
inline constexpr std::size_t kReceiptsWaitingMax = 4'096;
// A submitter that is connected and has not asked for its receipt for so long has given the agreement up.
inline constexpr runtime::Duration kUnaskedMax = std::chrono::minutes(15);
inline constexpr std::size_t kEarlierOffersMax = 8;  // on which demands may still be made
inline constexpr std::size_t kOwnOnDeviceMax = 2;    // agreements of one submitter: one at work, one that waits
// Of demands and agreements: two a job for a submitter whose jobs come one after the other.
inline constexpr protocols::Rate kAskedPerPeer = {.per_second = 1'000, .burst = 2'000};
// And of their bytes, by these pieces: a manifest takes its time to read. What is less than one is not counted.
inline constexpr std::size_t kAskedPieceBytes = 16 << 10;
inline constexpr protocols::Rate kAskedPiecesPerPeer = {.per_second = 128, .burst = 1'024};
inline constexpr runtime::Duration kWantedFor = std::chrono::seconds(2);    // a device, by who was refused for another
inline constexpr runtime::Duration kOutputsNeeded = std::chrono::hours(1);  // then they may go, if there is no room
inline constexpr std::uint64_t kLinkSampleBytes = 1 << 20;                  // what is shorter tells of latency
inline constexpr std::size_t kDebtorsMax = 65'536;  // peers that have left something unpaid; then the least is forgiven
inline constexpr std::int64_t kForgivenShare =
    16;  // of what a peer pays, so much of what it had left unpaid is forgiven
inline constexpr runtime::Duration kRefusalHeard =
    std::chrono::seconds(10);                   // the longest that a refused one may listen
inline constexpr std::size_t kNotesForEnd = 2;  // of an agreement's notes: kept for what its tasks have used in all
// What the inputs of an agreement may take, all together, beyond their bytes at kMovedPerSecondMin: so much, and for
// each of its tasks. Its device waits for them.
inline constexpr runtime::Duration kInputSlack = std::chrono::minutes(1);
inline constexpr runtime::Duration kInputSlackEachTask = std::chrono::seconds(1);
// From a word to the next that a submitter hears of work, which it would take for lost otherwise.
inline constexpr runtime::Duration kWordEvery = std::chrono::seconds(30);
inline constexpr runtime::Duration kFirstMessageMax = std::chrono::seconds(10);  // of who follows work
// Streams of peers that have no agreement here: they are told so, or say nothing.
inline constexpr std::size_t kStrangersMax = 256;
inline constexpr std::size_t kStrangersEachPeerMax = 16;
// Streams on which one agreement is followed at once: one, and what is left of connections that are lost.
inline constexpr std::size_t kFollowersMax = 8;
inline constexpr runtime::Duration kDiskAgain = std::chrono::seconds(5);  // between tries to store what did not fit

struct ProviderConfig {
  model::Credits credit_limit{100'000};  // of work ahead of vouchers, of all agreements of a peer
  std::uint32_t note_interval_ms = 1'000;
  std::int64_t bid_validity_ms = 30'000;
  runtime::Duration voucher_timeout = std::chrono::seconds(30);
  runtime::Duration receipt_kept = std::chrono::hours(24);  // for a submitter that is away; then it is forgotten
  // Bids that stand, and work under way. Of more, the oldest bid of who has most of them is given up for the new one.
  std::size_t engagements_max = 64;
  std::size_t ended_log_bytes_max = kEndedLogBytesMax;
  std::size_t receipts_waiting_max = kReceiptsWaitingMax;
  std::size_t bids_each_peer_max = 16;  // bids that stand, so that no peer keeps others out
};

// Everything it is given outlives it. On the runtime's executor. stop(), and then the stop of its host, before it is
// destroyed: streams that it serves are tasks of their connections.
class Provider {
 public:
  // Told of every trail that is over: both have signed its end, or (Stage::ended) its submitter did not come for the
  // receipt and it is given up. Neither is served any more.
  using OnOver = std::function<void(const agreement::Trail&)>;

  Provider(overlay::Host& host, identity::PrivateKey key, jobs::TrailJournal& journal, blobs::BlobStore& store,
           Runner& runner, ProviderConfig config, OnOver on_over);
  ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  // What bids are made by from now on; nullopt: there are none. Demands of what is not offered any more, and agreements
  // on bids for it, are refused by offer_withdrawn. Demands on the last kEarlierOffersMax offers before it are taken
  // while those are valid and where they had the same rates.
  void set_offer(std::optional<model::Offer> offer);
  // Takes up the trails that a crash or a stop has left: work that was under way ends with provider_restarted, and its
  // receipt waits for the submitter. Trails of other providers, and closed ones, are not touched; those that were given
  // up (dispatch::settled()) are left out by the caller.
  runtime::Task<void> restore(std::map<jobs::DemandId, agreement::Trail> trails);
  // What a peer had left unpaid when an earlier life gave its agreements up. Before it listens.
  void add_unpaid(const identity::PeerId& peer, model::Credits amount);
  // What a peer has had done and not signed for, in all its agreements. Looks at all engagements.
  model::Credits unpaid_of(const identity::PeerId& peer) const;
  // Whether a peer may have a blob: the outputs of an agreement with it.
  bool may_have(const identity::PeerId& peer, const model::Digest& digest) const;
  // The inputs of agreements that are under way, and the outputs of those that ended less than kOutputsNeeded ago.
  void add_needed(std::set<model::Digest>& needed) const;
  // Forgets bids that nobody took, and gives up receipts that nobody came for, or that a submitter which is connected
  // has not asked for in kUnaskedMax. Every minute or so.
  void expire();
  // Takes no new work.
  void drain() { draining_ = true; }
  std::size_t working() const;
  // The middle of lately finished work; nullopt: none was measured yet. From the end of the transfers to the first
  // kernel, and of transfers of kLinkSampleBytes or more.
  std::optional<std::uint64_t> measured_setup_ms() const { return setup_ms_.value(); }
  std::optional<std::uint64_t> measured_link() const { return link_bytes_per_second_.value(); }

  // Work that runs now. Valid until the executor goes on.
  struct UnderWay {
    const agreement::Trail& trail;
    const model::Job& job;       // of the task that is at work
    std::uint32_t permille = 0;  // of all tasks
    bool ending = false;
  };
  std::vector<UnderWay> under_way() const;
  // Of bids, work, and receipts that wait for their submitters; null: none of that id.
  const agreement::Trail* trail(const jobs::DemandId& demand) const;
  // Of agreements that have ended and are kept; at most ProviderConfig::ended_log_bytes_max.
  std::size_t ended_log_bytes() const;
  // Agreements that are not over: work, and receipts that wait.
  std::vector<const agreement::Trail*> not_over() const;
  // Has the work ended by `why`, as soon as it is metered next. False: no such work.
  bool end_work(const jobs::DemandId& demand, model::Why why);
  // The same for all work; of which agreements.
  std::vector<jobs::DemandId> end_all_work(const model::Why& why);
  // Told when work begins, with the job of its first task.
  using OnBegun = std::function<void(const agreement::Trail&, const model::Job&)>;
  void set_on_begun(OnBegun on_begun) { on_begun_ = std::move(on_begun); }
  // Told when an agreement gets a device to itself (true), and when it gives it back, from a destructor: it throws
  // nothing.
  using OnTurn = std::function<void(const std::string& device, bool begins)>;
  void set_on_turn(OnTurn on_turn) { on_turn_ = std::move(on_turn); }
  // Told of what this machine has no room for, with the particulars that no submitter hears.
  using OnFailure = std::function<void(const runtime::Error&)>;
  void set_on_failure(OnFailure on_failure) { on_failure_ = std::move(on_failure); }

  runtime::Task<void> stop();

 private:
  struct EngagedTask;
  struct Engagement;
  class WorkMeter;
  class DeviceTurn;
  class Follower;
  class Stranger;
  using EngagementPtr = std::shared_ptr<Engagement>;
  using Answer = std::expected<runtime::Bytes, model::Why>;

  runtime::Task<runtime::Result<runtime::Bytes>> answer(identity::PeerId from, runtime::Bytes request);
  Answer bid(const identity::PeerId& from, const exchange::BidRequest& request);
  static std::expected<std::vector<EngagedTask>, model::Why> tasks_of(const agreement::Demand& demand,
                                                                      const std::vector<std::string>& manifests);
  std::expected<agreement::Bid, model::Why> terms(const Engagement& engagement);
  runtime::Task<Answer> accept(identity::PeerId from, runtime::Bytes agreement);
  runtime::Task<void> accept_by(EngagementPtr engagement, runtime::Bytes agreement);
  runtime::Task<std::expected<void, model::Why>> bind(EngagementPtr engagement, runtime::Bytes agreement);

  model::Credits unpaid_until(const identity::PeerId& peer, agreement::Stage least) const;
  std::optional<model::Why> credit_exhausted(const identity::PeerId& peer) const;
  bool within_credit(const Engagement& engagement) const;
  model::Why why_no_voucher(const identity::PeerId& peer) const;
  void forgive(const identity::PeerId& peer, model::Credits paid);
  void wake_work_of(const identity::PeerId& peer);
  static runtime::Task<runtime::Result<void>> wait_for_change(Engagement& engagement);
  runtime::Task<bool> wait_for_voucher(EngagementPtr engagement, const EngagedTask* task);
  runtime::Task<void> see_it_paid(EngagementPtr engagement, std::vector<agreement::TaskEnd>& ends);
  runtime::Task<bool> note(EngagementPtr engagement, model::Usage used);

  runtime::Task<void> work(EngagementPtr engagement);
  runtime::Task<std::vector<agreement::TaskEnd>> run_all(EngagementPtr engagement);
  runtime::Task<Finished> fetch_and_run(EngagementPtr engagement, std::size_t task, WorkMeter& meter);
  runtime::Task<std::optional<model::Why>> fetch_inputs(EngagementPtr engagement, std::size_t task);
  runtime::Task<runtime::Result<std::uint64_t>> fetch(identity::PeerId submitter, model::Input input);
  runtime::Task<runtime::Result<std::uint64_t>> fetch_in_time(EngagementPtr engagement, std::size_t task,
                                                              model::Input input);
  runtime::Task<void> end(EngagementPtr engagement, std::vector<agreement::TaskEnd> ends);
  runtime::Task<void> follow(connection::PeerStreamPtr stream);
  runtime::Task<void> follow_here(connection::PeerStream& stream);
  bool has_agreement(const identity::PeerId& peer) const;
  runtime::Task<void> hear_out(connection::PeerStream& stream);
  runtime::Task<void> tell(connection::PeerStream& stream, EngagementPtr engagement, exchange::Follow follow);
  runtime::Task<void> listen(connection::PeerStream& stream, EngagementPtr engagement);
  runtime::Task<void> receive(EngagementPtr engagement);
  runtime::Task<bool> take(EngagementPtr engagement, runtime::Bytes record);

  runtime::WallTime now() const;
  std::size_t count_until(agreement::Stage last) const;
  std::size_t bids_of(const identity::PeerId& peer) const;
  bool asks_too_much(const identity::PeerId& peer, std::size_t bytes);
  bool make_room();
  void cap_logs();
  void cap_receipts(std::vector<EngagementPtr> waiting);
  runtime::Task<void> store_again(EngagementPtr engagement);
  void over(const EngagementPtr& engagement);
  bool device_taken(const Engagement& wanting);
  bool offers(const std::string& device) const;
  bool is_known(std::uint64_t sequence, const model::OfferedDevice& device) const;

  overlay::Host& host_;
  runtime::Runtime& runtime_;
  identity::PrivateKey key_;
  jobs::TrailJournal& journal_;
  blobs::BlobStore& store_;
  Runner& runner_;
  ProviderConfig config_;
  OnOver on_over_;
  OnBegun on_begun_;
  OnTurn on_turn_;
  OnFailure on_failure_;
  std::optional<model::Offer> offer_;
  std::deque<model::Offer> earlier_;  // that it took the place of, the newest first
  std::map<jobs::DemandId, EngagementPtr> engagements_;
  std::map<identity::PeerId, model::Credits> given_up_;  // what peers have left unpaid
  std::map<std::string, const Engagement*> at_work_;     // by device
  blobs::BlobOwners owners_;                             // a demand that names a digest does not get the bytes by it
  runtime::WaitQueue device_free_;                       // some device is
  struct Wanted {
    identity::PeerId by;
    runtime::Time until;
  };
  std::map<std::string, Wanted> wanted_;  // devices, by submitters that were refused for another's work
  market::RecentMedian setup_ms_;
  market::RecentMedian link_bytes_per_second_;
  protocols::PeerRates asked_pieces_;
  std::map<identity::PeerId, std::size_t> strangers_;  // streams of theirs
  bool draining_ = false;
  runtime::TaskGroup tasks_;
};

}  // namespace quern::engagement
