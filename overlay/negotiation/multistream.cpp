#include "overlay/negotiation/multistream.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "overlay/negotiation/message.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::negotiation {

using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Stream;
using runtime::Task;

namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "negotiation"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::none_in_common:
        return "no protocol in common";
      case Errc::malformed:
        return "not multistream-select";
      case Errc::too_many:
        return "too many protocols proposed";
    }
    return "unknown error of negotiation";
  }
};

Result<void> check_header(std::string_view text) {
  if (text == kMultistream) return {};
  return fail(Errc::malformed, "the other end did not begin with " + std::string(kMultistream));
}

// The answerer's side of one stream.
class Answerer {
 public:
  explicit Answerer(Stream& stream) : stream_(stream) { append_message(out_, kMultistream); }

  // What must be said before the next message can come is sent when that has to be waited for: on a stream whose
  // proposal is there already, header and answer leave together.
  Task<Result<std::string>> next() {
    for (;;) {
      CO_TRY(auto text, reader_.try_read(stream_));
      if (text) co_return *std::move(text);
      CO_CHECK(co_await send());
      CO_CHECK(co_await stream_.wait_readable());
    }
  }
  void say(std::string_view text) { append_message(out_, text); }
  Task<Result<void>> send() {
    const Bytes out = std::exchange(out_, {});
    if (!out.empty()) CO_CHECK(co_await stream_.write(out));
    co_return Result<void>();
  }

 private:
  Stream& stream_;
  MessageReader reader_;
  Bytes out_;
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

Task<Result<std::size_t>> propose(Stream& stream, std::vector<std::string> protocols) {
  QUERN_ASSERT(!protocols.empty() && protocols.size() <= kProposalsMax);
  Bytes out;
  append_message(out, kMultistream);
  append_message(out, protocols.front());
  CO_CHECK(co_await stream.write(out));
  CO_TRY(const std::string header, co_await read_message(stream));
  CO_CHECK(check_header(header));
  for (std::size_t at = 0;;) {
    CO_TRY(const std::string answer, co_await read_message(stream));
    if (answer == protocols[at]) co_return at;
    if (answer != kNotAvailable) co_return fail(Errc::malformed, "the answer is neither the proposal nor na");
    if (++at == protocols.size()) co_return fail(Errc::none_in_common, "refused: " + protocols.front());
    out.clear();
    append_message(out, protocols[at]);
    CO_CHECK(co_await stream.write(out));
  }
}

Task<Result<std::string>> answer(Stream& stream, std::span<const std::string> served) {
  Answerer answerer(stream);
  CO_TRY(const std::string header, co_await answerer.next());
  CO_CHECK(check_header(header));
  for (std::size_t proposals = 0; proposals < kProposalsMax; ++proposals) {
    CO_TRY(std::string proposal, co_await answerer.next());
    const bool taken = std::ranges::find(served, proposal) != served.end();
    answerer.say(taken ? std::string_view(proposal) : kNotAvailable);
    if (!taken) continue;
    CO_CHECK(co_await answerer.send());
    co_return proposal;
  }
  CO_CHECK(co_await answerer.send());
  co_return fail(Errc::too_many, "more than " + std::to_string(kProposalsMax));
}

}  // namespace quern::negotiation
