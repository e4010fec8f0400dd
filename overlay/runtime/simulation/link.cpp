#include "overlay/runtime/simulation/link.hpp"

namespace quern::simulation {

Link& Links::between(NodeId from, NodeId to) {
  const std::uint64_t key = std::uint64_t{from} << 32 | to;
  const auto [link, fresh] = links_.try_emplace(key);
  if (fresh) link->second.model = from == to ? kLoopback : fallback_;
  return link->second;
}

void Links::set(NodeId a, NodeId b, LinkModel model) {
  between(a, b).model = model;
  between(b, a).model = model;
}

void Links::cut(NodeId a, NodeId b, bool is_cut) {
  between(a, b).cut = is_cut;
  between(b, a).cut = is_cut;
}

void Links::partition(const std::vector<std::vector<NodeId>>& groups) {
  group_of_.clear();
  std::uint32_t number = 0;
  for (const auto& members : groups) {
    ++number;
    for (const NodeId node : members) {
      if (node >= group_of_.size()) group_of_.resize(node + 1, 0);
      group_of_[node] = number;
    }
  }
}

}  // namespace quern::simulation
