#include "scheduler/cli/fields.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace quern::scheduler::cli {
namespace {

namespace json = boost::json;

// What is wrong after reading one key as T; empty when nothing is.
template <class T>
std::string fault_of(std::string_view document, std::string_view key) {
  const json::value value = json::parse(document);
  Fault fault;
  std::ignore = Fields(value, fault).field<T>(key);
  return fault.text();
}

TEST(Fields, reads_what_is_there) {
  const json::value value =
      json::parse(R"({"text":"a","number":-3,"most":18446744073709551615,"flag":true,"list":["x","y"],"null":null})");
  Fault fault;
  const Fields fields(value, fault);
  EXPECT_EQ(fields.field<std::string>("text"), "a");
  EXPECT_EQ(fields.field<std::int64_t>("number"), -3);
  EXPECT_EQ(fields.field<model::Credits>("number").micro, -3);
  EXPECT_EQ(fields.field<std::uint64_t>("most"), UINT64_MAX);
  EXPECT_TRUE(fields.field<bool>("flag"));
  EXPECT_EQ(fields.field<std::vector<std::string>>("list"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(fields.field<std::optional<std::string>>("null"), std::nullopt);
  EXPECT_EQ(fields.field<std::optional<std::string>>("absent"), std::nullopt);
  EXPECT_EQ(fields.field<std::optional<std::string>>("text"), "a");
  EXPECT_FALSE(fault.found());
}

TEST(Fields, names_the_key_and_what_is_wrong_with_it) {
  EXPECT_EQ(fault_of<std::string>("{}", "id"), "id is missing");
  EXPECT_EQ(fault_of<std::string>(R"({"id":null})", "id"), "id is missing");
  EXPECT_EQ(fault_of<std::string>(R"({"id":3})", "id"), "id must be a text and is an integer");
  EXPECT_EQ(fault_of<std::optional<std::string>>(R"({"id":[]})", "id"), "id must be a text and is a list");
  EXPECT_EQ(fault_of<bool>(R"({"id":"true"})", "id"), "id must be a boolean and is a text");
  EXPECT_EQ(fault_of<std::uint64_t>(R"({"n":-1})", "n"), "n must be 0 to 18446744073709551615 and is -1");
  EXPECT_EQ(fault_of<std::uint32_t>(R"({"n":4294967296})", "n"), "n must be 0 to 4294967295 and is 4294967296");
  EXPECT_EQ(fault_of<std::int64_t>(R"({"n":9223372036854775808})", "n"),
            "n must be -9223372036854775808 to 9223372036854775807 and is 9223372036854775808");
  EXPECT_EQ(fault_of<std::int64_t>(R"({"n":1e3})", "n"), "n must be an integer and is a fraction or beyond 64 bits");
  EXPECT_EQ(fault_of<std::vector<std::string>>(R"({"l":["a",1]})", "l"), "l[1] must be a text and is an integer");
  EXPECT_EQ(fault_of<std::string>("[]", "id"), "the answer must be an object and is a list");
}

TEST(Fields, of_inner_objects_have_the_path_that_leads_to_them) {
  const json::value value = json::parse(R"({"jobs":[{"id":"a"},{"why":{"text":1}}],"other":7})");
  const auto first_fault = [&](const auto& read) {
    Fault fault;
    read(Fields(value, fault));
    return fault.text();
  };
  EXPECT_EQ(first_fault([](const Fields& fields) {
              std::ignore = fields.objects("jobs").at(1).object("why").field<std::string>("text");
            }),
            "jobs[1].why.text must be a text and is an integer");
  EXPECT_EQ(first_fault([](const Fields& fields) { std::ignore = fields.objects("other"); }),
            "other must be a list and is an integer");
  EXPECT_EQ(first_fault([](const Fields& fields) { std::ignore = fields.object("absent").field<bool>("x"); }),
            "absent is missing");
}

TEST(Fields, keep_the_first_fault) {
  const json::value value = json::parse("{}");
  Fault fault;
  const Fields fields(value, fault);
  std::ignore = fields.field<std::string>("first");
  std::ignore = fields.field<std::string>("second");
  fields.refuse("third", "is wrong");
  EXPECT_EQ(fault.text(), "first is missing");
}

}  // namespace
}  // namespace quern::scheduler::cli
