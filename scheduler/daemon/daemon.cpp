#include "scheduler/daemon/daemon.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/utsname.h>
#include <unistd.h>

#include "hwprobe/probe.hpp"
#include "overlay/identity/key_file.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/deadline.hpp"
#include "scheduler/daemon/capacity.hpp"
#include "scheduler/daemon/full_disk.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/daemon/node.hpp"
#include "scheduler/daemon/programs.hpp"
#include "scheduler/daemon/worker_runner.hpp"
#include "scheduler/rpc/server.hpp"

namespace quern::daemon {

using runtime::Result;
using runtime::Runtime;
using runtime::Task;

namespace {

Result<std::optional<security::PresharedKey>> preshared_key(const Config& config) {
  const std::string& path = config.overlay.psk_file;
  if (path.empty()) return std::nullopt;
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return runtime::fail(runtime::Errc::not_found, "overlay.psk_file: " + path);
  auto key = security::PresharedKey::from_file_text(text.str());
  if (!key) {
    return runtime::fail(security::Errc::bad_preshared_key, "overlay.psk_file: " + path + ": " + key.error().message());
  }
  return *key;
}

// What the machine has; measured where it is to be offered.
Task<hwprobe::MachineReport> look_at_machine(Runtime& runtime, bool measure) {
  hwprobe::MachineReport report;
  co_await runtime.offload_work([&report, measure] {
    const hwprobe::Parts parts{
        .identity = true, .topology = true, .pci = true, .opencl = true, .sensors = false, .measurements = measure};
    report = hwprobe::probe(hwprobe::Sources::this_machine(), parts);
  });
  co_return report;
}

Task<std::optional<hwprobe::Measurements>> measure_devices(Runtime& runtime) {
  co_return (co_await look_at_machine(runtime, true)).measurements;
}

// As uname -n; empty where the system has none.
std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string(static_cast<const char*>(names.nodename)) : std::string();
}

rpc::ServerOptions server_options(const Config& config, Log& log) {
  rpc::ServerOptions options{
      .unix_socket = config.rpc.socket,
      .limits = config.rpc.limits,
      .on_event = [&log](std::string_view event, std::string_view caller, std::string_view detail) {
        log.write(LogLevel::warning, "rpc_caller", {{"what", event}, {"caller", caller}, {"detail", detail}});
      }};
  const WebSocketConfig& web = config.rpc.websocket;
  if (web.enabled) {
    options.websocket =
        rpc::WebSocketOptions{.at = {.address = boost::asio::ip::make_address(web.address), .port = web.port},
                              .token_file = web.token_file,
                              .origins = web.origins};
  }
  return options;
}

// All that a node stands on, in the order in which it comes to be.
class Daemon {
 public:
  Daemon(Runtime& runtime, Config config, DriverEnvironment drivers, Log& log)
      : runtime_(runtime),
        config_(std::move(config)),
        drivers_(std::move(drivers)),
        log_(log),
        blobs_(runtime, {.bytes_max = config_.store.blob_bytes}),
        signals_(runtime.executor(), SIGINT, SIGTERM),
        tasks_(runtime.executor()) {}

  // nullopt: the disk was full and has room now. Another one may start.
  Task<std::optional<ExitCode>> run() {
    std::optional<ExitCode> code = ExitCode::failed;
    co_await runtime::with_cleanup<void>(
        [&]() -> Task<void> {
          if (const auto started = co_await start(); !started) {
            if (co_await make_room_for_start(runtime_.disk(), started.error())) {
              code = std::nullopt;
              co_return;
            }
            log_.write(LogLevel::error, "not_started", {{"why", start_failure_text(started.error(), config_)}});
            co_return;
          }
          co_await signals_.async_wait(boost::asio::use_awaitable);
          log_.write(LogLevel::info, "draining",
                     {{"working", node_->provider().working()}, {"own", node_->own_work()}});
          co_await drain();
          code = ExitCode::ended;
        },
        [&] { return stop_in_time(); });
    if (code) log_.write(LogLevel::info, "ended");
    co_return code;
  }

 private:
  Task<Result<void>> start() {
    const bool root = ::geteuid() == 0;
    const auto scratch_root = scratch_root_of(config_.data_directory, root);
    CO_TRY(const auto programs, find_programs(scratch_root, root));
    CO_TRY(auto key, co_await identity::load_or_create_key(runtime_, std::string(kKeyName)));
    NodeParts parts{.config = config_,
                    .key = std::move(key),
                    .devices = {},
                    .sandbox = {},
                    .preshared_key = {},
                    .preferences = {},
                    .report = {},
                    .sources = hwprobe::Sources::this_machine(),
                    .host = host_name(),
                    .measure = [this] { return measure_devices(runtime_); }};
    CO_TRY(parts.preferences, co_await load_preferences(runtime_.disk()));
    const Config config = in_force(config_, parts.preferences);
    CO_TRY(parts.preshared_key, preshared_key(config_));
    CO_TRY(auto database,
           store::Database::open({.path = (std::filesystem::path(config_.data_directory) / kDatabaseName).string()}));
    database_.emplace(std::move(database));
    blobs_.set_room([folder = std::filesystem::path(config_.data_directory)] { return room_for_blobs(folder); });
    CO_CHECK(co_await blobs_.load());
    parts.report = co_await look_at_machine(runtime_, config.provider.enabled);
    const auto nodes_of_card = nodes_of_this_machine(parts.sources);
    parts.devices_of = [nodes_of_card](const hwprobe::MachineReport& report, const ProviderConfig& selling) {
      return devices_of(report, selling, nodes_of_card);
    };
    parts.devices = parts.devices_of(parts.report, config.provider);
    const execution::SupervisorOptions options{.sandbox_exec = programs.sandbox_exec.string()};
    auto sandbox = choose_sandbox(config_.sandbox);
    supervisor_ = std::make_unique<execution::Supervisor>(runtime_, options, std::move(sandbox.cgroups));
    parts.sandbox = co_await execution::self_test(*supervisor_, options, job_identity(root));
    parts.sandbox_lacking = std::move(sandbox.lacking);
    CO_TRY(runner_,
           WorkerRunner::make(*supervisor_, blobs_,
                              {.pool = {.scratch_root = scratch_root,
                                        .worker_program = programs.worker.string(),
                                        .owner = job_identity(root),
                                        .on_failure =
                                            [&log = log_](const runtime::Error& error) {
                                              log.write(LogLevel::error, "work_not_done", {{"why", error.message()}});
                                            }},
                               .devices = worker_devices(parts.devices, drivers_.vendors, drivers_.variables)}));
    node_ = std::make_unique<Node>(runtime_, *runner_, blobs_, *database_, log_, std::move(parts));
    CO_CHECK(co_await node_->start());
    tell(node_->parts());
    add_methods(registry_, *node_);
    CO_TRY(server_, rpc::Server::listen(runtime_, registry_, node_->topics(), server_options(config_, log_)));
    tasks_.spawn(server_->run());
    log_.write(LogLevel::info, "ready", {{"peer", node_->host().id().text()}, {"rpc", config_.rpc.socket}});
    co_return Result<void>();
  }

  void tell(const NodeParts& parts) {
    for (const NodeDevice& device : parts.devices) {
      if (device.offered) {
        log_.write(LogLevel::info, "device_offered", {{"device", device.id}, {"name", device.name}});
      } else {
        log_.write(LogLevel::info, "device_not_offered",
                   {{"device", device.id}, {"name", device.name}, {"why", device.why}});
      }
    }
    for (const execution::KindTest& kind : parts.sandbox.kinds) {
      if (!kind.held) {
        log_.write(LogLevel::warning, "sandbox_not_held", {{"kind", execution::name_of(kind.kind)}, {"why", kind.why}});
      }
    }
  }

  // Until the work has ended. A second signal ends the patience with it, a third the handing back.
  Task<void> drain() {
    bool drained = false;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      runtime::WaitQueue over;
      const auto work = [&]() -> Task<void> {
        co_await node_->drain(kDrainPatience);
        drained = true;
        over.wake_all();
      };
      const auto impatience = [&]() -> Task<void> {
        co_await signals_.async_wait(boost::asio::use_awaitable);
        node_->hurry();
        co_await signals_.async_wait(boost::asio::use_awaitable);
        drained = true;
        over.wake_all();
      };
      group.spawn(work());
      group.spawn(impatience());
      while (!drained) co_await over.wait();
    });
  }

  // Work on another thread cannot be ended, only waited for, and a sensor's driver may hang for ever.
  Task<void> stop_in_time() {
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      const auto give_up = [&]() -> Task<void> {
        co_await runtime_.clock().sleep_for(kStopPatience);
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(kStopPatience).count();
        log_.write(LogLevel::error, "not_stopped",
                   {{"why", "something on this machine has not answered for " + std::to_string(seconds) +
                                " s: a sensor, a driver, a disk; nothing is lost"}});
        std::_Exit(static_cast<int>(ExitCode::failed));
      };
      group.spawn(give_up());
      co_await stop();
    });
  }

  Task<void> stop() {
    co_await tasks_.stop();
    server_.reset();
    if (node_) co_await node_->stop();
    if (runner_) co_await runner_->stop();
    node_.reset();
    runner_.reset();
    supervisor_.reset();
  }

  Runtime& runtime_;
  Config config_;
  DriverEnvironment drivers_;
  Log& log_;
  std::optional<store::Database> database_;
  blobs::BlobStore blobs_;
  std::unique_ptr<execution::Supervisor> supervisor_;
  std::unique_ptr<WorkerRunner> runner_;
  std::unique_ptr<Node> node_;
  rpc::Registry registry_;
  std::unique_ptr<rpc::Server> server_;
  boost::asio::signal_set signals_;
  runtime::TaskGroup tasks_;
};

}  // namespace

std::string start_failure_text(const runtime::Error& error, const Config& config) {
  if (error != store::Errc::corrupt) return with_way_out(error, config.data_directory).message();
  const std::string path = (std::filesystem::path(config.data_directory) / kDatabaseName).string();
  const std::string where = error.detail().contains(path) ? "" : path + ": ";
  return error.code().message() + ": " + where + error.detail() +
         "; what helps: " + std::string(model::text_of(model::Reason::database_damaged).remedy);
}

Result<void> check_files(const Config& config) {
  if (const auto key = preshared_key(config); !key) return std::unexpected(key.error());
  return {};
}

DriverEnvironment driver_environment() {
  static constexpr std::array kVariables{"POCL_DEVICES", "POCL_MAX_PTHREAD_COUNT", "POCL_MAX_COMPUTE_UNITS",
                                         "POCL_MEMORY_LIMIT"};
  DriverEnvironment environment;
  for (const char* name : kVariables) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before any thread
    if (const char* value = std::getenv(name)) environment.variables.emplace_back(name, value);
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): likewise
  if (const char* vendors = std::getenv("OCL_ICD_VENDORS")) environment.vendors = vendors;
  return environment;
}

Task<ExitCode> run_daemon(Runtime& runtime, Config config, DriverEnvironment drivers, Log& log) {
  {
    Daemon daemon(runtime, config, drivers, log);
    if (const auto code = co_await daemon.run()) co_return *code;
  }
  log.write(LogLevel::warning, "parts_dropped", {{"why", "the disk was full: files that were coming begin anew"}});
  Daemon daemon(runtime, std::move(config), std::move(drivers), log);
  co_return (co_await daemon.run()).value_or(ExitCode::failed);
}

}  // namespace quern::daemon
