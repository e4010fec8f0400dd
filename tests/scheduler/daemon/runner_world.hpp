// What tests of the runner share: a real runtime, supervisor, store and runner on this machine's OpenCL device, jobs
// with their inputs in the store, and a meter that keeps what it is told.
#pragma once
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "overlay/runtime/system_runtime.hpp"
#include "overlay/runtime/task_group.hpp"
#include "overlay/runtime/waiter.hpp"
#include "scheduler/daemon/worker_runner.hpp"
#include "scheduler/model/manifest.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {

#if defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

using engagement::Finished;
using engagement::Work;
using model::Dimension;
using model::Reason;
using runtime::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr uid_t kJobUser = 64'243;  // of no user of a Debian system

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();  // of a process that ends meanwhile what there was
  return std::move(content).str();
}

inline std::string told(const Finished& finished) {
  return to_text(finished.why);
}

// Keeps what it is told, and asks the test.
class TestMeter final : public engagement::Meter {
 public:
  Task<bool> used(model::Usage total, std::uint32_t /*permille*/) override {
    if (!totals.empty()) EXPECT_TRUE(has_grown(totals.back(), total));
    totals.push_back(total);
    if (on_used) co_return co_await on_used(total);
    co_return true;
  }
  void log(runtime::ByteView text) override { logged += runtime::text_of(text); }

  std::function<Task<bool>(const model::Usage&)> on_used;
  std::vector<model::Usage> totals;
  std::string logged;
};

// A job under construction and what its inputs are.
class TestJob {
 public:
  model::Job job;
  std::vector<std::string> contents;  // of job.inputs

  void add_input(const std::string& path, const std::string& content) {
    job.inputs.push_back(
        {.path = path, .digest = blobs::digest_of(runtime::bytes_of(content)), .bytes = content.size()});
    contents.push_back(content);
  }
  void add_source(const std::string& path, const std::string& content) {
    add_input(path, content);
    job.program.sources.push_back(path);
  }
  void add_buffer(const std::string& name, std::uint64_t bytes) {
    job.buffers.push_back({.name = name, .bytes = bytes});
  }
  void add_input_buffer(const std::string& name, const std::string& content) {
    add_input(name + ".bin", content);
    job.buffers.push_back({.name = name, .bytes = content.size(), .input = name + ".bin"});
  }
  void add_output_buffer(const std::string& name, std::uint64_t bytes) {
    job.outputs.push_back({.path = name + ".out", .max_bytes = bytes});
    job.buffers.push_back({.name = name, .bytes = bytes, .output = name + ".out"});
  }
};

inline model::Argument buffer(std::string name) {
  return model::BufferArgument{{std::move(name)}};
}

// One kernel `k` over `items`, with one buffer `b` of 64 bytes that is kept.
inline TestJob job_of(const std::string& source, std::uint64_t items = 16) {
  TestJob made;
  made.job.name = "test";
  made.add_source("k.cl", source);
  made.add_output_buffer("b", 64);
  made.job.steps = {{.kernel = "k", .global_work_size = {items}, .arguments = {buffer("b")}}};
  return made;
}
inline constexpr const char* kCount = "__kernel void k(__global int* b) { b[get_global_id(0)] = get_global_id(0); }";
inline constexpr const char* kForever =
    "__kernel void k(__global volatile int* b) { while (b[0] == 0) b[1]++; b[get_global_id(0)] = 1; }";
// System calls, as machine code: call(number, three arguments).
inline constexpr const char* kSystemCall =
    "long call(long number, long a, long b, long c) {\n"
    "  long result;\n"
    "  __asm__ volatile(\"syscall\" : \"=a\"(result) : \"a\"(number), \"D\"(a), \"S\"(b), \"d\"(c)\n"
    "                   : \"rcx\", \"r11\", \"memory\");\n"
    "  return result;\n"
    "}\n";

inline WorkerDevice test_device() {
  return {
      .id = "cpu-0",
      .type = model::DeviceType::cpu,
      .compute_units = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN)),
      // A worker with a sanitizer crashes as any other, and keeps as little of what was freed.
      .environment = {{"POCL_DEVICES", "pthread"},
                      {"ASAN_OPTIONS", "detect_leaks=0:handle_segv=0:allow_user_segv_handler=1:quarantine_size_mb=1"}}};
}

// Programs under test where the jobs' user reaches them, and the folder for jobs beside.
class RunnerPlaces {
 public:
  RunnerPlaces() {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    for (const char* built : {QUERN_SANDBOX_EXEC, QUERN_WORKER}) {
      const std::filesystem::path from(built);
      std::filesystem::copy_file(from, folder_.path() / from.filename());
    }
  }
  std::string at(const char* name) const { return (folder_.path() / name).string(); }
  std::string folder() const { return folder_.path().string(); }
  std::filesystem::path scratch() const { return folder_.path() / "scratch"; }
  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::size_t folders() const {
    const std::filesystem::directory_iterator all(scratch());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  RunnerOptions options() const {
    RunnerOptions options;
    options.pool.scratch_root = scratch();
    options.pool.worker_program = at("quern-worker");
    if (::geteuid() == 0) options.pool.owner = execution::HostIdentity{.uid = kJobUser, .gid = kJobUser, .groups = {}};
    options.devices = {test_device()};
    return options;
  }
  // Where no control group tells what a worker holds, it counts as all that it was granted.
  RunnerOptions options_with_room_for_idle_workers() const {
    RunnerOptions made = options();
    made.pool.idle_bytes_max = 64ull << 30;
    return made;
  }

 private:
  TemporaryFolder folder_;
};

class RunnerWorld {
 public:
  RunnerWorld(runtime::Runtime& runtime, execution::Supervisor& supervisor, blobs::BlobStore& store,
              WorkerRunner& runner, const RunnerPlaces& places)
      : runtime(runtime), supervisor(supervisor), store(store), runner(runner), places(places) {}

  runtime::Runtime& runtime;
  execution::Supervisor& supervisor;
  blobs::BlobStore& store;
  WorkerRunner& runner;
  const RunnerPlaces& places;

  Task<Work> work_of(TestJob job, std::string submitter = "alice", std::uint32_t shard = 0) {
    for (const std::string& content : job.contents) {
      const auto kept = co_await store.add(runtime::copy_of(runtime::bytes_of(content)));
      EXPECT_TRUE(kept);
    }
    const std::uint32_t shards = job.job.shards.count;
    co_return Work{.submitter = std::move(submitter),
                   .job = std::move(job.job),
                   .shard = shard,
                   .shards = shards,
                   .device = "cpu-0"};
  }
  Task<Finished> run(TestJob job, TestMeter& meter, std::string submitter = "alice", std::uint32_t shard = 0) {
    co_return co_await runner.run(co_await work_of(std::move(job), std::move(submitter), shard), meter);
  }
  Task<std::string> output(const Finished& finished, std::size_t index = 0) {
    if (index >= finished.outputs.size()) co_return "no such output";
    const auto content = co_await store.read(finished.outputs[index].digest);
    co_return content ? std::string(runtime::text_of(*content)) : content.error().message();
  }
};

// Runs `use` in a world of its own, and sees that nothing is left of it.
inline void with_runner(const RunnerPlaces& places, RunnerOptions options, blobs::StoreLimits limits,
                        const std::function<Task<void>(RunnerWorld&)>& use,
                        const execution::Cgroups& cgroups = execution::Cgroups::probe()) {
  runtime::SystemRuntime system({.node = "test", .data_directory = places.data()});
  system.run([&](runtime::Runtime& runtime) -> Task<void> {
    execution::Supervisor supervisor(runtime, {.sandbox_exec = places.at("quern-sandbox-exec")}, cgroups);
    blobs::BlobStore store(runtime, limits);
    auto runner = WorkerRunner::make(supervisor, store, options);
    EXPECT_TRUE(runner) << runner.error().message();
    if (!runner) co_return;
    RunnerWorld world(runtime, supervisor, store, **runner, places);
    co_await use(world);
    co_await (*runner)->stop();
    EXPECT_EQ(supervisor.running(), 0);
    EXPECT_EQ(places.folders(), 0);
  });
}
inline void with_runner(const std::function<Task<void>(RunnerWorld&)>& use) {
  const RunnerPlaces places;
  with_runner(places, places.options(), {}, use);
}

}  // namespace quern::daemon
