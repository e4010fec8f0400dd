#include "scheduler/rpc/registry.hpp"

#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace quern::rpc {
namespace {

namespace json = boost::json;

runtime::Task<Answer> nothing(json::object, Caller) {
  co_return nullptr;
}

Method cancel_method() {
  return {.name = "job.cancel",
          .summary = "Ends a job",
          .params = {{"id", "the job", text(16)}, {"force", "at once", boolean(), false}},
          .result = null(),
          .example_params = {{"id", "j1"}},
          .example_result = nullptr,
          .handler = nothing};
}

std::string refused(const char* params) {
  const auto arguments = Registry::arguments(cancel_method(), json::parse(params));
  return arguments ? "" : arguments.error().detail;
}

TEST(Registry, parameters_come_by_name_or_in_order) {
  const json::object both{{"id", "j1"}, {"force", true}};
  EXPECT_EQ(Registry::arguments(cancel_method(), json::parse(R"({"force":true,"id":"j1"})")), both);
  EXPECT_EQ(Registry::arguments(cancel_method(), json::parse(R"(["j1",true])")), both);
  EXPECT_EQ(Registry::arguments(cancel_method(), json::parse(R"(["j1"])")), (json::object{{"id", "j1"}}));
}

TEST(Registry, parameters_that_do_not_fit_are_named) {
  EXPECT_EQ(refused("{}"), "id: is missing");
  EXPECT_EQ(refused("null"), "id: is missing");
  EXPECT_EQ(refused(R"({"id":3})"), "id: 3 is not of type string");
  EXPECT_EQ(refused(R"({"id":"12345678901234567"})"), "id: a text of 17 bytes is longer than 16");
  EXPECT_EQ(refused(R"({"id":"j1","forse":true})"), "forse: is not known; is force meant?");
  EXPECT_EQ(refused(R"(["j1",true,3])"), "job.cancel takes at most 2 parameters, not 3");
}

TEST(Registry, an_unknown_method_is_answered_with_the_nearest) {
  Registry registry;
  registry.add(cancel_method());
  EXPECT_EQ(registry.unknown("job.cancle").remedy, "is job.cancel meant?");
  EXPECT_EQ(registry.unknown("weather.tomorrow").remedy, "rpc.discover lists what there is");
  EXPECT_EQ(registry.unknown(std::string(100'000, 'x')).detail.size(), kMethodBytesMax);
}

TEST(Schema, what_does_not_fit_is_named_with_its_path) {
  const Schema schema = object({{"rows", list(object({{"n", integer(1, 9)}}, {{"kind", one_of({"a", "b"})}}), 2)}},
                               {{"rest", map_of(boolean())},
                                {"either", either({null(), integer()})},
                                {"maybe", either({integer(0, 5), null()})},
                                {"both", either({text(2), integer(0)})}});
  const auto why = [&](const char* text) {
    const auto fit = check(schema, json::parse(text));
    return fit ? "" : fit.error();
  };
  EXPECT_EQ(why(R"({"rows":[{"n":1},{"n":9,"kind":"b"}],"rest":{"x":true},"either":null})"), "");
  EXPECT_EQ(why(R"({"rows":[{"n":1},{"n":10}]})"), "rows[1].n: 10 is above 9");
  EXPECT_EQ(why(R"({"rows":[{"n":0}]})"), "rows[0].n: 0 is below 1");
  EXPECT_EQ(why(R"({"rows":[{"n":18446744073709551615}]})"), "rows[0].n: 18446744073709551615 is above 9");
  EXPECT_EQ(why(R"({"rows":[{"n":1.5}]})"), "rows[0].n: 1.5E0 is not of type integer");
  EXPECT_EQ(why(R"({"rows":[{"n":1,"kind":"c"}]})"), R"(rows[0].kind: "c" is none of ["a","b"])");
  EXPECT_EQ(why(R"({"rows":[1,2,3]})"), "rows: 3 elements are more than 2");
  EXPECT_EQ(why(R"({"rows":[],"rest":{"x":1}})"), "rest.x: 1 is not of type boolean");
  EXPECT_EQ(why(R"({"rows":[],"either":"x"})"), "either: \"x\" is not of type integer");
  EXPECT_EQ(why(R"({"rows":[],"maybe":-1})"), "maybe: -1 is below 0");
  EXPECT_EQ(why(R"({"rows":[],"maybe":"x"})"), "maybe: \"x\" is not of type integer");
  EXPECT_EQ(why(R"({"rows":[],"both":-1})"), "both: -1 is below 0");
  EXPECT_EQ(why(R"({"rows":[],"both":"xyz"})"), "both: a text of 3 bytes is longer than 2");
  EXPECT_EQ(why(R"({"rows":[],"both":7,"maybe":null})"), "");
  EXPECT_EQ(why("[]"), "[] is not of type object");
}

TEST(Registry, pretty_text_reads_back) {
  const json::value value = json::parse(R"({"a":[1,{"b":"x\n\"y"},[],{}],"c":null})");
  EXPECT_EQ(json::parse(pretty(value)), value);
  EXPECT_EQ(pretty(json::parse(R"({"a":[1]})")), "{\n  \"a\": [\n    1\n  ]\n}\n");
}

}  // namespace
}  // namespace quern::rpc
