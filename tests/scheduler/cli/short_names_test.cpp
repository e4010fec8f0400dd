#include "scheduler/cli/short_names.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::scheduler::cli {
namespace {

TEST(ShortNames, are_the_ends_as_long_as_it_takes) {
  const ShortNames names({"12D3KooWaaaaXX11111111", "12D3KooWbbbbXY11111111", "12D3KooWcccc22222222"});
  EXPECT_EQ(names.of("12D3KooWaaaaXX11111111"), "X11111111");
  EXPECT_EQ(names.of("12D3KooWbbbbXY11111111"), "Y11111111");
  EXPECT_EQ(names.of("12D3KooWcccc22222222"), "c22222222");
  EXPECT_EQ(ShortNames({"same-name-twice", "same-name-twice"}).of("same-name-twice"), "me-twice");
  EXPECT_EQ(ShortNames({}).of("abc"), "abc");
  EXPECT_EQ(ShortNames({}).of("a\x1b[2J"), "a?[2J");
}

RC_GTEST_PROP(ShortNames, tell_different_names_apart_and_find_them_again, (std::set<std::string> given)) {
  std::vector<std::string> names;
  for (const std::string& name : given) {
    std::string printable;  // as ids are
    for (const char c : name) printable += static_cast<char>('a' + static_cast<unsigned char>(c) % 4);
    names.push_back(printable + printable);
  }
  std::set<std::string> different(names.begin(), names.end());
  names.assign(different.begin(), different.end());
  const ShortNames shortened(names);
  std::set<std::string> shown;
  for (const std::string& name : names) shown.insert(shortened.of(name));
  RC_ASSERT(shown.size() == names.size());
}

TEST(Resolve, takes_the_whole_the_begin_or_the_end_where_it_is_the_only_one) {
  const std::vector<std::string> names{"j-0123", "j-4567", "j-012345", "j-4567"};
  EXPECT_EQ(resolve("j-0123", names, "job"), "j-0123");  // the whole comes before the begin of another
  EXPECT_EQ(resolve("j-45", names, "job"), "j-4567");    // the same twice is one
  EXPECT_EQ(resolve("2345", names, "job"), "j-012345");
}

TEST(Resolve, says_what_may_have_been_meant) {
  const std::vector<std::string> names{"j-1", "j-2"};
  EXPECT_EQ(resolve("j-", names, "job").error(), "\"j-\" may be 2 jobs: j-1, j-2; give more of it");
  EXPECT_EQ(resolve("x\x1b", names, "job").error(), "no job begins or ends with \"x?\"; there are: j-1, j-2");
  EXPECT_EQ(resolve("", names, "job").error(), "no job begins or ends with \"\"; there are: j-1, j-2");
  EXPECT_EQ(resolve("x", {}, "peer").error(), "no peer begins or ends with \"x\"; there are none");
  const std::vector<std::string> many{"1", "2", "3", "4", "5", "6", std::string(5000, 'x')};
  EXPECT_EQ(resolve("z", many, "job").error(),
            "no job begins or ends with \"z\"; there are: 1, 2, 3, 4, 5, and 2 more");
}

}  // namespace
}  // namespace quern::scheduler::cli
