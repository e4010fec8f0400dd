// The market's messages from any bytes: what is taken says the same when it is written and read again.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "scheduler/exchange/messages.hpp"
#include "tests/fuzz/taken.hpp"

namespace {

namespace exchange = quern::exchange;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto message = exchange::decode_job_message(bytes)) {
    quern::fuzz::taken();
    require(exchange::decode_job_message(exchange::encode(*message)) == message);
  }
  if (const auto message = exchange::decode_agreement_request(bytes)) {
    quern::fuzz::taken();
    require(exchange::decode_agreement_request(exchange::encode(*message)) == message);
  }
  if (const auto message = exchange::decode_agreement_response(bytes)) {
    quern::fuzz::taken();
    require(exchange::decode_agreement_response(exchange::encode(*message)) == message);
  }
  if (const auto offers = exchange::decode_offers(bytes)) {
    quern::fuzz::taken();
    require(exchange::decode_offers(exchange::encode_offers(*offers)) == offers);
  }
  return 0;
}
