// What a job costs beside its own work: medians of a kernel that does nothing, through the whole runner (inputs from
// the blob store, sandbox, worker, outputs into the store), in milliseconds. Cold: a new sandbox and worker each time,
// which opens the driver and compiles. Warm: the submitter's worker waits, stopped, with the program compiled.
#include "scheduler/daemon/worker_runner.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "overlay/runtime/system_runtime.hpp"

namespace {

using namespace std::chrono;  // NOLINT(google-build-using-namespace): a program of its own
using namespace quern;        // NOLINT(google-build-using-namespace)
using runtime::Task;

constexpr int kColdRounds = 10;
constexpr int kWarmRounds = 400;
constexpr std::string_view kSource = "__kernel void k(__global int* b, int value) { b[get_global_id(0)] = value; }";

class Row {
 public:
  explicit Row(const char* name) : name_(name) {}
  void add(steady_clock::time_point started) { took_.push_back(steady_clock::now() - started); }
  void print() {
    std::ranges::sort(took_);
    const auto ms = [this](std::size_t part) { return duration<double, std::milli>(took_[part]).count(); };
    std::printf("%-44s median %8.3f ms, fastest %8.3f, p99 %8.3f (%zu runs)\n", name_, ms(took_.size() / 2), ms(0),
                ms(took_.size() * 99 / 100), took_.size());
  }

 private:
  const char* name_;
  std::vector<steady_clock::duration> took_;
};

class FreeMeter final : public engagement::Meter {
 public:
  Task<bool> used(model::Usage, std::uint32_t) override { co_return true; }
  void log(runtime::ByteView) override {}
};

engagement::Work work_of(const std::string& submitter, std::uint32_t value) {
  model::Job job;
  job.name = "nothing";
  job.inputs = {{.path = "k.cl", .digest = blobs::digest_of(runtime::bytes_of(kSource)), .bytes = kSource.size()}};
  job.outputs = {{.path = "b", .max_bytes = 64}};
  job.program.sources = {"k.cl"};
  job.buffers = {{.name = "b", .bytes = 64, .output = "b"}};
  job.steps = {{.kernel = "k",
                .global_work_size = {16},
                .arguments = {model::BufferArgument{{"b"}}, model::ScalarArgument{model::ScalarType::int32, value}}}};
  return {.submitter = submitter, .job = job, .shard = 0, .shards = 1, .device = "cpu"};
}

Task<void> run(daemon::WorkerRunner& runner, engagement::Work work, Row& row) {
  FreeMeter meter;
  const auto started = steady_clock::now();
  const auto finished = co_await runner.run(std::move(work), meter);
  row.add(started);
  if (finished.why.reason == model::Reason::completed) co_return;
  std::printf("%s\n", to_text(finished.why).c_str());
  std::abort();
}

Task<void> measure(runtime::Runtime& runtime, const std::filesystem::path& folder) {
  execution::Supervisor supervisor(runtime, {.sandbox_exec = folder / "quern-sandbox-exec"},
                                   execution::Cgroups::probe());
  blobs::BlobStore store(runtime);
  std::ignore = co_await store.add(runtime::copy_of(runtime::bytes_of(kSource)));
  daemon::RunnerOptions options;
  options.pool.scratch_root = folder / "scratch";
  options.pool.worker_program = folder / "quern-worker";
  if (::geteuid() == 0) options.pool.owner = execution::HostIdentity{.uid = 64'243, .gid = 64'243, .groups = {}};
  options.devices = {{.id = "cpu",
                      .compute_units = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN)),
                      .environment = {{"POCL_DEVICES", "pthread"}}}};
  auto runner = daemon::WorkerRunner::make(supervisor, store, options);
  if (!runner) std::abort();
  Row cold("cold: a submitter's first job");
  Row warm("warm: its next, the same output");
  Row other("warm: its next, an output to be made durable");
  for (int i = 0; i < kColdRounds; ++i) co_await run(**runner, work_of("s" + std::to_string(i), 0), cold);
  for (int i = 0; i < kWarmRounds; ++i) co_await run(**runner, work_of("s9", 0), warm);
  for (std::uint32_t i = 1; i <= kWarmRounds; ++i) co_await run(**runner, work_of("s9", i), other);
  cold.print();
  warm.print();
  other.print();
  co_await (*runner)->stop();
}

}  // namespace

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "quern-bench-XXXXXX").string();
  if (!::mkdtemp(name.data())) return 1;
  const std::filesystem::path folder(name);
  std::filesystem::permissions(folder, std::filesystem::perms(0755));
  for (const char* built : {QUERN_SANDBOX_EXEC, QUERN_WORKER}) {
    std::filesystem::copy_file(built, folder / std::filesystem::path(built).filename());
  }
  runtime::SystemRuntime system({.node = "bench", .data_directory = folder / "data"});
  system.run([&](runtime::Runtime& runtime) { return measure(runtime, folder); });
  std::filesystem::remove_all(folder);
}
