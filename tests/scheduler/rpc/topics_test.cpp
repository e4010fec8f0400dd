#include "scheduler/rpc/topics.hpp"

#include <string>

#include <boost/json/object.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/rpc/patch.hpp"
#include "tests/scheduler/rpc/json_values.hpp"

namespace quern::rpc {
namespace {

namespace json = boost::json;

struct Counter {
  std::int64_t value = 0;
  int made = 0;
  Topics::Source source() {
    return [this] {
      ++made;
      return json::value(json::object{{"n", value}});
    };
  }
};

TEST(Topics, a_value_is_made_only_for_followers_and_once_for_many_changes) {
  Topics topics;
  Counter counter;
  ASSERT_TRUE(topics.add("count", counter.source()));
  topics.changed("count");
  EXPECT_TRUE(topics.refresh().empty());
  EXPECT_EQ(counter.made, 0);
  const auto first = topics.follow("count");
  ASSERT_TRUE(first);
  EXPECT_EQ(*first->value, (json::object{{"n", 0}}));
  for (int i = 0; i < 10; ++i) {
    ++counter.value;
    topics.changed("count");
  }
  EXPECT_EQ(topics.refresh(), std::vector<std::string>{"count"});
  EXPECT_EQ(counter.made, 2);
  topics.changed("count");
  EXPECT_TRUE(topics.refresh().empty()) << "the value is the same";
  EXPECT_TRUE(topics.followed("count"));
  topics.unfollow("count", *first);
  EXPECT_FALSE(topics.followed("count"));
  EXPECT_FALSE(topics.followed("nothing"));
  topics.changed("count");
  EXPECT_TRUE(topics.refresh().empty());
  EXPECT_EQ(counter.made, 3);
}

TEST(Topics, a_topic_that_ends_is_news_to_its_followers_also_when_its_name_is_used_again) {
  Topics topics;
  Counter counter;
  ASSERT_TRUE(topics.add("job/1", counter.source()));
  auto old = topics.follow("job/1");
  ASSERT_TRUE(old);
  topics.remove("job/1");
  ASSERT_TRUE(topics.add("job/1", counter.source()));
  const auto fresh = topics.follow("job/1");
  ASSERT_TRUE(fresh);
  EXPECT_EQ(topics.refresh(), std::vector<std::string>{"job/1"});
  EXPECT_FALSE(topics.advance("job/1", *old)) << "that topic is gone";
  topics.unfollow("job/1", *old);
  topics.unfollow("job/1", *fresh);
  EXPECT_FALSE(topics.follow("job/2"));
}

TEST(Topics, names_and_their_number_are_bounded) {
  Topics topics;
  Counter counter;
  EXPECT_FALSE(topics.add(std::string(kTopicNameBytesMax + 1, 'x'), counter.source()));
  EXPECT_TRUE(topics.add("peers", counter.source()));
  EXPECT_FALSE(topics.add("peers", counter.source()));
  EXPECT_EQ(topics.nearest_name("peer"), "peers");
  for (std::size_t i = 1; i < kTopicsMax; ++i) ASSERT_TRUE(topics.add(std::to_string(i), counter.source()));
  EXPECT_FALSE(topics.add("one more", counter.source()));
}

// However seldom a follower looks, one patch brings it up to date.
RC_GTEST_PROP(Topics, patches_bring_each_follower_from_what_it_has_to_what_there_is, ()) {
  Topics topics;
  json::value value = *any_json(2);
  RC_ASSERT(topics.add("t", [&value] { return value; }));
  struct Follower {
    Snapshot last;
    json::value copy;
  };
  std::vector<Follower> followers;
  for (int i = 0; i < 3; ++i) {
    auto snapshot = topics.follow("t");
    RC_ASSERT(snapshot.has_value());
    followers.push_back({*snapshot, *snapshot->value});
  }
  for (int step = *rc::gen::inRange(1, 8); step > 0; --step) {
    value = *any_json(2);
    topics.changed("t");
    topics.refresh();
    for (Follower& follower : followers) {
      if (*rc::gen::arbitrary<bool>()) continue;
      const std::uint64_t had = follower.last.version;
      const auto delta = topics.advance("t", follower.last);
      RC_ASSERT(delta.has_value() && delta->from == had && delta->version >= had);
      RC_ASSERT(apply(follower.copy, delta->patch).has_value());
      RC_ASSERT(follower.copy == value);
    }
  }
}

}  // namespace
}  // namespace quern::rpc
