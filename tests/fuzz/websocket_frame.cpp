// Frames from a stranger, to a server (first byte odd) or a client: no crash, no more out than in, bounded pings, and
// the same comes out however the stream is cut (the second byte says where).
#include "overlay/transport/websocket_frame.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "overlay/transport/websocket.hpp"

namespace {

using quern::runtime::Bytes;
using quern::transport::FrameDecoder;
using quern::transport::WebSocketRole;

struct Seen {
  Bytes payload;
  bool ended = false;
  bool between = false;
  std::string failure;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen decode(WebSocketRole own, const Bytes& wire, std::size_t piece_size) {
  FrameDecoder decoder(own);
  Seen seen;
  for (std::size_t at = 0; at < wire.size(); at += piece_size) {
    const auto rest = std::span(wire).subspan(at);
    Bytes piece = quern::runtime::copy_of(rest.first(std::min(piece_size, rest.size())));
    const std::size_t kept = decoder.decode(piece);
    if (kept > piece.size()) std::abort();
    quern::runtime::append(seen.payload, std::span(piece).first(kept));
    for (const Bytes& ping : decoder.take_pings()) {
      if (ping.size() > quern::transport::kControlPayloadBytesMax) std::abort();
    }
  }
  seen.ended = decoder.ended();
  seen.between = decoder.between_frames();
  if (decoder.failure()) seen.failure = decoder.failure()->message();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const WebSocketRole own = (data[0] & 1) != 0 ? WebSocketRole::server : WebSocketRole::client;
  const std::size_t piece_size = std::size_t{1} + data[1];
  const Bytes wire = quern::runtime::copy_of(std::as_bytes(std::span(data, size)).subspan(2));
  if (decode(own, wire, piece_size) != decode(own, wire, wire.size() + 1)) std::abort();
  return 0;
}
