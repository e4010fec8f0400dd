// What a submitter wants run: the job manifest as a value. Terms of OpenCL (program, kernel, NDRange, global and local
// work size) and of GA4GH TES (inputs, outputs, resources, executors).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/credits.hpp"

namespace quern::model {

enum class JobKind : std::uint8_t { opencl_kernel, command, inference };
enum class DeviceType : std::uint8_t { any, cpu, gpu, accelerator };

using Digest = std::array<std::byte, 32>;  // SHA-256

struct Resources {
  DeviceType device_type = DeviceType::any;
  std::uint64_t min_global_memory_bytes = 0;
  std::uint32_t min_opencl_version = 102;  // major * 100 + minor: 1.2 is 102
  std::vector<std::string> extensions;     // that the device must have
  std::uint32_t cpu_cores = 1;
  std::uint64_t memory_bytes = 512 << 20;  // of the host, for all processes of a task
  std::uint64_t scratch_bytes = 64 << 20;
  std::uint32_t walltime_ms = 60'000;
  bool operator==(const Resources&) const = default;
};

struct Input {
  std::string path;  // below the job's folder
  Digest digest{};
  std::uint64_t bytes = 0;
  bool operator==(const Input&) const = default;
};
struct Output {
  std::string path;
  std::uint64_t max_bytes = 0;
  bool operator==(const Output&) const = default;
};

enum class BufferAccess : std::uint8_t { read_write, read_only, write_only };

// A buffer of the device: an input's bytes, the rest up to `bytes` filled with one byte; kept as an output when it is
// over.
struct Buffer {
  std::string name;
  std::uint64_t bytes = 0;            // at least those of its input
  std::optional<std::string> input;   // path
  std::optional<std::string> output;  // path
  std::uint8_t fill = 0;
  BufferAccess access = BufferAccess::read_write;
  bool operator==(const Buffer&) const = default;
};

// A kernel's argument. Where a list of buffers is given, iteration i of a step takes the i-th, round and round:
// ping-pong.
struct BufferArgument {
  std::vector<std::string> buffers;
  bool operator==(const BufferArgument&) const = default;
};
enum class ScalarType : std::uint8_t { int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64 };
struct ScalarArgument {
  ScalarType type = ScalarType::int32;
  std::uint64_t bits = 0;  // the value's bytes, little endian
  bool operator==(const ScalarArgument&) const = default;
};
struct LocalArgument {
  std::uint64_t bytes = 0;
  bool operator==(const LocalArgument&) const = default;
};
// The number of the iteration as a 32-bit integer, counted from `from`.
struct IterationArgument {
  std::int32_t from = 0;
  bool operator==(const IterationArgument&) const = default;
};
using Argument = std::variant<BufferArgument, ScalarArgument, LocalArgument, IterationArgument>;

inline constexpr std::size_t kWorkDimensionsMax = 3;
inline constexpr std::size_t kStepsMax = 256;
inline constexpr std::size_t kArgumentsMax = 64;
inline constexpr std::size_t kBuffersMax = 64;
inline constexpr std::size_t kFilesMax = 64;  // inputs, and outputs
inline constexpr std::size_t kSourcesMax = 16;
inline constexpr std::uint64_t kSourceBytesMax = 1 << 20;  // of all sources together
inline constexpr std::uint64_t kLaunchesMax = 1'000'000;   // steps times their repeats
inline constexpr std::uint64_t kFileBytesMax = 64 << 20;   // of an input, or of an output of all shards
inline constexpr std::size_t kManifestBytesMax = 256 << 10;
inline constexpr std::size_t kNameBytesMax = 128;
inline constexpr std::size_t kPathBytesMax = 255;
inline constexpr std::size_t kBufferNameBytesMax = 64;
inline constexpr std::size_t kBuildOptionsBytesMax = 4096;
inline constexpr std::size_t kExtensionsMax = 32;
inline constexpr std::size_t kExtensionBytesMax = 64;
inline constexpr std::uint64_t kBufferBytesMax = 1ull << 40;
inline constexpr std::uint64_t kLocalBytesMax = 16 << 20;   // of one local argument
inline constexpr std::uint64_t kWorkItemsMax = 1ull << 40;  // of one NDRange, and of an offset in one dimension
inline constexpr std::uint64_t kGroupItemsMax = 1 << 16;    // of one work-group
inline constexpr std::uint32_t kShardsMax = 4096;
inline constexpr std::uint32_t kCpuCoresMax = 1024;
inline constexpr std::uint64_t kMemoryBytesMax = 1ull << 46;  // of the host, of a device, and of scratch
inline constexpr std::uint32_t kWalltimeMaxMs = 7 * 24 * 3600 * 1000;
inline constexpr std::uint64_t kWorkMax = 1ull << 62;  // of each figure of Work

// One kernel over an NDRange, `repeat` times.
struct Step {
  std::string kernel;
  std::uint32_t repeat = 1;
  std::vector<std::uint64_t> global_work_size;    // 1 to 3 dimensions
  std::vector<std::uint64_t> local_work_size;     // empty: the driver's choice
  std::vector<std::uint64_t> global_work_offset;  // empty: zeros
  std::optional<std::uint64_t> chunk;             // of the last dimension, launched at a time; none: chosen by time
  std::vector<Argument> arguments;
  bool operator==(const Step&) const = default;
};

struct Program {
  std::vector<std::string> sources;  // paths of inputs, compiled as one program in this order
  std::string build_options;         // -D NAME[=VALUE] and -cl-*: nothing that names a file
  bool operator==(const Program&) const = default;
};

// What a task is expected to need of a device: how a quote is made from speeds. Absent: a trial shard is measured.
struct Work {
  std::uint64_t fp32_flop = 0;
  std::uint64_t fp64_flop = 0;
  std::uint64_t int32_op = 0;
  std::uint64_t memory_bytes = 0;  // moved between device and its memory
  bool operator==(const Work&) const = default;
};

struct PriceLimits {
  std::optional<Credits> max_total;
  std::optional<Credits> max_per_device_second;
  bool operator==(const PriceLimits&) const = default;
};

// Splits the job into tasks that run independently: the NDRange of every step is cut along its last dimension, and
// every output is cut alike and joined.
struct Shards {
  std::uint32_t count = 1;
  bool operator==(const Shards&) const = default;
};

struct Job {
  JobKind kind = JobKind::opencl_kernel;
  std::string name;
  Resources resources;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  Program program;
  std::vector<Buffer> buffers;  // by name
  std::vector<Step> steps;
  std::optional<Work> work;
  Shards shards;
  PriceLimits price;
  bool operator==(const Job&) const = default;
};

}  // namespace quern::model
