#include "tests/simulation/never_paying.hpp"

#include <chrono>
#include <utility>

#include "overlay/multiformats/multihash.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::simulation {

using namespace std::chrono_literals;
using agreement::Stage;
using agreement::Trail;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

namespace {

class NeverPaying {
 public:
  NeverPaying(overlay::Host& host, const identity::PrivateKey& key, connection::PeerAddresses provider,
              MarketTally& tally)
      : host_(host), key_(key), provider_(std::move(provider)), tally_(tally) {}

  Task<void> run(const model::Job& job, const market::SignedOffer& offer) {
    if (!host_.swarm().connected(provider_.peer)) {
      const auto connected = co_await host_.connect(provider_);
      if (!connected) co_return;
    }
    const std::string manifest = model::to_canonical_json(job);
    if (!co_await say_twice(exchange::BidRequest{.demand = demand(job, offer, manifest), .manifests = {manifest}}))
      co_return;
    Bytes agreement = seal_record(key_, draft_agreement(trail_, now()));
    std::ignore = trail_.take(agreement, now());
    if (!co_await say_twice(exchange::RecordMessage{std::move(agreement)})) co_return;
    std::ignore = co_await runtime::with_timeout(host_.runtime().clock(), 5min, listen());
  }

 private:
  runtime::WallTime now() const { return host_.runtime().clock().wall_now(); }

  Bytes demand(const model::Job& job, const market::SignedOffer& offer, const std::string& manifest) {
    const model::OfferedDevice& device = offer.offer.devices.front();
    agreement::Demand demand{.made_unix_ms = now().unix_ms,
                             .id = {},
                             .submitter = host_.id(),
                             .provider = provider_.peer,
                             .tasks = {{.job = multiformats::sha2_256(runtime::bytes_of(manifest)),
                                        .shards = job.shards.count,
                                        .max_total = {1'000'000'000}}},
                             .device = device.id,
                             .offer_sequence = offer.offer.sequence,
                             .usage_max = dispatch::usage_max(job, market::whole(job), device),
                             .max_total = {1'000'000'000},
                             .deadline_unix_ms = now().unix_ms + 30'000};
    host_.runtime().fill_secret(demand.id);
    Bytes envelope = seal_record(key_, demand);
    std::ignore = trail_.take(envelope, now());
    return envelope;
  }

  // Whether the provider's first answer was one. The second may be a copy or a refusal, but no other record.
  Task<bool> say_twice(exchange::AgreementRequest request) {
    const Bytes message = exchange::encode(request);
    const auto first = co_await answer(message);
    const auto second = co_await answer(message);
    if (!first) co_return false;
    if (second && *second != *first) tally_.violated("a request said twice was answered by two records");
    co_return trail_.take(*first, now()).has_value();
  }

  Task<std::optional<Bytes>> answer(Bytes message) {
    const auto response =
        co_await host_.request(provider_.peer, std::string(exchange::kAgreementProtocol), std::move(message),
                               {.request_bytes_max = exchange::kAgreementRequestBytesMax,
                                .response_bytes_max = exchange::kAgreementResponseBytesMax});
    if (!response) co_return std::nullopt;
    const auto decoded = exchange::decode_agreement_response(*response);
    if (!decoded) co_return std::nullopt;
    if (const auto* refusal = std::get_if<exchange::RefusalMessage>(&*decoded)) {
      ++tally_.requests_refused[std::string(model::text_of(refusal->why.reason).name)];
      co_return std::nullopt;
    }
    co_return std::get<exchange::RecordMessage>(*decoded).envelope;
  }

  Task<Result<void>> listen() {
    CO_TRY(const auto stream, co_await host_.open(provider_.peer, std::string(exchange::kJobProtocol)));
    const exchange::JobMessage follow =
        exchange::Follow{.demand = trail_.demand().id, .has = trail_.progress(), .log_offsets = {0}};
    CO_CHECK(co_await protocols::write_message(*stream, exchange::encode(follow)));
    while (trail_.stage() < Stage::ended) {
      CO_TRY(const Bytes bytes, co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax));
      const auto message = exchange::decode_job_message(bytes);
      const auto* record = message ? std::get_if<exchange::RecordMessage>(&*message) : nullptr;
      if (record) std::ignore = trail_.take(record->envelope, now());
    }
    co_return Result<void>();
  }

  overlay::Host& host_;
  const identity::PrivateKey& key_;
  connection::PeerAddresses provider_;
  MarketTally& tally_;
  Trail trail_;
};

}  // namespace

Task<void> work_without_paying(overlay::Host& host, const identity::PrivateKey& key, connection::PeerAddresses provider,
                               model::Job job, market::SignedOffer offer, MarketTally& tally) {
  NeverPaying submitter(host, key, std::move(provider), tally);
  co_await submitter.run(job, offer);
}

}  // namespace quern::simulation
