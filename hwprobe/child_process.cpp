#include "hwprobe/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "hwprobe/stopwatch.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::size_t kReadBytesMax = 1 << 16;      // from one pipe in one turn, so that a flood starves nobody
constexpr std::size_t kLeftoverBytesMax = 2 << 20;  // from the pipe of a dead child: twice what Linux lets a pipe hold
constexpr std::chrono::milliseconds kPollInterval{5};  // where the end of a child can only be seen by asking
constexpr int kWorkingShare = 100;                     // of its time that a child at work has the processor at least
constexpr int kHighDescriptor = 64;  // pipe ends are moved up here, out of the way of 0 to kReplyDescriptor

struct Pipe {
  Descriptor read;
  Descriptor write;
};

std::string error_text(std::string_view what, int number) {
  return std::string(what) + ": " + std::generic_category().message(number);
}

std::expected<Pipe, std::string> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(error_text("no pipe could be made", errno));
  Pipe pipe{Descriptor(ends[0]), Descriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, kHighDescriptor))};
  const int number = errno;
  ::close(ends[1]);
  if (!pipe.write) return std::unexpected(error_text("no pipe could be made", number));
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

// What posix_spawn does in the child before the program starts.
class SpawnPlan {
 public:
  SpawnPlan(int reply, int errors) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, errors, 2);
    ::posix_spawn_file_actions_adddup2(&actions_, reply, kReplyDescriptor);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, kReplyDescriptor + 1);
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // An errno value, 0 for success.
  int run(const ChildCommand& command, pid_t& pid) const {
    std::string name = command.program.string();
    std::vector<std::string> texts = command.arguments;
    texts.insert(texts.begin(), name);
    std::vector<char*> arguments = pointers(texts);
    std::vector<std::string> variables = command.environment;
    std::vector<char*> environment = pointers(variables);
    return ::posix_spawn(&pid, name.c_str(), &actions_, &attributes_, arguments.data(), environment.data());
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// Children that did not die in time: kept so that they are reaped when they do.
class Abandoned {
 public:
  static Abandoned& all() {
    static Abandoned instance;
    return instance;
  }
  void add(pid_t pid) {
    const std::scoped_lock lock(mutex_);
    pids_.push_back(pid);
  }
  std::size_t reap() {
    const std::scoped_lock lock(mutex_);
    std::erase_if(pids_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
    return pids_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> pids_;
};

// Reads what is there, at most `limit` bytes, and hands it on. Closes the descriptor at end of file or error.
template <class Take>
void read_available(Descriptor& from, std::size_t limit, Take take) {
  std::array<char, 8192> buffer;
  while (from && limit > 0) {
    const ssize_t size = ::read(from.get(), buffer.data(), std::min(buffer.size(), limit));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      from.reset();
      return;
    }
    take(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
    limit -= static_cast<std::size_t>(size);
  }
}

}  // namespace

// Follows one child from its start to its end. Running -> killed -> done; a child that ends by itself is done at once.
class ChildWatch {
 public:
  ChildWatch(ChildProcess child, std::chrono::milliseconds deadline, int deadlines)
      : child_(std::move(child)), deadline_(deadline), deadlines_(deadlines), next_(child_.started_ + deadline) {}

  bool done() const { return child_.pid_ < 0; }
  ChildOutcome take_outcome() { return std::move(outcome_); }
  // When something must be done at the latest.
  std::chrono::nanoseconds next(std::chrono::nanoseconds now) const {
    return child_.exit_ ? next_ : std::min<std::chrono::nanoseconds>(next_, now + kPollInterval);
  }
  void add_descriptors(std::vector<pollfd>& set) const {
    for (const Descriptor* descriptor : {&child_.exit_, &child_.reply_, &child_.errors_}) {
      if (*descriptor) set.push_back({descriptor->get(), POLLIN, 0});
    }
  }

  // One turn: takes what the child wrote, and acts when it ended or its time is over.
  void step(std::chrono::nanoseconds now) {
    const bool ended = has_ended();
    // A pidfd that says "ended" about a child which cannot be reaped yet (a debugger holds it) would make poll() spin.
    if (!ended && child_.exit_ && is_readable(child_.exit_)) child_.exit_.reset();
    if (ended)
      ::kill(-child_.pid_,
             SIGKILL);  // what it left behind; before it is reaped, while the group's number is still ours
    if (!killed_) read_pipes(ended ? kLeftoverBytesMax : kReadBytesMax);
    if (!killed_ && outcome_.reply.size() > child_.reply_bytes_max_) kill(now, ChildOutcome::End::flooding);
    if (ended) return reap(now);
    if (now < next_) return;
    if (killed_) return abandon(now);
    if (is_at_work()) {
      next_ += deadline_;
      return;
    }
    kill(now, ChildOutcome::End::hung);
  }

 private:
  static bool is_readable(const Descriptor& descriptor) {
    pollfd one{descriptor.get(), POLLIN, 0};
    return ::poll(&one, 1, 0) == 1;
  }

  // Whether it is dead, without reaping it. A process that ignores SIGCHLD has its children reaped by the kernel:
  // ECHILD.
  bool has_ended() const {
    siginfo_t info{};
    const int result = ::waitid(P_PID, static_cast<id_t>(child_.pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return result == 0 ? info.si_pid == child_.pid_ : errno == ECHILD;
  }

  // It was until the deadline that is over, and there is another for it.
  bool is_at_work() {
    const auto used = --deadlines_ > 0 ? cpu_time_of(child_.pid_) : std::nullopt;
    if (!used) return false;
    const auto before = std::exchange(used_, *used);
    return used_ - before >= deadline_ / kWorkingShare;
  }

  void read_pipes(std::size_t limit) {
    read_available(child_.reply_, limit, [this](std::string_view bytes) {
      const std::size_t room =
          child_.reply_bytes_max_ + 1 - std::min(outcome_.reply.size(), child_.reply_bytes_max_ + 1);
      outcome_.reply += bytes.substr(0, room);
    });
    read_available(child_.errors_, limit, [this](std::string_view bytes) {
      std::string& words = outcome_.last_words;
      words += bytes;
      if (words.size() > kLastWordsBytesMax) words.erase(0, words.size() - kLastWordsBytesMax);
    });
  }

  void kill(std::chrono::nanoseconds now, ChildOutcome::End why) {
    ::kill(-child_.pid_, SIGKILL);
    killed_ = true;
    outcome_.end = why;
    next_ = now + kReapPatience;
    child_.reply_.reset();
    child_.errors_.reset();
  }

  void reap(std::chrono::nanoseconds now) {
    int status = 0;
    const pid_t reaped = ::waitpid(child_.pid_, &status, WNOHANG);
    if (!killed_ && reaped == child_.pid_) {
      outcome_.end = WIFSIGNALED(status) ? ChildOutcome::End::signalled : ChildOutcome::End::exited;
      outcome_.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    }
    finish(now);
  }

  void abandon(std::chrono::nanoseconds now) {
    outcome_.end = ChildOutcome::End::stuck;
    Abandoned::all().add(child_.pid_);
    finish(now);
  }

  void finish(std::chrono::nanoseconds now) {
    outcome_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - child_.started_);
    child_.pid_ = -1;
    child_.exit_.reset();
    child_.reply_.reset();
    child_.errors_.reset();
  }

  ChildProcess child_;
  ChildOutcome outcome_;
  std::chrono::milliseconds deadline_;
  int deadlines_;                    // that it may have yet, at work
  std::chrono::nanoseconds used_{};  // of the processor, until the last of them
  std::chrono::nanoseconds next_;    // the deadline; once killed, the end of kReapPatience
  bool killed_ = false;
};

std::expected<ChildProcess, std::string> ChildProcess::start(const ChildCommand& command) {
  Abandoned::all().reap();
  auto reply = make_pipe();
  if (!reply) return std::unexpected(reply.error());
  auto errors = make_pipe();
  if (!errors) return std::unexpected(errors.error());
  ChildProcess child;
  child.started_ = steady_time();
  const SpawnPlan plan(reply->write.get(), errors->write.get());
  if (const int number = plan.run(command, child.pid_); number != 0) {
    child.pid_ = -1;
    return std::unexpected(error_text(command.program.string() + " could not be started", number));
  }
  child.exit_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  child.reply_ = std::move(reply->read);
  child.errors_ = std::move(errors->read);
  child.reply_bytes_max_ = command.reply_bytes_max;
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_(std::move(other.exit_)),
      reply_(std::move(other.reply_)),
      errors_(std::move(other.errors_)),
      reply_bytes_max_(other.reply_bytes_max_),
      started_(other.started_) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  std::vector<ChildProcess> self;
  self.push_back(std::move(*this));
  wait_for_children(std::move(self), std::chrono::milliseconds(0));
}

std::vector<ChildOutcome> wait_for_children(std::vector<ChildProcess> children, std::chrono::milliseconds deadline,
                                            int deadlines_at_work) {
  std::vector<ChildWatch> watches;
  watches.reserve(children.size());
  for (ChildProcess& child : children) watches.emplace_back(std::move(child), deadline, deadlines_at_work);
  for (;;) {
    std::optional<std::chrono::nanoseconds> next;
    std::vector<pollfd> set;
    for (ChildWatch& watch : watches) {
      if (watch.done()) continue;
      const std::chrono::nanoseconds now = steady_time();
      watch.step(now);
      if (watch.done()) continue;
      watch.add_descriptors(set);
      next = std::min(next.value_or(watch.next(now)), watch.next(now));
    }
    if (!next) break;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - steady_time());
    ::poll(set.data(), set.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
  }
  std::vector<ChildOutcome> outcomes;
  outcomes.reserve(watches.size());
  for (ChildWatch& watch : watches) outcomes.push_back(watch.take_outcome());
  return outcomes;
}

std::size_t reap_abandoned_children() {
  return Abandoned::all().reap();
}

}  // namespace quern::hwprobe
