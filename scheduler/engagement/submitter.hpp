// The submitter's side of an agreement: asks a provider for its bid, accepts it, follows the work, promises to pay note
// by note, and acknowledges the end once the outputs are here and right.
#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "overlay/host.hpp"
#include "scheduler/blobs/blob_exchange.hpp"
#include "scheduler/exchange/messages.hpp"
#include "scheduler/jobs/trail_journal.hpp"

namespace quern::engagement {

// One shard of a job.
struct OrderTask {
  std::string manifest;  // of the job, canonical
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
  model::Credits max_total;                 // that it may cost
  std::vector<model::Digest> inputs;        // what the provider may fetch from the agreement on until the end
  std::vector<std::uint64_t> output_bytes;  // of each output, in the order of the manifest (share.hpp)
};

// Tasks for one device, under one agreement.
struct Order {
  connection::PeerAddresses provider;  // addresses may be empty while it is connected
  std::string device;
  std::uint64_t offer_sequence = 0;
  std::vector<OrderTask> tasks;  // 1 to agreement::kTasksMax; their manifests together within kManifestBytesMax
  model::Usage usage_max;        // of all
  model::Usage pace;             // raise_pace() of each; nothing: their processors and memory are not held against time
  std::optional<model::RateCard> rates;  // of the offer: a bid with a higher one is refused
};

// What an order asks its provider for, but for the demand's random id. Where the order was made on an offer that
// market::open_offer() takes it is a record that everybody takes.
agreement::Demand demand_of(const Order& order, const identity::PeerId& submitter, runtime::WallTime now,
                            std::int64_t validity_ms);

struct SubmitterConfig {
  std::int64_t demand_validity_ms = 30'000;
  runtime::Duration ask_timeout = std::chrono::seconds(10);
  runtime::Duration lost_after = std::chrono::minutes(2);  // without a word from the provider: it is given up
  runtime::Duration reconnect_wait = std::chrono::seconds(1);
  runtime::Duration slack = std::chrono::minutes(10);  // of an agreement, beyond what leave_after() names
};

// How long an agreement on that demand may take from its acceptance on, whatever its provider says: the device time of
// all its tasks, which is their wall time, the moving of their bytes, and `slack` for all else.
runtime::Duration leave_after(const agreement::Demand& demand, runtime::Duration slack);

// What is to be told while an order is carried out. Any may be empty. Tasks are counted as in the order.
struct OrderEvents {
  std::function<void(const agreement::Trail&)> agreed;  // both are bound
  std::function<void(const agreement::Trail&)> billed;  // a note was answered by a voucher
  std::function<void(std::size_t task, std::uint32_t permille)> progress;
  std::function<void(std::size_t task, std::uint64_t offset, runtime::ByteView text)> log;
};

struct OrderTaskEnd {
  model::Why why;       // completed, or why not
  model::Credits owed;  // its part of the order's
  model::Usage usage;
  std::vector<agreement::OutputDigest> outputs;  // in the order of the manifest; all are here when it is completed
  bool no_room_here = false;  // on this node (disk_full), for its outputs or its records: nobody is to do it again
};

struct OrderEnd {
  model::Why why;                   // completed when all tasks are, or that of the first that is not
  agreement::Trail trail;           // empty when no agreement was made; closed unless the provider was lost
  model::Credits owed;              // what this node has signed for
  std::vector<OrderTaskEnd> tasks;  // of an agreement that was made
  bool kept_back = false;           // by this node's books or its disk: no other provider would help
};

// The node's books, as dispatch::post() keeps them. Any may be empty.
struct SubmitterAccounts {
  // The agreement is signed and durable, and not sent yet: an error keeps it back, and its reason ends the order.
  std::function<runtime::Task<std::expected<void, model::Why>>(const agreement::Trail&)> agreeing;
  // Closed, or given up: this node adds no record any more. Of a trail of Stage::agreed or later. True: the books have
  // it, and one of Stage::agreed, which came to nothing, leaves the journal.
  std::function<runtime::Task<bool>(const agreement::Trail&)> over;
  // Closed, after over(), and nobody knows whether the provider has the acknowledgement: to be handed over by
  // deliver().
  std::function<void(const agreement::Trail&)> undelivered;
};

// Set by others to have the work ended; the end still comes from the provider. On one executor.
class Cancel {
 public:
  Cancel() = default;
  ~Cancel() = default;
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  // Calls all listeners, inside this call. Once; asked again it does nothing.
  void ask();
  bool asked() const { return asked_; }

  // Is told until it is destroyed; not of a Cancel that was asked before. `heard` destroys no listener.
  class Listener {
   public:
    Listener(Cancel& cancel, std::function<void()> heard);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    friend class Cancel;
    Cancel& cancel_;
    std::function<void()> heard_;
  };

 private:
  bool asked_ = false;
  std::vector<Listener*> listeners_;
};

// By task of an order.
using Cancels = std::vector<Cancel*>;

// Carries out orders of one node. Everything it is given outlives it and its tasks. On the runtime's executor.
class Submitter {
 public:
  Submitter(overlay::Host& host, identity::PrivateKey key, jobs::TrailJournal& journal, blobs::BlobStore& store,
            SubmitterConfig config, SubmitterAccounts accounts = {})
      : host_(host),
        runtime_(host.runtime()),
        key_(std::move(key)),
        journal_(journal),
        store_(store),
        config_(config),
        accounts_(std::move(accounts)) {}

  // This node, with whom it makes no agreement: both sides of one have a trail, a journal and a ledger of their own.
  const identity::PeerId& self() const { return host_.id(); }

  // From the demand to the end. A provider that refuses is no failure of this node: its reason is the end's. One that
  // was accepted is lost (provider_lost) when it is silent for `lost_after`; `lost_after` after all its tasks were
  // canceled; and leave_after() its acceptance, or after the agreement on the same device that it has to wait for:
  // whatever it says meanwhile. From its receipt on it has `lost_after`, and the time that the outputs may take. A
  // receipt whose outputs are not as many and as large as the tasks' is output_wrong: none is fetched or paid. Outputs
  // that this node has no room for are disk_full, and the receipt is acknowledged: the work was done. Where its disk
  // has no room for a record it has the provider end all tasks, keeps trying, and adds and says nothing before there is
  // room: what did not complete by then is disk_full, and the end is as late as that. A note or receipt that says more
  // than can be used in the time since the order was agreed on is overcharged, and a receipt that says `canceled` of a
  // task that nobody has canceled is internal: it is not taken, and vouchers stay all that is owed.
  runtime::Task<OrderEnd> carry_out(Order order, OrderEvents events, Cancels cancels);
  // The rest of an order whose trail a crash has left, of Stage::agreed or later. What is not known of it any more is
  // how large each output is: together they are no more than the demand says; and since when it has been under way:
  // what is used is not held against time.
  runtime::Task<OrderEnd> resume(connection::PeerAddresses provider, agreement::Trail trail, OrderEvents events,
                                 Cancels cancels);
  // Sees to it that the provider has the acknowledgement of a closed trail, which may have been lost on its way: until
  // this has succeeded once, before or after a crash, the trail is to be kept. The error is that of the connection.
  runtime::Task<runtime::Result<void>> deliver(connection::PeerAddresses provider, const agreement::Trail& trail);
  // Whether a peer may have a blob: the inputs of an order that it is carrying out.
  bool may_have(const identity::PeerId& peer, const model::Digest& digest) const {
    return granted_.contains({peer, digest});
  }

  // The inputs of orders that it is carrying out.
  void add_needed(std::set<model::Digest>& needed) const {
    for (const auto& [peer, digest] : granted_) needed.insert(digest);
  }

 private:
  struct Known;
  struct Following;
  class Outgoing;
  class Turn;
  class Grant;
  using Answer = std::expected<runtime::Bytes, model::Why>;

  runtime::Task<Answer> ask(identity::PeerId provider, exchange::AgreementRequest request);
  runtime::Task<std::optional<model::Why>> agree(const Order& order, agreement::Trail& trail, const Cancels& cancels,
                                                 Grant& grant, bool& kept_back);
  runtime::Task<runtime::Result<void>> hand_over(connection::PeerStream& stream, const agreement::Trail& trail);
  runtime::Task<std::optional<model::Why>> take_from_provider(agreement::Trail& trail, Answer answer);
  agreement::Demand demand_for(const Order& order);
  runtime::Task<OrderEnd> follow_from(connection::PeerAddresses provider, agreement::Trail trail, OrderEvents events,
                                      Cancels cancels, Known known);
  runtime::Task<OrderEnd> follow(Following& following);
  runtime::Task<runtime::Result<void>> follow_once(Following& following);
  runtime::Task<runtime::Result<void>> converse(Following& following, connection::PeerStream& stream);
  runtime::Task<void> leave_in_time(Following& following, connection::PeerStream& stream);
  void canceled(Following& following);
  bool is_over(const Following& following) const;
  void not_taken(Following& following, model::Why why);
  void hold(Following& following);
  runtime::Task<void> store_again(Following& following);
  void ended(Following& following);
  runtime::Task<runtime::Result<void>> talk(Following& following, connection::PeerStream& stream, Outgoing& out);
  runtime::Task<runtime::Result<void>> read_all(Following& following, connection::PeerStream& stream, Outgoing& out);
  runtime::Task<runtime::Result<void>> on_record(Following& following, Outgoing& out, runtime::Bytes record);
  runtime::Task<runtime::Result<void>> say_newest_voucher(const agreement::Trail& trail, Outgoing& out);
  runtime::Task<runtime::Result<void>> send_what_is_due(Following& following, Outgoing& out);
  std::optional<model::Why> fault_of_claim(const Following& following, runtime::ByteView record) const;
  static std::optional<model::Why> fault_of_outputs(const Following& following);
  runtime::Task<runtime::Result<void>> fetch_outputs(Following& following);
  runtime::Task<runtime::Result<void>> fetch_outputs_of(Following& following, std::size_t task);
  runtime::Task<void> tell_over(const agreement::Trail& trail);
  runtime::Task<void> close(Following& following, connection::PeerStream& stream);
  runtime::WallTime now() const { return runtime_.clock().wall_now(); }

  overlay::Host& host_;
  runtime::Runtime& runtime_;
  identity::PrivateKey key_;
  jobs::TrailJournal& journal_;
  blobs::BlobStore& store_;
  SubmitterConfig config_;
  SubmitterAccounts accounts_;
  std::multiset<std::pair<identity::PeerId, model::Digest>> granted_;
  // Until when its agreements under way may be at work, by provider and device.
  std::multimap<std::pair<identity::PeerId, std::string>, runtime::Time> turns_;
};

}  // namespace quern::engagement
