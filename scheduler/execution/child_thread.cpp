#include "scheduler/execution/child_thread.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace quern::execution::detail {

namespace {

constexpr std::uint64_t kWakeEvent = UINT64_MAX;
constexpr int kPartBits = 3;  // of an event's number, below the child's
constexpr std::size_t kEventsAtOnce = 64;
constexpr int kRetryMs = 20;  // between looks at a group whose last processes are still dying

Descriptor opened(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(descriptor);
}

}  // namespace

ChildThread::ChildThread(SupervisorOptions options, Cgroups cgroups)
    : options_(std::move(options)),
      cgroups_(std::move(cgroups)),
      epoll_(opened(::epoll_create1(EPOLL_CLOEXEC), "epoll")),
      wake_(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kWakeEvent}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
  thread_ = std::thread([this] { run(); });
}

ChildThread::~ChildThread() {
  post([this] { ending_ = true; });
  thread_.join();
}

void ChildThread::start(std::uint64_t id, StartOrder order) {
  post([this, id, order = std::move(order)]() mutable { begin(id, std::move(order)); });
}

void ChildThread::order(std::uint64_t id, void (SandboxProcess::*what)()) {
  post([this, id, what] {
    const auto child = children_.find(id);
    if (child == children_.end()) return;
    ((*child->second).*what)();
    settle(id);
  });
}

void ChildThread::set(int descriptor, std::uint64_t child, Part part, std::uint32_t events) {
  if (events == 0) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    return;
  }
  epoll_event event{.events = events, .data = {.u64 = child << kPartBits | static_cast<std::uint64_t>(part)}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event) != 0) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event);
  }
}

void ChildThread::post(std::move_only_function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    orders_.push_back(std::move(work));
  }
  ::eventfd_write(wake_.get(), 1);
}

void ChildThread::do_orders() {
  eventfd_t count = 0;
  ::eventfd_read(wake_.get(), &count);
  std::vector<std::move_only_function<void()>> orders;
  {
    const std::scoped_lock lock(mutex_);
    orders.swap(orders_);
  }
  for (auto& order : orders) order();
}

void ChildThread::run() {
  sigset_t all;
  ::sigfillset(&all);  // a pipe that nobody reads is an error of write() here, and other signals are the daemon's
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  while (!ending_) turn(emptying_.empty() ? -1 : kRetryMs);
  for (const auto& [id, child] : children_) child->kill();
  // What even now does not die is left to the kernel, and its group to the next start.
  while (!children_.empty() && turn(static_cast<int>(std::chrono::milliseconds(kKillPatience).count()))) {
  }
  remove_groups();
}

bool ChildThread::turn(int timeout_ms) {
  std::array<epoll_event, kEventsAtOnce> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t about = events[static_cast<std::size_t>(i)].data.u64;
    if (about == kWakeEvent) {
      do_orders();
      continue;
    }
    const std::uint64_t id = about >> kPartBits;
    const auto child = children_.find(id);
    if (child == children_.end()) continue;
    child->second->handle(static_cast<Part>(about & ((1U << kPartBits) - 1)));
    settle(id);
  }
  if (!emptying_.empty()) remove_groups();
  return count != 0;
}

void ChildThread::begin(std::uint64_t id, StartOrder order) {
  remove_groups();
  const std::shared_ptr<ChildShared> shared = order.shared;
  auto process = SandboxProcess::start(id, std::move(order), options_, cgroups_, *this);
  change_and_tell(*shared, [&] {
    shared->started = process ? runtime::Result<void>() : std::unexpected(std::move(process).error());
  });
  if (process) children_.emplace(id, std::move(*process));
}

void ChildThread::settle(std::uint64_t id) {
  const auto child = children_.find(id);
  SandboxProcess& process = *child->second;
  if (process.gone()) {
    emptying_.push_back(process.take_cgroup());
    children_.erase(child);
  }
  std::size_t abandoned = 0;
  for (const auto& [number, one] : children_) abandoned += one->abandoned() ? 1 : 0;
  abandoned_ = abandoned;
}

void ChildThread::remove_groups() {
  std::erase_if(emptying_, [](Cgroup& group) {
    if (group.remove()) return true;
    group.kill();
    return group.remove();
  });
}

}  // namespace quern::execution::detail
