#include "scheduler/execution/sandbox_exec/trial.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quern::execution {
namespace {

constexpr int kDone = 0;  // exit status of a child that could do what it tried
constexpr int kPrevented = 1;
constexpr std::size_t kChildrenMax = 1024;
constexpr std::uint64_t kTakers = 6;         // processes that take memory together,
constexpr std::uint64_t kTakersAtLimit = 3;  // of which so many take as much as is allowed
constexpr int kLookedAtMs = 2'000;
constexpr pid_t kOwnNumberMax = 64;  // of a process in a young process namespace

bool can_open(const char* path, int flags) {
  const int file = ::open(path, flags | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

// A file's text in `into`, ended by a zero byte.
template <std::size_t N>
std::string_view read_into(const char* path, std::array<char, N>& into) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t size = ::read(file, into.data(), N - 1);
  ::close(file);
  return {into.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
}

// Whether a child that does `what` comes back with success; one that is killed for it does not.
bool child_can(bool (*what)()) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(what() ? kDone : kPrevented);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == kDone;
}

// A datagram socket finds its way without sending: there is none where there is no network.
bool reach_network() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(0xC0000201);  // 192.0.2.1, which is nobody's
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof(generic));
  return socket >= 0 && ::connect(socket, &generic, sizeof(generic)) == 0;
}

bool see_interfaces() {
  std::array<char, 4096> buffer;
  std::string_view text = read_into("/proc/net/dev", buffer);
  std::size_t colons = 0;
  for (const char c : text) colons += c == ':' ? 1 : 0;
  return colons > 1;  // one: the loopback of its own
}

bool make_namespace() {
  return ::unshare(CLONE_NEWUSER) == 0;
}

bool trace_first_process() {
  return ::ptrace(PTRACE_SEIZE, 1, nullptr, nullptr) == 0;
}

// Whether a line of /proc/self/status is `line`.
bool status_says(std::string_view line) {
  std::array<char, 8192> buffer;
  return read_into("/proc/self/status", buffer).contains(line);
}

// How many children there can be, at most `most`. They are ended one by one: where there are no walls, one signal to
// all would reach the whole machine.
std::uint64_t fork_until_refused(std::uint64_t most) {
  std::array<pid_t, kChildrenMax> children{};
  std::uint64_t count = 0;
  for (; count < std::min<std::uint64_t>(most, children.size()); ++count) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(60);
      ::pause();
      ::_exit(0);
    }
    if (child < 0) break;
    children[count] = child;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    ::kill(children[i], SIGKILL);
    ::waitpid(children[i], nullptr, 0);
  }
  return count;
}

int broken(const char* what) {
  std::printf("%s\n", what);
  return 1;
}

// Whether twice the limit can be had.
bool take_memory(std::uint64_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  std::memset(memory, 1, bytes);
  return true;
}

// A child that takes memory and keeps it. It has done so, or is dead, when this returns; `end` is readable from its end
// on.
struct Taker {
  pid_t pid = -1;
  int end = -1;
};

Taker start_taker(std::uint64_t bytes) {
  std::array<int, 2> told{};
  if (::pipe2(told.data(), O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    if (!take_memory(bytes) || ::write(told[1], "x", 1) != 1) ::_exit(kPrevented);
    ::alarm(60);
    for (;;) ::pause();
  }
  ::close(told[1]);
  char byte = 0;
  if (::read(told[0], &byte, 1) < 0) byte = 0;  // its end is seen below
  return {.pid = child, .end = told[0]};
}

// What several processes keep of memory at the same time, each of them less than the limit. Where somebody looks at
// what they have, he gets kLookedAtMs for it.
std::uint64_t take_together(std::uint64_t limit) {
  const std::uint64_t share = limit / kTakersAtLimit;
  std::array<Taker, kTakers> takers{};
  std::array<pollfd, kTakers> ends{};
  std::uint64_t have = 0;
  for (std::size_t i = 0; i < takers.size(); ++i) {
    takers.at(i) = start_taker(share);
    ends.at(i) = {.fd = takers.at(i).end, .events = POLLIN, .revents = 0};
    have += takers.at(i).pid > 0 ? share : 0;
  }
  while (have > limit && ::poll(ends.data(), ends.size(), kLookedAtMs) > 0) {
    for (pollfd& end : ends) {
      if (end.revents == 0) continue;
      end.fd = -1;
      have -= share;
    }
  }
  for (const Taker& taker : takers) {
    ::close(taker.end);
    if (taker.pid <= 0) continue;
    ::kill(taker.pid, SIGKILL);
    ::waitpid(taker.pid, nullptr, 0);
  }
  return have;
}

}  // namespace

int run_trial(const TrialLimits& limits) {
  int found = 0;
  if (can_open("/etc/shadow", O_RDONLY)) found += broken("the host's /etc/shadow can be read");
  for (const char* place : {"/quern-trial", "/dev/quern-trial", "/usr/quern-trial", "/etc/quern-trial"}) {
    if (can_open(place, O_WRONLY | O_CREAT)) found += broken("folders that must be read-only can be written");
  }
  if (::getpid() > kOwnNumberMax) found += broken("it has no process namespace of its own");
  if (::kill(static_cast<pid_t>(limits.daemon), 0) == 0 || errno != ESRCH) {
    found += broken("processes of the host can be signalled");
  }
  if (see_interfaces()) found += broken("the host's network interfaces are there");
  if (child_can(reach_network)) found += broken("the network can be reached");
  if (child_can(make_namespace)) found += broken("further namespaces can be made");
  if (child_can(trace_first_process)) found += broken("other processes can be traced");
  if (!status_says("CapEff:\t0000000000000000")) found += broken("it has capabilities");
  if (!status_says("NoNewPrivs:\t1")) found += broken("programs may gain privileges");
  if (!status_says("Seccomp:\t2")) found += broken("no list of system calls is in force");
  if (fork_until_refused(limits.processes + 8) > limits.processes) {
    found += broken("more processes can be started than are allowed");
  }
  if (found > 0) return 1;
  std::printf("held\n");
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(take_memory(2 * limits.memory_bytes) ? kDone : kPrevented);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return 1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kDone) return broken("more memory can be taken than is allowed");
  if (take_together(limits.memory_bytes) > limits.memory_bytes) {
    return broken("processes can take more memory together than is allowed");
  }
  return 0;
}

}  // namespace quern::execution
