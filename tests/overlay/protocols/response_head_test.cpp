#include "overlay/protocols/response_head.hpp"

#include <string>

#include <gtest/gtest.h>

namespace quern::protocols {
namespace {

using runtime::bytes_of;

TEST(ResponseHead, success_takes_no_byte) {
  EXPECT_TRUE(encode_response_head(ResponseStatus::ok, "").empty());
  EXPECT_TRUE(check_response_head({}));
}

TEST(ResponseHead, each_refusal_arrives_as_its_error_with_its_text) {
  const auto arrives = [](ResponseStatus status) {
    const auto error = check_response_head(encode_response_head(status, "why")).error();
    EXPECT_EQ(error.detail(), "why");
    return error.code();
  };
  EXPECT_EQ(arrives(ResponseStatus::failed), Errc::remote_failure);
  EXPECT_EQ(arrives(ResponseStatus::rate_limited), Errc::rate_limited);
  EXPECT_EQ(arrives(ResponseStatus::too_large), Errc::message_too_large);
  EXPECT_EQ(arrives(ResponseStatus::bad_request), Errc::bad_message);
}

TEST(ResponseHead, a_long_text_is_cut_and_the_head_stays_within_its_limit) {
  const auto head = encode_response_head(ResponseStatus::failed, std::string(100'000, 'x'));
  EXPECT_LE(head.size(), kResponseHeadBytesMax);
  EXPECT_EQ(check_response_head(head).error().detail(), std::string(kResponseTextBytesMax, 'x'));
}

TEST(ResponseHead, text_that_is_not_printable_is_made_so_on_both_ends) {
  const auto head = encode_response_head(ResponseStatus::failed, "a\xff\x1b[2Jb");
  EXPECT_EQ(check_response_head(head).error().detail(), "a??[2Jb");
  EXPECT_EQ(check_response_head(bytes_of("\x08\x01\x12\x03"
                                         "a\nb"))
                .error()
                .detail(),
            "a?b");
}

TEST(ResponseHead, what_is_no_head_is_a_bad_message) {
  EXPECT_EQ(check_response_head(bytes_of("\x08\x63")).error().detail(), "unknown status 99 in a response head");
  EXPECT_EQ(check_response_head(bytes_of("\x12\x05"
                                         "ab"))
                .error(),
            Errc::bad_message);
  EXPECT_EQ(check_response_head(runtime::Bytes(kResponseHeadBytesMax + 1)).error(), Errc::bad_message);
}

}  // namespace
}  // namespace quern::protocols
