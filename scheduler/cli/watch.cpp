#include "scheduler/cli/watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <boost/json/serialize.hpp>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "hwprobe/report_json.hpp"
#include "hwprobe/sensors.hpp"
#include "hwprobe/stopwatch.hpp"
#include "hwprobe/text.hpp"
#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/report_text.hpp"
#include "scheduler/cli/screen.hpp"

namespace quern::scheduler::cli {
namespace {

enum class Wake { tick, end, suspend, redraw };

// Turns signals into something to wait for, for as long as it lives. A terminal's stop and resize are taken too,
// because the cursor is hidden and lines are cut to its width.
class Signals {
 public:
  explicit Signals(bool on_terminal) {
    sigset_t taken;
    ::sigemptyset(&taken);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&taken, number);
    if (on_terminal) {
      for (const int number : {SIGTSTP, SIGWINCH}) ::sigaddset(&taken, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &taken, &before_);
    fd_ = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    error_ = errno;
  }
  ~Signals() {
    if (fd_ >= 0) ::close(fd_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  bool works() const { return fd_ >= 0; }
  int error() const { return error_; }

  // Waits until the steady clock shows `until`, a signal comes, or the reader of standard output goes away.
  Wake wait(std::chrono::nanoseconds until) const {
    for (;;) {
      const auto left = until - hwprobe::steady_time();
      if (left <= std::chrono::nanoseconds(0)) return Wake::tick;
      std::array<pollfd, 2> watched{
          {{.fd = fd_, .events = POLLIN, .revents = 0}, {.fd = STDOUT_FILENO, .events = 0, .revents = 0}}};
      const timespec timeout{.tv_sec = left.count() / 1'000'000'000, .tv_nsec = left.count() % 1'000'000'000};
      const int ready = ::ppoll(watched.data(), watched.size(), &timeout, nullptr);
      if (ready < 0 && errno != EINTR) return Wake::end;
      if (ready <= 0) continue;
      if ((watched[1].revents & (POLLERR | POLLHUP)) != 0) return Wake::end;
      if (const auto wake = taken(); wake) return *wake;
    }
  }

 private:
  std::optional<Wake> taken() const {
    signalfd_siginfo info{};
    if (::read(fd_, &info, sizeof info) != sizeof info) return std::nullopt;
    if (info.ssi_signo == SIGTSTP) return Wake::suspend;
    return info.ssi_signo == SIGWINCH ? Wake::redraw : Wake::end;
  }

  sigset_t before_{};
  int fd_ = -1;
  int error_ = 0;
};

class Watch {
 public:
  Watch(const hwprobe::Sources& sources, const ProbeOptions& options, std::chrono::milliseconds interval)
      : options_(options),
        interval_(interval),
        on_terminal_(!options.json && is_terminal(STDOUT_FILENO)),
        sampler_(sources),
        screen_(on_terminal_, true) {
    if (options.json) return;
    // Names for what the sensors speak of. Drivers are left alone: a hanging one would delay the first frame.
    constexpr hwprobe::Parts kNames{
        .identity = false, .topology = true, .pci = true, .opencl = false, .sensors = false};
    names_ = hwprobe::probe(sources, kNames);
  }

  ExitCode run() {
    const Signals signals(on_terminal_);
    if (!signals.works()) return failed("signals cannot be awaited", signals.error());
    auto next = hwprobe::steady_time();
    for (;;) {
      if (const auto drawn = show(); !drawn) {
        return drawn.error() == EPIPE ? ExitCode::complete : failed("standard output cannot be written", drawn.error());
      }
      // After a pause the readings go on at the next whole interval; those that were missed are not made up for.
      const auto now = hwprobe::steady_time();
      while (next <= now) next += interval_;
      switch (signals.wait(next)) {
        case Wake::end:
          return ExitCode::complete;
        case Wake::suspend:
          screen_.release();
          ::raise(SIGSTOP);
          break;
        case Wake::tick:
        case Wake::redraw:
          break;
      }
    }
  }

 private:
  static ExitCode failed(std::string_view what, int error) {
    complain(std::string(what) + ": " + error_text(error));
    return ExitCode::failed;
  }

  std::expected<void, int> show() {
    const auto started = hwprobe::steady_time();
    std::vector<hwprobe::Problem> problems;
    hwprobe::Sample sample = sampler_.sample(started, problems);
    if (!options_.json) return screen_.draw(frame(sample, problems));
    hwprobe::MachineReport report;
    report.taken_unix_ms = hwprobe::unix_time_ms();
    report.elapsed_ms = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(hwprobe::steady_time() - started).count());
    report.sensors = std::move(sample);
    report.problems = std::move(problems);
    return write_all(STDOUT_FILENO, boost::json::serialize(to_json(report)) + '\n');
  }

  std::string frame(const hwprobe::Sample& sample, const std::vector<hwprobe::Problem>& problems) const {
    Page page(style_for(STDOUT_FILENO, options_.colour));
    const std::string model =
        names_.cpu && !names_.cpu->model_name.empty() ? visible(names_.cpu->model_name) : "this machine";
    page.section(model);
    page.line(page.paint(Tone::dim, utc_text(hwprobe::unix_time_ms()) + ", every " +
                                        milliseconds_text(static_cast<std::uint64_t>(interval_.count())) +
                                        ", Ctrl-C ends"));
    write_sensors(page, sample, names_);
    write_problems(page, problems);
    return page.text();
  }

  const ProbeOptions& options_;
  std::chrono::milliseconds interval_;
  bool on_terminal_;
  hwprobe::Sampler sampler_;
  Screen screen_;
  hwprobe::MachineReport names_;
};

}  // namespace

ExitCode run_watch(const hwprobe::Sources& sources, const ProbeOptions& options, std::chrono::milliseconds interval) {
  return Watch(sources, options, interval).run();
}

}  // namespace quern::scheduler::cli
