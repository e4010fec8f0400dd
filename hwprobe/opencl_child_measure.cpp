#include "hwprobe/opencl_child_measure.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "hwprobe/available_memory.hpp"
#include "hwprobe/file_tree.hpp"
#include "hwprobe/opencl_child_info.hpp"
#include "hwprobe/opencl_child_kernels.hpp"
#include "hwprobe/opencl_child_session.hpp"
#include "hwprobe/self_test.hpp"
#include "hwprobe/stopwatch.hpp"
#include "hwprobe/text.hpp"
#include "hwprobe/windows.hpp"

namespace quern::hwprobe {
namespace {

// What the time of a device is spent on; docs/measuring.md says why so.
constexpr std::size_t kGroups = 4096;     // PoCL hands groups out by 32 a thread: fewer leave threads idle
constexpr double kWindowSeconds = 0.006;  // of device time
constexpr unsigned kArithmeticWindows = 11;
constexpr unsigned kTriadWindows = 15;
constexpr unsigned kWindowsMin = 3;
constexpr double kFigureSecondsMax = 0.3;  // of wall time for one figure's windows; then kWindowsMin are enough
constexpr double kLaunchesMax = 256;       // of one window
constexpr int kScanRounds = 16;            // of the loop of an arithmetic kernel in the scan
constexpr double kRoundsMax = 1 << 24;     // and in a window
constexpr double kSlowSeconds = 0.1;       // for one round: such a device is scanned with one
constexpr std::uint64_t kTriadBytesMin = 1 << 20;
constexpr std::uint64_t kTriadBytesMax = 128 << 20;  // of each of the three arrays, in a device's own memory

std::unexpected<std::string> failure(const auto& result) {
  return std::unexpected(result.error());
}

std::unexpected<std::string> refused() {
  return std::unexpected(std::string("a kernel argument was refused"));
}

// A kernel that is ready to be launched, with the work one launch does.
struct Job {
  ClKernel kernel;
  std::string variant;
  std::size_t items = 0;
  double work = 0;
  unsigned launches = 1;  // in a window
  double rate = 0;        // work a second in the scan
};

std::expected<LaunchTime, std::string> run_window(const Session& session, const Job& job) {
  return session.launch(job.kernel.get(), job.items, job.launches);
}

// The median over windows of `job`, stopped early on a device too slow for all of them.
std::expected<WindowSet, std::string> take_windows(const Session& session, const Job& job, unsigned count) {
  WindowSet set;
  LaunchTime sum;
  set.variant = job.variant;
  for (unsigned i = 0; i < count; ++i) {
    const auto time = run_window(session, job);
    if (!time) return failure(time);
    set.windows.push_back({job.work * job.launches, time->device_seconds});
    sum.cpu_seconds += time->cpu_seconds;
    sum.wall_seconds += time->wall_seconds;
    if (i + 1 >= kWindowsMin && sum.wall_seconds > kFigureSecondsMax) break;
  }
  if (session.is_cpu())
    set.cpu_share_permille = cpu_share_permille(sum.cpu_seconds, sum.wall_seconds, session.threads());
  return set;
}

// Launches a job once to see how fast it is; the launch is one window of the scan over variants.
std::expected<LaunchTime, std::string> scan(const Session& session, Job& job) {
  auto time = run_window(session, job);
  if (time) job.rate = time->device_seconds > 0 ? job.work * job.launches / time->device_seconds : 0;
  return time;
}

double windows_per_launch(const LaunchTime& time) {
  return kWindowSeconds / std::max(time.device_seconds, 1e-7);
}

// The windows of whichever job was fastest in its scan.
std::expected<WindowSet, std::string> measure_fastest(const Session& session, const std::vector<Job>& jobs,
                                                      unsigned windows) {
  const auto best = std::ranges::max_element(jobs, {}, &Job::rate);
  if (best == jobs.end()) return std::unexpected("there is nothing to run");
  return take_windows(session, *best, windows);
}

// ---- arithmetic

template <class Scalar>
bool set_chain_arguments(cl_kernel kernel, cl_mem out, int rounds) {
  if constexpr (std::is_integral_v<Scalar>)
    return set_arguments(kernel, out, Scalar{1664525}, Scalar{1013904223}, rounds);
  // These converge to 1: no overflow, and no denormals, which some processors compute slowly.
  return set_arguments(kernel, out, Scalar(0.999), Scalar(0.001), rounds);
}

bool set_rounds(cl_kernel kernel, cl_mem out, Quantity quantity, int rounds) {
  switch (quantity) {
    case Quantity::fp32_flops:
      return set_chain_arguments<cl_float>(kernel, out, rounds);
    case Quantity::fp64_flops:
      return set_chain_arguments<cl_double>(kernel, out, rounds);
    case Quantity::int32_ops:
      return set_chain_arguments<cl_int>(kernel, out, rounds);
    case Quantity::memory_bandwidth:
      break;
  }
  std::unreachable();
}

// Makes the kernel, compiles it (its first launch does, on many drivers), scans it, and finds how many rounds fill a
// window.
std::expected<Job, std::string> prepare_chain(const Session& session, cl_mem out, Quantity quantity,
                                              const KernelVariant& variant) {
  Job job;
  auto kernel = session.kernel(variant.kernel);
  if (!kernel) return failure(kernel);
  job.kernel = std::move(*kernel);
  job.variant = variant.name;
  job.items = kGroups * session.group();
  const auto set = [&](int rounds) {
    job.work =
        static_cast<double>(job.items) * rounds * kChains * variant.lanes * 2;  // a multiplication and an addition
    return set_rounds(job.kernel.get(), out, quantity, rounds);
  };
  if (!set(1)) return refused();
  auto time = run_window(session, job);
  if (!time) return failure(time);
  const int scan_rounds = time->device_seconds > kSlowSeconds ? 1 : kScanRounds;
  if (!set(scan_rounds)) return refused();
  time = scan(session, job);
  if (!time) return failure(time);
  if (!set(static_cast<int>(std::clamp(scan_rounds * windows_per_launch(*time), 1.0, kRoundsMax)))) return refused();
  return job;
}

std::expected<WindowSet, std::string> measure_arithmetic(const Session& session, cl_mem out,
                                                         const MeasureMethod& method) {
  std::vector<Job> jobs;
  for (const KernelVariant& variant : method.variants) {
    auto job = prepare_chain(session, out, method.quantity, variant);
    if (!job) return failure(job);
    jobs.push_back(std::move(*job));
  }
  return measure_fastest(session, jobs, kArithmeticWindows);
}

// ---- bandwidth

// Bytes of each array: four times the last cache, as far as memory allows.
std::uint64_t triad_bytes(cl_device_id device, const OpenclDevice& facts) {
  cl_ulong cache = 0;
  if (clGetDeviceInfo(device, CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, sizeof cache, &cache, nullptr) != CL_SUCCESS) cache = 0;
  const bool on_host = facts.unified_memory || facts.type == OpenclDeviceType::cpu;
  const std::uint64_t most = on_host ? triad_array_bytes(HostFiles(), facts.compute_units) : kTriadBytesMax;
  const std::uint64_t wanted = std::max(std::min<std::uint64_t>(cache, kTriadBytesMax) * 4, kTriadBytesMax / 4);
  const std::uint64_t bytes = std::min({wanted, most, facts.max_allocation_bytes, facts.global_memory_bytes / 8});
  return bytes / kTriadBytesMin * kTriadBytesMin;
}

struct TriadArrays {
  std::vector<ClBuffer> buffers;
  std::uint64_t bytes = 0;  // of each
};

// Three arrays with something in them: memory that was never written is one page of zeros, over and over, on a CPU.
std::expected<TriadArrays, std::string> make_arrays(const Session& session, std::uint64_t bytes) {
  if (bytes < kTriadBytesMin) return std::unexpected("too little memory is free");
  TriadArrays arrays{{}, bytes};
  const auto fill = session.kernel("fill");
  if (!fill) return failure(fill);
  for (int i = 0; i < 3; ++i) {
    auto buffer = session.buffer(bytes);
    if (!buffer) return failure(buffer);
    cl_mem memory = buffer->get();
    arrays.buffers.push_back(std::move(*buffer));
    if (!set_arguments(fill->get(), memory, cl_float{1})) return refused();
    const auto time = session.launch(fill->get(), bytes / sizeof(cl_float16));
    if (!time) return failure(time);
  }
  return arrays;
}

std::expected<Job, std::string> prepare_triad(const Session& session, const TriadArrays& arrays,
                                              const KernelVariant& variant) {
  Job job;
  auto kernel = session.kernel(variant.kernel);
  if (!kernel) return failure(kernel);
  job.kernel = std::move(*kernel);
  job.variant = std::string(variant.name) + ", 3 x " + std::to_string(arrays.bytes >> 20) + " MiB";
  job.items = arrays.bytes / (sizeof(cl_float) * variant.lanes);
  job.work = static_cast<double>(arrays.bytes) * 3;
  cl_mem a = arrays.buffers[0].get();
  cl_mem b = arrays.buffers[1].get();
  cl_mem c = arrays.buffers[2].get();
  if (!set_arguments(job.kernel.get(), a, b, c, cl_float{3})) return refused();
  auto time = run_window(session, job);  // compiles
  if (time) time = scan(session, job);
  if (!time) return failure(time);
  job.launches = static_cast<unsigned>(std::clamp(std::ceil(windows_per_launch(*time)), 1.0, kLaunchesMax));
  return job;
}

std::expected<WindowSet, std::string> measure_triad(const Session& session, std::uint64_t bytes) {
  const auto arrays = make_arrays(session, bytes);
  if (!arrays) return failure(arrays);
  std::vector<Job> jobs;
  for (const KernelVariant& variant : triad_method().variants) {
    auto job = prepare_triad(session, *arrays, variant);
    if (!job) return failure(job);
    jobs.push_back(std::move(*job));
  }
  return measure_fastest(session, jobs, kTriadWindows);
}

// ---- fitness

void plant_wrong_item(std::vector<std::uint32_t>& expected) {
  const char* plant =
      std::getenv("QUERN_PLANT_WRONG_ITEM");  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  const auto item = parse_number<std::size_t>(plant == nullptr ? "" : plant);
  if (item && *item < expected.size()) expected[*item] = ~expected[*item];
}

std::expected<Fitness, std::string> run_self_test(const Session& session, bool fp64) {
  const auto kernel = session.kernel("self_test");
  if (!kernel) return failure(kernel);
  const auto out = session.buffer(kSelfTestItems * sizeof(cl_uint));
  if (!out) return failure(out);
  cl_mem memory = out->get();
  const bool set = set_arguments(kernel->get(), memory) &&
                   clSetKernelArg(kernel->get(), 1, session.group() * sizeof(cl_uint), nullptr) == CL_SUCCESS &&
                   clSetKernelArg(kernel->get(), 2, sizeof kSelfTestSeed, &kSelfTestSeed) == CL_SUCCESS;
  if (!set) return refused();
  if (const auto time = session.launch(kernel->get(), kSelfTestItems); !time) return failure(time);
  std::vector<std::uint32_t> got(kSelfTestItems);
  if (const auto read = session.read(memory, got.data(), got.size() * sizeof(cl_uint)); !read) return failure(read);
  std::vector<std::uint32_t> expected = self_test_expected(static_cast<std::uint32_t>(session.group()), fp64);
  plant_wrong_item(expected);
  return judge_self_test(got, expected);
}

void add_figure(MeasureReply& reply, const MeasureMethod& method, std::expected<WindowSet, std::string> set) {
  std::optional<Figure> figure;
  if (set) {
    set->quantity = method.quantity;
    set->method = method.id;
    figure = figure_of(*set, unix_time_ms());
  }
  if (figure) {
    reply.figures.push_back(std::move(*figure));
  } else {
    // A variant's name tells fp32 from fp64, which share a method.
    reply.notes.push_back(std::string(method.id) + " on " + method.variants.back().name +
                          " could not be measured: " + (set ? "the clock stood still" : set.error()));
  }
}

void measure_all(const Session& session, cl_device_id id, const OpenclDevice& facts, MeasureReply& reply) {
  auto out = session.buffer(kGroups * session.group() * sizeof(cl_double));
  if (!out) {
    reply.notes.push_back("nothing could be measured: " + out.error());
    return;
  }
  for (const MeasureMethod& method : arithmetic_methods()) {
    if (method.quantity == Quantity::fp64_flops && !facts.fp64) continue;
    add_figure(reply, method, measure_arithmetic(session, out->get(), method));
  }
  out->reset();
  add_figure(reply, triad_method(), measure_triad(session, triad_bytes(id, facts)));
}

}  // namespace

std::expected<MeasureReply, OpenclFault> measure_device(std::size_t platform, std::size_t device) {
  const auto id = find_device(platform, device);
  if (!id) return std::unexpected(id.error());
  const auto facts = describe_device(*id);
  if (!facts) return std::unexpected(facts.error());
  MeasureReply reply;
  reply.device_name = facts->name;
  const auto session = Session::open(*id, *facts);
  auto fitness = session ? run_self_test(*session, facts->fp64) : std::unexpected(session.error());
  reply.fitness = fitness ? *std::move(fitness) : Fitness{false, clean_name("self-test: " + fitness.error())};
  if (reply.fitness.fit) measure_all(*session, *id, *facts, reply);
  return reply;
}

}  // namespace quern::hwprobe
