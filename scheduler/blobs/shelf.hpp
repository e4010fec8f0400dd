// Which blobs go when there is no room: those that were used longest ago, but none that somebody needs. Pure.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "overlay/runtime/time.hpp"
#include "scheduler/model/job.hpp"

namespace quern::blobs {

// A blob, or the part of one that has come.
struct ShelfItem {
  model::Digest digest{};
  bool part = false;
  auto operator<=>(const ShelfItem&) const = default;
};

class Shelf {
 public:
  // A new one, or one that has another size now. It is the one that was used last, and stays until `held_until`.
  void put(const ShelfItem& item, std::uint64_t bytes, runtime::Time held_until);
  // Nothing happens for one that is not there, with these as well. hold() never shortens.
  void use(const ShelfItem& item);
  void hold(const ShelfItem& item, runtime::Time until);
  void remove(const ShelfItem& item);
  std::size_t size() const { return entries_.size(); }

  // The fewest of the longest unused whose going frees so many bytes and places; none of `needed`, and none that is
  // held. nullopt when all of those together would not do: then none should go.
  std::optional<std::vector<ShelfItem>> to_free(std::uint64_t bytes, std::size_t places, runtime::Time now,
                                                const std::set<model::Digest>& needed) const;

 private:
  struct Entry {
    std::uint64_t bytes = 0;
    std::uint64_t used = 0;  // the highest was used last
    runtime::Time held_until;
  };
  void move_last(const ShelfItem& item, Entry& entry);

  std::map<ShelfItem, Entry> entries_;
  std::map<std::uint64_t, ShelfItem> by_use_;
  std::uint64_t uses_ = 0;
};

}  // namespace quern::blobs
