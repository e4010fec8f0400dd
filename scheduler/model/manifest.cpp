#include "scheduler/model/manifest.hpp"

#include <algorithm>
#include <charconv>

#include "overlay/runtime/hex.hpp"
#include "scheduler/model/build_options.hpp"
#include "scheduler/model/job_path.hpp"
#include "scheduler/model/manifest_arguments.hpp"
#include "scheduler/model/manifest_check.hpp"
#include "scheduler/model/manifest_fields.hpp"
#include "scheduler/model/manifest_terms.hpp"
#include "scheduler/model/usage.hpp"

namespace quern::model {

namespace {

using enum ManifestErrc;

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.manifest"; }
  std::string message(int value) const override {
    switch (static_cast<ManifestErrc>(value)) {
      case not_json:
        return "the manifest is not JSON";
      case duplicate_key:
        return "the manifest has a key twice";
      case unknown_key:
        return "the manifest has a key that is not known";
      case missing_key:
        return "the manifest lacks a key";
      case wrong_type:
        return "the manifest has a value of the wrong type";
      case out_of_range:
        return "the manifest has a value that is not allowed";
      case inconsistent:
        return "the parts of the manifest do not fit together";
      case too_large:
        return "the manifest is too large";
    }
    return "unknown manifest error";
  }
};

std::string read_path(Findings& findings, const Place& at) {
  std::string path = read_text(findings, at, kPathBytesMax);
  if (const auto fault = fault_of_path(path)) {
    findings.add(out_of_range, at.path, "the path " + quoted(path) + " " + *fault);
  }
  return path;
}

std::string read_path(Findings& findings, const std::optional<Place>& at) {
  return at ? read_path(findings, *at) : std::string();
}

Digest read_digest(Findings& findings, const std::optional<Place>& at) {
  Digest digest{};
  if (!at) return digest;
  const std::string text = read_text(findings, *at, kNameBytesMax);
  const auto bytes = runtime::from_hex(std::string_view(text).substr(std::min(kDigestPrefix.size(), text.size())));
  if (!text.starts_with(kDigestPrefix) || !bytes || bytes->size() != digest.size()) {
    findings.add(out_of_range, at->path, quoted(text) + " is not \"sha256:\" and 64 lower-case hexadecimal digits");
    return digest;
  }
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

std::uint32_t read_opencl_version(Findings& findings, const Place& at) {
  const std::string text = read_text(findings, at, kNameBytesMax);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() == 3 && text[1] == '.' && is_digit(text[0]) && text[0] != '0' && is_digit(text[2])) {
    return static_cast<std::uint32_t>(text[0] - '0') * 100 + static_cast<std::uint32_t>(text[2] - '0');
  }
  findings.add(out_of_range, at.path, quoted(text) + " is no version like \"1.2\" or \"3.0\"");
  return 0;
}

// Seconds with at most three decimals, exactly.
std::uint32_t read_walltime(Findings& findings, const Place& at) {
  const std::string& text = at.node->text;
  if (at.node->kind != JsonNode::Kind::number) {
    add_wrong_type(findings, at, "a number");
    return 0;
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits = text.substr(0, point);
  const std::string decimals = point < text.size() ? text.substr(point + 1) : "";
  digits += decimals + std::string(3 - std::min<std::size_t>(3, decimals.size()), '0');
  std::uint64_t ms = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, ms);
  if (read.ec == std::errc() && read.ptr == end && decimals.size() <= 3 && ms >= 1 && ms <= kWalltimeMaxMs) {
    return static_cast<std::uint32_t>(ms);
  }
  findings.add(out_of_range, at.path,
               text.substr(0, 40) + " is not within 0.001 to " + std::to_string(kWalltimeMaxMs / 1000) +
                   " with at most three decimals");
  return 0;
}

std::vector<std::string> read_extensions(Findings& findings, const Place& at) {
  std::vector<std::string> extensions;
  for (const Place& each : read_list(findings, at, 0, kExtensionsMax)) {
    std::string name = read_identifier(findings, each, kExtensionBytesMax);
    if (std::ranges::find(extensions, name) != extensions.end()) {
      findings.add(inconsistent, each.path, quoted(name) + " is there twice");
    }
    extensions.push_back(std::move(name));
  }
  return extensions;
}

Resources read_resources(Findings& findings, const Place& at) {
  const Fields fields(findings, at,
                      {"deviceType", "minGlobalMemBytes", "minOpenCLVersion", "extensions", "cpuCores", "memoryBytes",
                       "scratchBytes", "walltimeSeconds"});
  Resources resources;
  if (const auto type = fields.find("deviceType")) {
    resources.device_type = static_cast<DeviceType>(read_choice(findings, *type, kDeviceTypeNames));
  }
  fields.number("minGlobalMemBytes", resources.min_global_memory_bytes, 0, kMemoryBytesMax);
  if (const auto version = fields.find("minOpenCLVersion")) {
    resources.min_opencl_version = read_opencl_version(findings, *version);
  }
  if (const auto extensions = fields.find("extensions")) resources.extensions = read_extensions(findings, *extensions);
  fields.number("cpuCores", resources.cpu_cores, 1, kCpuCoresMax);
  fields.number("memoryBytes", resources.memory_bytes, 1, kMemoryBytesMax);
  fields.number("scratchBytes", resources.scratch_bytes, 0, kMemoryBytesMax);
  if (const auto walltime = fields.find("walltimeSeconds")) resources.walltime_ms = read_walltime(findings, *walltime);
  return resources;
}

Input read_input(Findings& findings, const Place& at) {
  const Fields fields(findings, at, {"path", "digest", "bytes"});
  Input input;
  input.path = read_path(findings, fields.need("path"));
  input.digest = read_digest(findings, fields.need("digest"));
  if (fields.need("bytes")) fields.number("bytes", input.bytes, 0, kFileBytesMax);
  return input;
}

Output read_output(Findings& findings, const Place& at) {
  const Fields fields(findings, at, {"path", "maxBytes"});
  Output output;
  output.path = read_path(findings, fields.need("path"));
  if (fields.need("maxBytes")) fields.number("maxBytes", output.max_bytes, 0, kFileBytesMax);
  return output;
}

Program read_program(Findings& findings, const Place& at) {
  const Fields fields(findings, at, {"sources", "buildOptions"});
  Program program;
  if (const auto sources = fields.need("sources")) {
    for (const Place& each : read_list(findings, *sources, 1, kSourcesMax)) {
      program.sources.push_back(read_path(findings, each));
    }
  }
  if (const auto options = fields.find("buildOptions")) {
    program.build_options = read_text(findings, *options, kBuildOptionsBytesMax);
    if (const auto fault = fault_of_build_options(program.build_options)) {
      findings.add(out_of_range, options->path, *fault);
    }
  }
  return program;
}

Buffer read_buffer(Findings& findings, const Place& at, const std::string& name, const std::vector<Input>& inputs) {
  const Fields fields(findings, at, {"bytes", "input", "output", "fill", "access"});
  Buffer buffer;
  buffer.name = name;
  if (!is_identifier(name, kBufferNameBytesMax)) {
    findings.add(
        out_of_range, at.path,
        "a buffer's name is 1 to " + std::to_string(kBufferNameBytesMax) + " letters, digits and _, not a digit first");
  }
  if (const auto input = fields.find("input")) {
    buffer.input = read_path(findings, *input);
    const auto found = std::ranges::find(inputs, *buffer.input, &Input::path);
    if (found != inputs.end()) buffer.bytes = found->bytes;
  }
  if (const auto output = fields.find("output")) buffer.output = read_path(findings, *output);
  fields.number("bytes", buffer.bytes, 1, kBufferBytesMax);
  fields.number("fill", buffer.fill, 0, 255);
  if (const auto access = fields.find("access")) {
    buffer.access = static_cast<BufferAccess>(read_choice(findings, *access, kAccessNames));
  }
  if (!buffer.input && !fields.has("bytes")) {
    findings.add(missing_key, at.path, "neither \"input\" nor \"bytes\" says how large the buffer is");
  } else if (buffer.bytes == 0) {
    findings.add(out_of_range, at.path, "a buffer of 0 bytes: its input is empty, and \"bytes\" says no more");
  }
  return buffer;
}

std::vector<Buffer> read_buffers(Findings& findings, const Place& at, const std::vector<Input>& inputs) {
  std::vector<Buffer> buffers;
  if (at.node->kind != JsonNode::Kind::object) {
    add_wrong_type(findings, at, "an object");
    return buffers;
  }
  const auto& names = at.node->keys;
  if (names.size() > kBuffersMax) {
    findings.add(out_of_range, at.path,
                 std::to_string(names.size()) + " buffers, the limit is " + std::to_string(kBuffersMax));
    return buffers;
  }
  buffers.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string shown = quoted(names[i]);
    const Place place{&at.node->children[i], at.path + '.' + shown.substr(1, shown.size() - 2)};
    buffers.push_back(read_buffer(findings, place, names[i], inputs));
  }
  std::ranges::sort(buffers, {}, &Buffer::name);
  return buffers;
}

std::vector<std::uint64_t> read_sizes(Findings& findings, const std::optional<Place>& at, std::uint64_t min,
                                      std::uint64_t max) {
  std::vector<std::uint64_t> sizes;
  if (!at) return sizes;
  for (const Place& each : read_list(findings, *at, 1, kWorkDimensionsMax)) {
    sizes.push_back(read_number(findings, each, min, max));
  }
  return sizes;
}

Step read_step(Findings& findings, const Place& at) {
  const Fields fields(findings, at,
                      {"kernel", "repeat", "globalWorkSize", "localWorkSize", "globalWorkOffset", "chunk", "args"});
  Step step;
  if (const auto kernel = fields.need("kernel")) step.kernel = read_identifier(findings, *kernel, kNameBytesMax);
  fields.number("repeat", step.repeat, 1, kLaunchesMax);
  step.global_work_size = read_sizes(findings, fields.need("globalWorkSize"), 1, kWorkItemsMax);
  step.local_work_size = read_sizes(findings, fields.find("localWorkSize"), 1, kGroupItemsMax);
  step.global_work_offset = read_sizes(findings, fields.find("globalWorkOffset"), 0, kWorkItemsMax);
  if (const auto chunk = fields.find("chunk")) step.chunk = read_number(findings, *chunk, 1, kWorkItemsMax);
  const auto arguments = fields.need("args");
  if (!arguments) return step;
  const auto places = read_list(findings, *arguments, 0, kArgumentsMax);
  step.arguments.reserve(places.size());
  for (const Place& each : places) step.arguments.push_back(read_argument(findings, each));
  return step;
}

Work read_work(Findings& findings, const Place& at) {
  const Fields fields(findings, at, {"fp32Flop", "fp64Flop", "int32Op", "memoryBytes"});
  Work work;
  fields.number("fp32Flop", work.fp32_flop, 0, kWorkMax);
  fields.number("fp64Flop", work.fp64_flop, 0, kWorkMax);
  fields.number("int32Op", work.int32_op, 0, kWorkMax);
  fields.number("memoryBytes", work.memory_bytes, 0, kWorkMax);
  return work;
}

std::optional<Credits> read_credits(Findings& findings, const std::optional<Place>& at) {
  if (!at) return std::nullopt;
  const std::string text = read_text(findings, *at, kNameBytesMax);
  const auto credits = credits_from_text(text);
  if (credits && credits->micro >= 0 && credits->micro <= kRateMax) return credits;
  if (credits && credits->micro > kRateMax) {
    findings.add(out_of_range, at->path, quoted(text) + " is above " + to_text(Credits{kRateMax}) + " credits");
    return std::nullopt;
  }
  findings.add(out_of_range, at->path,
               quoted(text) + " is no amount of credits like \"0.25\", with at most six decimals");
  return std::nullopt;
}

PriceLimits read_price(Findings& findings, const Place& at) {
  const Fields fields(findings, at, {"maxTotal", "maxPerDeviceSecond"});
  return {.max_total = read_credits(findings, fields.find("maxTotal")),
          .max_per_device_second = read_credits(findings, fields.find("maxPerDeviceSecond"))};
}

void read_kind(Findings& findings, const Fields& fields) {
  if (const auto version = fields.need("apiVersion")) {
    const std::string text = read_text(findings, *version, kNameBytesMax);
    if (text != kApiVersion) {
      findings.add(out_of_range, version->path, quoted(text) + " is not \"" + std::string(kApiVersion) + "\"");
    }
  }
  const auto kind = fields.need("kind");
  if (!kind || read_choice(findings, *kind, kKindNames) == static_cast<std::size_t>(JobKind::opencl_kernel)) return;
  findings.add(out_of_range, kind->path,
               quoted(kind->node->text) + " jobs cannot be described yet: \"OpenCLKernel\" can");
}

template <class Value>
std::vector<Value> read_each(Findings& findings, const std::optional<Place>& at, std::size_t min, std::size_t max,
                             Value (*read)(Findings&, const Place&)) {
  std::vector<Value> values;
  if (!at) return values;
  const auto places = read_list(findings, *at, min, max);
  values.reserve(places.size());
  for (const Place& each : places) values.push_back(read(findings, each));
  return values;
}

Job read_job(Findings& findings, const Place& at) {
  const Fields fields(findings, at,
                      {"apiVersion", "kind", "name", "resources", "inputs", "outputs", "program", "buffers", "steps",
                       "work", "shards", "price"});
  Job job;
  read_kind(findings, fields);
  fields.text("name", job.name, kNameBytesMax);
  if (const auto resources = fields.find("resources")) job.resources = read_resources(findings, *resources);
  job.inputs = read_each(findings, fields.need("inputs"), 1, kFilesMax, read_input);
  job.outputs = read_each(findings, fields.find("outputs"), 0, kFilesMax, read_output);
  if (const auto program = fields.need("program")) job.program = read_program(findings, *program);
  if (const auto buffers = fields.find("buffers")) job.buffers = read_buffers(findings, *buffers, job.inputs);
  job.steps = read_each(findings, fields.need("steps"), 1, kStepsMax, read_step);
  if (const auto work = fields.find("work")) job.work = read_work(findings, *work);
  if (const auto shards = fields.find("shards")) {
    const Fields counts(findings, *shards, {"count"});
    if (counts.need("count")) counts.number("count", job.shards.count, 1, kShardsMax);
  }
  if (const auto price = fields.find("price")) job.price = read_price(findings, *price);
  return job;
}

}  // namespace

std::error_code make_error_code(ManifestErrc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

runtime::Result<Job> job_from_json(std::string_view text) {
  if (text.size() > kManifestBytesMax) {
    return runtime::fail(too_large, "document: " + std::to_string(text.size()) + " bytes, the limit is " +
                                        std::to_string(kManifestBytesMax));
  }
  const auto root = parse_json(text);
  if (!root) return std::unexpected(root.error());
  Findings findings;
  Job job = read_job(findings, {.node = &*root, .path = {}});
  if (!findings.first()) check_parts(job, findings);
  if (const auto& wrong = findings.first()) return std::unexpected(*wrong);
  return job;
}

}  // namespace quern::model
