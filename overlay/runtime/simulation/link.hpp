// What the simulated network does to bytes between two nodes.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "overlay/runtime/time.hpp"

namespace quern::simulation {

using runtime::Duration;
using runtime::Time;

using NodeId = std::uint32_t;

// One direction of the way from one node to another.
struct LinkModel {
  Duration latency = std::chrono::milliseconds(20);  // one way, before jitter
  Duration jitter =
      std::chrono::milliseconds(5);    // 0 to this is added; datagrams overtake each other, stream bytes do not
  std::uint64_t bytes_per_second = 0;  // 0: unlimited. Shared by everything on the link, first come first served
  std::uint32_t loss_ppm = 0;          // of datagrams and stream segments; lost segments are sent again later
  std::uint32_t duplicate_ppm = 0;     // of datagrams
  std::uint32_t reset_ppm = 0;         // a written stream segment breaks its connection
};

// A link and what it is busy with.
struct Link {
  LinkModel model;
  Time free_at;      // when the last byte handed to it has left
  bool cut = false;  // nothing passes
};

// All links of a world: a default, exceptions for pairs, cuts and partitions. References stay valid.
class Links {
 public:
  explicit Links(LinkModel fallback) : fallback_(fallback) {}

  // The way from one node to another; traffic of a node to itself takes kLoopback.
  Link& between(NodeId from, NodeId to);
  // Both directions.
  void set(NodeId a, NodeId b, LinkModel model);
  void cut(NodeId a, NodeId b, bool is_cut);
  // Nodes pass traffic only within their group; a node in no group is in group 0. Cuts stay as they are.
  void partition(const std::vector<std::vector<NodeId>>& groups);
  void heal() { group_of_.clear(); }
  bool passes(const Link& link, NodeId from, NodeId to) const { return !link.cut && group(from) == group(to); }

  static constexpr LinkModel kLoopback{.latency = std::chrono::microseconds(20), .jitter = Duration{0}};

 private:
  std::uint32_t group(NodeId node) const { return node < group_of_.size() ? group_of_[node] : 0; }

  LinkModel fallback_;
  std::unordered_map<std::uint64_t, Link> links_;  // never iterated: order would leak into the run
  std::vector<std::uint32_t> group_of_;
};

}  // namespace quern::simulation
