#include "scheduler/blobs/shelf.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace quern::blobs {
namespace {

using namespace std::chrono_literals;
using runtime::Time;

ShelfItem item(unsigned number) {
  ShelfItem made{.digest = {}, .part = number % 2 == 1};
  made.digest[0] = static_cast<std::byte>(number / 2);
  return made;
}

// The same by looking at everything each time.
struct Naive {
  struct Entry {
    ShelfItem item;
    std::uint64_t bytes = 0;
    Time held_until;
  };
  std::vector<Entry> entries;  // the last was used last

  auto find(const ShelfItem& wanted) { return std::ranges::find(entries, wanted, &Entry::item); }
  void use(const ShelfItem& wanted) {
    if (const auto found = find(wanted); found != entries.end()) std::rotate(found, found + 1, entries.end());
  }
};

struct Step {
  unsigned kind = 0;
  unsigned number = 0;
  unsigned amount = 0;
};

void apply(const Step& step, Shelf& shelf, Naive& naive) {
  const ShelfItem about = item(step.number);
  const Time until = Time{} + step.amount * 1s;
  if (step.kind == 0) {
    shelf.put(about, step.amount, until);
    if (naive.find(about) == naive.entries.end()) naive.entries.push_back({.item = about});
    naive.use(about);
    naive.entries.back().bytes = step.amount;
    naive.entries.back().held_until = std::max(naive.entries.back().held_until, until);
  } else if (step.kind == 1) {
    shelf.use(about);
    naive.use(about);
  } else if (step.kind == 2) {
    shelf.hold(about, until);
    if (const auto found = naive.find(about); found != naive.entries.end())
      found->held_until = std::max(found->held_until, until);
  } else {
    shelf.remove(about);
    std::erase_if(naive.entries, [&](const auto& entry) { return entry.item == about; });
  }
}

RC_GTEST_PROP(Shelf, frees_the_longest_unused_and_never_what_is_needed_or_held, ()) {
  const auto number = rc::gen::inRange(0u, 12u);
  const auto steps = *rc::gen::container<std::vector<Step>>(
      rc::gen::construct<Step>(rc::gen::inRange(0u, 4u), number, rc::gen::inRange(0u, 20u)));
  Shelf shelf;
  Naive naive;
  for (const Step& step : steps) apply(step, shelf, naive);
  RC_ASSERT(shelf.size() == naive.entries.size());

  const Time now = Time{} + *rc::gen::inRange(0, 20) * 1s;
  const std::uint64_t bytes = *rc::gen::inRange(0u, 60u);
  const std::size_t places = *rc::gen::inRange(0u, 4u);
  std::set<model::Digest> needed;
  for (const unsigned one : *rc::gen::container<std::vector<unsigned>>(number)) needed.insert(item(one).digest);

  std::vector<ShelfItem> expected;
  std::uint64_t freed = 0;
  for (const auto& entry : naive.entries) {
    if (freed >= bytes && expected.size() >= places) break;
    if (entry.held_until > now || needed.contains(entry.item.digest)) continue;
    expected.push_back(entry.item);
    freed += entry.bytes;
  }
  const auto going = shelf.to_free(bytes, places, now, needed);
  RC_ASSERT(going.has_value() == (freed >= bytes && expected.size() >= places));
  if (going) RC_ASSERT(*going == expected);
}

}  // namespace
}  // namespace quern::blobs
