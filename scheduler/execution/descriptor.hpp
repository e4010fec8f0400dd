// A file descriptor with one owner, closed when the owner goes.
#pragma once
#include <string_view>
#include <utility>

#include <unistd.h>

#include "overlay/runtime/result.hpp"

namespace quern::execution {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}  // takes ownership; -1 is none
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};
// Closed on exec, and blocking. runtime::Errc::system when the process has no descriptor left.
runtime::Result<Pipe> make_pipe();
// A file without a name that holds `bytes` and is read from its beginning; closed on exec.
runtime::Result<Descriptor> memory_file(std::string_view bytes);
// "WHAT: text of errno"
std::string errno_text(std::string_view what, int number);

}  // namespace quern::execution
