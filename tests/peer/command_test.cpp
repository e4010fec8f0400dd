#include "tests/peer/command.hpp"

#include <gtest/gtest.h>

#include "overlay/connection/gater.hpp"
#include "tests/peer/error.hpp"
#include "tests/peer/options.hpp"

namespace quern::peer {
namespace {

CommandTable table() {
  CommandTable out;
  const Handler handler = [](const Arguments&) -> runtime::Task<runtime::Result<boost::json::object>> {
    co_return boost::json::object{};
  };
  out.add("ping", {"peer", "count"}, handler);
  return out;
}

TEST(CommandTable, a_command_is_read_with_its_id_and_timeout) {
  const auto request = table().read(R"({"id":"seven","cmd":"ping","count":3,"timeout":250})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->id, "seven");
  EXPECT_EQ(request->command, "ping");
  EXPECT_EQ(request->timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(*request->arguments.number("count", 1, 10), 3U);
}

TEST(CommandTable, a_command_without_timeout_has_fifteen_seconds) {
  const auto request = table().read(R"({"id":1,"cmd":"ping"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->timeout, std::chrono::seconds(15));
}

struct Bad {
  const char* line;
  boost::json::value id;
  Errc code;
};

TEST(CommandTable, a_bad_line_is_told_with_its_id_where_that_can_be_read) {
  const std::vector<Bad> lines{
      {"", nullptr, Errc::bad_line},
      {"ping", nullptr, Errc::bad_line},
      {"[1]", nullptr, Errc::bad_line},
      {"{}", nullptr, Errc::bad_line},
      {R"({"id":1})", 1, Errc::bad_line},
      {R"({"id":1,"cmd":7})", 1, Errc::bad_line},
      {R"({"id":[1],"cmd":"ping"})", nullptr, Errc::bad_line},
      {R"({"id":2,"cmd":"pong"})", 2, Errc::unknown_command},
      {R"({"id":3,"cmd":"ping","cuont":2})", 3, Errc::bad_argument},
      {R"({"id":4,"cmd":"ping","timeout":-1})", 4, Errc::bad_argument},
      {R"({"id":4,"cmd":"ping","timeout":"soon"})", 4, Errc::bad_argument},
      {R"({"id":4,"cmd":"ping","timeout":3600001})", 4, Errc::bad_argument},
      {R"({"id":5,"cmd":"ping","peer":[[[[[[[[[[1]]]]]]]]]]})", nullptr, Errc::bad_line},
  };
  for (const Bad& bad : lines) {
    const auto request = table().read(bad.line);
    ASSERT_FALSE(request) << bad.line;
    EXPECT_EQ(request.error().id, bad.id) << bad.line;
    EXPECT_EQ(request.error().error, bad.code) << bad.line;
  }
}

TEST(Arguments, a_wrong_argument_is_named_with_what_it_was) {
  const Arguments arguments({{"count", -3}, {"peer", "nobody"}, {"addr", "/ip4/1.2.3/tcp/1"}});
  EXPECT_EQ(arguments.number("count", 1, 10).error().detail(), "count is -3, must be a whole number of at most 10");
  EXPECT_TRUE(arguments.peer().error().detail().starts_with("peer is \"nobody\": "));
  EXPECT_TRUE(arguments.address().error().detail().starts_with("addr is \"/ip4/1.2.3/tcp/1\": "));
  EXPECT_EQ(arguments.text("protocol").error().detail(), "protocol is missing, must be text");
  EXPECT_EQ(*arguments.number("size", 7, 10), 7U);
}

TEST(Limits, are_set_by_their_names_and_the_others_stay) {
  const auto limits = read_limits(R"({"connections_in":8,"memory_bytes":0})");
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->connections_in, 8U);
  EXPECT_EQ(limits->memory_bytes, 0U);
  EXPECT_EQ(limits->connections_out, connection::Limits().connections_out);
}

TEST(Limits, what_is_no_limit_is_refused_by_name) {
  EXPECT_TRUE(
      read_limits(R"({"conections_in":8})").error().detail().starts_with("there is no conections_in; there are "));
  EXPECT_EQ(read_limits(R"({"connections_in":-8})").error().detail(), "connections_in is not a whole number: -8");
  EXPECT_EQ(read_limits(R"({"connections_in":"8"})").error().detail(), "connections_in is not a whole number: \"8\"");
  EXPECT_EQ(read_limits("8").error().detail(), "not a JSON object: 8");
}

TEST(ErrorNames, say_the_same_for_the_same_failure) {
  EXPECT_EQ(name_of(runtime::Error(runtime::Errc::reset).code()), "reset");
  EXPECT_EQ(name_of(runtime::Error(connection::Errc::unknown_protocol).code()), "unknown_protocol");
  EXPECT_EQ(name_of(runtime::Error(Errc::wrong_bytes).code()), "wrong_bytes");
  EXPECT_EQ(name_of(std::make_error_code(std::errc::io_error)), "unknown_error");
}

}  // namespace
}  // namespace quern::peer
