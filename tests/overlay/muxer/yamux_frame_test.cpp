#include "overlay/muxer/yamux_frame.hpp"

#include <algorithm>
#include <initializer_list>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::muxer {
namespace {

FrameHeaderBytes bytes_of(std::initializer_list<int> values) {
  FrameHeaderBytes bytes{};
  std::ranges::transform(values, bytes.begin(), [](int value) { return static_cast<std::byte>(value); });
  return bytes;
}

// There are no official vectors: these are written by hand from the specification's layout.
TEST(YamuxFrame, headers_have_the_layout_of_the_specification) {
  const struct {
    FrameHeader header;
    FrameHeaderBytes bytes;
  } cases[] = {
      {{FrameType::data, 0, 1, 5}, bytes_of({0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 5})},
      {{FrameType::window_update, kSyn, 3, 0}, bytes_of({0, 1, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0})},
      {{FrameType::window_update, kAck, 3, 0x01020304}, bytes_of({0, 1, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4})},
      {{FrameType::data, kFin, 0xFFFFFFFF, 0}, bytes_of({0, 0, 0, 4, 255, 255, 255, 255, 0, 0, 0, 0})},
      {{FrameType::window_update, kRst, 2, 7}, bytes_of({0, 1, 0, 8, 0, 0, 0, 2, 0, 0, 0, 7})},
      {{FrameType::ping, kSyn, 0, 0xDEADBEEF}, bytes_of({0, 2, 0, 1, 0, 0, 0, 0, 0xDE, 0xAD, 0xBE, 0xEF})},
      {{FrameType::go_away, 0, 0, 1}, bytes_of({0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})},
  };
  for (const auto& [header, bytes] : cases) {
    EXPECT_EQ(encode(header), bytes);
    EXPECT_EQ(decode_frame_header(bytes), header);
  }
}

TEST(YamuxFrame, another_version_or_type_is_refused_by_name) {
  const auto version = decode_frame_header(bytes_of({1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error(), Errc::bad_frame);
  EXPECT_EQ(version.error().detail(), "version 1 of a frame");
  const auto type = decode_frame_header(bytes_of({0, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().detail(), "frame of unknown type 4");
}

RC_GTEST_PROP(YamuxFrame, every_header_survives_its_bytes,
              (std::uint16_t flags, std::uint32_t stream, std::uint32_t length)) {
  const FrameHeader header{static_cast<FrameType>(*rc::gen::inRange(0, 4)), flags, stream, length};
  const bool same = decode_frame_header(encode(header)) == header;
  RC_ASSERT(same);
}

}  // namespace
}  // namespace quern::muxer
