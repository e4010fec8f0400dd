#include <array>
#include <optional>
#include <utility>

#include "overlay/negotiation/message.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::negotiation {

using runtime::Bytes;
using runtime::Error;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

// The first bytes up to this size leave in one write with the proposal; more would be copied for nothing.
constexpr std::size_t kJoinedBytesMax = 4096;

}  // namespace

struct LazyStream::State {
  enum class Proposal { unsent, being_sent, sent };

  State(runtime::StreamPtr inner_stream, std::string proposed)
      : inner(std::move(inner_stream)), protocol(std::move(proposed)) {}

  Bytes proposal_bytes(runtime::ByteView data) const {
    Bytes out;
    append_message(out, kMultistream);
    append_message(out, protocol);
    runtime::append(out, data);
    return out;
  }

  // Sends the proposal, with `data` behind it, unless it is out already; says whether `data` went, too.
  Task<Result<bool>> send_proposal(runtime::ByteView data) {
    while (proposal == Proposal::being_sent) co_await proposal_sent.wait();
    if (proposal == Proposal::sent) co_return false;
    proposal = Proposal::being_sent;
    const Bytes out = proposal_bytes(data);
    const auto written = co_await inner->write(out);
    proposal = Proposal::sent;
    proposal_sent.wake_all();
    if (!written) co_return std::unexpected(written.error());
    co_return true;
  }

  // Whether the other end has agreed, as far as it has answered.
  Result<bool> advance() {
    while (!agreed) {
      if (refused) return std::unexpected(*refused);
      auto text = reader.try_read(*inner);
      if (!text) return std::unexpected(std::move(text).error());
      if (!*text) return false;
      if (auto taken = take(**text); !taken) {
        refused = taken.error();
        return std::unexpected(std::move(taken).error());
      }
    }
    return true;
  }

  Result<void> take(std::string_view text) {
    if (!std::exchange(header_came, true)) {
      if (text == kMultistream) return {};
      return fail(Errc::malformed, "the other end did not begin with " + std::string(kMultistream));
    }
    if (text == kNotAvailable) return fail(Errc::none_in_common, "refused: " + protocol);
    if (text != protocol) return fail(Errc::malformed, "the answer is neither the proposal nor na");
    agreed = true;
    return {};
  }

  Task<Result<void>> agree() {
    if (agreed) co_return Result<void>();
    CO_CHECK(co_await send_proposal({}));
    for (;;) {
      CO_TRY(const bool done, advance());
      if (done) co_return Result<void>();
      CO_CHECK(co_await inner->wait_readable());
    }
  }

  runtime::StreamPtr inner;
  std::string protocol;
  Proposal proposal = Proposal::unsent;
  runtime::WaitQueue proposal_sent;
  MessageReader reader;
  bool header_came = false;
  bool agreed = false;
  std::optional<Error> refused;
};

LazyStream::LazyStream(runtime::StreamPtr inner, std::string protocol)
    : state_(std::make_unique<State>(std::move(inner), std::move(protocol))) {}

LazyStream::~LazyStream() = default;

Task<Result<std::size_t>> LazyStream::read_some(std::span<std::byte> out) {
  if (!state_->agreed) CO_CHECK(co_await state_->agree());
  co_return co_await state_->inner->read_some(out);
}

Task<Result<void>> LazyStream::wait_readable() {
  if (state_->proposal == State::Proposal::unsent) CO_CHECK(co_await state_->send_proposal({}));
  co_return co_await state_->inner->wait_readable();
}

Result<std::size_t> LazyStream::try_read(std::span<std::byte> out) {
  const auto agreed = state_->advance();
  if (!agreed) return std::unexpected(agreed.error());
  return *agreed ? state_->inner->try_read(out) : 0;
}

Task<Result<void>> LazyStream::write(std::span<const std::byte> data) {
  if (state_->proposal != State::Proposal::sent) {
    const runtime::ByteView joined = data.size() <= kJoinedBytesMax ? data : runtime::ByteView();
    CO_TRY(const bool sent, co_await state_->send_proposal(joined));
    if (sent && joined.size() == data.size()) co_return Result<void>();
  }
  co_return co_await state_->inner->write(data);
}

Result<std::size_t> LazyStream::try_write(std::span<const std::byte> data) {
  return state_->proposal == State::Proposal::sent ? state_->inner->try_write(data) : 0;
}

void LazyStream::shutdown_write() noexcept {
  // Without a byte written the proposal has to leave now. It fits every send buffer; where it does not, the peer sees a
  // stream that ended before it began.
  if (state_->proposal == State::Proposal::unsent) {
    state_->proposal = State::Proposal::sent;
    (void)state_->inner->try_write(state_->proposal_bytes({}));
  }
  state_->inner->shutdown_write();
}

void LazyStream::close() noexcept {
  state_->inner->close();
}

void LazyStream::abort() noexcept {
  state_->inner->abort();
}

Task<Result<void>> LazyStream::finish() {
  return state_->agree();
}

}  // namespace quern::negotiation
