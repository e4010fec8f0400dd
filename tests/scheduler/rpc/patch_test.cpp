#include "scheduler/rpc/patch.hpp"

#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/rpc/json_values.hpp"

namespace quern::rpc {
namespace {

namespace json = boost::json;

json::array patch_of(const char* text) {
  return json::parse(text).as_array();
}

// A value near `value`: what a topic becomes.
json::value changed(json::value value) {
  if (json::object* const object = value.if_object(); object && *rc::gen::inRange(0, 4) != 0) {
    if (!object->empty() && *rc::gen::arbitrary<bool>()) {
      auto at = object->begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(object->size()));
      if (*rc::gen::arbitrary<bool>()) {
        at->value() = changed(at->value());
      } else {
        object->erase(at);
      }
    } else {
      object->insert_or_assign(*any_key(), *any_json(1));
    }
    return value;
  }
  if (json::array* const array = value.if_array(); array && !array->empty() && *rc::gen::inRange(0, 4) != 0) {
    json::value& at = (*array)[*rc::gen::inRange<std::size_t>(0, array->size())];
    at = changed(at);
    return value;
  }
  return *any_json(2);
}

void expect_makes(const json::value& before, const json::value& after) {
  const json::array patch = diff(before, after);
  json::value value = before;
  RC_ASSERT(apply(value, patch).has_value());
  RC_ASSERT(value == after);
  RC_ASSERT(patch.empty() == (before == after));
}

RC_GTEST_PROP(Patch, a_diff_of_any_two_values_makes_the_second_of_the_first, ()) {
  expect_makes(*any_json(), *any_json());
}

RC_GTEST_PROP(Patch, a_diff_of_values_near_each_other_makes_the_second_of_the_first, ()) {
  const json::value before = *any_json();
  json::value after = before;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) after = changed(after);
  expect_makes(before, after);
}

RC_GTEST_PROP(Patch, several_operations_are_never_longer_than_the_value, ()) {
  const json::value after = *any_json();
  const json::array patch = diff(*any_json(), after);
  const json::array whole{json::object{{"path", ""}, {"value", after}}};
  RC_ASSERT(patch.size() <= 1U || json::serialize(patch).size() <= json::serialize(whole).size());
}

RC_GTEST_PROP(Patch, any_patch_is_made_or_refused, ()) {
  json::value value = *any_json();
  json::array patch;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    json::object operation{
        {"path", *rc::gen::element<std::string>("", "/", "/a", "/a/0", "/0", "/~", "/~1", "x", "/a/b/c")}};
    if (*rc::gen::arbitrary<bool>()) operation.emplace("value", *any_json(1));
    if (*rc::gen::arbitrary<bool>()) operation.emplace("remove", *rc::gen::arbitrary<bool>());
    patch.push_back(std::move(operation));
  }
  std::ignore = apply(value, patch);
}

TEST(Patch, the_documented_form) {
  const json::value before = json::parse(
      R"({"load":10,"peers":[{"name":"a"},{"name":"b"},{"name":"c"}],"old":{"x":"a text so long that the patch, which does not repeat it, is shorter than the value, which does"}})");
  const json::value after = json::parse(
      R"({"load":11,"peers":[{"name":"a"},{"name":"d"}],"old":{"x":"a text so long that the patch, which does not repeat it, is shorter than the value, which does"},"a/b~c":true})");
  EXPECT_EQ(diff(before, after), patch_of(R"([{"path":"/load","value":11},{"path":"/peers/2","remove":true},
      {"path":"/peers/1/name","value":"d"},{"path":"/a~1b~0c","value":true}])"));
}

TEST(Patch, a_list_grows_at_its_end) {
  json::value value = json::parse(R"({"a":[1]})");
  ASSERT_TRUE(apply(value, patch_of(R"([{"path":"/a/1","value":2},{"path":"/a/2","value":3}])")));
  EXPECT_EQ(value, json::parse(R"({"a":[1,2,3]})"));
}

TEST(Patch, what_does_not_fit_is_refused_and_named) {
  for (const char* text :
       {R"([{"path":"/a/2","value":1}])", R"([{"path":"/a/0","remove":true}])", R"([{"path":"/b/c","value":1}])",
        R"([{"path":"/a/01","value":1}])", R"([{"path":"/a/-","value":1}])", R"([{"path":"a","value":1}])",
        R"([{"path":"/~2","value":1}])", R"([{"path":"","remove":true}])", R"([{"path":"/a","value":1,"remove":true}])",
        R"([{"path":"/a","remove":false}])", R"([{"path":"/a"}])", R"([{"value":1}])", R"([3])",
        R"([{"path":"/n/x","value":1}])", R"([{"path":"/none","remove":true}])"}) {
    json::value value = json::parse(R"({"a":[1,2],"n":5})");
    if (std::string(text).find("/a/2") != std::string::npos) value = json::parse(R"({"a":[1],"n":5})");
    const auto applied = apply(value, patch_of(text));
    ASSERT_FALSE(applied) << text;
    EXPECT_NE(applied.error().detail().find("does not fit"), std::string::npos);
  }
}

}  // namespace
}  // namespace quern::rpc
