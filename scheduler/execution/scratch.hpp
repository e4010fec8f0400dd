// How much a job has written into folders of the host. What it measures is hostile and changes while it looks: it
// follows no link, goes no deeper than kDepthMax, and stops at a number of entries.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace quern::execution {

struct ScratchUse {
  std::uint64_t bytes = 0;  // on disk: holes do not count
  std::size_t entries = 0;
  bool complete = true;  // false: stopped at the largest number of entries, or too deep
};
inline constexpr int kScratchDepthMax = 32;

// Whether anything is found in a folder that is a file system of its own, or a quarter of its space is taken or
// more: by files that are open or mapped and have no name. False where it cannot be opened.
bool is_in_use(const std::string& folder);

// Of what lies below `folder`; one that cannot be opened counts as empty.
ScratchUse measure_scratch(const std::string& folder, std::size_t entries_max);

}  // namespace quern::execution
