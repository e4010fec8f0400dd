#include "tests/contract/redis_reply.hpp"

#include <gtest/gtest.h>

namespace quern::contract {
namespace {

TEST(RedisReply, strings_of_both_kinds_are_read_with_their_length) {
  const auto simple = parse_reply("+OK\r\n+next");
  ASSERT_TRUE(simple && *simple);
  EXPECT_EQ((*simple)->value, "OK");
  EXPECT_EQ((*simple)->bytes, 5U);
  const auto bulk = parse_reply("$4\r\na\r\nb\r\n");
  ASSERT_TRUE(bulk && *bulk);
  EXPECT_EQ((*bulk)->value, "a\r\nb");
  EXPECT_EQ((*bulk)->bytes, 10U);
}

TEST(RedisReply, a_key_without_value_is_absent) {
  const auto reply = parse_reply("$-1\r\n");
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->value, std::nullopt);
  EXPECT_EQ((*reply)->bytes, 5U);
}

TEST(RedisReply, every_beginning_of_a_reply_asks_for_more) {
  const std::string_view whole = "$12\r\nhello, world\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto reply = parse_reply(whole.substr(0, size));
    ASSERT_TRUE(reply) << size;
    EXPECT_FALSE(*reply) << size;
  }
}

TEST(RedisReply, errors_other_kinds_and_nonsense_are_refused) {
  for (const std::string_view text : {"-ERR unknown command\r\n", ":1\r\n", "*0\r\n", "\r\n", "$\r\n", "$x\r\n",
                                      "$-2\r\n", "$3\r\nabcd\r\n", "$99999999999999999999\r\n", "$65537\r\n"}) {
    EXPECT_FALSE(parse_reply(text)) << text;
  }
  EXPECT_NE(parse_reply("-ERR unknown command\r\n").error().message().find("unknown command"), std::string::npos);
}

TEST(RedisReply, a_line_without_end_is_refused) {
  EXPECT_FALSE(parse_reply("+" + std::string(kReplyBytesMax, 'a')));
}

TEST(RedisReply, a_command_is_an_array_of_bulk_strings) {
  EXPECT_EQ(command_text({"SET", "key", "a b"}), "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$3\r\na b\r\n");
}

}  // namespace
}  // namespace quern::contract
