#include "tests/peer/wake_descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace quern::peer {

WakeDescriptor::WakeDescriptor() : descriptor_(eventfd(0, EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeDescriptor::~WakeDescriptor() {
  close(descriptor_);
}

void WakeDescriptor::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when it was woken more often than it can count.
  [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof one);
}

bool WakeDescriptor::wait_for(int descriptor, short events) const noexcept {
  std::array<pollfd, 2> both{{{.fd = descriptor, .events = events}, {.fd = descriptor_, .events = POLLIN}}};
  while (poll(both.data(), both.size(), -1) < 0 && errno == EINTR) {
  }
  return both[1].revents == 0;
}

}  // namespace quern::peer
