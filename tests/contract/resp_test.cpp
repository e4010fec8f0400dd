#include "tests/contract/resp.hpp"

#include <gtest/gtest.h>

#include "tests/contract/error.hpp"

namespace quern::contract {
namespace {

using Kind = Reply::Kind;

struct Example {
  std::string bytes;
  Reply reply;
};

const std::vector<Example>& examples() {
  // Of the protocol's specification.
  static const std::vector<Example> kExamples{
      {"+OK\r\n", {.kind = Kind::text, .text = "OK"}},
      {"-ERR unknown command 'asdf'\r\n", {.kind = Kind::error, .text = "ERR unknown command 'asdf'"}},
      {":1000\r\n", {.kind = Kind::number, .number = 1000}},
      {":-7\r\n", {.kind = Kind::number, .number = -7}},
      {"$5\r\nhello\r\n", {.kind = Kind::text, .text = "hello"}},
      {"$4\r\n\r\n\r\n\r\n", {.kind = Kind::text, .text = "\r\n\r\n"}},
      {"$0\r\n\r\n", {.kind = Kind::text}},
      {"$-1\r\n", {.kind = Kind::null}},
      {"*-1\r\n", {.kind = Kind::null}},
      {"*0\r\n", {.kind = Kind::array}},
      {"*2\r\n$5\r\nhello\r\n*1\r\n:1\r\n",
       {.kind = Kind::array,
        .items = {{.kind = Kind::text, .text = "hello"},
                  {.kind = Kind::array, .items = {{.kind = Kind::number, .number = 1}}}}}},
  };
  return kExamples;
}

TEST(Resp, commands_are_arrays_of_bulk_strings) {
  EXPECT_EQ(encode_command({"SET", "key", ""}), "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
}

TEST(Resp, every_kind_of_reply_is_read_and_what_follows_is_left) {
  for (const Example& example : examples()) {
    const auto read = read_reply(example.bytes + "+more");
    ASSERT_TRUE(read && *read) << example.bytes;
    EXPECT_EQ((*read)->reply, example.reply) << example.bytes;
    EXPECT_EQ((*read)->size, example.bytes.size()) << example.bytes;
  }
}

TEST(Resp, a_reply_cut_anywhere_is_not_complete) {
  for (const Example& example : examples()) {
    for (std::size_t size = 0; size < example.bytes.size(); ++size) {
      const auto read = read_reply(std::string_view(example.bytes).substr(0, size));
      ASSERT_TRUE(read) << example.bytes << " cut to " << size;
      EXPECT_FALSE(*read) << example.bytes << " cut to " << size;
    }
  }
}

TEST(Resp, what_is_malformed_or_above_a_limit_is_refused) {
  const std::vector<std::string> bad{
      "\r\n",
      "OK\r\n",
      ":\r\n",
      ":1x\r\n",
      ":99999999999999999999\r\n",
      "$-2\r\n",
      "$" + std::to_string(kReplyTextMax + 1) + "\r\n",
      "$3\r\nhello\r\n",
      "*" + std::to_string(kReplyItemsMax + 1) + "\r\n",
      "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
      std::string(100'000, '+'),
  };
  for (const std::string& bytes : bad) {
    const auto read = read_reply(bytes);
    ASSERT_FALSE(read) << bytes.substr(0, 40);
    EXPECT_EQ(read.error(), Errc::bad_reply);
  }
}

TEST(Resp, longest_text_is_read) {
  const std::string text(kReplyTextMax, 'a');
  const auto read = read_reply("$" + std::to_string(text.size()) + "\r\n" + text + "\r\n");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->reply.text, text);
}

}  // namespace
}  // namespace quern::contract
