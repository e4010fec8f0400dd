#include "scheduler/model/manifest_check.hpp"

#include <algorithm>
#include <set>

#include "scheduler/model/job_path.hpp"
#include "scheduler/model/shard.hpp"

namespace quern::model {

namespace {

using enum ManifestErrc;

std::string at(std::string_view list, std::size_t index, std::string_view key = {}) {
  return std::string(list) + '[' + std::to_string(index) + ']' + (key.empty() ? "" : ".") + std::string(key);
}

const Input* input_of(const Job& job, std::string_view path) {
  const auto found = std::ranges::find(job.inputs, path, &Input::path);
  return found == job.inputs.end() ? nullptr : &*found;
}

const Output* output_of(const Job& job, std::string_view path) {
  const auto found = std::ranges::find(job.outputs, path, &Output::path);
  return found == job.outputs.end() ? nullptr : &*found;
}

void check_paths(const Job& job, Findings& findings) {
  std::vector<std::string_view> seen;
  seen.reserve(job.inputs.size() + job.outputs.size());
  const auto check = [&](std::string_view path, std::string_view list, std::size_t index) {
    for (const std::string_view other : seen) {
      if (!paths_collide(path, other)) continue;
      findings.add(inconsistent, at(list, index, "path"),
                   quoted(path) + " collides with the input or output " + quoted(other));
    }
    seen.push_back(path);
  };
  for (std::size_t i = 0; i < job.inputs.size(); ++i) check(job.inputs[i].path, "inputs", i);
  for (std::size_t i = 0; i < job.outputs.size(); ++i) check(job.outputs[i].path, "outputs", i);
}

void check_sources(const Job& job, Findings& findings) {
  std::uint64_t bytes = 0;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < job.program.sources.size(); ++i) {
    const std::string& path = job.program.sources[i];
    const Input* input = input_of(job, path);
    const std::string place = at("program.sources", i);
    if (input == nullptr) {
      findings.add(inconsistent, place, quoted(path) + " is not listed in inputs");
      continue;
    }
    if (!seen.insert(path).second) findings.add(inconsistent, place, quoted(path) + " is there twice");
    bytes += input->bytes;
  }
  if (bytes <= kSourceBytesMax) return;
  findings.add(out_of_range, "program.sources",
               std::to_string(bytes) + " bytes together, the limit is " + std::to_string(kSourceBytesMax));
}

void check_buffer(const Job& job, const Buffer& buffer, Findings& findings) {
  const std::string place = "buffers." + buffer.name;
  if (buffer.input) {
    const Input* input = input_of(job, *buffer.input);
    if (input == nullptr) {
      findings.add(inconsistent, place + ".input", quoted(*buffer.input) + " is not listed in inputs");
    } else if (buffer.bytes < input->bytes) {
      findings.add(inconsistent, place + ".bytes",
                   std::to_string(buffer.bytes) + " is less than the " + std::to_string(input->bytes) +
                       " bytes of the input " + quoted(input->path));
    }
  }
  if (!buffer.output) return;
  const Output* output = output_of(job, *buffer.output);
  if (output == nullptr) {
    findings.add(inconsistent, place + ".output", quoted(*buffer.output) + " is not listed in outputs");
  } else if (output->max_bytes < buffer.bytes) {
    findings.add(inconsistent, place + ".output",
                 "the buffer's " + std::to_string(buffer.bytes) + " bytes are more than the " +
                     std::to_string(output->max_bytes) + " that outputs allow for " + quoted(output->path));
  }
  if (buffer.access == BufferAccess::read_only) {
    findings.add(inconsistent, place + ".access", "a read_only buffer cannot be an output");
  }
}

// Every input is read by something, every output written by one buffer.
void check_files_used(const Job& job, Findings& findings) {
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    const std::string& path = job.inputs[i].path;
    const bool used = std::ranges::find(job.program.sources, path) != job.program.sources.end() ||
                      std::ranges::any_of(job.buffers, [&](const Buffer& buffer) { return buffer.input == path; });
    if (!used) findings.add(inconsistent, at("inputs", i, "path"), "no source and no buffer uses " + quoted(path));
  }
  for (std::size_t i = 0; i < job.outputs.size(); ++i) {
    const std::string& path = job.outputs[i].path;
    const auto writers =
        std::ranges::count_if(job.buffers, [&](const Buffer& buffer) { return buffer.output == path; });
    if (writers == 1) continue;
    findings.add(inconsistent, at("outputs", i, "path"),
                 quoted(path) + " is written by " + std::to_string(writers) + " buffers, must be by one");
  }
}

void check_work_size(const Step& step, const std::string& place, Findings& findings) {
  std::uint64_t items = 1;
  for (const std::uint64_t size : step.global_work_size) {
    if (size > kWorkItemsMax / items) {
      findings.add(out_of_range, place + ".globalWorkSize",
                   "more work items than the limit of " + std::to_string(kWorkItemsMax));
      return;
    }
    items *= size;
  }
  const auto same_dimensions = [&](const std::vector<std::uint64_t>& sizes, std::string_view key) {
    if (sizes.empty() || sizes.size() == step.global_work_size.size()) return true;
    findings.add(inconsistent, place + "." + std::string(key),
                 std::to_string(sizes.size()) + " dimensions, globalWorkSize has " +
                     std::to_string(step.global_work_size.size()));
    return false;
  };
  if (!same_dimensions(step.local_work_size, "localWorkSize")) return;
  if (!same_dimensions(step.global_work_offset, "globalWorkOffset")) return;
  std::uint64_t group = 1;
  for (std::size_t d = 0; d < step.local_work_size.size(); ++d) {
    const std::uint64_t local = step.local_work_size[d];
    group *= local;  // at most kGroupItemsMax to the power of three
    if (step.global_work_size[d] % local == 0) continue;
    findings.add(inconsistent, at(place + ".localWorkSize", d),
                 std::to_string(local) + " does not divide globalWorkSize " + std::to_string(step.global_work_size[d]));
  }
  if (group > kGroupItemsMax) {
    findings.add(out_of_range, place + ".localWorkSize",
                 std::to_string(group) + " items in a group, the limit is " + std::to_string(kGroupItemsMax));
  }
  if (step.chunk && !step.local_work_size.empty() && *step.chunk % step.local_work_size.back() != 0) {
    findings.add(inconsistent, place + ".chunk",
                 std::to_string(*step.chunk) + " is no multiple of the local size " +
                     std::to_string(step.local_work_size.back()) + " of the last dimension");
  }
}

void check_steps(const Job& job, Findings& findings) {
  std::uint64_t launches = 0;
  for (std::size_t i = 0; i < job.steps.size(); ++i) {
    const Step& step = job.steps[i];
    const std::string place = at("steps", i);
    launches += step.repeat;
    check_work_size(step, place, findings);
    for (std::size_t a = 0; a < step.arguments.size(); ++a) {
      const auto* argument = std::get_if<BufferArgument>(&step.arguments[a]);
      if (argument == nullptr) continue;
      for (const std::string& name : argument->buffers) {
        if (std::ranges::find(job.buffers, name, &Buffer::name) != job.buffers.end()) continue;
        findings.add(inconsistent, at(place + ".args", a), quoted(name) + " is not in buffers");
      }
    }
  }
  if (launches <= kLaunchesMax) return;
  findings.add(out_of_range, "steps",
               std::to_string(launches) + " launches, the limit is " + std::to_string(kLaunchesMax) +
                   ": repeat less, or do more in one kernel");
}

}  // namespace

void check_parts(const Job& job, Findings& findings) {
  check_paths(job, findings);
  check_sources(job, findings);
  for (const Buffer& buffer : job.buffers) check_buffer(job, buffer, findings);
  check_files_used(job, findings);
  check_steps(job, findings);
  if (findings.first() || job.shards.count == 1) return;
  if (const auto fault = fault_of_shards(job)) findings.add(inconsistent, "shards.count", *fault);
}

}  // namespace quern::model
