#include "overlay/runtime/timer_queue.hpp"

#include <deque>
#include <map>
#include <tuple>

#include <gtest/gtest.h>

#include "overlay/runtime/random.hpp"

namespace quern::runtime {
namespace {

class Node final : public TimerNode {
 public:
  void fire() override {}
};

TEST(TimerQueue, equal_deadlines_come_out_in_the_order_they_were_added) {
  TimerQueue queue;
  std::deque<Node> nodes(20);
  for (Node& node : nodes) queue.add(node, Time{5});
  for (Node& node : nodes) EXPECT_EQ(&queue.pop(), &node);
  EXPECT_TRUE(queue.empty());
}

TEST(TimerQueue, a_smaller_tie_comes_out_first_among_equal_deadlines) {
  TimerQueue queue;
  std::deque<Node> nodes(3);
  queue.add(nodes[0], Time{5}, 3);
  queue.add(nodes[1], Time{5}, 1);
  queue.add(nodes[2], Time{4}, 9);
  EXPECT_EQ(&queue.pop(), &nodes[2]);
  EXPECT_EQ(&queue.pop(), &nodes[1]);
  EXPECT_EQ(&queue.pop(), &nodes[0]);
}

TEST(TimerQueue, a_node_can_be_removed_twice_and_added_again) {
  TimerQueue queue;
  Node node;
  queue.remove(node);
  queue.add(node, Time{1});
  EXPECT_TRUE(node.queued());
  queue.remove(node);
  queue.remove(node);
  EXPECT_FALSE(node.queued());
  queue.add(node, Time{2});
  EXPECT_EQ(queue.next_at(), Time{2});
  queue.remove(node);
}

// The naive twin: a map ordered by (deadline, tie, order of adding).
TEST(TimerQueue, agrees_with_an_ordered_map_under_random_use) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    TimerQueue queue;
    std::deque<Node> nodes(200);
    std::map<std::tuple<Time, std::uint64_t, std::uint64_t>, Node*> twin;
    std::map<Node*, std::tuple<Time, std::uint64_t, std::uint64_t>> keys;
    std::uint64_t sequence = 0;
    for (int step = 0; step < 5000; ++step) {
      Node& node = nodes[random.below(nodes.size())];
      if (random.chance_ppm(300'000) && !twin.empty()) {
        ASSERT_EQ(queue.next_at(), std::get<0>(twin.begin()->first));
        Node* first = twin.begin()->second;
        ASSERT_EQ(&queue.pop(), first) << "seed " << seed << " step " << step;
        twin.erase(twin.begin());
        keys.erase(first);
      } else if (node.queued()) {
        queue.remove(node);
        twin.erase(keys.at(&node));
        keys.erase(&node);
      } else {
        const std::tuple key(Time{static_cast<std::int64_t>(random.below(50))}, random.below(3), ++sequence);
        queue.add(node, std::get<0>(key), std::get<1>(key));
        twin.emplace(key, &node);
        keys.emplace(&node, key);
      }
      ASSERT_EQ(queue.size(), twin.size());
    }
    while (!queue.empty()) queue.pop();
  }
}

}  // namespace
}  // namespace quern::runtime
