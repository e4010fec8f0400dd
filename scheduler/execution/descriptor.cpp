#include "scheduler/execution/descriptor.hpp"

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>

namespace quern::execution {

using runtime::Errc;
using runtime::fail;
using runtime::Result;

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Errc::system, errno_text("no pipe could be made", errno));
  return Pipe{.read = Descriptor(ends[0]), .write = Descriptor(ends[1])};
}

Result<Descriptor> memory_file(std::string_view bytes) {
  Descriptor file(::memfd_create("quern", MFD_CLOEXEC));
  if (!file) return fail(Errc::system, errno_text("no memory file could be made", errno));
  while (!bytes.empty()) {
    const ssize_t size = ::write(file.get(), bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return fail(Errc::system, errno_text("a memory file could not be written", errno));
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string errno_text(std::string_view what, int number) {
  return std::string(what) + ": " + std::generic_category().message(number);
}

}  // namespace quern::execution
