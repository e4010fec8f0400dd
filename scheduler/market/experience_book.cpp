#include "scheduler/market/experience_book.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "overlay/runtime/hex.hpp"
#include "overlay/runtime/sha256.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::market {

using model::Dimension;

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::string_view kFirstLine = "quern-experience 1";
constexpr std::uint64_t kMicroPerMilli = 1'000;
constexpr std::uint64_t kPermille = 1'000;
constexpr std::uint64_t kSpreadMax = 1'000'000;  // permille
// Sums of all runs fit.
static_assert(model::kQuantityMax <= UINT64_MAX / kRunsMax && model::kWorkItemsMax <= UINT64_MAX / kRunsMax);

bool is_fraction(const model::ScalarArgument& scalar) {
  return scalar.type == model::ScalarType::float32 || scalar.type == model::ScalarType::float64;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= model::kNameBytesMax &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_possible(const MeasuredRun& run) {
  return run.units >= 1 && run.units <= model::kWorkItemsMax && run.device_us <= model::kQuantityMax &&
         run.cpu_us <= model::kQuantityMax && run.setup_us <= model::kQuantityMax;
}

// How far the run's time for a unit is from the mean, in permille of the mean.
std::uint64_t distance(const MeasuredRun& run, std::uint64_t units, std::uint64_t device_us) {
  const Wide its = static_cast<Wide>(run.device_us) * units;
  const Wide mean = static_cast<Wide>(device_us) * run.units;
  const Wide apart = its > mean ? its - mean : mean - its;
  return static_cast<std::uint64_t>(std::min<Wide>((apart * kPermille + mean - 1) / mean, kSpreadMax));
}

// The text before the separator, which both are taken off `rest`. nullopt when there is none.
std::optional<std::string_view> take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::string run_text(const MeasuredRun& run) {
  return std::to_string(run.units) + ' ' + std::to_string(run.device_us) + ' ' + std::to_string(run.cpu_us) + ' ' +
         std::to_string(run.setup_us);
}

std::optional<MeasuredRun> read_run(std::string_view text) {
  MeasuredRun run;
  const std::string with_end = std::string(text) + ' ';
  std::string_view rest = with_end;
  for (std::uint64_t* const field : {&run.units, &run.device_us, &run.cpu_us, &run.setup_us}) {
    const auto word = take_until(rest, ' ');
    const auto value = word ? number(*word) : std::nullopt;
    if (!value) return std::nullopt;
    *field = *value;
  }
  // One of no time is never written.
  if (!rest.empty() || run.device_us == 0) return std::nullopt;
  return run;
}

std::string line_of(const ProgramOnDevice& of, const std::vector<MeasuredRun>& runs) {
  std::string line = runtime::to_hex(of.program) + '\t' + of.provider + '\t' + of.device;
  for (const MeasuredRun& run : runs) line += '\t' + run_text(run);
  return line + '\n';
}

struct Line {
  ProgramOnDevice of;
  std::vector<MeasuredRun> runs;
};

std::optional<Line> read_line(std::string_view text) {
  const std::string with_end = std::string(text) + '\t';
  std::string_view rest = with_end;
  const auto program = take_until(rest, '\t');
  const auto digest = program ? runtime::from_hex(*program) : std::nullopt;
  const auto provider = take_until(rest, '\t');
  const auto device = take_until(rest, '\t');
  Line line;
  if (!digest || digest->size() != line.of.program.size() || !provider || !device) return std::nullopt;
  std::ranges::copy(*digest, line.of.program.begin());
  line.of.provider = *provider;
  line.of.device = *device;
  while (const auto word = take_until(rest, '\t')) {
    const auto run = read_run(*word);
    if (!run || line.runs.size() == kRunsMax) return std::nullopt;
    line.runs.push_back(*run);
  }
  if (line.runs.empty()) return std::nullopt;
  return line;
}

}  // namespace

model::Digest program_of(const model::Job& job) {
  model::Job only;
  only.kind = job.kind;
  for (const std::string& source : job.program.sources) {
    const auto input = std::ranges::find(job.inputs, source, &model::Input::path);
    // By their place in the list, not by their names.
    only.inputs.push_back({.path = {}, .digest = input == job.inputs.end() ? model::Digest{} : input->digest});
  }
  only.program.build_options = job.program.build_options;
  only.steps = job.steps;
  for (model::Step& step : only.steps) {
    for (model::Argument& argument : step.arguments) {
      auto* const scalar = std::get_if<model::ScalarArgument>(&argument);
      if (scalar && is_fraction(*scalar)) scalar->bits = 0;
    }
  }
  return runtime::sha256(runtime::bytes_of(model::to_canonical_json(only)));
}

MeasuredRun run_of(const model::Job& job, const Share& share, const model::Usage& usage) {
  const std::uint64_t per_ms =
      std::max<std::uint64_t>(model::memory_time(job.resources.memory_bytes, kMicroPerMilli), 1);
  const std::uint64_t device_us = usage[Dimension::device_time];
  const Wide held_us = static_cast<Wide>(usage[Dimension::memory_time]) * kMicroPerMilli / per_ms;
  const Wide setup_us = held_us > device_us ? held_us - device_us : 0;
  return {.units = share.units,
          .device_us = device_us,
          .cpu_us = usage[Dimension::cpu_time],
          .setup_us = static_cast<std::uint64_t>(std::min<Wide>(setup_us, model::kQuantityMax))};
}

bool ExperienceBook::add(const ProgramOnDevice& of, MeasuredRun run) {
  if (!is_possible(run) || !is_name(of.provider) || !is_name(of.device)) return false;
  run.device_us = std::max<std::uint64_t>(run.device_us, 1);
  if (!entries_.contains(of) && entries_.size() == kExperiencesMax) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.added; }));
  }
  Entry& entry = entries_[of];
  entry.added = ++added_;
  if (entry.runs.size() == kRunsMax) entry.runs.erase(entry.runs.begin());
  entry.runs.push_back(run);
  return true;
}

std::optional<Experience> ExperienceBook::find(const ProgramOnDevice& of) const {
  const auto found = entries_.find(of);
  if (found == entries_.end()) return std::nullopt;
  const std::vector<MeasuredRun>& runs = found->second.runs;
  Experience sum;
  for (const MeasuredRun& run : runs) {
    sum.units += run.units;
    sum.device_us += run.device_us;
    sum.cpu_us += run.cpu_us;
    sum.setup_us += run.setup_us;
  }
  sum.setup_us = (sum.setup_us + runs.size() - 1) / runs.size();
  std::uint64_t spread = 0;
  for (const MeasuredRun& run : runs) spread = std::max(spread, distance(run, sum.units, sum.device_us));
  sum.spread_permille = static_cast<std::uint32_t>(spread);
  return sum;
}

std::string ExperienceBook::text() const {
  std::vector<const std::pair<const ProgramOnDevice, Entry>*> in_order;
  in_order.reserve(entries_.size());
  for (const auto& entry : entries_) in_order.push_back(&entry);
  std::ranges::sort(in_order, {}, [](const auto* entry) { return entry->second.added; });
  std::string text = std::string(kFirstLine) + '\n';
  for (const auto* entry : in_order) text += line_of(entry->first, entry->second.runs);
  return text;
}

std::optional<ExperienceBook> ExperienceBook::from_text(std::string_view text) {
  if (text.size() > kExperienceTextMax || take_until(text, '\n') != kFirstLine) return std::nullopt;
  ExperienceBook book;
  while (!text.empty()) {
    const auto taken = take_until(text, '\n');
    const auto line = taken ? read_line(*taken) : std::nullopt;
    if (!line || book.entries_.contains(line->of) || book.size() == kExperiencesMax) return std::nullopt;
    for (const MeasuredRun& run : line->runs) {
      if (!book.add(line->of, run)) return std::nullopt;
    }
  }
  return book;
}

}  // namespace quern::market
