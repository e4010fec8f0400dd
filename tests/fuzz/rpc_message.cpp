// Any bytes, as a message to a server and as one to a client: what is read can be answered, and what is taken survives
// writing and reading.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scheduler/rpc/message.hpp"

namespace {

using namespace quern::rpc;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_request(std::string_view text) {
  const Limits limits{.message_bytes = 1 << 16, .depth = 8, .batch_calls = 16};
  const Incoming incoming = read_message(text, limits);
  require(!incoming.items.empty() && incoming.items.size() <= limits.batch_calls);
  require(incoming.batch || incoming.items.size() == 1);
  for (const auto& item : incoming.items) {
    if (const auto* const malformed = std::get_if<Malformed>(&item)) {
      const auto reply = read_reply(to_text(Response{malformed->id, std::unexpected(malformed->failure)}), 32);
      require(reply && std::get<Response>(*reply).answer.error() == malformed->failure);
      continue;
    }
    const Request& request = std::get<Request>(item);
    const Incoming again = read_message(to_text(request), {});
    require(again.items.size() == 1 && std::get<Request>(again.items[0]) == request);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_request(text);
  if (const auto reply = read_reply(text, 8)) {
    if (const auto* const response = std::get_if<Response>(&*reply)) {
      require(read_reply(to_text(*response), 32).has_value());
    }
  }
  return 0;
}
