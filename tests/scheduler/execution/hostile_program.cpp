// Attacks on the machine that runs a job, each harmless where nothing stops it: what it aims at is the test's own.
//
// usage: hostile_program ATTACK [ARGUMENT...]     exit status 0: it did its harm; 1: it was prevented, and says how
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Arguments = std::vector<std::string>;

int prevented(const char* by) {
  std::printf("prevented: %s: %s\n", by, std::strerror(errno));
  return 1;
}

int read_file(const Arguments& arguments) {
  const int file = ::open(arguments[0].c_str(), O_RDONLY);
  if (file < 0) return prevented("open");
  std::array<char, 4096> buffer;
  const ssize_t size = ::read(file, buffer.data(), buffer.size());
  if (size < 0) return prevented("read");
  std::printf("%.*s\n", static_cast<int>(size), buffer.data());
  return 0;
}

int write_file(const Arguments& arguments) {
  const int file = ::open(arguments[0].c_str(), O_WRONLY | O_CREAT, 0644);
  if (file < 0) return prevented("open");
  return ::write(file, "harm", 4) == 4 ? 0 : prevented("write");
}

int inherited(const Arguments& arguments) {
  std::array<char, 4096> buffer;
  const ssize_t size = ::pread(std::atoi(arguments[0].c_str()), buffer.data(), buffer.size(), 0);
  if (size < 0) return prevented("pread");
  std::printf("%.*s\n", static_cast<int>(size), buffer.data());
  return 0;
}

int connect_internet(const Arguments& arguments) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) return prevented("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[0].c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0
                                                                                              : prevented("connect");
}

// A name without a file: the mount view does not hide it.
int connect_abstract(const Arguments& arguments) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (socket < 0) return prevented("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, arguments[0].data(), arguments[0].size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + arguments[0].size());
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 0 : prevented("connect");
}

int fork_bomb(const Arguments& arguments) {
  const int count = std::atoi(arguments[0].c_str());
  std::vector<pid_t> children;
  int failed = 0;
  for (int i = 0; i < count && failed == 0; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::pause();
      ::_exit(0);
    }
    if (child < 0) failed = errno;
    if (child > 0) children.push_back(child);
  }
  std::printf("%zu processes\n", children.size());
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  errno = failed;
  return failed == 0 ? 0 : prevented("fork");
}

int take_memory(const Arguments& arguments) {
  constexpr std::size_t piece = 16 << 20;
  const std::size_t pieces = std::strtoull(arguments[0].c_str(), nullptr, 10) / 16;
  std::vector<char*> taken;
  for (std::size_t i = 0; i < pieces; ++i) {
    auto* memory = static_cast<char*>(std::malloc(piece));  // NOLINT(cppcoreguidelines-no-malloc)
    if (!memory) return prevented("malloc");
    std::memset(memory, static_cast<int>(i + 1), piece);
    taken.push_back(memory);
  }
  return taken.back()[piece - 1] != 0 ? 0 : 1;
}

int spin(const Arguments& arguments) {
  const double seconds = std::atof(arguments[0].c_str());
  std::signal(SIGXCPU, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  rusage used{};
  while (static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
             static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6 <
         seconds) {
    ::getrusage(RUSAGE_SELF, &used);
  }
  return 0;
}

int flood_output(const Arguments& arguments) {
  const std::string line(1 << 16, 'x');
  for (std::size_t left = std::strtoull(arguments[0].c_str(), nullptr, 10) >> 16; left > 0; --left) {
    if (::write(1, line.data(), line.size()) < 0) return prevented("write");
  }
  return 0;
}

int fill(const Arguments& arguments) {
  const std::string data(1 << 20, 'x');
  const int count = std::atoi(arguments[1].c_str());
  for (int i = 0; i < count; ++i) {
    const int file = ::open((arguments[0] + "/fill" + std::to_string(i)).c_str(), O_WRONLY | O_CREAT, 0644);
    if (file < 0) return prevented("open");
    if (::write(file, data.data(), data.size()) != static_cast<ssize_t>(data.size())) return prevented("write");
    ::close(file);
  }
  return 0;
}

// Fills what it may, and stays: whether anybody notices.
int fill_and_stay(const Arguments& arguments) {
  const int result = fill(arguments);
  return result == 0 ? spin({"2"}) : result;
}

int many_files(const Arguments& arguments) {
  const int count = std::atoi(arguments[1].c_str());
  for (int i = 0; i < count; ++i) {
    const int file = ::open((arguments[0] + "/" + std::to_string(i)).c_str(), O_WRONLY | O_CREAT, 0644);
    if (file < 0) return prevented("open");
    ::close(file);
  }
  return 0;
}

int many_files_and_stay(const Arguments& arguments) {
  const int result = many_files(arguments);
  return result == 0 ? spin({"2"}) : result;
}

int one_large_file(const Arguments& arguments) {
  const std::string data(1 << 20, 'x');
  const int file = ::open((arguments[0] + "/large").c_str(), O_WRONLY | O_CREAT, 0644);
  if (file < 0) return prevented("open");
  for (int i = std::atoi(arguments[1].c_str()); i > 0; --i) {
    if (::write(file, data.data(), data.size()) != static_cast<ssize_t>(data.size())) return prevented("write");
  }
  return 0;
}

int signal_process(const Arguments& arguments) {
  return ::kill(std::atoi(arguments[0].c_str()), SIGKILL) == 0 ? 0 : prevented("kill");
}

int trace_process(const Arguments& arguments) {
  const pid_t victim = std::atoi(arguments[0].c_str());
  if (::ptrace(PTRACE_SEIZE, victim, nullptr, nullptr) != 0) return prevented("ptrace");
  return 0;
}

int read_memory_of(const Arguments& arguments) {
  std::array<char, 8> buffer{};
  const iovec mine{.iov_base = buffer.data(), .iov_len = buffer.size()};
  const iovec theirs{.iov_base = reinterpret_cast<void*>(std::strtoull(arguments[1].c_str(), nullptr, 10)),  // NOLINT
                     .iov_len = buffer.size()};
  const ssize_t size = ::process_vm_readv(std::atoi(arguments[0].c_str()), &mine, 1, &theirs, 1, 0);
  return size == static_cast<ssize_t>(buffer.size()) ? 0 : prevented("process_vm_readv");
}

int add_key(const Arguments&) {
  constexpr int thread_keyring = -1;
  return ::syscall(SYS_add_key, "user", "quern-test", "x", 1, thread_keyring) >= 0 ? 0 : prevented("add_key");
}

int load_bpf(const Arguments&) {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  return ::syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)) >= 0 ? 0 : prevented("bpf");
}

int new_user_namespace(const Arguments&) {
  return ::unshare(CLONE_NEWUSER) == 0 ? 0 : prevented("unshare");
}

int clone_user_namespace(const Arguments&) {
  const long child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(0);
  return child > 0 ? 0 : prevented("clone");
}

int mount_something(const Arguments& arguments) {
  return ::mount("none", arguments[0].c_str(), "tmpfs", 0, nullptr) == 0 ? 0 : prevented("mount");
}

int open_device(const Arguments& arguments) {
  return ::open(arguments[0].c_str(), O_RDONLY | O_NONBLOCK) >= 0 ? 0 : prevented("open");
}

// Leaves a process behind that holds a lock, in a session of its own, and ends.
int outlive(const Arguments& arguments) {
  const int file = ::open(arguments[0].c_str(), O_RDWR | O_CREAT, 0644);
  if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) != 0) return prevented("flock");
  const pid_t child = ::fork();
  if (child < 0) return prevented("fork");
  if (child > 0) return 0;
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  ::close(0);
  ::close(1);
  ::close(2);
  ::alarm(30);  // in the control run nothing else ends it
  for (;;) ::pause();
}

int call_number(const Arguments& arguments) {
  errno = 0;
  ::syscall(std::atol(arguments[0].c_str()), 0, 0, 0, 0, 0, 0);
  return errno == 0 ? 0 : prevented("syscall");
}

struct Attack {
  std::string_view name;
  std::size_t arguments;
  int (*run)(const Arguments&);
};
constexpr auto kAttacks = std::to_array<Attack>({{"read", 1, read_file},
                                                 {"write", 1, write_file},
                                                 {"inherited", 1, inherited},
                                                 {"connect", 1, connect_internet},
                                                 {"connect_abstract", 1, connect_abstract},
                                                 {"fork_bomb", 1, fork_bomb},
                                                 {"memory", 1, take_memory},
                                                 {"spin", 1, spin},
                                                 {"output", 1, flood_output},
                                                 {"fill", 2, fill},
                                                 {"fill_and_stay", 2, fill_and_stay},
                                                 {"many_files", 2, many_files},
                                                 {"many_files_and_stay", 2, many_files_and_stay},
                                                 {"large_file", 2, one_large_file},
                                                 {"signal", 1, signal_process},
                                                 {"trace", 1, trace_process},
                                                 {"read_memory_of", 2, read_memory_of},
                                                 {"add_key", 0, add_key},
                                                 {"bpf", 0, load_bpf},
                                                 {"unshare", 0, new_user_namespace},
                                                 {"clone_namespace", 0, clone_user_namespace},
                                                 {"mount", 1, mount_something},
                                                 {"device", 1, open_device},
                                                 {"outlive", 1, outlive},
                                                 {"call", 1, call_number}});

}  // namespace

int main(int count, char** words) {
  const Arguments arguments(words + std::min(count, 2), words + count);
  for (const Attack& attack : kAttacks) {
    if (count > 1 && attack.name == words[1] && attack.arguments == arguments.size()) return attack.run(arguments);
  }
  std::fputs("hostile_program: no such attack\n", stderr);
  return 2;
}
