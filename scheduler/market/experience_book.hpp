// What runs of programs have taken on devices, as their receipts say: what the next quotes are made from.
//
// A run is what its provider bills, so it is believed of that provider's device only: who claims too little is quoted
// too little, and is held to that quote by its own bid.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/market/quote.hpp"

namespace quern::market {

inline constexpr std::size_t kExperiencesMax = 1024;  // the one that nothing was added to for longest is forgotten
inline constexpr std::size_t kRunsMax = 8;            // of each, the newest: devices change, and so do their drivers
inline constexpr std::size_t kExperienceTextMax = 1 << 20;

// Of runs that are expected to take as long for a unit of work: the same program on the same device.
struct ProgramOnDevice {
  model::Digest program{};  // program_of()
  std::string provider;     // peer id
  std::string device;
  auto operator<=>(const ProgramOnDevice&) const = default;
};

// SHA-256 of what decides how long a unit of the job takes: the sources, how they are built, and the steps with their
// sizes, repeats and whole numbers (they are the bounds of loops). Not of how many shards it is cut into, so a trial
// counts for the rest; nor of fractions, seldom more than a parameter; nor of the data, of which a device could never
// have seen the next. What these change after all shows as spread.
model::Digest program_of(const model::Job& job);

// One task that was done.
struct MeasuredRun {
  std::uint64_t units = 0;
  std::uint64_t device_us = 0;
  std::uint64_t cpu_us = 0;
  std::uint64_t setup_us = 0;  // for which memory was held, but the device not used
  bool operator==(const MeasuredRun&) const = default;
};
// By what the task was billed for.
MeasuredRun run_of(const model::Job& job, const Share& share, const model::Usage& usage);

// A value. Not thread-safe.
class ExperienceBook {
 public:
  // Of a run that took no time it is believed that it took a microsecond. False, and nothing is added, for figures
  // beyond what a job can be (no units or more than kWorkItemsMax, times above kQuantityMax), and for names that are
  // empty, longer than kNameBytesMax or not printable.
  bool add(const ProgramOnDevice& of, MeasuredRun run);
  // Of all runs that are kept: sums, the mean set-up, and by how much the run that differs most from the mean does.
  // Exact, rounded once: up.
  std::optional<Experience> find(const ProgramOnDevice& of) const;
  std::size_t size() const { return entries_.size(); }

  // For the disk: a line of its version, then one for each program on a device, those added to longest ago first.
  std::string text() const;
  // What text() writes, and nothing else.
  static std::optional<ExperienceBook> from_text(std::string_view text);

 private:
  struct Entry {
    std::uint64_t added = 0;        // grows with every addition to the book
    std::vector<MeasuredRun> runs;  // the oldest first
  };

  std::map<ProgramOnDevice, Entry> entries_;
  std::uint64_t added_ = 0;
};

}  // namespace quern::market
