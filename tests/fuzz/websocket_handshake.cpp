// Opening handshakes from a stranger, as a server and as a client sees them: no crash, and what is taken has the form
// that it must have.
#include "overlay/transport/websocket_handshake.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace transport = quern::transport;
  const auto received = std::as_bytes(std::span(data, size));
  const auto head_size = transport::http_head_size(received);
  if (head_size && (*head_size > size || *head_size < 4)) std::abort();
  const std::string_view head = quern::runtime::text_of(received.first(head_size.value_or(size)));
  if (const auto request = transport::read_request(head)) {
    if (request->key.size() != 24 || request->target.empty()) std::abort();
    // What was read can be said again and means the same.
    const auto again = transport::read_request(transport::request_text(*request));
    if (!again || again->key != request->key || again->target != request->target) std::abort();
    if (!transport::check_response(transport::response_text(request->key), request->key)) std::abort();
  } else if (transport::refusal_text(request.error()).find("HTTP/1.1 4") != 0) {
    std::abort();
  }
  if (transport::check_response(head, "dGhlIHNhbXBsZSBub25jZQ==") &&
      head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == head.npos) {
    std::abort();
  }
  return 0;
}
