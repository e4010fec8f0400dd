// quern-sandbox-exec: small steps on a job's way, each of which ends by becoming another program.
//
//   outside WORD... -- BWRAP ARGUMENT...     on the host: enters the job's cgroup, becomes the job's user
//   inside WORD... -- PROGRAM ARGUMENT...    in the sandbox: resource limits, Landlock, closes descriptors
//   trial WORD...                            in the sandbox, as the job: the self-test
//
// Only the supervisor calls it (sandbox.hpp makes its words). What fails is said on the status descriptor, and ends it
// with 125; "ready" there means that the job's program is what comes next. A program of its own because a daemon with
// threads can do none of this between fork and exec.
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scheduler/execution/landlock.hpp"
#include "scheduler/execution/sandbox_exec/trial.hpp"

namespace quern::execution {
namespace {

constexpr int kExitFailed = 125;
constexpr int kNice = 10;
constexpr int kFirstClosed = 5;  // what a job keeps: its standard streams and the two message pipes
constexpr std::size_t kRulesMax = 256;
constexpr std::size_t kGroupsMax = 32;

int status = -1;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the one place to fail to

void say(std::string_view text) {
  if (status >= 0 && ::write(status, text.data(), text.size()) < 0) ::_exit(kExitFailed);
}

[[noreturn]] void give_up(std::string_view what, std::string_view about, int number) {
  say(what);
  say(" ");
  say(about);
  say(": ");
  say(::strerrordesc_np(number));
  ::_exit(kExitFailed);
}

// "name=value" of the command line.
struct Word {
  std::string_view name;
  const char* value;

  std::uint64_t number() const {
    const std::string_view text(value);
    std::uint64_t result = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), result);
    if (error != std::errc() || end != text.end()) give_up("bad word", name, EINVAL);
    return result;
  }
};

Word split(const char* word) {
  const char* equals = std::strchr(word, '=');
  if (!equals) give_up("bad word", word, EINVAL);
  return {.name = std::string_view(word, equals), .value = equals + 1};
}

void limit(int resource, std::uint64_t soft, std::uint64_t hard) {
  const rlimit value{.rlim_cur = soft, .rlim_max = hard};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &value) != 0) give_up("setrlimit", "", errno);
}

std::optional<int> resource_named(std::string_view name) {
  if (name == "processes") return RLIMIT_NPROC;
  if (name == "open_files") return RLIMIT_NOFILE;
  if (name == "file_bytes") return RLIMIT_FSIZE;
  if (name == "cpu_seconds") return RLIMIT_CPU;
  if (name == "address_space") return RLIMIT_AS;
  if (name == "locked_bytes") return RLIMIT_MEMLOCK;
  return std::nullopt;
}

std::optional<LandlockAccess> access_named(std::string_view name) {
  if (name == "list") return LandlockAccess::list;
  if (name == "read") return LandlockAccess::read;
  if (name == "change") return LandlockAccess::change;
  if (name == "all") return LandlockAccess::all;
  if (name == "device") return LandlockAccess::device;
  return std::nullopt;
}

void enter_cgroup(const char* file) {
  const int entrance = ::open(file, O_WRONLY | O_CLOEXEC);
  if (entrance < 0 || ::write(entrance, "0", 1) != 1) give_up("entering", file, errno);
  ::close(entrance);
}

class Groups {
 public:
  void add(std::uint64_t group) {
    if (size_ == groups_.size()) give_up("groups", "", E2BIG);
    groups_[size_++] = static_cast<gid_t>(group);
  }
  void apply() const {
    if (::setgroups(size_, groups_.data()) != 0) give_up("setgroups", "", errno);
  }

 private:
  std::array<gid_t, kGroupsMax> groups_{};
  std::size_t size_ = 0;
};

// Ends with the daemon, also when that ended before this was said.
void die_with(std::uint64_t daemon) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (static_cast<std::uint64_t>(::getppid()) != daemon) ::_exit(kExitFailed);
}

void set_out_of_memory_first() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (::write(file, "1000", 4) < 0) say("");  // the kernel's choice then
  ::close(file);
}

void step_outside(char** words) {
  Groups groups;
  std::uint64_t daemon = 0;
  set_out_of_memory_first();
  for (; *words && std::strcmp(*words, "--") != 0; ++words) {
    const Word word = split(*words);
    if (word.name == "status") {
      status = static_cast<int>(word.number());
    } else if (word.name == "daemon") {
      die_with(daemon = word.number());
    } else if (word.name == "cgroup") {
      enter_cgroup(word.value);
    } else if (word.name == "group") {
      groups.add(word.number());
    } else if (word.name == "gid") {
      groups.apply();
      const auto gid = static_cast<gid_t>(word.number());
      if (::setresgid(gid, gid, gid) != 0) give_up("setresgid", word.value, errno);
    } else if (word.name == "uid") {
      const auto uid = static_cast<uid_t>(word.number());
      if (::setresuid(uid, uid, uid) != 0) give_up("setresuid", word.value, errno);
      die_with(daemon);  // changing the user forgets it
    } else {
      give_up("unknown word", word.name, EINVAL);
    }
  }
  ::setpriority(PRIO_PROCESS, 0, kNice);
  if (!*words || !words[1]) give_up("no program", "", EINVAL);
  ::execv(words[1], words + 1);
  give_up("starting", words[1], errno);
}

void step_inside(char** words) {
  static std::array<LandlockRule, kRulesMax> rules;
  std::size_t count = 0;
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_MSGQUEUE, 0, 0);
  for (; *words && std::strcmp(*words, "--") != 0; ++words) {
    const Word word = split(*words);
    if (word.name == "status") {
      status = static_cast<int>(word.number());
    } else if (const auto resource = resource_named(word.name)) {
      // A second between the signal that has a name and the one that cannot be ignored.
      limit(*resource, word.number(), word.number() + (*resource == RLIMIT_CPU ? 1 : 0));
    } else if (const auto access = access_named(word.name); access && count < rules.size()) {
      rules[count++] = {.path = word.value, .access = *access};
    } else {
      give_up("unknown word", word.name, EINVAL);
    }
  }
  if (!*words || !words[1]) give_up("no program", "", EINVAL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (const auto error = restrict_to({rules.data(), count})) give_up("Landlock", error->call, error->number);
  // The status descriptor is the first that the job does not get; it closes when the job begins.
  if (status >= 0 && status != kFirstClosed) status = ::dup2(status, kFirstClosed);
  if (status >= 0) ::fcntl(status, F_SETFD, FD_CLOEXEC);
  ::close_range(status >= 0 ? kFirstClosed + 1 : kFirstClosed, ~0U, 0);
  say("ready");
  ::execvp(words[1], words + 1);
  give_up("; starting", words[1], errno);
}

int step_trial(char** words) {
  TrialLimits limits;
  for (; *words; ++words) {
    const Word word = split(*words);
    if (word.name == "daemon") limits.daemon = word.number();
    if (word.name == "processes") limits.processes = word.number();
    if (word.name == "memory_bytes") limits.memory_bytes = word.number();
  }
  return run_trial(limits);
}

}  // namespace
}  // namespace quern::execution

int main(int count, char** words) {
  const std::string_view step = count > 1 ? words[1] : "";
  if (step == "outside") quern::execution::step_outside(words + 2);
  if (step == "inside") quern::execution::step_inside(words + 2);
  if (step == "trial") return quern::execution::step_trial(words + 2);
  return quern::execution::kExitFailed;
}
