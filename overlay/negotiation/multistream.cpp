#include "overlay/negotiation/multistream.hpp"

#include <algorithm>
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

const char* text_of(Errc code) {
  switch (code) {
    case Errc::none_in_common:
      return "no protocol in common";
    case Errc::malformed:
      return "not a multistream-select message";
    case Errc::too_many:
      return "too many protocols proposed";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.negotiation"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

Task<Result<void>> read_header(Stream& stream, Bytes& unsent) {
  CO_TRY(const std::string header, co_await read_message(stream, unsent));
  if (header != kMultistream) co_return fail(Errc::malformed, "the other end opens with " + in_quotes(header));
  co_return Result<void>();
}

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

bool is_protocol_id(std::string_view text) {
  return text.starts_with('/') && text.size() <= kProtocolBytesMax && !text.contains('\n');
}

Task<Result<std::size_t>> propose(Stream& stream, std::vector<std::string> protocols) {
  QUERN_ASSERT(!protocols.empty() && protocols.size() <= kProposalsMax &&
               std::ranges::all_of(protocols, is_protocol_id));
  Bytes out;
  append_message(out, kMultistream);
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    append_message(out, protocols[i]);
    CO_CHECK(co_await stream.write(out));
    out.clear();
    if (i == 0) CO_CHECK(co_await read_header(stream, out));
    CO_TRY(const std::string answer, co_await read_message(stream, out));
    if (answer == protocols[i]) co_return i;
    if (answer != kNotAvailable) {
      co_return fail(Errc::malformed, in_quotes(answer) + " in answer to " + in_quotes(protocols[i]));
    }
  }
  co_return fail(Errc::none_in_common, "the other end does not take " + in_quotes(protocols.front()) +
                                           (protocols.size() > 1 ? " nor the others" : ""));
}

Task<Result<std::string>> answer(Stream& stream, std::span<const std::string> served) {
  Bytes out;
  append_message(out, kMultistream);
  CO_CHECK(co_await read_header(stream, out));
  std::string last;
  for (std::size_t proposals = 0; proposals < kProposalsMax; ++proposals) {
    auto proposal = co_await read_message(stream, out);
    const bool gave_up = !proposal && proposal.error() == runtime::Errc::end_of_stream && proposals != 0;
    if (gave_up) co_return fail(Errc::none_in_common, in_quotes(last) + " the last proposal");
    if (!proposal) co_return std::unexpected(std::move(proposal).error());
    last = *std::move(proposal);
    const bool taken = std::ranges::find(served, last) != served.end();
    append_message(out, taken ? std::string_view(last) : kNotAvailable);
    CO_CHECK(co_await stream.write(out));
    out.clear();
    if (taken) co_return last;
  }
  co_return fail(Errc::too_many, in_quotes(last) + " the last proposal");
}

}  // namespace quern::negotiation
