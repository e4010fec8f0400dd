// A submitter that has work done, takes what outputs it gets, and never signs a voucher or an acknowledgement.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "overlay/runtime/task_group.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "tests/scheduler/engagement/two_parties.hpp"

namespace quern::engagement {

class NeverPayingPeer {
 public:
  int jobs = 1;             // one after the other; a crash of the provider ends one
  int at_once = 1;          // of each
  std::uint32_t tasks = 1;  // of each agreement, all alike
  runtime::Duration pause = 5s;
  bool has_input = true;
  std::uint64_t input_bytes = 6;                              // that it says
  std::function<connection::StreamHandler(Runtime&)> serves;  // in place of what it has

  std::map<jobs::DemandId, Trail> trails;  // as far as it heard of them
  std::map<Reason, int> refusals;
  int outputs = 0;   // it could fetch
  int follows = 0;   // streams on which it goes on to follow what has ended
  int followed = 0;  // of these, those that were not cut off

  Task<void> run(Runtime& runtime, runtime::IpAddress provider_at) {
    overlay::HostConfig config{.key = key()};
    config.transports = {"tcp"};
    config.security = {"noise"};
    const auto host = *overlay::Host::make(runtime, std::move(config));
    blobs::BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    EXPECT_TRUE(co_await store.add(runtime::copy_of(bytes_of("source"))));
    const blobs::BlobServer blobs(*host, store, [this](const auto&, const auto&) { return has_input; });
    if (serves) host->handle(std::string(blobs::kBlobProtocol), serves(runtime));
    const auto at = multiformats::Multiaddr::from_text("/ip4/" + provider_at.to_string() + "/tcp/" +
                                                       std::to_string(TwoParties::kPort));
    const auto all = [&]() -> Task<void> {
      for (int i = 0; i < jobs; ++i) {
        std::ignore = co_await host->connect({.peer = provider(), .addresses = {*at}});
        co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
          for (int same = 0; same < at_once; ++same) group.spawn(one(*host, store));
          co_await group.join();
        });
        co_await runtime.clock().sleep_for(pause);
      }
    };
    co_await runtime::with_cleanup<void>(all, [&] { return host->stop(); });
  }

 private:
  static identity::PrivateKey key() { return connection::test_key(3); }
  static identity::PeerId provider() { return connection::test_peer(1); }

  Task<void> one(overlay::Host& host, blobs::BlobStore& store) {
    const auto now = [&] { return host.runtime().clock().wall_now(); };
    model::Job job = sample_job();
    job.inputs[0].bytes = input_bytes;
    const std::string manifest = model::to_canonical_json(job);
    agreement::Demand demand{.made_unix_ms = now().unix_ms,
                             .id = {},
                             .submitter = host.id(),
                             .provider = provider(),
                             .tasks = {},
                             .device = "gpu",
                             .offer_sequence = 1,
                             .usage_max = {},
                             .max_total = {60'000'000},
                             .deadline_unix_ms = now().unix_ms + 30'000};
    demand.tasks.assign(tasks,
                        {.job = blobs::digest_of(bytes_of(manifest)), .max_total = {demand.max_total.micro / tasks}});
    demand.usage_max[model::Dimension::setup] = tasks;
    demand.usage_max[model::Dimension::device_time] = 60'000'000;
    host.runtime().fill_secret(demand.id);
    Trail trail;
    Bytes sealed = seal_record(key(), demand);
    std::ignore = trail.take(sealed, now());
    if (!co_await say(host, trail, exchange::BidRequest{.demand = std::move(sealed), .manifests = {manifest}}))
      co_return;
    Bytes agreement = seal_record(key(), draft_agreement(trail, now()));
    std::ignore = trail.take(agreement, now());
    if (!co_await say(host, trail, exchange::RecordMessage{std::move(agreement)})) co_return;
    std::ignore = co_await runtime::with_timeout(host.runtime().clock(), 3min, listen(host, trail));
    if (trail.stage() == Stage::ended) {
      for (const auto& output : trail.receipt().tasks[0].outputs) {
        const auto fetched = co_await blobs::fetch_blob(host, store, provider(), output.digest, output.bytes);
        outputs += fetched ? 1 : 0;
      }
    }
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      for (int i = 0; i < follows; ++i) group.spawn(hold(host, trail));
      co_await group.join();
    });
    trails[trail.demand().id] = std::move(trail);
  }

  Task<void> hold(overlay::Host& host, const Trail& trail) {
    const auto stream = co_await host.open(provider(), std::string(exchange::kJobProtocol));
    if (!stream) co_return;
    const exchange::JobMessage follow =
        exchange::Follow{.demand = trail.demand().id, .has = trail.progress(), .log_offsets = {0}};
    std::ignore = co_await protocols::write_message(**stream, exchange::encode(follow));
    const auto read_all = [](connection::PeerStream& from) -> Task<runtime::Result<void>> {
      while (co_await protocols::read_message(from, exchange::kJobMessageBytesMax)) {
      }
      co_return runtime::Result<void>();
    };
    const auto over = co_await runtime::with_timeout(host.runtime().clock(), 20s, read_all(**stream));
    followed += over ? 0 : 1;
  }

  Task<bool> say(overlay::Host& host, Trail& trail, exchange::AgreementRequest request) {
    const auto answer =
        co_await host.request(provider(), std::string(exchange::kAgreementProtocol), exchange::encode(request),
                              {.request_bytes_max = exchange::kAgreementRequestBytesMax,
                               .response_bytes_max = exchange::kAgreementResponseBytesMax});
    const auto message = answer ? exchange::decode_agreement_response(*answer) : std::nullopt;
    if (!message) co_return false;
    if (const auto* refused = std::get_if<exchange::RefusalMessage>(&*message)) {
      ++refusals[refused->why.reason];
      co_return false;
    }
    co_return trail.take(std::get<exchange::RecordMessage>(*message).envelope, host.runtime().clock().wall_now())
        .has_value();
  }

  static Task<runtime::Result<void>> listen(overlay::Host& host, Trail& trail) {
    CO_TRY(const auto stream, co_await host.open(provider(), std::string(exchange::kJobProtocol)));
    const exchange::JobMessage follow =
        exchange::Follow{.demand = trail.demand().id, .has = trail.progress(), .log_offsets = {0}};
    CO_CHECK(co_await protocols::write_message(*stream, exchange::encode(follow)));
    while (trail.stage() < Stage::ended) {
      CO_TRY(const Bytes bytes, co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax));
      const auto message = exchange::decode_job_message(bytes);
      const auto* record = message ? std::get_if<exchange::RecordMessage>(&*message) : nullptr;
      if (record) std::ignore = trail.take(record->envelope, host.runtime().clock().wall_now());
    }
    co_return runtime::Result<void>();
  }
};

}  // namespace quern::engagement
