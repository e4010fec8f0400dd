// Where the handle of a limit's slider can stand: round numbers between the bounds. Pure.
#pragma once
#include <cstdint>
#include <vector>

namespace quern::desktop::pages {

inline constexpr std::size_t kStopsMax = 8'192;

// All are in ascending order, begin with `least` and end with `most`. Bounds the wrong way round give one stop.
// Every number, or every n-th where there are too many.
std::vector<std::int64_t> count_stops(std::int64_t least, std::int64_t most);
// Four in each doubling: 1, 1.25, 1.5, 1.75, 2 GiB; from 1 MiB on.
std::vector<std::int64_t> byte_stops(std::int64_t least, std::int64_t most);
// One as far from the next as all others, in whole MiB, and at most kEvenStopsMax: half way is half of it.
inline constexpr std::size_t kEvenStopsMax = 1'024;
std::vector<std::int64_t> even_byte_stops(std::int64_t least, std::int64_t most);
// 1 s, 5 s, ... 1 min, ... 1 h, ... 1 d, ...; in milliseconds.
std::vector<std::int64_t> time_stops(std::int64_t least, std::int64_t most);

// The place of the stop next to `value`; 0 where there are none.
int nearest_stop(const std::vector<std::int64_t>& stops, std::int64_t value);

}  // namespace quern::desktop::pages
