#include "scheduler/blobs/shelf.hpp"

#include <algorithm>

namespace quern::blobs {

using runtime::Time;

void Shelf::move_last(const ShelfItem& item, Entry& entry) {
  by_use_.erase(entry.used);
  entry.used = ++uses_;
  by_use_.emplace(entry.used, item);
}

void Shelf::put(const ShelfItem& item, std::uint64_t bytes, Time held_until) {
  Entry& entry = entries_[item];
  entry.bytes = bytes;
  entry.held_until = std::max(entry.held_until, held_until);
  move_last(item, entry);
}

void Shelf::use(const ShelfItem& item) {
  const auto found = entries_.find(item);
  if (found != entries_.end()) move_last(item, found->second);
}

void Shelf::hold(const ShelfItem& item, Time until) {
  const auto found = entries_.find(item);
  if (found != entries_.end()) found->second.held_until = std::max(found->second.held_until, until);
}

void Shelf::remove(const ShelfItem& item) {
  const auto found = entries_.find(item);
  if (found == entries_.end()) return;
  by_use_.erase(found->second.used);
  entries_.erase(found);
}

std::optional<std::vector<ShelfItem>> Shelf::to_free(std::uint64_t bytes, std::size_t places, Time now,
                                                     const std::set<model::Digest>& needed) const {
  std::vector<ShelfItem> going;
  std::uint64_t freed = 0;
  for (auto next = by_use_.begin(); next != by_use_.end() && (freed < bytes || going.size() < places); ++next) {
    const Entry& entry = entries_.at(next->second);
    if (entry.held_until > now || needed.contains(next->second.digest)) continue;
    freed += entry.bytes;
    going.push_back(next->second);
  }
  if (freed < bytes || going.size() < places) return std::nullopt;
  return going;
}

}  // namespace quern::blobs
