// What `quern probe` was asked to do: the words of the command line checked and turned into values.
#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/probe.hpp"
#include "scheduler/cli/terminal.hpp"

namespace quern::scheduler::cli {

inline constexpr std::chrono::milliseconds kWatchMin{100};
inline constexpr std::chrono::milliseconds kWatchMax{3'600'000};
inline constexpr std::chrono::milliseconds kDriverDeadlineMin{100};
inline constexpr std::chrono::milliseconds kDriverDeadlineMax{600'000};

// As they stand on the command line; unset where an option was not given.
struct ProbeWords {
  bool json = false;
  bool measure = false;
  std::optional<std::string> watch;  // seconds, "" for the default
  std::optional<std::string> parts;  // separated by commas
  std::optional<std::string> record;
  std::optional<std::string> replay;
  std::optional<std::string> root;
  std::optional<std::string> driver_deadline;
  std::string colour = "auto";
};

struct ProbeOptions {
  bool json = false;
  std::optional<std::chrono::milliseconds> watch;  // the interval, when readings are to be repeated
  hwprobe::Parts parts;
  std::string record;  // file names, empty when not asked for
  std::string replay;
  std::string root;
  std::chrono::milliseconds driver_deadline{10'000};
  ColourChoice colour = ColourChoice::automatic;
};

// The error is one line for people that names the value, the limit and the way out.
std::expected<ProbeOptions, std::string> check(const ProbeWords& words);

// "2.5" as a span within limits; the error says "must be 0.1 to 3600 seconds".
std::expected<std::chrono::milliseconds, std::string> parse_seconds(std::string_view text,
                                                                    std::chrono::milliseconds min,
                                                                    std::chrono::milliseconds max);

// The known word that `word` most probably stands for; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace quern::scheduler::cli
