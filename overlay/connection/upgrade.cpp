#include "overlay/connection/upgrade.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "overlay/negotiation/handshake_stream.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/deadline.hpp"

namespace quern::connection {

using negotiation::Role;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

// Agrees on one of `ids` and says which.
Task<Result<std::string>> agree(runtime::Stream& stream, Role role, const std::vector<std::string>& ids) {
  if (role == Role::listener) co_return co_await negotiation::answer(stream, ids);
  CO_TRY(const std::size_t index, co_await negotiation::propose(stream, ids));
  co_return ids[index];
}

}  // namespace

// How far an upgrade has come: told when it fails.
struct Upgrader::Progress {
  std::string_view step = "secure channel";
  std::string security;  // agreed on
};

Upgrader::Upgrader(runtime::Runtime& runtime, identity::PeerId self, std::vector<security::SecurityPtr> security,
                   const Gater& gater, muxer::YamuxConfig yamux, std::optional<security::PresharedKey> preshared_key)
    : runtime_(runtime),
      self_(std::move(self)),
      security_(std::move(security)),
      gater_(gater),
      yamux_(std::move(yamux)),
      preshared_key_(preshared_key) {
  for (const auto& one : security_) security_ids_.emplace_back(one->id());
}

Task<Result<Upgraded>> Upgrader::upgrade(runtime::StreamPtr wire, Role role, std::optional<identity::PeerId> expected,
                                         runtime::Time deadline) {
  Progress progress;
  auto upgraded = co_await runtime::with_deadline(runtime_.clock(), deadline,
                                                  run(std::move(wire), role, std::move(expected), progress));
  if (upgraded) co_return upgraded;
  const runtime::Error& error = upgraded.error();
  std::string where(progress.step);
  if (!progress.security.empty()) where += " (" + progress.security + ")";
  if (!error.detail().empty()) where += ": " + error.detail();
  co_return std::unexpected(runtime::Error(error.code(), std::move(where)));
}

Task<Result<Upgraded>> Upgrader::run(runtime::StreamPtr wire, Role role, std::optional<identity::PeerId> expected,
                                     Progress& progress) {
  if (preshared_key_) wire = security::protect(runtime_, std::move(wire), *preshared_key_);
  negotiation::HandshakeStream::Carry carry;
  auto done = co_await secure(std::make_unique<negotiation::HandshakeStream>(*wire, carry), role, std::move(expected),
                              progress);
  // Why this end gives up (a TLS alert) is the last the other end hears.
  if (!done && !carry.unsent.empty()) std::ignore = wire->try_write(carry.unsent);
  CO_TRY(auto secured, std::move(done));
  secured.wire = std::move(wire);
  runtime::append(secured.unread, carry.unread);
  progress.step = "peer";
  CO_CHECK(check_peer(secured.remote));
  progress.step = "muxer";
  auto channel = std::make_unique<security::SecureStream>(std::move(secured.wire), std::move(secured.codec),
                                                          std::move(secured.unread), carry.unsent);
  const std::vector<std::string> muxers{std::string(muxer::kYamux)};
  if (!secured.muxer || std::ranges::find(muxers, *secured.muxer) == muxers.end()) {
    auto agreed = co_await agree(*channel, role, muxers);
    if (!agreed && agreed.error() == negotiation::Errc::none_in_common) {
      co_return fail(Errc::no_muxer_in_common, agreed.error().detail());
    }
    CO_CHECK(agreed);
  }
  auto session = muxer::make_yamux(runtime_, std::move(channel), role, yamux_);
  co_return Upgraded{.peer = std::move(secured.remote),
                     .session = std::move(session),
                     .encryption = progress.security,
                     .muxer = muxers.front()};
}

Task<Result<security::Secured>> Upgrader::secure(runtime::StreamPtr wire, Role role,
                                                 std::optional<identity::PeerId> expected, Progress& progress) {
  std::size_t chosen = 0;
  const bool lazy = role == Role::dialer && security_ids_.size() == 1;
  if (lazy) {
    // With one proposal nothing has to be waited for: it travels with the handshake's first message.
    wire = std::make_unique<negotiation::LazyStream>(std::move(wire), security_ids_.front());
  } else {
    auto agreed = co_await agree(*wire, role, security_ids_);
    if (!agreed && agreed.error() == negotiation::Errc::none_in_common) {
      co_return fail(Errc::no_security_in_common, agreed.error().detail());
    }
    CO_TRY(const std::string id, std::move(agreed));
    chosen = static_cast<std::size_t>(std::ranges::find(security_ids_, id) - security_ids_.begin());
  }
  progress.step = "secure channel's handshake";
  progress.security = security_ids_[chosen];
  auto secured = co_await security_[chosen]->secure(std::move(wire), role, std::move(expected));
  if (!secured && secured.error() == negotiation::Errc::none_in_common) {
    co_return fail(Errc::no_security_in_common, secured.error().detail());
  }
  co_return secured;
}

Result<void> Upgrader::check_peer(const identity::PeerId& peer) const {
  if (peer == self_) return fail(Errc::self_dial);
  return gater_.check(peer);
}

}  // namespace quern::connection
