#include "scheduler/cli/pretty_json.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "hwprobe/report_json.hpp"
#include "tests/hwprobe/example_report.hpp"

namespace quern::scheduler::cli {
namespace {

TEST(PrettyJson, indents_objects_and_keeps_plain_lists_on_a_line) {
  EXPECT_EQ(pretty(boost::json::parse(R"({"a":1,"b":[1,2],"c":[{"d":[]},{}],"e":"x\ny"})")),
            "{\n"
            "  \"a\": 1,\n"
            "  \"b\": [1, 2],\n"
            "  \"c\": [\n"
            "    {\n"
            "      \"d\": []\n"
            "    },\n"
            "    {}\n"
            "  ],\n"
            "  \"e\": \"x\\ny\"\n"
            "}");
}

TEST(PrettyJson, says_the_same_as_the_dense_form) {
  const boost::json::value report = to_json(hwprobe::example_report());
  EXPECT_EQ(boost::json::parse(pretty(report)), report);
}

}  // namespace
}  // namespace quern::scheduler::cli
