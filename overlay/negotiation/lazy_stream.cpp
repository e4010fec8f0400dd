#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "overlay/negotiation/message.hpp"
#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/assertion.hpp"
#include "overlay/runtime/waiter.hpp"

namespace quern::negotiation {

using runtime::Bytes;
using runtime::Error;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

// A flag that is up while its owner works; whoever waits for that is woken after.
class Busy {
 public:
  Busy(bool& flag, runtime::WaitQueue& waiting) : flag_(flag), waiting_(waiting) { flag_ = true; }
  ~Busy() {
    flag_ = false;
    waiting_.wake_all();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  bool& flag_;
  runtime::WaitQueue& waiting_;
};

// A write that is cancelled may have sent any part: the stream is of no more use.
struct Unfinished {
  explicit Unfinished(std::optional<Error>& broken) : failure(broken) {}
  ~Unfinished() {
    if (!done) failure = Error(runtime::Errc::closed, "the proposal of a protocol was cancelled");
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  std::optional<Error>& failure;
  bool done = false;
};

}  // namespace

struct LazyStream::State {
  State(runtime::StreamPtr stream, std::string id) : inner(std::move(stream)), protocol(std::move(id)) {
    append_message(opening, kMultistream);
    append_message(opening, protocol);
  }

  Task<Result<void>> open_with(std::span<const std::byte> data);
  Task<Result<void>> await_answer();
  Result<void> take_answer(std::size_t bytes);
  Result<void> refused(Error why);
  Result<std::size_t> try_open();
  void opened() const;

  runtime::StreamPtr inner;
  std::string protocol;
  Bytes opening;         // header and proposal, as far as they have not left
  bool writing = false;  // they are being written
  bool end_wanted = false;
  bool reading = false;  // somebody reads the answer
  bool header_read = false;
  bool agreed = false;
  std::optional<Error> failure;  // of the negotiation
  MessageReader reader;
  runtime::WaitQueue changed;
};

// Writes what is left of the opening, and `data` behind it, in one write where that is cheap.
Task<Result<void>> LazyStream::State::open_with(std::span<const std::byte> data) {
  constexpr std::size_t kJoinedMax = 16 << 10;
  while (writing) co_await changed.wait();
  if (failure) co_return std::unexpected(*failure);
  if (!opening.empty()) {
    const Busy busy(writing, changed);
    Bytes first = std::exchange(opening, {});
    if (data.size() <= kJoinedMax) runtime::append(first, std::exchange(data, {}));
    Unfinished unfinished(failure);
    auto written = co_await inner->write(first);
    unfinished.done = true;
    if (!written) co_return refused(std::move(written).error());
    opened();
  }
  if (data.empty()) co_return Result<void>();
  co_return co_await inner->write(data);
}

void LazyStream::State::opened() const {
  if (end_wanted) inner->shutdown_write();
}

// Hands over what the stream takes of the opening now. Returns how much is left.
Result<std::size_t> LazyStream::State::try_open() {
  if (writing) return 1;
  if (opening.empty()) return 0;
  const auto size = inner->try_write(opening);
  if (!size) return size;
  opening.erase(opening.begin(), opening.begin() + static_cast<std::ptrdiff_t>(*size));
  if (opening.empty()) opened();
  return opening.size();
}

Result<void> LazyStream::State::refused(Error why) {
  failure = why;
  return std::unexpected(std::move(why));
}

Result<void> LazyStream::State::take_answer(std::size_t bytes) {
  auto message = reader.filled(bytes);
  if (!message) return refused(std::move(message).error());
  const std::optional<std::string> whole = *std::move(message);
  if (!whole) return {};
  const std::string& text = *whole;
  if (!header_read) {
    if (text != kMultistream) return refused(Error(Errc::malformed, "the other end opens with " + in_quotes(text)));
    header_read = true;
  } else if (text == protocol) {
    agreed = true;
  } else if (text == kNotAvailable) {
    return refused(Error(Errc::none_in_common, "the other end does not take " + in_quotes(protocol)));
  } else {
    return refused(Error(Errc::malformed, in_quotes(text) + " in answer to " + in_quotes(protocol)));
  }
  return {};
}

Task<Result<void>> LazyStream::State::await_answer() {
  if (agreed) co_return Result<void>();
  CO_CHECK(co_await open_with({}));
  while (!agreed) {
    if (failure) co_return std::unexpected(*failure);
    if (reading) {
      co_await changed.wait();
      continue;
    }
    const Busy busy(reading, changed);
    auto size = co_await inner->read_some(reader.space());
    if (size) {
      CO_CHECK(take_answer(*size));
    } else if (size.error() == runtime::Errc::end_of_stream) {
      co_return refused(Error(Errc::none_in_common, "the other end ended the stream without an answer"));
    } else {
      co_return std::unexpected(std::move(size).error());
    }
  }
  co_return Result<void>();
}

LazyStream::LazyStream(runtime::StreamPtr inner, std::string protocol)
    : state_(std::make_unique<State>(std::move(inner), std::move(protocol))) {
  QUERN_ASSERT(is_protocol_id(state_->protocol));
}

LazyStream::~LazyStream() = default;

Task<Result<std::size_t>> LazyStream::read_some(std::span<std::byte> out) {
  if (!state_->agreed) CO_CHECK(co_await state_->await_answer());
  co_return co_await state_->inner->read_some(out);
}

Task<Result<void>> LazyStream::wait_readable() {
  if (!state_->agreed) {
    const auto answered = co_await state_->await_answer();
    if (!answered && answered.error() == runtime::Errc::closed) co_return answered;
    if (!answered) co_return Result<void>();  // try_read() says why
  }
  co_return co_await state_->inner->wait_readable();
}

Result<std::size_t> LazyStream::try_read(std::span<std::byte> out) {
  State& state = *state_;
  while (!state.agreed) {
    if (state.failure) return std::unexpected(*state.failure);
    if (state.reading) return 0;
    const auto size = state.inner->try_read(state.reader.space());
    if (!size && size.error() == runtime::Errc::end_of_stream) {
      state.failure = Error(Errc::none_in_common, "the other end ended the stream without an answer");
      continue;
    }
    if (!size || *size == 0) return size;
    if (auto taken = state.take_answer(*size); !taken) return std::unexpected(std::move(taken).error());
  }
  return state.inner->try_read(out);
}

Task<Result<void>> LazyStream::write(std::span<const std::byte> data) {
  if (state_->end_wanted) co_return fail(runtime::Errc::closed);
  if (state_->opening.empty() && !state_->writing && !state_->failure) co_return co_await state_->inner->write(data);
  co_return co_await state_->open_with(data);
}

Result<std::size_t> LazyStream::try_write(std::span<const std::byte> data) {
  if (const auto& failure = state_->failure) return std::unexpected(*failure);
  if (state_->end_wanted) return fail(runtime::Errc::closed);
  const auto left = state_->try_open();
  if (!left) return left;
  return *left == 0 ? state_->inner->try_write(data) : 0;
}

void LazyStream::shutdown_write() noexcept {
  State& state = *state_;
  if (std::exchange(state.end_wanted, true)) return;
  if (state.opening.empty() && !state.writing) {
    state.inner->shutdown_write();
  } else {
    std::ignore = state.try_open();  // what does not leave now leaves with the next read or finish()
  }
}

void LazyStream::close() noexcept {
  state_->inner->close();
}

void LazyStream::abort() noexcept {
  state_->inner->abort();
}

Task<Result<void>> LazyStream::finish() {
  return state_->await_answer();
}

}  // namespace quern::negotiation
