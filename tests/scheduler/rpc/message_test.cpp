#include "scheduler/rpc/message.hpp"

#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/rpc/json_values.hpp"

namespace quern::rpc {
namespace {

namespace json = boost::json;

// The answers to a message by the methods of the specification's examples, or "" when there are none.
std::string answered(std::string_view text, const Limits& limits = {}) {
  std::vector<Response> responses;
  const Incoming incoming = read_message(text, limits);
  for (const auto& item : incoming.items) {
    if (const auto* const malformed = std::get_if<Malformed>(&item)) {
      responses.push_back({malformed->id, std::unexpected(malformed->failure)});
      continue;
    }
    const auto& request = std::get<Request>(item);
    Answer answer = fail(Code::method_not_found);
    if (request.method == "subtract" && request.params.is_array()) {
      answer = request.params.at(0).as_int64() - request.params.at(1).as_int64();
    } else if (request.method == "subtract") {
      answer = request.params.at("minuend").as_int64() - request.params.at("subtrahend").as_int64();
    } else if (request.method == "sum") {
      std::int64_t sum = 0;
      for (const json::value& number : request.params.as_array()) sum += number.as_int64();
      answer = sum;
    } else if (request.method == "get_data") {
      answer = json::array{"hello", 5};
    }
    if (request.id) responses.push_back({*request.id, std::move(answer)});
  }
  if (responses.empty()) return "";
  return incoming.batch ? to_text(responses) : to_text(responses.front());
}

// As the specification shows errors: without data, and with its own texts.
std::string bare(const std::string& text) {
  if (text.empty()) return text;
  json::value value = json::parse(text);
  const auto strip = [](json::value& answer) {
    if (json::value* const error = answer.as_object().if_contains("error")) {
      *error = error->at("code");
    }
  };
  if (json::array* const batch = value.if_array()) {
    for (json::value& answer : *batch) strip(answer);
  } else {
    strip(value);
  }
  return json::serialize(value);
}

void expect_answer(std::string_view request, std::string_view answer) {
  const std::string got = bare(answered(request));
  if (answer.empty()) {
    EXPECT_EQ(got, "") << request;
  } else {
    EXPECT_EQ(json::parse(got), json::parse({answer.data(), answer.size()})) << request;
  }
}

// jsonrpc.org/specification, section 7; an error stands as its code.
TEST(Message, examples_of_the_specification_with_parameters_in_order_and_by_name) {
  expect_answer(R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})",
                R"({"jsonrpc": "2.0", "result": 19, "id": 1})");
  expect_answer(R"({"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2})",
                R"({"jsonrpc": "2.0", "result": -19, "id": 2})");
  expect_answer(R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})",
                R"({"jsonrpc": "2.0", "result": 19, "id": 3})");
  expect_answer(R"({"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4})",
                R"({"jsonrpc": "2.0", "result": 19, "id": 4})");
}

TEST(Message, examples_of_the_specification_with_notifications) {
  expect_answer(R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})", "");
  expect_answer(R"({"jsonrpc": "2.0", "method": "foobar"})", "");
}

TEST(Message, examples_of_the_specification_with_errors) {
  expect_answer(R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})",
                R"({"jsonrpc": "2.0", "error": -32601, "id": "1"})");
  expect_answer(R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])",
                R"({"jsonrpc": "2.0", "error": -32700, "id": null})");
  expect_answer(R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})",
                R"({"jsonrpc": "2.0", "error": -32600, "id": null})");
}

TEST(Message, examples_of_the_specification_with_batches) {
  expect_answer(R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method")",
                R"({"jsonrpc": "2.0", "error": -32700, "id": null})");
  expect_answer("[]", R"({"jsonrpc": "2.0", "error": -32600, "id": null})");
  expect_answer("[1]", R"([{"jsonrpc": "2.0", "error": -32600, "id": null}])");
  expect_answer("[1,2,3]", R"([{"jsonrpc": "2.0", "error": -32600, "id": null},
                              {"jsonrpc": "2.0", "error": -32600, "id": null},
                              {"jsonrpc": "2.0", "error": -32600, "id": null}])");
  expect_answer(R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
                    {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
                    {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
                    {"foo": "boo"},
                    {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
                    {"jsonrpc": "2.0", "method": "get_data", "id": "9"}])",
                R"([{"jsonrpc": "2.0", "result": 7, "id": "1"},
                    {"jsonrpc": "2.0", "result": 19, "id": "2"},
                    {"jsonrpc": "2.0", "error": -32600, "id": null},
                    {"jsonrpc": "2.0", "error": -32601, "id": "5"},
                    {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}])");
  expect_answer(R"([{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
                    {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}])",
                "");
}

TEST(Message, an_id_comes_back_as_it_came_or_is_refused) {
  for (const std::string id : {"0", "-9223372036854775808", "18446744073709551615", "\"\"", "\"\\u0000\"", "null"}) {
    expect_answer(R"({"jsonrpc":"2.0","method":"get_data","id":)" + id + "}",
                  R"({"jsonrpc":"2.0","result":["hello",5],"id":)" + id + "}");
  }
  const std::string longest = '"' + std::string(kIdBytesMax, 'x') + '"';
  const std::string too_long = '"' + std::string(kIdBytesMax + 1, 'x') + '"';
  expect_answer(R"({"jsonrpc":"2.0","method":"x","id":)" + longest + "}",
                R"({"jsonrpc":"2.0","error":-32601,"id":)" + longest + "}");
  for (const std::string& id : {std::string("1.5"), std::string("1e3"), std::string("true"), std::string("[]"),
                                std::string("{}"), std::string(40, '9'), too_long}) {
    expect_answer(R"({"jsonrpc":"2.0","method":"x","id":)" + id + "}", R"({"jsonrpc":"2.0","error":-32600,"id":null})");
  }
}

TEST(Message, an_invalid_request_is_answered_under_its_id_where_it_has_one) {
  expect_answer(R"({"jsonrpc":"1.0","method":"x","id":7})", R"({"jsonrpc":"2.0","error":-32600,"id":7})");
  expect_answer(R"({"method":"x","id":7})", R"({"jsonrpc":"2.0","error":-32600,"id":7})");
  expect_answer(R"({"jsonrpc":"2.0","method":"x","params":3,"id":7})", R"({"jsonrpc":"2.0","error":-32600,"id":7})");
  expect_answer(R"({"jsonrpc":"2.0","method":")" + std::string(kMethodBytesMax + 1, 'm') + R"(","id":7})",
                R"({"jsonrpc":"2.0","error":-32600,"id":7})");
}

TEST(Message, a_key_that_is_there_twice_is_refused_at_any_depth) {
  for (const std::string text : {
           R"({"jsonrpc":"2.0","id":1,"method":"get_data","method":"subtract"})",
           R"({"jsonrpc":"2.0","id":1,"id":1,"method":"get_data"})",
           R"({"jsonrpc":"2.0","id":1,"method":"get_data","params":{"a":1,"b":[{"x":{}},{"c":1,"\u0063":2}]}})",
           R"([{"jsonrpc":"2.0","id":1,"method":"get_data","params":{"":1,"":1}}])",
       }) {
    expect_answer(text, R"({"jsonrpc":"2.0","error":-32600,"id":null})");
    EXPECT_NE(answered(text).find("is there twice"), std::string::npos) << text;
  }
  EXPECT_NE(answered(R"({"id":1,"a\n":1,"a\n":2})").find(R"(the key \"a\\n\" is there twice)"), std::string::npos);
  expect_answer(R"({"jsonrpc":"2.0","id":1,"method":"get_data","params":{"a":{"b":1},"c":[{"a":1},{"a":1}],"b":1}})",
                R"({"jsonrpc":"2.0","result":["hello",5],"id":1})");
  EXPECT_FALSE(read_reply(R"({"jsonrpc":"2.0","id":1,"result":1,"result":2})", 32));
}

TEST(Message, limits_are_named_with_value_and_bound) {
  const Limits limits{.message_bytes = 64, .depth = 4, .batch_calls = 2};
  EXPECT_NE(answered(std::string(65, ' '), limits).find("message_bytes: 65 of 64"), std::string::npos);
  EXPECT_NE(answered("[[[[[]]]]]", limits).find("depth: 5 of 4"), std::string::npos);
  EXPECT_NE(answered("[1,2,3]", limits).find("batch_calls: 3 of 2"), std::string::npos);
  EXPECT_EQ(json::parse(answered("[1,2]", limits)).as_array().size(), 2);
}

TEST(Message, nesting_of_any_depth_is_refused_without_recursion) {
  EXPECT_NE(answered(std::string(4'000'000, '[')).find("depth"), std::string::npos);
}

RC_GTEST_PROP(Message, requests_survive_writing_and_reading, ()) {
  Request request{.method = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z')),
                  .params = *rc::gen::element<json::value>(nullptr, json::object{{"a", 1}}, json::array{1, "x"}),
                  .id = std::nullopt};
  request.method.resize(std::min(request.method.size(), kMethodBytesMax));
  if (*rc::gen::arbitrary<bool>()) request.id = *rc::gen::arbitrary<std::int64_t>();
  const Incoming incoming = read_message(to_text(request), {});
  RC_ASSERT(!incoming.batch && incoming.items.size() == 1U);
  RC_ASSERT(std::get<Request>(incoming.items[0]) == request);
}

RC_GTEST_PROP(Message, answers_survive_writing_and_reading, ()) {
  const json::value result = *any_json();
  const auto reply = read_reply(to_text(Response{7, result}), 256);
  RC_ASSERT(reply.has_value());
  const auto& response = std::get<Response>(*reply);
  RC_ASSERT(response.id == json::value(7));
  RC_ASSERT(response.answer.has_value() && *response.answer == result);
}

TEST(Message, failures_survive_writing_and_reading) {
  const Failure refused = refusal({model::Reason::price_too_high, "3 of 2 credits"});
  const auto reply = read_reply(to_text(Response{"a", std::unexpected(refused)}), 32);
  ASSERT_TRUE(reply);
  const auto& response = std::get<Response>(*reply);
  ASSERT_FALSE(response.answer);
  EXPECT_EQ(response.answer.error(), refused);
  EXPECT_EQ(refused.reason, "price_too_high");
  EXPECT_FALSE(refused.remedy.empty());
}

TEST(Message, a_reply_that_is_none_is_an_error) {
  for (const char* text :
       {"", "[]", "{}", R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","result":1,"error":{},"id":1})",
        R"({"jsonrpc":"2.0","error":{"code":"x","message":"y"},"id":1})", R"({"jsonrpc":"2.0","result":1})"}) {
    EXPECT_FALSE(read_reply(text, 32)) << text;
  }
}

TEST(Failure, a_detail_is_cut_between_characters) {
  const Failure cut = failure(Code::failed, std::string(kDetailBytesMax - 4, 'x') + "\u20ac\u20ac\u20ac");
  EXPECT_LE(cut.detail.size(), kDetailBytesMax);
  EXPECT_TRUE(json::parse(json::serialize(json::value(cut.detail))).is_string());
  EXPECT_TRUE(cut.detail.ends_with("x..."));
}

}  // namespace
}  // namespace quern::rpc
