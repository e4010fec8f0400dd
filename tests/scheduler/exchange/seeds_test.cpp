// The seeds of the fuzz target market_messages: one of every kind of message.
#include "tests/scheduler/seeds.hpp"

#include "scheduler/exchange/messages.hpp"

namespace quern::exchange {
namespace {

using runtime::Bytes;

TEST(Seeds, of_messages_are_one_of_every_kind_as_they_are_written_now) {
  const Bytes record(40, std::byte{7});
  Follow follow{.demand = {}, .has = {.opening = 4, .notes = 2, .vouchers = 1, .closing = 0}, .log_offsets = {0, 300}};
  follow.demand.fill(std::byte{9});
  const RefusalMessage refusal{{.reason = model::Reason::busy, .detail = "until later"}};
  const std::map<std::string, JobMessage> of_jobs{
      {"cancel", CancelMessage{1}},
      {"follow", follow},
      {"log", LogPiece{.task = 1, .offset = 300, .text = runtime::copy_of(runtime::bytes_of("a line\n"))}},
      {"progress", ProgressMessage{.task = 1, .permille = 500}},
      {"record", RecordMessage{record}},
      {"refusal", refusal}};
  std::map<std::string, Bytes> seeds;
  for (const auto& [name, message] : of_jobs) {
    const Bytes bytes = encode(message);
    EXPECT_EQ(decode_job_message(bytes), message) << name;
    seeds.emplace("job_" + name, bytes);
  }
  const AgreementRequest request = BidRequest{.demand = record, .manifests = {R"({"kind":"OpenCLKernel"})", "{}"}};
  EXPECT_EQ(decode_agreement_request(encode(request)), request);
  seeds.emplace("bid_request", encode(request));
  seeds.emplace("agreement", encode(AgreementRequest(RecordMessage{record})));
  seeds.emplace("bid", encode(AgreementResponse(RecordMessage{record})));
  seeds.emplace("no_bid", encode(AgreementResponse(refusal)));
  seeds.emplace("offers", encode_offers({record, Bytes(3, std::byte{1})}));
  expect_seeds("market_messages", seeds);
}

}  // namespace
}  // namespace quern::exchange
