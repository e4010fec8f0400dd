#include "scheduler/rpc/paths.hpp"

#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace quern::rpc {
namespace {

// As found, again when it goes.
class HomeVariable {
 public:
  HomeVariable() {
    if (const char* home = std::getenv("HOME")) before_ = home;
  }
  ~HomeVariable() {
    if (before_) {
      ::setenv("HOME", before_->c_str(), 1);
    } else {
      ::unsetenv("HOME");
    }
  }
  HomeVariable(const HomeVariable&) = delete;
  HomeVariable& operator=(const HomeVariable&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(Paths, are_absolute_also_where_no_variable_names_the_home) {
  const HomeVariable restored;
  for (const char* home : {"", "folder"}) {
    ::setenv("HOME", home, 1);
    EXPECT_TRUE(environment().home.is_absolute()) << home;
  }
  ::unsetenv("HOME");
  Environment found = environment();
  EXPECT_TRUE(found.home.is_absolute());
  found.root = false;
  found.data_home.clear();
  EXPECT_TRUE(default_data_directory(found).is_absolute());
  ::setenv("HOME", "/home/ada", 1);
  EXPECT_EQ(environment().home, "/home/ada");
}

}  // namespace
}  // namespace quern::rpc
