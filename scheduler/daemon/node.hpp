// A node of the market: all rooms, wired. What it stands on (a runner, a database, what the machine has) comes in.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/host.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/blobs/blob_exchange.hpp"
#include "scheduler/daemon/capacity.hpp"
#include "scheduler/daemon/config.hpp"
#include "scheduler/daemon/deliveries.hpp"
#include "scheduler/daemon/job_book.hpp"
#include "scheduler/daemon/kept_receipts.hpp"
#include "scheduler/daemon/log.hpp"
#include "scheduler/daemon/machine_live.hpp"
#include "scheduler/daemon/preferences.hpp"
#include "scheduler/daemon/receipt_table.hpp"
#include "scheduler/daemon/shown_trails.hpp"
#include "scheduler/daemon/work_energy.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/dispatch/offer_exchange.hpp"
#include "scheduler/dispatch/settlement.hpp"
#include "scheduler/engagement/provider.hpp"
#include "scheduler/execution/self_test.hpp"
#include "scheduler/jobs/trail_retention.hpp"
#include "scheduler/ledger/ledger.hpp"
#include "scheduler/rpc/failure.hpp"
#include "scheduler/rpc/topics.hpp"
#include "scheduler/store/writer.hpp"

namespace quern::daemon {

inline constexpr std::string_view kKeyName = "identity.key";       // in the folder that the disk is
inline constexpr std::string_view kDatabaseName = "quern.sqlite";  // in the data directory
inline constexpr std::size_t kTrailsShownMax = 10'000;
inline constexpr runtime::Duration kReconnectEvery = std::chrono::seconds(5);
inline constexpr runtime::Duration kOffersEvery = std::chrono::seconds(5);

// What the ledger says of this node, with all peers together.
struct Balance {
  model::Credits spent;
  model::Credits earned;
  model::Credits payable;
  model::Credits receivable;
  model::Credits reserved;
  bool operator==(const Balance&) const = default;
};
runtime::Result<Balance> balance_of(const ledger::Ledger& ledger);
ledger::Budget budget_of(const Config& config);

// Of what the ledger has of the day that began at midnight UTC, at the time it was counted.
struct Today {
  std::int64_t from_unix_ms = 0;
  Amounts all;
  std::map<std::string, std::int64_t> by_device;  // earned, in micro-credits
  bool operator==(const Today&) const = default;
};

inline constexpr runtime::Duration kHandBackPatience = std::chrono::seconds(5);

struct NodeParts {
  // Measures the machine's devices, which takes seconds.
  using Measure = std::function<runtime::Task<std::optional<hwprobe::Measurements>>()>;
  // What of a machine can be offered under a config: daemon::devices_of() with the cards of a real one.
  using DevicesOf = std::function<std::vector<NodeDevice>(const hwprobe::MachineReport&, const ProviderConfig&)>;

  Config config;  // of the file; Node::parts() has the one in force
  identity::PrivateKey key;
  std::vector<NodeDevice> devices;  // as the config has them
  execution::SelfTest sandbox;
  std::string sandbox_lacking;  // of what the config requires: nothing is offered for that reason
  std::optional<security::PresharedKey> preshared_key;
  Preferences preferences;
  hwprobe::MachineReport report;
  hwprobe::Sources sources;  // of live readings
  std::string host;          // name of the machine, for people
  DevicesOf devices_of = [](const auto& found, const auto& selling) { return daemon::devices_of(found, selling); };
  Measure measure;  // where devices come to be offered that the report has not measured; none: they are not
};

// On the runtime's executor; what it is given outlives it. start(), and at the end stop(), before it is destroyed.
class Node {
 public:
  // `blobs` is loaded.
  Node(runtime::Runtime& runtime, engagement::Runner& runner, blobs::BlobStore& blobs, store::Database& database,
       Log& log, NodeParts parts);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Takes up what an earlier life left, listens, offers, and connects to the configured peers. What of it fails is told
  // with the key of the config that said so.
  runtime::Task<runtime::Result<void>> start();
  // Takes no new work, withdraws the offer, places no more tasks of its own jobs, and returns when no work is under
  // way, of others here or of its own elsewhere, and connected submitters have acknowledged what has ended meanwhile
  // (what had ended before is waited for as long as kHandBackPatience). What others still have here when the patience
  // ends is ended by shutting_down, and kHandBackPatience is left for receipts to be acknowledged. The logs of its own
  // jobs are on the disk then; those that have not ended end by submitter_restarted at the next start.
  runtime::Task<void> drain(runtime::Duration patience);
  // The patience of drain() is at its end.
  void hurry() { hurried_ = true; }
  runtime::Task<void> stop();

  // For the RPC.
  const NodeParts& parts() const { return parts_; }
  runtime::Runtime& runtime() { return runtime_; }
  overlay::Host& host() { return *host_; }
  const market::OfferBook& offers() const { return offers_; }
  const std::optional<market::SignedOffer>& own_offer() const { return own_offer_; }
  const engagement::Provider& provider() const { return *provider_; }
  const dispatch::Dispatcher& dispatcher() const { return *dispatcher_; }
  blobs::BlobStore& blobs() { return blobs_; }
  JobBook& jobs() { return *jobs_; }
  const agreement::Trail* trail(const jobs::DemandId& demand) const;
  // Also one that is not in memory. Errors: those of the disk and the database.
  runtime::Task<runtime::Result<TrailFound>> find_trail(jobs::DemandId demand);
  rpc::Topics& topics() { return topics_; }  // add_topics() has filled it, once started
  std::int64_t started_unix_ms() const { return started_unix_ms_; }
  bool draining() const { return draining_; }
  // What drain() waits for of its own jobs: tasks that are carried out, and jobs whose tasks have just ended.
  std::size_t own_work() const { return dispatcher_->carrying() + jobs_->finishing(); }
  const Config& file_config() const { return file_config_; }
  const Preferences& preferences() const { return parts_.preferences; }
  MachineLive& live() { return live_; }
  const MachineLive& live() const { return live_; }
  Donation donation() const;
  bool has_device(const std::string& id) const;
  // Edits what callers have set: durable, and in force, when it returns well; of a change that fails nothing is kept.
  // Changes follow each other. One that was begun is finished also when its caller goes away.
  using Change = std::function<std::expected<void, rpc::Failure>(Preferences&)>;
  runtime::Task<std::expected<void, rpc::Failure>> change(Change change);
  // Ends work that runs here, by preempted. False: no such work.
  bool end_work(const jobs::DemandId& demand);
  // As of the last count_today(), which reads the ledger where it has changed since.
  const Today& today() const { return today_; }
  runtime::Task<void> count_today();
  // Of a job submitted here, what the row does not say yet.
  void name_job(ReceiptRow& row) const;
  const Balance& balance() const { return balance_; }  // as of the last posting
  // What keeps this node from its work until somebody does something about it.
  std::vector<model::Why> problems() const;
  // What `read` makes of the ledger.
  template <class Read>
  auto with_ledger(Read read) -> runtime::Task<std::invoke_result_t<Read, ledger::Ledger&>> {
    return writer_.write([this, read = std::move(read)](store::Database&) mutable { return read(*ledger_); });
  }

 private:
  runtime::Result<void> make_host();
  runtime::Result<void> listen();
  void make_market();
  runtime::Task<void> hand_back();
  runtime::Task<runtime::Result<Balance>> open_tables();
  runtime::Task<runtime::Result<void>> restore();
  runtime::Task<void> resume(agreement::Trail trail);
  runtime::Task<runtime::Result<void>> post(agreement::Trail trail, dispatch::Outlook outlook);
  runtime::Task<bool> over(agreement::Trail trail);
  runtime::Task<void> enter(agreement::Trail trail);
  runtime::Task<bool> enter_end(const agreement::Trail& trail);
  runtime::Task<void> enter_end_later(agreement::Trail trail);
  runtime::Task<runtime::Result<void>> check_key(const std::map<jobs::DemandId, agreement::Trail>& trails);
  runtime::Task<runtime::Result<void>> name_cut(std::map<jobs::DemandId, agreement::Trail>& trails);
  runtime::Task<runtime::Result<void>> forget_unfinished();
  runtime::Task<runtime::Result<void>> forget_unsent(std::map<jobs::DemandId, agreement::Trail>& trails);
  runtime::Task<runtime::Result<void>> release_unproven(const std::map<jobs::DemandId, agreement::Trail>& trails);
  runtime::Task<std::expected<void, model::Why>> agreeing(const agreement::Trail& trail);
  void deliver(const agreement::Trail& trail);
  std::set<model::Digest> needed_blobs() const;
  void on_evicted(const model::Digest& digest, std::uint64_t bytes);
  runtime::Task<void> keep_trails_few();
  runtime::Task<runtime::Result<std::size_t>> remove_trails();
  connection::PeerAddresses where(const identity::PeerId& provider) const;
  void on_trail(const agreement::Trail& trail);
  void on_job(const SubmittedJob& job);

  struct Changing;
  runtime::Task<void> make_change(std::shared_ptr<Changing> changing);
  void put_in_force();
  void block_peers();
  void connect_peers();
  bool is_wanted(const multiformats::Multiaddr& peer) const;
  runtime::Task<void> set_budget();
  runtime::Task<void> measure();
  runtime::Task<void> keep_time();
  runtime::Task<void> keep_live();
  void meter(const LiveReading& reading, runtime::Time at);
  runtime::Task<void> save_energy();
  void on_begun(const agreement::Trail& trail, const model::Job& job);
  void on_turn(const std::string& device, bool begins);
  runtime::Task<void> save_rows(std::vector<ReceiptRow> rows);
  ReceiptRow row_of(const agreement::Trail& trail, dispatch::Outlook outlook) const;

  void renew_offer();
  runtime::Task<void> keep_offering();
  runtime::Task<void> keep_connected(multiformats::Multiaddr peer);
  runtime::Task<void> keep_asking();
  void look_at_clock();
  void on_damage(const runtime::Error& error);
  std::string database_path() const;
  runtime::Task<void> keep_experience();
  runtime::Task<void> follow_events();
  std::vector<multiformats::Multiaddr> addresses_of(const std::string& provider) const;
  std::int64_t now() const { return runtime_.clock().wall_now().unix_ms; }

  runtime::Runtime& runtime_;
  engagement::Runner& runner_;
  Log& log_;
  NodeParts parts_;
  Config file_config_;
  std::vector<NodeDevice> devices_;  // paused or not
  MachineLive live_;
  WorkEnergy energy_;
  runtime::Time energy_saved_;  // or tried
  bool energy_failed_ = false;  // the last time
  bool changing_ = false;
  runtime::WaitQueue changed_;
  bool measuring_ = false;
  Today today_;
  std::uint64_t posted_ = 0;          // entries of this life
  std::uint64_t counted_ = 0;         // of those, when today_ was counted
  std::set<std::string> connecting_;  // addresses that keep_connected() has
  bool clock_told_ = false;
  std::string damage_;         // of the database, as it was found first; empty: none was
  bool database_new_ = false;  // at this start
  store::Database& database_;
  store::Writer writer_;
  std::optional<ledger::Ledger> ledger_;
  jobs::TrailJournal journal_;
  jobs::TrailRetention retention_;
  blobs::BlobStore& blobs_;
  market::OfferBook offers_;
  std::optional<market::SignedOffer> own_offer_;
  std::uint64_t offer_sequence_ = 0;
  rpc::Topics topics_;
  ShownTrails trails_{kTrailsShownMax};
  std::unique_ptr<overlay::Host> host_;
  std::unique_ptr<engagement::Provider> provider_;
  std::unique_ptr<engagement::Submitter> submitter_;
  std::unique_ptr<blobs::BlobServer> blob_server_;
  std::unique_ptr<dispatch::OfferServer> offer_server_;
  std::unique_ptr<dispatch::Dispatcher> dispatcher_;
  std::unique_ptr<JobBook> jobs_;
  std::unique_ptr<Deliveries> deliveries_;
  std::int64_t started_unix_ms_ = 0;
  bool draining_ = false;
  bool hurried_ = false;
  Balance balance_;
  engagement::Cancel resumed_;  // asked: what a restart left is to end
  runtime::TaskGroup writing_;
  runtime::TaskGroup tasks_;
};

}  // namespace quern::daemon
