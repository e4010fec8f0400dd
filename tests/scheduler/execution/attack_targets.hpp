// What attacks aim at, all of it the test's own, and runs without walls: the control that shows that an attack works.
#pragma once
#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scheduler/execution/descriptor.hpp"
#include "tests/scheduler/execution/sandbox_world.hpp"

namespace quern::execution {

// The job's user, when the test is root.
inline void become_job_user() {
  if (::geteuid() != 0) return;
  if (::setgroups(0, nullptr) != 0 || ::setresgid(kJobUser, kJobUser, kJobUser) != 0 ||
      ::setresuid(kJobUser, kJobUser, kJobUser) != 0) {
    ::_exit(99);
  }
}

struct BareRun {
  int code = 0;  // as a shell's
  std::string output;
};

// Runs a program with nothing around it, as the job's user or as the test's.
inline BareRun run_bare(const std::vector<std::string>& command, bool as_job_user = true) {
  auto pipe = make_pipe();
  if (!pipe) throw std::runtime_error("pipe");
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execv's habit
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe->write.get(), 1);
    ::dup2(pipe->write.get(), 2);
    ::setpgid(0, 0);
    if (as_job_user) become_job_user();
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  pipe->write.reset();
  BareRun run;
  std::array<char, 65536> buffer;
  for (ssize_t size = 0; (size = ::read(pipe->read.get(), buffer.data(), buffer.size())) > 0;) {
    run.output.append(buffer.data(), static_cast<std::size_t>(size));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  run.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return run;
}

// A process of the job's user that waits to be attacked, with something in its memory and on its command line.
class Victim {
 public:
  Victim() {
    static const std::array<char, 8> memory = {'s', 'e', 'c', 'r', 'e', 't', '!', '!'};
    memory_ = memory.data();
    auto ready = make_pipe();
    if (!ready) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      become_job_user();
      ::prctl(PR_SET_DUMPABLE, 1);
      ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // where Yama would keep others away: it is the walls that must
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::write(ready->write.get(), "x", 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    char byte = 0;
    if (::read(ready->read.get(), &byte, 1) != 1) throw std::runtime_error("the victim did not start");
  }
  ~Victim() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  std::string pid() const { return std::to_string(pid_); }
  std::string memory() const { return std::to_string(reinterpret_cast<std::uintptr_t>(memory_)); }
  // Waits for its end, after something that ends it.
  bool dies() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) == 0 && info.si_pid == pid_;
  }
  bool alive() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
  }

 private:
  pid_t pid_ = -1;
  const char* memory_ = nullptr;
};

// Listens on the loopback network and under an abstract name, and takes nothing.
class Listener {
 public:
  Listener()
      : internet_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        abstract_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    name_ = "quern-test-" + std::to_string(::getpid());
    std::memcpy(name.sun_path + 1, name_.data(), name_.size());
    const auto name_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    if (::bind(internet_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(internet_.get(), 16) != 0 ||
        ::getsockname(internet_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::bind(abstract_.get(), reinterpret_cast<sockaddr*>(&name), name_size) != 0 ||
        ::listen(abstract_.get(), 16) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }

  std::string port() const { return std::to_string(port_); }
  const std::string& name() const { return name_; }

 private:
  Descriptor internet_;
  Descriptor abstract_;
  std::uint16_t port_ = 0;
  std::string name_;
};

inline constexpr std::string_view kSecret = "the-secret-of-the-host";

}  // namespace quern::execution
