// The canonical form of a job.
#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "overlay/runtime/hex.hpp"
#include "scheduler/model/manifest.hpp"
#include "scheduler/model/manifest_arguments.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::model {

namespace {

std::string string_json(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

// The members of an object, comma by comma.
class ObjectText {
 public:
  void raw(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? '{' : ',';
    text_ += '"';
    text_ += key;
    text_ += "\":";
    text_ += value;
  }
  void text(std::string_view key, std::string_view value) { raw(key, string_json(value)); }
  // Left out where it is what a reader takes it for anyway.
  void number(std::string_view key, std::uint64_t value, std::uint64_t otherwise) {
    if (value != otherwise) raw(key, std::to_string(value));
  }
  bool is_empty() const { return text_.empty(); }
  std::string done() const { return is_empty() ? "{}" : text_ + '}'; }

 private:
  std::string text_;
};

template <class Value, class Write>
std::string list_json(const std::vector<Value>& values, const Write& write) {
  std::string text = "[";
  for (const Value& value : values) text += (text.size() == 1 ? "" : ",") + write(value);
  return text + ']';
}

std::string sizes_json(const std::vector<std::uint64_t>& sizes) {
  return list_json(sizes, [](std::uint64_t size) { return std::to_string(size); });
}

std::string seconds_text(std::uint32_t ms) {
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 == 0) return text;
  const std::string decimals = std::to_string(1000 + ms % 1000).substr(1);
  return text + '.' + decimals.substr(0, decimals.find_last_not_of('0') + 1);
}

std::string resources_json(const Resources& resources) {
  const Resources otherwise;
  ObjectText object;
  if (resources.device_type != otherwise.device_type) {
    object.text("deviceType", kDeviceTypeNames[static_cast<std::size_t>(resources.device_type)]);
  }
  object.number("minGlobalMemBytes", resources.min_global_memory_bytes, otherwise.min_global_memory_bytes);
  if (resources.min_opencl_version != otherwise.min_opencl_version) {
    object.text("minOpenCLVersion", std::to_string(resources.min_opencl_version / 100) + '.' +
                                        std::to_string(resources.min_opencl_version % 100));
  }
  if (!resources.extensions.empty()) object.raw("extensions", list_json(resources.extensions, string_json));
  object.number("cpuCores", resources.cpu_cores, otherwise.cpu_cores);
  object.number("memoryBytes", resources.memory_bytes, otherwise.memory_bytes);
  object.number("scratchBytes", resources.scratch_bytes, otherwise.scratch_bytes);
  if (resources.walltime_ms != otherwise.walltime_ms) {
    object.raw("walltimeSeconds", seconds_text(resources.walltime_ms));
  }
  return object.done();
}

std::string input_json(const Input& input) {
  ObjectText object;
  object.text("path", input.path);
  object.text("digest", std::string(kDigestPrefix) + runtime::to_hex(input.digest));
  object.raw("bytes", std::to_string(input.bytes));
  return object.done();
}

std::string output_json(const Output& output) {
  ObjectText object;
  object.text("path", output.path);
  object.raw("maxBytes", std::to_string(output.max_bytes));
  return object.done();
}

std::string program_json(const Program& program) {
  ObjectText object;
  object.raw("sources", list_json(program.sources, string_json));
  if (!program.build_options.empty()) object.text("buildOptions", program.build_options);
  return object.done();
}

std::string buffer_json(const Buffer& buffer, const std::vector<Input>& inputs) {
  ObjectText object;
  std::uint64_t otherwise = 0;
  if (buffer.input) {
    object.text("input", *buffer.input);
    const auto input = std::ranges::find(inputs, *buffer.input, &Input::path);
    if (input != inputs.end()) otherwise = input->bytes;
  }
  object.number("bytes", buffer.bytes, otherwise);
  if (buffer.output) object.text("output", *buffer.output);
  object.number("fill", buffer.fill, 0);
  if (buffer.access != BufferAccess::read_write) {
    object.text("access", kAccessNames[static_cast<std::size_t>(buffer.access)]);
  }
  return object.done();
}

std::string buffers_json(const Job& job) {
  std::vector<const Buffer*> by_name;
  by_name.reserve(job.buffers.size());
  for (const Buffer& buffer : job.buffers) by_name.push_back(&buffer);
  std::ranges::sort(by_name, {}, [](const Buffer* buffer) -> const std::string& { return buffer->name; });
  ObjectText object;
  for (const Buffer* buffer : by_name) object.raw(buffer->name, buffer_json(*buffer, job.inputs));
  return object.done();
}

std::string step_json(const Step& step) {
  ObjectText object;
  object.text("kernel", step.kernel);
  object.number("repeat", step.repeat, 1);
  object.raw("globalWorkSize", sizes_json(step.global_work_size));
  if (!step.local_work_size.empty()) object.raw("localWorkSize", sizes_json(step.local_work_size));
  if (!step.global_work_offset.empty()) object.raw("globalWorkOffset", sizes_json(step.global_work_offset));
  if (step.chunk) object.raw("chunk", std::to_string(*step.chunk));
  object.raw("args", list_json(step.arguments, argument_json));
  return object.done();
}

std::string work_json(const Work& work) {
  ObjectText object;
  object.number("fp32Flop", work.fp32_flop, 0);
  object.number("fp64Flop", work.fp64_flop, 0);
  object.number("int32Op", work.int32_op, 0);
  object.number("memoryBytes", work.memory_bytes, 0);
  return object.done();
}

std::string price_json(const PriceLimits& price) {
  ObjectText object;
  if (price.max_total) object.text("maxTotal", to_text(*price.max_total));
  if (price.max_per_device_second) object.text("maxPerDeviceSecond", to_text(*price.max_per_device_second));
  return object.done();
}

}  // namespace

std::string to_canonical_json(const Job& job) {
  ObjectText object;
  object.text("apiVersion", kApiVersion);
  object.text("kind", kKindNames[static_cast<std::size_t>(job.kind)]);
  if (!job.name.empty()) object.text("name", job.name);
  if (job.resources != Resources{}) object.raw("resources", resources_json(job.resources));
  object.raw("inputs", list_json(job.inputs, input_json));
  if (!job.outputs.empty()) object.raw("outputs", list_json(job.outputs, output_json));
  object.raw("program", program_json(job.program));
  if (!job.buffers.empty()) object.raw("buffers", buffers_json(job));
  object.raw("steps", list_json(job.steps, step_json));
  if (job.work) object.raw("work", work_json(*job.work));
  if (job.shards != Shards{}) {
    ObjectText shards;
    shards.raw("count", std::to_string(job.shards.count));
    object.raw("shards", shards.done());
  }
  if (job.price != PriceLimits{}) object.raw("price", price_json(job.price));
  return object.done();
}

}  // namespace quern::model
