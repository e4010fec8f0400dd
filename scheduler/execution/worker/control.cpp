#include "scheduler/execution/worker/control.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "scheduler/execution/worker/stopwatch.hpp"

namespace quern::worker {

using execution::WorkerLog;

namespace {

constexpr std::size_t kReadBytes = 64 << 10;
constexpr short kReadable = POLLIN | POLLHUP | POLLERR;

}  // namespace

void Control::send(const execution::WorkerReport& report) {
  if (unsent_.empty()) unsent_since_ = steady_time();
  runtime::append(unsent_, execution::encode_report(report));
}

void Control::flush() {
  for (std::size_t at = 0; at < unsent_.size() && open_;) {
    const ssize_t written = ::write(reports_, unsent_.data() + at, unsent_.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) open_ = false;
    if (written > 0) at += static_cast<std::size_t>(written);
  }
  unsent_.clear();
}

void Control::send_log(WorkerLog::Source source, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += execution::kWorkerLogBytesMax) {
    send(WorkerLog{source, std::string(text.substr(at, execution::kWorkerLogBytesMax))});
    flush();
  }
}

void Control::send_output(std::uint32_t output, std::span<const std::byte> bytes) {
  for (; !bytes.empty() && open_; bytes = bytes.subspan(std::min(bytes.size(), execution::kOutputPieceBytesMax))) {
    const auto piece = bytes.first(std::min(bytes.size(), execution::kOutputPieceBytesMax));
    send(execution::WorkerOutputPiece{.output = output, .content = runtime::copy_of(piece)});
    flush();
  }
}

std::optional<execution::WorkerTask> Control::next_task() {
  while (open_ && waiting_.empty()) read_requests();
  if (waiting_.empty()) return std::nullopt;
  auto task = std::move(waiting_.front());
  waiting_.pop_front();
  return task;
}

void Control::begin(std::uint64_t log_bytes_max) {
  std::array<char, kReadBytes> bytes{};
  while (read_printed(bytes) != 0) {
  }
  log_bytes_left_ = log_bytes_max;
  ended_.reset();
}

void Control::wait(int wake, std::chrono::milliseconds timeout) {
  if (!unsent_.empty() && steady_time() - unsent_since_ >= kGathering) flush();
  const auto gathering = unsent_.empty() ? timeout : std::min(kGathering, timeout);
  if (!wait_once(wake, gathering) && gathering < timeout) {
    flush();
    wait_once(wake, timeout - gathering);
  }
  if (!open_ && !ended_) ended_ = model::Why{model::Reason::canceled, "the daemon is gone"};
}

bool Control::wait_once(int wake, std::chrono::milliseconds timeout) {
  std::array<pollfd, 3> ready{{{.fd = wake, .events = POLLIN, .revents = 0},
                               {.fd = printed_, .events = POLLIN, .revents = 0},
                               {.fd = open_ ? requests_ : -1, .events = POLLIN, .revents = 0}}};
  if (::poll(ready.data(), ready.size(), static_cast<int>(timeout.count())) <= 0) return false;
  if ((ready[1].revents & kReadable) != 0) pass_on_printed();
  if ((ready[2].revents & kReadable) != 0) read_requests();
  return true;
}

void Control::read_requests() {
  std::array<std::byte, kReadBytes> bytes{};
  const ssize_t read = ::read(requests_, bytes.data(), bytes.size());
  if (read < 0 && errno == EINTR) return;
  if (read <= 0) {
    open_ = false;
    return;
  }
  reader_.add(std::span(bytes).first(static_cast<std::size_t>(read)));
  while (true) {
    auto request = reader_.next();
    if (!request || waiting_.size() == kRequestsWaitingMax) {
      open_ = false;  // no daemon of ours: what it says further cannot be understood
      return;
    }
    auto& said = *request;
    if (!said) return;
    if (auto* task = std::get_if<execution::WorkerTask>(&*said)) {
      waiting_.push_back(std::move(*task));
    } else if (!ended_) {
      ended_ = model::Why{std::get<execution::WorkerCancel>(*said).reason, {}};
    }
  }
}

std::size_t Control::read_printed(std::span<char> to) const {
  ssize_t read = 0;
  do {
    read = ::read(printed_, to.data(), to.size());
  } while (read < 0 && errno == EINTR);
  return read > 0 ? static_cast<std::size_t>(read) : 0;
}

void Control::pass_on_printed() {
  std::array<char, kReadBytes> bytes{};
  while (!ended_) {
    const std::size_t size = read_printed(bytes);
    if (size == 0) return;
    const auto allowed = static_cast<std::size_t>(std::min<std::uint64_t>(size, log_bytes_left_));
    send_log(WorkerLog::Source::kernels, {bytes.data(), allowed});
    log_bytes_left_ -= allowed;
    if (allowed < size) ended_ = model::Why{model::Reason::log_exceeded, "kernels printed more"};
  }
}

}  // namespace quern::worker
