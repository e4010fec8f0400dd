// A real quern-worker as a child of the test, spoken to as the daemon does, and jobs with the files they need.
#pragma once
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <openssl/sha.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scheduler/execution/worker_reports.hpp"
#include "scheduler/model/manifest.hpp"
#include "scheduler/model/shard.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::worker {

inline model::Digest sha256(std::string_view bytes) {
  model::Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class Value>
std::vector<Value> values_of(std::string_view bytes) {
  std::vector<Value> values(bytes.size() / sizeof(Value));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Value));
  return values;
}
template <class Value>
std::string bytes_of(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

// How a task ended, as the daemon sees it.
struct Ending {
  std::optional<execution::WorkerStarted> started;
  std::optional<execution::WorkerFinished> finished;  // none: the worker died first
  std::vector<execution::WorkerProgress> progress;
  std::string build_log;
  std::string printed;
  std::map<std::uint32_t, std::string> pieces;  // of outputs, put together
};

class WorkerProcess {
 public:
  // `environment` is added to the test's.
  explicit WorkerProcess(std::vector<std::string> environment = {}) {
    std::array<int, 2> requests{};
    std::array<int, 2> reports{};
    if (::pipe2(requests.data(), O_CLOEXEC) != 0 || ::pipe2(reports.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipes");
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, requests[0], kRequests);
    posix_spawn_file_actions_adddup2(&actions, reports[1], kReports);
    for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
    environment.emplace_back("POCL_CACHE_DIR=" QUERN_KERNEL_CACHE);
    std::vector<char*> variables;
    variables.reserve(environment.size() + 1);
    for (std::string& each : environment) variables.push_back(each.data());
    variables.push_back(nullptr);
    std::array<std::string, 3> words{QUERN_WORKER, std::to_string(kRequests), std::to_string(kReports)};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    const int failed = ::posix_spawn(&pid_, QUERN_WORKER, &actions, nullptr, arguments.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(requests[0]);
    ::close(reports[1]);
    requests_ = requests[1];
    reports_ = reports[0];
    if (failed != 0) throw std::runtime_error("cannot start " QUERN_WORKER);
  }
  ~WorkerProcess() {
    kill();
    if (requests_ >= 0) ::close(requests_);
    ::close(reports_);
  }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  void send(runtime::ByteView bytes) const {
    if (::write(requests_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("the worker does not read");
    }
  }
  void send(const execution::WorkerRequest& request) const { send(execution::encode_request(request)); }
  void start(const execution::WorkerTask& task, const model::Shard& shard) {
    reader_.expect(shard, task.limits);
    send(task);
  }
  void end_requests() { ::close(std::exchange(requests_, -1)); }

  // The next report; nullopt when the worker has closed its end. Throws where the daemon would not believe it.
  std::optional<execution::WorkerReport> next() {
    while (true) {
      auto report = reader_.next();
      if (!report) throw std::runtime_error("not believed: " + report.error().message());
      if (*report) return **report;
      std::array<std::byte, 65536> bytes{};
      const ssize_t read = ::read(reports_, bytes.data(), bytes.size());
      if (read <= 0) return std::nullopt;
      reader_.add(std::span(bytes).first(static_cast<std::size_t>(read)));
    }
  }
  // All reports until the task has ended.
  Ending ending() {
    Ending ending;
    while (!ending.finished) {
      const auto report = next();
      if (!report) return ending;
      if (const auto* started = std::get_if<execution::WorkerStarted>(&*report)) ending.started = *started;
      if (const auto* log = std::get_if<execution::WorkerLog>(&*report)) {
        (log->source == execution::WorkerLog::Source::compiler ? ending.build_log : ending.printed) += log->text;
      }
      if (const auto* each = std::get_if<execution::WorkerProgress>(&*report)) ending.progress.push_back(*each);
      if (const auto* finished = std::get_if<execution::WorkerFinished>(&*report)) ending.finished = *finished;
      if (const auto* piece = std::get_if<execution::WorkerOutputPiece>(&*report)) {
        ending.pieces[piece->output] += runtime::text_of(piece->content);
      }
    }
    return ending;
  }

  void kill() { stop(SIGKILL); }
  // The exit status; of a signal, 128 and its number.
  int wait() {
    end_requests();
    return stop(0);
  }

 private:
  static constexpr int kRequests = 10;
  static constexpr int kReports = 11;

  int stop(int signal) {
    if (pid_ < 0) return status_;
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
  }

  pid_t pid_ = -1;
  int status_ = 0;
  int requests_ = -1;
  int reports_ = -1;
  execution::ReportReader reader_;
};

// A job under construction and the folder with its inputs.
class JobFolder {
 public:
  model::Job job;

  void add_input(const std::string& path, std::string_view content) {
    job.inputs.push_back({.path = path, .digest = sha256(content), .bytes = content.size()});
    folder_.write("in/" + path, content);
  }
  void add_source(const std::string& path, std::string_view content) {
    add_input(path, content);
    job.program.sources.push_back(path);
  }
  // From the folder of workloads or of examples.
  void add_source_file(const std::filesystem::path& path) { add_source(path.filename(), content_of(path)); }
  void add_buffer(const std::string& name, std::uint64_t bytes) {
    job.buffers.push_back({.name = name, .bytes = bytes});
  }
  void add_input_buffer(const std::string& name, std::string_view content) {
    add_input(name + ".bin", content);
    job.buffers.push_back({.name = name, .bytes = content.size(), .input = name + ".bin"});
  }
  void add_output_buffer(const std::string& name, std::uint64_t bytes) {
    keep(name + ".out", bytes);
    job.buffers.push_back({.name = name, .bytes = bytes, .output = name + ".out"});
  }
  void keep(const std::string& path, std::uint64_t bytes) { job.outputs.push_back({.path = path, .max_bytes = bytes}); }

  const std::filesystem::path& path() const { return folder_.path(); }
  // Outputs of a shard go to a folder of their own.
  execution::WorkerTask task(std::uint32_t shard = 0) const {
    const auto out = folder_.path() / ("out" + std::to_string(shard));
    std::filesystem::remove_all(out);
    std::filesystem::create_directories(out);
    std::filesystem::create_directories(folder_.path() / "in");
    return {.job = model::to_canonical_json(job), .shard = shard, .input_folder = (folder_.path() / "in").string()};
  }
  std::string output(const std::string& path, std::uint32_t shard = 0) const {
    return content_of(folder_.path() / ("out" + std::to_string(shard)) / path);
  }

  // Runs a shard in a worker of its own.
  Ending run(std::uint32_t shard = 0) const { return run(task(shard)); }
  Ending run(const execution::WorkerTask& task) const {
    WorkerProcess worker;
    worker.start(task, shard_of_task(task));
    Ending ending = worker.ending();
    take(ending, task);
    return ending;
  }
  // Keeps the outputs as files.
  void take(const Ending& ending, const execution::WorkerTask& task) const {
    if (!ending.finished) return;
    for (std::uint32_t i = 0; i < ending.finished->outputs.size(); ++i) {
      const execution::WorkerOutput& output = ending.finished->outputs[i];
      const auto path = folder_.path() / ("out" + std::to_string(task.shard)) / output.path;
      std::filesystem::create_directories(path.parent_path());
      const auto piece = ending.pieces.find(i);
      std::ofstream(path, std::ios::binary)
          << (piece == ending.pieces.end() ? runtime::text_of(output.content) : std::string_view(piece->second));
    }
  }
  // As the daemon knows it, where the job is one.
  static model::Shard shard_of_task(const execution::WorkerTask& task) {
    const auto job = model::job_from_json(task.job);
    return job && task.shard < job->shards.count ? model::shard_of(*job, task.shard) : model::Shard{};
  }

 private:
  TemporaryFolder folder_;
};

// "completed", or reason and detail.
inline std::string told(const Ending& ending) {
  if (!ending.finished) return "the worker died";
  const model::Why& why = ending.finished->why;
  return std::string(model::text_of(why.reason).name) + (why.detail.empty() ? "" : ": " + why.detail);
}

inline model::Argument buffer(std::string name) {
  return model::BufferArgument{{std::move(name)}};
}
inline model::Argument ring(std::string first, std::string second) {
  return model::BufferArgument{{std::move(first), std::move(second)}};
}
inline model::Argument int_argument(std::int32_t value) {
  return model::ScalarArgument{model::ScalarType::int32, static_cast<std::uint32_t>(value)};
}
inline model::Argument uint_argument(std::uint32_t value) {
  return model::ScalarArgument{model::ScalarType::uint32, value};
}
inline model::Argument local(std::uint64_t bytes) {
  return model::LocalArgument{bytes};
}

}  // namespace quern::worker
