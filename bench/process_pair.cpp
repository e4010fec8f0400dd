#include "bench/process_pair.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <system_error>

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quern::bench {

namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::_Exit(2);
}

struct Pipe {
  Pipe() {
    if (::pipe(ends.data()) != 0) give_up("pipe");
  }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void write_line(const std::string& line) const {
    const std::string text = line + "\n";
    if (::write(ends[1], text.data(), text.size()) != static_cast<ssize_t>(text.size())) give_up("write");
  }
  // Empty at the end.
  std::string read_line() const {
    std::string line;
    char c = 0;
    while (::read(ends[0], &c, 1) == 1 && c != '\n') line += c;
    return line;
  }

  std::array<int, 2> ends{};
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double cpu_of(const rusage& usage) {
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Runs one side in a child that ends without returning.
template <class Side>
pid_t start(const Side& side) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) give_up("fork");
  if (child > 0) return child;
  try {
    side();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

double wait_for(pid_t child, bool may_be_killed) {
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child) give_up("wait4");
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && may_be_killed;
  if (status != 0 && !killed) {
    std::fprintf(stderr, "bench: a side failed (status %d)\n", status);
    std::_Exit(1);
  }
  return cpu_of(usage);
}

}  // namespace

Outcome run_pair(const std::function<void(const Announce&)>& listener,
                 const std::function<void(const std::string& address, const Say&)>& dialer) {
  const Pipe to_dialer;
  const Pipe to_parent;
  const pid_t listening = start([&] { listener([&](const std::string& address) { to_dialer.write_line(address); }); });
  const pid_t dialing = start([&] {
    dialer(to_dialer.read_line(), [&](double value) { to_parent.write_line(std::to_string(value)); });
    to_parent.write_line("end");
  });
  Outcome outcome;
  for (std::string line = to_parent.read_line(); line != "end" && !line.empty(); line = to_parent.read_line())
    outcome.said.push_back(std::strtod(line.c_str(), nullptr));
  outcome.dialer_cpu = wait_for(dialing, false);
  ::kill(listening, SIGKILL);
  outcome.listener_cpu = wait_for(listening, true);
  return outcome;
}

void share_one_processor(bool share) {
  static const cpu_set_t kAllowed = [] {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) give_up("sched_getaffinity");
    return set;
  }();
  cpu_set_t wanted = kAllowed;
  if (share) {
    std::size_t last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &kAllowed)) --last;
    CPU_ZERO(&wanted);
    CPU_SET(last, &wanted);
  }
  if (::sched_setaffinity(0, sizeof wanted, &wanted) != 0) give_up("sched_setaffinity");
}

int count_argument(int argc, char** argv, int otherwise, const char* usage) {
  if (argc < 2) return otherwise;
  const std::string_view text = argv[1];
  int value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (argc == 2 && error == std::errc() && end == text.end() && value > 0) return value;
  std::fprintf(stderr, "usage: %s\n", usage);
  std::_Exit(2);
}

double cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return cpu_of(usage);
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace quern::bench
