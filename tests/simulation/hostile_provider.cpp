#include "tests/simulation/hostile_provider.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "overlay/identity/signed_envelope.hpp"
#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/assertion.hpp"
#include "scheduler/exchange/messages.hpp"

namespace quern::simulation {

using namespace std::chrono_literals;
using connection::PeerStream;
using connection::PeerStreamPtr;
using model::Reason;
using runtime::Runtime;
using runtime::Task;

namespace {

constexpr std::size_t kTalkedTasksMax = 2;  // of an agreement: the submitter gives each its whole wall time
constexpr Reason kUnknown{60'000};

Task<bool> say(PeerStream& stream, exchange::JobMessage message) {
  const auto said = co_await protocols::write_message(stream, exchange::encode(message));
  co_return said.has_value();
}

Task<void> refuse(PeerStream& stream, Reason reason) {
  std::ignore = co_await say(stream, exchange::RefusalMessage{{reason, "no"}});
  while (co_await protocols::read_message(stream, exchange::kJobMessageBytesMax)) {
  }
}

Task<std::optional<jobs::DemandId>> demand_of(PeerStream& stream) {
  const auto bytes = co_await protocols::read_message(stream, exchange::kJobMessageBytesMax);
  const auto message = bytes ? exchange::decode_job_message(*bytes) : std::nullopt;
  const auto* follow = message ? std::get_if<exchange::Follow>(&*message) : nullptr;
  if (!follow) co_return std::nullopt;
  co_return follow->demand;
}

}  // namespace

connection::StreamHandler refuse_who_follows(Runtime& runtime) {
  return [&runtime](PeerStreamPtr stream) -> Task<void> {
    static constexpr std::array kReasons{Reason::completed,         Reason::unspecified, kUnknown,
                                         Reason::agreement_unknown, Reason::canceled,    Reason::build_failed};
    co_await refuse(*stream, kReasons.at(runtime.random().below(kReasons.size())));
  };
}

connection::StreamHandler talk_for_ever(Runtime& runtime, const engagement::Provider& provider) {
  const auto chosen = std::make_shared<std::optional<jobs::DemandId>>();
  return [&runtime, &provider, chosen](PeerStreamPtr stream) -> Task<void> {
    const auto demand = co_await demand_of(*stream);
    const agreement::Trail* trail = demand ? provider.trail(*demand) : nullptr;
    const bool small = trail && trail->demand().tasks.size() <= kTalkedTasksMax;
    if (small && !*chosen) *chosen = demand;
    if (!demand || *chosen != demand) co_return co_await refuse(*stream, Reason::completed);
    std::uint32_t permille = 0;
    while (co_await say(*stream, exchange::ProgressMessage{.task = 0, .permille = permille++ % 1000}))
      co_await runtime.clock().sleep_for(5s);
  };
}

void spoil_outputs(engagement::Finished& finished, std::uint32_t turn) {
  if (finished.outputs.empty()) return;
  constexpr std::uint32_t kWays = 3;
  if (turn % kWays == 0) ++finished.outputs[0].bytes;
  if (turn % kWays == 1) finished.outputs.clear();
  if (turn % kWays == 2) finished.outputs.push_back(finished.outputs[0]);
}

market::SignedOffer with_odd_ids(const identity::PrivateKey& key, const market::SignedOffer& offer) {
  constexpr std::string_view kDomain = "quern-offer";
  constexpr std::string_view kPayloadType = "/quern/offer/1";
  constexpr std::string_view kPrefix = "device-";
  auto opened = identity::open_envelope(offer.envelope, kDomain, runtime::bytes_of(kPayloadType));
  QUERN_ASSERT(opened.has_value());
  const auto prefix = runtime::bytes_of(kPrefix);
  auto& payload = opened->payload;
  for (auto found = payload.begin();;) {
    const auto id = std::search(found, payload.end(), prefix.begin(), prefix.end());
    if (id == payload.end()) break;
    found = id + static_cast<std::ptrdiff_t>(kPrefix.size());
    *(found - 1) = std::byte{' '};
  }
  return {.offer = offer.offer,
          .envelope = identity::seal_envelope(key, kDomain, runtime::bytes_of(kPayloadType), payload)};
}

void make_absurd(model::Offer& offer) {
  offer.setup_ms = UINT32_MAX;
  offer.link_bytes_per_second = 1;
  for (model::OfferedDevice& device : offer.devices) {
    device.type = model::DeviceType::cpu;
    device.compute_units = UINT32_MAX;
    device.local_memory_bytes = UINT64_MAX;
  }
}

}  // namespace quern::simulation
