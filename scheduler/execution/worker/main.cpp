// quern-worker REQUESTS REPORTS [FOLDER...]: does tasks of OpenCL kernels, one after the other, until its requests end.
//
// The first two arguments are descriptors (scheduler/execution/worker.proto). Of a processor's tasks nothing stays in
// the folders. It is meant to run in a sandbox of its own, for tasks of one submitter only: kernels on a CPU are native
// code in this process. Beside what the OpenCL driver needs it calls poll, pipe2, dup2, fcntl, read, write, openat,
// mkdir, fstat, getrusage. Standard output becomes a pipe to itself: what kernels print comes out as reports. Exit
// status: 0 requests ended, 1 kernels could not be stopped, 2 wrong usage.
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "scheduler/execution/worker/control.hpp"
#include "scheduler/execution/worker/scratch_folders.hpp"
#include "scheduler/execution/worker/task.hpp"

namespace {

constexpr int kMappedAlone = 1 << 20;       // memory of so many bytes goes back to the system when it is freed
constexpr int kPrintedPipeBytes = 1 << 20;  // a driver that prints while it is waited for must not block

std::optional<int> descriptor_from(std::string_view text) {
  int fd = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return std::nullopt;
  }
  return fd;
}

// Makes standard output a pipe and returns its reading end.
int catch_standard_output() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  ::fcntl(ends[1], F_SETPIPE_SZ, kPrintedPipeBytes);  // no matter if refused
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  if (::dup2(ends[1], STDOUT_FILENO) < 0) return -1;
  ::close(ends[1]);
  return ends[0];
}

}  // namespace

int main(int argc, char** argv) {
  const auto requests = argc >= 3 ? descriptor_from(argv[1]) : std::nullopt;
  const auto reports = argc >= 3 ? descriptor_from(argv[2]) : std::nullopt;
  const int printed = requests && reports ? catch_standard_output() : -1;
  if (!requests || !reports || printed < 0) {
    std::fputs(
        "usage: quern-worker REQUESTS REPORTS [FOLDER...], two open descriptors and what is emptied; quernd starts "
        "it\n",
        stderr);
    return 2;
  }
  // Otherwise the C library learns to keep what large buffers had, for as long as anything lies behind it.
  ::mallopt(M_MMAP_THRESHOLD, kMappedAlone);  // NOLINT(concurrency-mt-unsafe): there is one thread
  std::signal(SIGPIPE, SIG_IGN);              // a daemon that is gone is found by write()
  std::signal(SIGXFSZ, SIG_IGN);              // so is a file that may not be so large
  quern::worker::Control control(*requests, *reports, printed);
  const quern::worker::ScratchFolders scratch({argv + 3, argv + argc});
  quern::worker::Warm warm;
  while (const auto task = control.next_task()) {
    auto run = std::make_optional<quern::worker::TaskRun>(*task, control, warm, scratch);
    quern::worker::end_by_name_when_full(&scratch);
    const auto finished = run->run();
    quern::worker::end_by_name_when_full(nullptr);
    const bool stuck = run->is_stuck();
    const bool trims = run->has_used_much();
    // Before its end is told: then it is looked at what this process holds.
    if (!stuck) run.reset();
    if (!stuck && trims) ::malloc_trim(0);
    // They are looked at, too. Only a processor's kernels write there, and other devices' drivers may keep there what
    // they need.
    if (warm.device && warm.device->is_cpu()) scratch.empty();
    control.send(finished);
    control.flush();
    if (stuck) ::_exit(1);
  }
  return 0;
}
