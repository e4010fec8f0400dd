#include "overlay/transport/websocket_frame.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/random.hpp"
#include "overlay/transport/transport.hpp"
#include "overlay/transport/websocket.hpp"

namespace quern::transport {
namespace {

using runtime::Bytes;

Bytes hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 3) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}
Bytes text(std::string_view from) {
  return runtime::copy_of(runtime::bytes_of(from));
}

// A frame as the standard draws it, byte by byte: any header, also a forbidden one.
struct Frame {
  unsigned first = 0x82;
  bool masked = false;
  Bytes payload;
  int length_bytes = 0;  // 2 or 8 forces that form
  MaskKey mask{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}};
};
Bytes wire(const Frame& frame) {
  Bytes out{static_cast<std::byte>(frame.first)};
  const std::size_t size = frame.payload.size();
  const unsigned mask_bit = frame.masked ? 0x80 : 0;
  const int bytes = frame.length_bytes != 0 ? frame.length_bytes : size < 126 ? 0 : size < 65536 ? 2 : 8;
  out.push_back(static_cast<std::byte>(mask_bit | (bytes == 0 ? size : bytes == 2 ? 126 : 127)));
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::byte>(size >> 8 * i));
  if (frame.masked) out.insert(out.end(), frame.mask.begin(), frame.mask.end());
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(frame.masked ? frame.payload[i] ^ frame.mask[i % 4] : frame.payload[i]);
  }
  return out;
}

// What came out of a decoder.
struct Seen {
  Bytes payload;
  std::vector<Bytes> pings;
  bool ended = false;
  std::string failure;
  friend bool operator==(const Seen&, const Seen&) = default;
};
// Decodes `bytes` in pieces whose sizes `next_size` says.
template <class NextSize>
Seen decode(WebSocketRole own, const Bytes& bytes, NextSize next_size) {
  FrameDecoder decoder(own);
  Seen seen;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(bytes.size() - at, static_cast<std::size_t>(next_size()));
    Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    const std::size_t kept = decoder.decode(piece);
    runtime::append(seen.payload, std::span(piece).first(kept));
    for (Bytes& ping : decoder.take_pings()) seen.pings.push_back(std::move(ping));
    at += size;
  }
  seen.ended = decoder.ended();
  if (decoder.failure()) seen.failure = decoder.failure()->detail();
  return seen;
}
Seen decode(WebSocketRole own, const Bytes& bytes) {
  return decode(own, bytes, [&] { return bytes.size(); });
}
std::string failure_of(WebSocketRole own, const Bytes& bytes) {
  return decode(own, bytes).failure;
}
std::string failure_of(const Frame& frame) {
  return failure_of(frame.masked ? WebSocketRole::server : WebSocketRole::client, wire(frame));
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) runtime::append(all, part);
  return all;
}

// RFC 6455 section 5.7.
TEST(WebSocketFrame, the_examples_of_the_standard_are_read) {
  EXPECT_EQ(decode(WebSocketRole::client, hex("81 05 48 65 6c 6c 6f")).payload, text("Hello"));
  EXPECT_EQ(decode(WebSocketRole::server, hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")).payload, text("Hello"));
  EXPECT_EQ(decode(WebSocketRole::client, hex("01 03 48 65 6c 80 02 6c 6f")).payload, text("Hello"));
  const Seen ping = decode(WebSocketRole::client, hex("89 05 48 65 6c 6c 6f"));
  EXPECT_EQ(ping.payload, Bytes());
  EXPECT_EQ(ping.pings, std::vector<Bytes>{text("Hello")});
  const Seen pong = decode(WebSocketRole::server, hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"));
  EXPECT_EQ(pong, Seen());
  for (const auto& [header, size] :
       {std::pair("82 7e 01 00", 256), std::pair("82 7f 00 00 00 00 00 01 00 00", 65536)}) {
    Bytes frame = hex(header);
    const Bytes payload(static_cast<std::size_t>(size), std::byte{7});
    runtime::append(frame, payload);
    EXPECT_EQ(decode(WebSocketRole::client, frame).payload, payload);
  }
}

TEST(WebSocketFrame, the_examples_of_the_standard_are_written) {
  const MaskKey mask{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}};
  Bytes out(64);
  const Bytes hello = text("Hello");
  out.resize(write_frame(out, Opcode::text, {}, hello));
  EXPECT_EQ(out, hex("81 05 48 65 6c 6c 6f"));
  out.resize(64);
  out.resize(write_frame(out, Opcode::text, mask, hello));
  EXPECT_EQ(out, hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
  out.resize(64);
  out.resize(write_frame(out, Opcode::ping, {}, hello));
  EXPECT_EQ(out, hex("89 05 48 65 6c 6c 6f"));
  out.resize(64);
  out.resize(write_frame(out, Opcode::pong, mask, hello));
  EXPECT_EQ(out, hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"));
  out.resize(64);
  out.resize(write_frame(out, Opcode::close, {}, close_payload(CloseCode::normal)));
  EXPECT_EQ(out, hex("88 02 03 e8"));
}

TEST(WebSocketFrame, written_frames_have_the_shortest_length) {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 100'000u}) {
    for (const bool masked : {false, true}) {
      Frame frame{.masked = masked, .payload = Bytes(size)};
      runtime::Random(size).fill(frame.payload);
      Bytes out(size + kFrameHeaderBytesMax);
      const auto mask = masked ? std::optional(frame.mask) : std::nullopt;
      out.resize(write_frame(out, Opcode::binary, mask, frame.payload));
      EXPECT_EQ(out, wire(frame)) << size;
    }
  }
}

RC_GTEST_PROP(WebSocketFrame, masking_by_words_is_masking_by_bytes, (std::uint64_t seed)) {
  runtime::Random random(seed);
  MaskKey mask{};
  random.fill(mask);
  const std::size_t size = random.below(200);
  const std::size_t offset = random.below(9);
  const std::size_t gap = random.below(40);
  Bytes buffer(size + gap);
  random.fill(buffer);
  Bytes expected;
  for (std::size_t i = 0; i < size; ++i) expected.push_back(buffer[gap + i] ^ mask[(offset + i) % 4]);
  mask_copy(buffer.data(), buffer.data() + gap, size, mask, offset);
  buffer.resize(size);
  RC_ASSERT(buffer == expected);
}

// Frames as a peer may send them, sometimes a forbidden one, and what must come out.
Bytes random_traffic(runtime::Random& random, bool masked) {
  std::vector<Bytes> frames;
  bool inside = false;
  for (auto left = random.below(12); left > 0; --left) {
    Frame frame{.masked = masked};
    frame.payload.resize(random.chance_ppm(100'000) ? random.below(70'000) : random.below(300));
    random.fill(frame.payload);
    random.fill(frame.mask);
    if (random.chance_ppm(300'000)) {
      const unsigned kinds[] = {0x89, 0x8a, 0x89, 0x88};
      frame.first = kinds[random.below(random.chance_ppm(300'000) ? 4 : 3)];
      frame.payload.resize(std::min<std::size_t>(frame.payload.size(), 125));
      if (frame.first == 0x88) frame.payload = hex("03 e8 62 79 65");
    } else {
      const bool final = random.chance_ppm(500'000);
      frame.first = (final ? 0x80u : 0u) | (inside ? 0u : 2u);
      inside = !final;
    }
    if (random.chance_ppm(30'000)) frame.first ^= 1u << random.below(8);
    frames.push_back(wire(frame));
  }
  return joined(frames);
}

RC_GTEST_PROP(WebSocketFrame, however_the_stream_is_cut_the_same_comes_out, (std::uint64_t seed, bool server)) {
  runtime::Random random(seed);
  const WebSocketRole own = server ? WebSocketRole::server : WebSocketRole::client;
  const Bytes traffic = random_traffic(random, server);
  // One byte at a time: no cut is left out.
  const Seen expected = decode(own, traffic, [] { return 1u; });
  const std::uint64_t longest = 1 + random.below(20'000);
  RC_ASSERT(decode(own, traffic, [&] { return 1 + random.below(longest); }) == expected);
}

TEST(WebSocketFrame, control_frames_may_stand_inside_a_message) {
  const Bytes traffic =
      joined({wire({.first = 0x02, .payload = text("one ")}), wire({.first = 0x89, .payload = text("p")}),
              wire({.first = 0x00, .payload = text("two ")}), wire({.first = 0x80, .payload = text("three")})});
  const Seen seen = decode(WebSocketRole::client, traffic);
  EXPECT_EQ(seen.payload, text("one two three"));
  EXPECT_EQ(seen.pings, std::vector<Bytes>{text("p")});
}

TEST(WebSocketFrame, a_server_refuses_unmasked_and_a_client_masked_frames) {
  EXPECT_EQ(failure_of(WebSocketRole::server, wire({.payload = text("x")})), "a client's frame without a mask");
  EXPECT_EQ(failure_of(WebSocketRole::client, wire({.masked = true, .payload = text("x")})),
            "a server's frame with a mask");
}

TEST(WebSocketFrame, reserved_bits_and_unknown_kinds_are_refused) {
  for (const unsigned bit : {0x40u, 0x20u, 0x10u})
    EXPECT_EQ(failure_of({.first = 0x82 | bit}), "reserved bits are set");
  for (const unsigned kind : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
    EXPECT_EQ(failure_of({.first = 0x80 | kind}), "an unknown kind of frame") << kind;
  }
}

TEST(WebSocketFrame, continuations_must_continue_and_messages_not_nest) {
  EXPECT_EQ(failure_of({.first = 0x80}), "a continuation of nothing");
  EXPECT_EQ(failure_of({.first = 0x00}), "a continuation of nothing");
  const Bytes nested = joined({wire({.first = 0x02}), wire({.first = 0x82})});
  EXPECT_EQ(failure_of(WebSocketRole::client, nested), "a message inside another");
}

TEST(WebSocketFrame, control_frames_are_short_and_whole) {
  EXPECT_EQ(failure_of({.first = 0x09}), "a control frame in fragments");
  EXPECT_EQ(failure_of({.first = 0x89, .payload = Bytes(126)}), "a control frame above 125 bytes");
  EXPECT_EQ(failure_of({.first = 0x89, .payload = Bytes(125)}), "");
}

TEST(WebSocketFrame, lengths_must_be_minimal) {
  EXPECT_EQ(failure_of({.payload = Bytes(125), .length_bytes = 2}), "a length in more bytes than it needs");
  EXPECT_EQ(failure_of({.payload = Bytes(65'535), .length_bytes = 8}), "a length in more bytes than it needs");
  EXPECT_EQ(failure_of({.payload = Bytes(65'536), .length_bytes = 8}), "");
}

TEST(WebSocketFrame, a_frame_above_the_limit_is_refused_by_its_header_alone) {
  Bytes header = hex("82 7f 00 00 00 00 01 00 00 01");
  EXPECT_NE(failure_of(WebSocketRole::client, header), "");
  FrameDecoder decoder(WebSocketRole::client);
  decoder.decode(header);
  EXPECT_EQ(decoder.failure_code(), CloseCode::too_big);
  EXPECT_EQ(failure_of(WebSocketRole::client, hex("82 7f 00 00 00 00 01 00 00 00")), "");
  EXPECT_NE(failure_of(WebSocketRole::client, hex("82 7f ff ff ff ff ff ff ff ff")), "");
}

TEST(WebSocketFrame, close_codes_must_be_ones_that_may_travel) {
  const auto close = [](unsigned code) {
    return failure_of({.first = 0x88, .payload = {static_cast<std::byte>(code >> 8), static_cast<std::byte>(code)}});
  };
  for (const unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1011u, 1014u, 3000u, 4999u})
    EXPECT_EQ(close(code), "") << code;
  for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 2999u, 5000u, 65535u})
    EXPECT_NE(close(code), "") << code;
  EXPECT_EQ(failure_of({.first = 0x88, .payload = Bytes(1)}), "half a close code");
  EXPECT_EQ(failure_of({.first = 0x88}), "");
}

TEST(WebSocketFrame, behind_a_close_frame_nothing_is_looked_at) {
  const Seen seen = decode(WebSocketRole::client, joined({wire({.payload = text("last")}), wire({.first = 0x88}),
                                                          wire({.payload = text("more")}), hex("ff ff ff")}));
  EXPECT_EQ(seen.payload, text("last"));
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(seen.failure, "");
}

TEST(WebSocketFrame, what_came_before_a_forbidden_frame_is_kept) {
  const Seen seen = decode(WebSocketRole::client, joined({wire({.payload = text("good")}), hex("ff 00")}));
  EXPECT_EQ(seen.payload, text("good"));
  EXPECT_NE(seen.failure, "");
}

TEST(WebSocketFrame, only_the_newest_pings_are_kept) {
  std::vector<Bytes> pings;
  for (int i = 0; i < 1000; ++i) pings.push_back(wire({.first = 0x89, .payload = text(std::to_string(i))}));
  Bytes all = joined(pings);
  FrameDecoder decoder(WebSocketRole::client);
  decoder.decode(all);
  const auto kept = decoder.take_pings();
  EXPECT_EQ(kept.size(), kWebSocketControlQueueMax);
  EXPECT_EQ(kept.back(), text("999"));
  EXPECT_TRUE(decoder.take_pings().empty());
}

TEST(WebSocketFrame, a_stream_may_end_between_frames_only) {
  FrameDecoder decoder(WebSocketRole::client);
  EXPECT_TRUE(decoder.between_frames());
  Bytes frame = wire({.payload = text("Hello")});
  for (std::byte& byte : frame) {
    decoder.decode(std::span(&byte, 1));
    EXPECT_EQ(decoder.between_frames(), &byte == &frame.back());
  }
}

}  // namespace
}  // namespace quern::transport
