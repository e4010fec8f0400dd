#include "scheduler/exchange/messages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::exchange {
namespace {

using runtime::Bytes;

Bytes any_bytes(std::size_t least, std::size_t most) {
  const auto size = *rc::gen::inRange(least, most + 1);
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
  return bytes;
}

JobMessage any_job_message() {
  const auto number = rc::gen::arbitrary<std::uint32_t>();
  const auto any_task = rc::gen::inRange<std::uint32_t>(0, agreement::kTasksMax);
  switch (*rc::gen::inRange(0, 6)) {
    case 0: {
      Follow follow{.demand = {},
                    .has = {.opening = *number, .notes = *number, .vouchers = *number, .closing = *number},
                    .log_offsets = {}};
      const auto tasks = *rc::gen::inRange<std::size_t>(1, agreement::kTasksMax + 1);
      for (std::size_t i = 0; i < tasks; ++i) follow.log_offsets.push_back(*rc::gen::arbitrary<std::uint64_t>());
      follow.demand[3] = std::byte{9};
      return follow;
    }
    case 1:
      return RecordMessage{any_bytes(1, 200)};
    case 2:
      return LogPiece{.task = *any_task, .offset = *rc::gen::arbitrary<std::uint32_t>(), .text = any_bytes(1, 200)};
    case 3:
      return ProgressMessage{.task = *any_task, .permille = *rc::gen::inRange<std::uint32_t>(0, 1001)};
    case 4:
      return CancelMessage{*any_task};
    default:
      return RefusalMessage{{.reason = model::Reason::busy, .detail = "until later"}};
  }
}

RC_GTEST_PROP(JobMessages, say_after_the_way_what_they_said_before, ()) {
  const JobMessage message = any_job_message();
  const Bytes bytes = encode(message);
  RC_ASSERT(bytes.size() <= kJobMessageBytesMax);
  RC_ASSERT(decode_job_message(bytes) == message);
}

TEST(JobMessages, beyond_their_bounds_are_none) {
  EXPECT_FALSE(decode_job_message({}));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(ProgressMessage{.permille = 1001}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(RecordMessage{Bytes(agreement::kRecordBytesMax + 1)}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(RecordMessage{}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(LogPiece{.offset = UINT64_MAX, .text = Bytes(1)}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(RefusalMessage{{model::Reason::busy, "a\x1b[2Jb"}}))));
  EXPECT_FALSE(decode_job_message(Bytes(kJobMessageBytesMax + 1)));
  const std::uint32_t task = agreement::kTasksMax;
  EXPECT_FALSE(decode_job_message(encode(JobMessage(CancelMessage{task}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(ProgressMessage{.task = task}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(LogPiece{.task = task, .text = Bytes(1)}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(Follow{}))));
  EXPECT_FALSE(decode_job_message(encode(JobMessage(Follow{.log_offsets = std::vector<std::uint64_t>(task + 1)}))));
}

TEST(JobMessages, of_the_largest_size_fit_their_limit) {
  const JobMessage log = LogPiece{.offset = UINT64_MAX - kLogPieceBytesMax, .text = Bytes(kLogPieceBytesMax)};
  EXPECT_EQ(decode_job_message(encode(log)), log);
  const JobMessage record = RecordMessage{Bytes(agreement::kRecordBytesMax)};
  EXPECT_EQ(decode_job_message(encode(record)), record);
}

TEST(AgreementMessages, say_after_the_way_what_they_said_before) {
  const AgreementRequest request = BidRequest{.demand = Bytes(agreement::kRecordBytesMax),
                                              .manifests = {std::string(model::kManifestBytesMax, '{')}};
  EXPECT_EQ(decode_agreement_request(encode(request)), request);
  const AgreementRequest several =
      BidRequest{.demand = Bytes(agreement::kRecordBytesMax),
                 .manifests = std::vector(agreement::kTasksMax,
                                          std::string(model::kManifestBytesMax / agreement::kTasksMax, '{'))};
  EXPECT_EQ(decode_agreement_request(encode(several)), several);
  const AgreementRequest agreement = RecordMessage{Bytes(5, std::byte{7})};
  EXPECT_EQ(decode_agreement_request(encode(agreement)), agreement);
  const AgreementResponse bid = RecordMessage{Bytes(agreement::kRecordBytesMax, std::byte{1})};
  EXPECT_EQ(decode_agreement_response(encode(bid)), bid);
  const AgreementResponse refusal = RefusalMessage{{model::Reason::draining, "until noon"}};
  EXPECT_EQ(decode_agreement_response(encode(refusal)), refusal);
}

TEST(AgreementMessages, beyond_their_bounds_are_none) {
  EXPECT_FALSE(decode_agreement_request({}));
  EXPECT_FALSE(decode_agreement_response({}));
  EXPECT_FALSE(decode_agreement_request(encode(AgreementRequest(BidRequest{.demand = Bytes(1), .manifests = {}}))));
  EXPECT_FALSE(decode_agreement_request(encode(AgreementRequest(BidRequest{.demand = {}, .manifests = {"{}"}}))));
  const std::vector<std::string> many(agreement::kTasksMax + 1, "{}");
  EXPECT_FALSE(decode_agreement_request(encode(AgreementRequest(BidRequest{.demand = Bytes(1), .manifests = many}))));
  const std::vector<std::string> half(2, std::string(model::kManifestBytesMax / 2 + 1, 'x'));
  EXPECT_FALSE(decode_agreement_request(encode(AgreementRequest(BidRequest{.demand = Bytes(1), .manifests = half}))));
  const std::string long_text(model::kManifestBytesMax + 1, 'x');
  EXPECT_FALSE(
      decode_agreement_request(encode(AgreementRequest(BidRequest{.demand = Bytes(1), .manifests = {long_text}}))));
}

TEST(RefusalMessages, of_a_later_version_are_malformed_and_keep_their_detail) {
  // refusal { reason: 60000, detail: "new" }
  const Bytes bytes = [] {
    const std::string_view text("\x12\x09\x08\xe0\xd4\x03\x12\x03new", 11);
    return runtime::copy_of(runtime::bytes_of(text));
  }();
  const auto decoded = decode_agreement_response(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(std::get<RefusalMessage>(*decoded).why, (model::Why{model::Reason::record_malformed, "new"}));
}

TEST(RefusalMessages, never_say_that_something_was_done) {
  for (const auto reason : {model::Reason::unspecified, model::Reason::completed}) {
    const auto decoded = decode_job_message(encode(JobMessage(RefusalMessage{{reason, "done"}})));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(std::get<RefusalMessage>(*decoded).why, (model::Why{model::Reason::record_malformed, "done"}));
  }
}

TEST(Offers, go_together_in_one_response_and_no_more_than_may) {
  const std::vector<Bytes> offers(3, Bytes(model::kOfferBytesMax));
  EXPECT_EQ(decode_offers(encode_offers(offers)), offers);
  EXPECT_EQ(decode_offers({}), std::vector<Bytes>());
  EXPECT_FALSE(decode_offers(encode_offers({Bytes(model::kOfferBytesMax + 1)})));
  EXPECT_FALSE(decode_offers(encode_offers({Bytes()})));
}

}  // namespace
}  // namespace quern::exchange
