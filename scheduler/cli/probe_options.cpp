#include "scheduler/cli/probe_options.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "hwprobe/text.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {
namespace {

using hwprobe::Parts;

constexpr std::array<std::pair<std::string_view, bool Parts::*>, 5> kParts{{{"identity", &Parts::identity},
                                                                            {"topology", &Parts::topology},
                                                                            {"pci", &Parts::pci},
                                                                            {"opencl", &Parts::opencl},
                                                                            {"sensors", &Parts::sensors}}};
constexpr Parts kNoParts{.identity = false, .topology = false, .pci = false, .opencl = false, .sensors = false};
constexpr std::string_view kPartNames = "identity, topology, pci, opencl, sensors";

std::string seconds_text(std::chrono::milliseconds span) {
  std::string text = std::to_string(span.count() / 1000);
  if (span.count() % 1000 != 0) text += '.' + std::to_string(span.count() % 1000 / 100);
  return text;
}

std::expected<Parts, std::string> parse_parts(std::string_view names) {
  Parts parts = kNoParts;
  for (const std::string_view name : hwprobe::split(names, ',')) {
    const auto* const found = std::ranges::find(kParts, name, &std::pair<std::string_view, bool Parts::*>::first);
    if (found == kParts.end()) {
      return std::unexpected("--parts: there is no part \"" + visible(name) + "\"; choose any of " +
                             std::string(kPartNames));
    }
    parts.*found->second = true;
  }
  return parts;
}

// Pairs that make no sense together; empty when there are none.
std::string contradiction(const ProbeWords& words) {
  const auto names = hwprobe::split(words.parts ? *words.parts : std::string_view(), ',');
  const bool lists_opencl = std::ranges::find(names, "opencl") != names.end();
  if (words.replay && words.root) return "--replay and --root are two sources: choose one";
  if (words.replay && words.record) return "--record with --replay would record a recording: leave one out";
  if (words.measure && words.replay)
    return "--measure cannot measure a recorded machine: leave it out or leave out --replay";
  if (words.measure && words.root) return "--measure measures this machine, not the one below --root: leave one out";
  if (words.root && lists_opencl) return "--parts opencl: there are no drivers to run below --root; leave one out";
  if (!words.watch) return "";
  if (words.measure) return "--watch repeats readings, --measure takes seconds: leave one out";
  if (words.replay) return "--watch needs a machine that lives: leave out --replay";
  if (words.record) return "--watch cannot be recorded: leave out --record";
  if (words.parts.value_or("sensors") != "sensors") return "--watch shows sensors only: leave out --parts";
  return "";
}

}  // namespace

std::expected<std::chrono::milliseconds, std::string> parse_seconds(std::string_view text,
                                                                    std::chrono::milliseconds min,
                                                                    std::chrono::milliseconds max) {
  const auto wrong = std::unexpected("must be " + seconds_text(min) + " to " + seconds_text(max) + " seconds");
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  constexpr std::string_view kDigits = "0123456789";
  const bool digits_only = (whole.size() + fraction.size() != 0) &&
                           whole.find_first_not_of(kDigits) == std::string_view::npos &&
                           fraction.find_first_not_of(kDigits) == std::string_view::npos;
  if (!digits_only || fraction.size() > 3 || whole.size() > 9) return wrong;
  const auto seconds = hwprobe::parse_number<std::int64_t>(whole).value_or(0);
  const auto thousandths =
      hwprobe::parse_number<std::int64_t>((std::string(fraction) + "000").substr(0, 3)).value_or(0);
  const std::chrono::milliseconds span(seconds * 1000 + thousandths);
  if (span < min || span > max) return wrong;
  return span;
}

std::string_view nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string_view best;
  std::size_t best_distance = 3;  // more typing errors than that are another word
  for (const std::string& each : known) {
    // Levenshtein's distance, one row at a time.
    std::vector<std::size_t> row(each.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= each.size(); ++j) {
        const std::size_t replaced = diagonal + (word[i - 1] == each[j - 1] ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
      }
    }
    if (row.back() < best_distance && row.back() < each.size()) {
      best_distance = row.back();
      best = each;
    }
  }
  return best;
}

std::expected<ProbeOptions, std::string> check(const ProbeWords& words) {
  if (std::string text = contradiction(words); !text.empty()) return std::unexpected(std::move(text));
  ProbeOptions options;
  options.json = words.json;
  options.record = words.record.value_or("");
  options.replay = words.replay.value_or("");
  options.root = words.root.value_or("");
  for (const auto& [name, value] :
       {std::pair("--record", &words.record), std::pair("--replay", &words.replay), std::pair("--root", &words.root)}) {
    if (*value && (*value)->empty()) return std::unexpected(std::string(name) + " needs a name");
  }
  if (words.watch) {
    const auto span = parse_seconds(words.watch->empty() ? "1" : *words.watch, kWatchMin, kWatchMax);
    if (!span) return std::unexpected("--watch " + visible(*words.watch) + ": " + span.error());
    options.watch = *span;
  }
  if (words.driver_deadline) {
    const auto span = parse_seconds(*words.driver_deadline, kDriverDeadlineMin, kDriverDeadlineMax);
    if (!span) return std::unexpected("--driver-deadline " + visible(*words.driver_deadline) + ": " + span.error());
    options.driver_deadline = *span;
  }
  if (words.parts) {
    const auto parts = parse_parts(*words.parts);
    if (!parts) return std::unexpected(parts.error());
    options.parts = *parts;
  }
  if (words.root) options.parts.opencl = false;
  options.parts.measurements = words.measure;
  options.parts.opencl = options.parts.opencl || words.measure;
  const auto colour = parse_colour(words.colour);
  if (!colour) return std::unexpected(colour.error());
  options.colour = *colour;
  return options;
}

}  // namespace quern::scheduler::cli
