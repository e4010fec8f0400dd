#include "scheduler/execution/sandbox_process.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "scheduler/execution/process_tree.hpp"
#include "scheduler/execution/scratch.hpp"
#include "scheduler/execution/seccomp_filter.hpp"
#include "scheduler/execution/text_file.hpp"

namespace quern::execution::detail {

using runtime::fail;
using runtime::Result;

namespace {

constexpr std::size_t kReadBytes = 1 << 16;      // from one pipe in one turn, so that a flood starves nobody
constexpr std::size_t kLeftoverBytes = 2 << 20;  // from the pipe of a dead child: twice what Linux lets a pipe hold
constexpr int kHighDescriptor = 64;              // out of the way of the numbers that the child gets

// The ends of a child's descriptors that it gets, by their number there.
using Given = std::vector<std::pair<int, Descriptor>>;

Result<Descriptor> high(Descriptor low) {
  Descriptor moved(::fcntl(low.get(), F_DUPFD_CLOEXEC, kHighDescriptor));
  if (!moved) return fail(SupervisorErrc::not_started, errno_text("no descriptor", errno));
  return moved;
}

Result<void> give(Given& given, int number, Result<Descriptor> descriptor) {
  if (!descriptor) return std::unexpected(std::move(descriptor).error());
  auto moved = high(std::move(*descriptor));
  if (!moved) return std::unexpected(std::move(moved).error());
  given.emplace_back(number, std::move(*moved));
  return {};
}

// A pipe of which the child gets one end under `number`; returns the other, which does not block.
Result<Descriptor> give_pipe(Given& given, int number, bool child_reads) {
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(std::move(pipe).error());
  Descriptor& theirs = child_reads ? pipe->read : pipe->write;
  Descriptor& ours = child_reads ? pipe->write : pipe->read;
  if (auto ok = give(given, number, std::move(theirs)); !ok) return std::unexpected(std::move(ok).error());
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  return std::move(ours);
}

Result<Descriptor> open_program(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(SupervisorErrc::not_started, errno_text(path, errno));
  return file;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

Result<pid_t> spawn_program(const std::string& program, std::vector<std::string> arguments, const Given& given) {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  int last = 0;
  for (const auto& [number, descriptor] : given) {
    ::posix_spawn_file_actions_adddup2(&actions, descriptor.get(), number);
    last = std::max(last, number);
  }
  ::posix_spawn_file_actions_addclosefrom_np(&actions, last + 1);
  sigset_t all;
  sigset_t none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  arguments.insert(arguments.begin(), program);
  std::vector<char*> words = pointers(arguments);
  char* no_environment = nullptr;
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, words.data(), &no_environment);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) return fail(SupervisorErrc::not_started, errno_text(program, failed));
  return pid;
}

Descriptor open_pidfd(pid_t pid) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

void send_signal(const Descriptor& process, int signal) {
  if (process) ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

// Whether a pidfd's process has ended, and with it, if it was the first of its namespace, all others there.
bool has_ended(const Descriptor& process) {
  pollfd one{process.get(), POLLIN, 0};
  return !process || ::poll(&one, 1, 0) == 1;
}

// Reads what is there, at most `limit` bytes, and hands it on. False at end of file or error.
template <class Take>
bool read_available(const Descriptor& from, std::size_t limit, Take take) {
  std::array<char, 16384> buffer;
  while (limit > 0) {
    const ssize_t size = ::read(from.get(), buffer.data(), std::min(buffer.size(), limit));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) return false;
    const auto taken = static_cast<std::size_t>(size);
    take(std::string_view(buffer.data(), taken));
    if (taken < std::min(buffer.size(), limit)) return true;  // that was all
    limit -= taken;
  }
  return true;
}

// To a process of a sandbox that was not reaped, and to all below it.
void signal_tree(pid_t pid, int signal, int depth = 0) {
  if (pid <= 1 || depth == kTreeDepthMax) return;
  const Descriptor process = open_pidfd(pid);
  send_signal(process, signal);
  for (const pid_t child : children_of(pid)) {
    if (parent_of(child) == pid) signal_tree(child, signal, depth + 1);
  }
}

}  // namespace

SandboxProcess::SandboxProcess(std::uint64_t id, StartOrder order, Events& events)
    : id_(id), order_(std::move(order)), events_(events) {}

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::start(std::uint64_t id, StartOrder order,
                                                              const SupervisorOptions& options, const Cgroups& cgroups,
                                                              Events& events) {
  std::unique_ptr<SandboxProcess> process(new SandboxProcess(id, std::move(order), events));
  auto cgroup = cgroups.make(process->order_.plan.limits);
  if (!cgroup) return std::unexpected(std::move(cgroup).error());
  process->cgroup_ = std::move(*cgroup);
  if (auto ok = process->spawn(options); !ok) {
    process->cgroup_.remove();
    return std::unexpected(std::move(ok).error());
  }
  {
    const std::scoped_lock lock(process->order_.shared->mutex);
    process->order_.shared->cgroup = process->cgroup_;
    process->order_.shared->outer = process->pid_;
  }
  for (const Part part : {Part::outer, Part::status, Part::info, Part::output, Part::errors, Part::from}) {
    process->watch(part, EPOLLIN);
  }
  process->feed();
  return process;
}

Result<void> SandboxProcess::spawn(const SupervisorOptions& options) {
  Given given;
  const auto pipe = [&](Part part, int number, bool child_reads) -> Result<void> {
    auto ours = give_pipe(given, number, child_reads);
    if (!ours) return std::unexpected(std::move(ours).error());
    at(part) = std::move(*ours);
    return {};
  };
  if (auto ok = pipe(Part::output, 1, false); !ok) return ok;
  if (auto ok = pipe(Part::errors, 2, false); !ok) return ok;
  if (auto ok = pipe(Part::to, kMessageInDescriptor, true); !ok) return ok;
  if (auto ok = pipe(Part::from, kMessageOutDescriptor, false); !ok) return ok;
  if (auto ok = pipe(Part::status, kStatusDescriptor, false); !ok) return ok;
  if (auto ok = pipe(Part::info, kInfoDescriptor, false); !ok) return ok;
  const auto& filter = seccomp_program(order_.plan.kind, !order_.plan.devices.empty());
  if (!filter) return std::unexpected(filter.error());
  if (auto ok = give(given, kSeccompDescriptor, memory_file(*filter)); !ok) return ok;
  if (auto ok = give(given, kPasswdDescriptor, memory_file(passwd_inside())); !ok) return ok;
  if (auto ok = give(given, kStageDescriptor, open_program(options.sandbox_exec)); !ok) return ok;
  auto pid = spawn_program(options.sandbox_exec,
                           outer_arguments(order_.plan, order_.command, cgroup_.entrances(), options.bwrap, ::getpid()),
                           given);
  if (!pid) return std::unexpected(std::move(pid).error());
  pid_ = *pid;
  at(Part::outer) = open_pidfd(pid_);
  return {};
}

void SandboxProcess::watch(Part part, std::uint32_t events) {
  std::uint32_t& watched = watched_[static_cast<std::size_t>(part)];
  if (!at(part) || watched == events) return;
  watched = events;
  events_.set(at(part).get(), id_, part, events);
}

void SandboxProcess::close(Part part) {
  at(part).reset();  // epoll forgets a descriptor that is closed: no other process has it
}

void SandboxProcess::handle(Part part) {
  switch (part) {
    case Part::outer:
      reap();
      break;
    case Part::inner:
      break;  // looked at below
    case Part::status:
      read_words(part, status_);
      break;
    case Part::info:
      read_words(part, info_);
      find_first_process();
      break;
    case Part::output:
    case Part::errors:
      read_log(part);
      break;
    case Part::from:
      read_messages();
      break;
    case Part::to:
      feed();
      break;
  }
  finish_if_gone();
}

void SandboxProcess::read_words(Part part, std::string& into) {
  if (!at(part)) return;
  const bool open = read_available(at(part), kReadBytes, [&](std::string_view bytes) {
    into += bytes.substr(0, kStatusBytesMax - std::min(into.size(), kStatusBytesMax));
  });
  if (!open) close(part);
}

// bwrap says the number of the sandbox's process 1 as soon as there is one. Killing that one kills all, and it is not
// gone before all are. The number is only believed of a child of the process that we started and did not yet reap.
void SandboxProcess::find_first_process() {
  if (at(Part::inner) || reaped_) return;
  constexpr std::string_view key = "\"child-pid\":";
  const std::size_t found = info_.find(key);
  if (found == std::string::npos) return;
  const std::size_t begin = std::min(info_.find_first_not_of(' ', found + key.size()), info_.size());
  pid_t pid = 0;
  std::from_chars(info_.data() + begin, info_.data() + info_.size(), pid);
  if (pid <= 1) return;
  Descriptor process = open_pidfd(pid);
  if (!process || parent_of(pid) != pid_) return;
  first_ = pid;
  {
    const std::scoped_lock lock(order_.shared->mutex);
    order_.shared->first = pid;
  }
  at(Part::inner) = std::move(process);
  watch(Part::inner, EPOLLIN);
  if (killed_) {
    send_signal(at(Part::inner), SIGKILL);
    send_signal(at(Part::outer), SIGKILL);
  }
}

void SandboxProcess::read_log(Part part) {
  if (!at(part)) return;
  ChildShared& shared = *order_.shared;
  bool exceeded = false;
  bool open = true;
  change_and_tell(shared, [&] {
    open = read_available(at(part), reaped_ ? kLeftoverBytes : kReadBytes, [&](std::string_view bytes) {
      if (part == Part::errors && words_.size() < kStatusBytesMax) {
        words_ += bytes.substr(0, kStatusBytesMax - words_.size());
      }
      const std::size_t room = shared.log_bytes_max - shared.log_bytes;
      exceeded = exceeded || bytes.size() > room;
      bytes = bytes.substr(0, room);
      if (bytes.empty()) return;
      shared.log_bytes += bytes.size();
      if (shared.log.empty() || shared.log.back().error != (part == Part::errors)) {
        shared.log.push_back({.error = part == Part::errors, .bytes = {}});
      }
      shared.log.back().bytes += bytes;
    });
    shared.log_exceeded = shared.log_exceeded || exceeded;
  });
  // A flood is not read on.
  if (!open || exceeded) close(part);
}

void SandboxProcess::read_messages() {
  if (!at(Part::from)) return;
  ChildShared& shared = *order_.shared;
  bool open = true;
  bool full = false;
  change_and_tell(shared, [&] {
    // The last words of a dead child are taken beyond the bound: they are no more than its pipe held.
    const std::size_t room = kMessageBytesQueued - std::min(shared.incoming.size(), kMessageBytesQueued);
    open = read_available(at(Part::from), reaped_ ? kLeftoverBytes : std::min(room, kReadBytes),
                          [&](std::string_view bytes) { shared.incoming += bytes; });
    full = shared.incoming.size() >= kMessageBytesQueued;
    shared.incoming_over = !open;
  });
  if (!open) return close(Part::from);
  if (full) watch(Part::from, 0);
}

void SandboxProcess::resume() {
  watch(Part::from, EPOLLIN);
}

void SandboxProcess::feed() {
  if (!at(Part::to)) return;
  ChildShared& shared = *order_.shared;
  bool waiting = false;
  bool over = false;
  change_and_tell(shared, [&] {
    const bool was_full = shared.outgoing.size() >= kMessageBytesQueued;
    while (!shared.outgoing.empty() && !waiting && !over) {
      const ssize_t size = ::write(at(Part::to).get(), shared.outgoing.data(), shared.outgoing.size());
      if (size > 0) {
        shared.outgoing.erase(0, static_cast<std::size_t>(size));
      } else if (errno != EINTR) {
        waiting = errno == EAGAIN;
        over = !waiting;
      }
    }
    over = over || (shared.outgoing.empty() && shared.outgoing_closed);
    if (over) {
      shared.outgoing.clear();
      shared.outgoing_closed = true;
    }
    return over || was_full;
  });
  if (over) return close(Part::to);
  watch(Part::to, waiting ? EPOLLOUT : 0);
}

void SandboxProcess::ask_to_end() {
  {
    const std::scoped_lock lock(order_.shared->mutex);
    order_.shared->outgoing_closed = true;
  }
  feed();
  if (first_ <= 0) return;
  const std::string number = std::to_string(first_);
  std::istringstream children(text_of_file("/proc/" + number + "/task/" + number + "/children"));
  for (pid_t child = 0; children >> child;) {
    const Descriptor process = open_pidfd(child);
    if (parent_of(child) == first_) send_signal(process, SIGTERM);
  }
}

// Without its bwrap a sandbox that is only being made would stay: bwrap is killed once the first process is known, or
// when it is given up.
void SandboxProcess::kill() {
  killed_ = true;
  read_words(Part::info, info_);
  find_first_process();
  send_signal(at(Part::inner), SIGKILL);
  if (first_ > 0 && !reaped_) send_signal(at(Part::outer), SIGKILL);
  cgroup_.kill();
}

void SandboxProcess::hold() {
  if (gone_ || cgroup_.freeze(true)) return;
  // Twice: what the first pass has not met was started by what it has stopped.
  for (int pass = 0; pass < 2; ++pass) signal_tree(first_, SIGSTOP);
}

void SandboxProcess::let_run() {
  if (!gone_ && !cgroup_.freeze(false)) signal_tree(first_, SIGCONT);
}

// Twice in a row: a process that is about to run another program has its parent's memory for a moment, too.
void SandboxProcess::measure_memory() {
  const std::uint64_t limit = order_.plan.limits.memory_bytes;
  const std::uint64_t bytes = gone_ ? 0 : memory_of_tree(first_);
  const bool before = std::exchange(above_memory_, bytes > limit);
  if (!before || !above_memory_) return;
  const std::string text = std::to_string(bytes) + " of " + std::to_string(limit) + " bytes";
  change_and_tell(*order_.shared, [&] { order_.shared->memory_exceeded = text; });
}

void SandboxProcess::measure_scratch() {
  const std::uint64_t limit = order_.plan.scratch_bytes_max;
  const std::size_t entries_max = order_.plan.scratch_entries_max;
  ScratchUse use;
  for (const Bind& bind : order_.plan.binds) {
    if (!bind.writable || use.entries >= entries_max) continue;
    const ScratchUse one = execution::measure_scratch(bind.host, entries_max - use.entries);
    use.bytes += one.bytes;
    use.entries += one.entries;
    use.complete = use.complete && one.complete;
  }
  if (use.complete && use.bytes <= limit) return;
  const std::string text = use.complete ? std::to_string(use.bytes) + " of " + std::to_string(limit) + " bytes"
                                        : "more than " + std::to_string(entries_max) + " files";
  change_and_tell(*order_.shared, [&] { order_.shared->scratch_exceeded = text; });
}

void SandboxProcess::reap() {
  if (reaped_) return;
  siginfo_t info{};
  // ECHILD: the daemon ignores SIGCHLD and the kernel reaped it.
  const int failed = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG);
  if (failed == 0 && info.si_pid == 0) return;
  reaped_ = true;
  code_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  close(Part::outer);
  // What the program left behind dies with bwrap; that nothing stays does not depend on it.
  send_signal(at(Part::inner), SIGKILL);
}

void SandboxProcess::finish_if_gone() {
  if (gone_ || !reaped_ || !has_ended(at(Part::inner))) return;
  gone_ = true;
  close(Part::inner);
  read_words(Part::status, status_);
  read_log(Part::output);
  read_log(Part::errors);
  read_messages();
  report(false);
}

void SandboxProcess::abandon() {
  if (gone_ || abandoned_) return;
  abandoned_ = true;
  if (!reaped_) send_signal(at(Part::outer), SIGKILL);
  report(true);
}

void SandboxProcess::report(bool stuck) {
  ChildEnd end;
  end.kind = order_.plan.kind;
  end.stuck = stuck;
  end.code = code_;
  end.events = cgroup_.events();
  const std::string_view status = status_;
  if (status == kReadyStatus) {
    end.stage = ChildEnd::Stage::ran;
  } else {
    end.stage = status.starts_with(kReadyStatus) ? ChildEnd::Stage::program : ChildEnd::Stage::walls;
    end.last_words = end.stage == ChildEnd::Stage::program ? status_.substr(kReadyStatus.size() + 2) : status_ + words_;
    while (end.last_words.ends_with('\n')) end.last_words.pop_back();
  }
  change_and_tell(*order_.shared, [&] {
    ChildShared& shared = *order_.shared;
    if (shared.end) return;
    end.events.oom_kills -= std::min(end.events.oom_kills, shared.refused_before.oom_kills);
    end.events.process_refusals -= std::min(end.events.process_refusals, shared.refused_before.process_refusals);
    shared.log_over = true;
    shared.incoming_over = true;
    shared.outgoing_closed = true;
    shared.end = std::move(end);
  });
}

}  // namespace quern::execution::detail
