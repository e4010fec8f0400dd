#include "scheduler/execution/worker/completion.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <tuple>

#include <fcntl.h>
#include <unistd.h>

namespace quern::worker {

namespace {

// Called by the driver, on any of its threads.
void CL_CALLBACK wake(cl_event, cl_int, void* completion) {
  const int fd = *static_cast<const int*>(completion);
  const char byte = 1;
  std::ignore = ::write(fd, &byte, 1);  // a full pipe is readable already
}

}  // namespace

Completion::Completion() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  read_ = ends[0];
  write_ = ends[1];
}

Completion::~Completion() {
  ::close(read_);
  ::close(write_);
}

bool Completion::watch(cl_event event) const {
  // The driver hands the pointer back as it is; wake() only reads through it.
  void* const to = const_cast<int*>(&write_);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  return clSetEventCallback(event, CL_COMPLETE, wake, to) == CL_SUCCESS;
}

bool Completion::take() const {
  std::array<char, 64> bytes{};
  return ::read(read_, bytes.data(), bytes.size()) > 0;
}

}  // namespace quern::worker
