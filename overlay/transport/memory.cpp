#include "overlay/transport/memory.hpp"

#include <array>
#include <deque>
#include <map>
#include <utility>

#include "overlay/runtime/waiter.hpp"

namespace quern::transport {
namespace {

using multiformats::Multiaddr;
using multiformats::Protocol;
using runtime::fail;
using runtime::Result;
using runtime::Task;

Multiaddr memory_address(std::uint64_t number) {
  std::array<std::byte, 8> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; number >>= 8) bytes[i] = static_cast<std::byte>(number);
  return Multiaddr().with(Protocol::memory, bytes);
}

// The number of /memory/N, a /p2p/... behind it left out.
std::optional<std::uint64_t> memory_number(const Multiaddr& address) {
  const auto components = address.components();
  const bool form = !components.empty() && components[0].protocol == Protocol::memory &&
                    (components.size() == 1 || (components.size() == 2 && components[1].protocol == Protocol::p2p));
  if (!form) return std::nullopt;
  std::uint64_t number = 0;
  for (const std::byte byte : components[0].value) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  return number;
}

class MemoryListener;

}  // namespace

class MemoryExchange {
 public:
  // Numbers that nobody listens at, each another.
  std::uint64_t free_number() {
    do {
      ++last_number_;
    } while (last_number_ == 0 || listeners.contains(last_number_));
    return last_number_;
  }
  std::map<std::uint64_t, MemoryListener*> listeners;  // each enters and leaves by itself

 private:
  std::uint64_t last_number_ = 0;
};

namespace {

class MemoryListener final : public Listener {
 public:
  MemoryListener(std::shared_ptr<MemoryExchange> exchange, std::uint64_t number)
      : exchange_(std::move(exchange)), number_(number), local_(memory_address(number)) {
    exchange_->listeners[number_] = this;
  }
  ~MemoryListener() override { close(); }
  MemoryListener(const MemoryListener&) = delete;
  MemoryListener& operator=(const MemoryListener&) = delete;

  Task<Result<RawConnection>> accept() override {
    while (!closed_ && backlog_.empty()) co_await incoming_.wait();
    if (closed_) co_return fail(runtime::Errc::closed);
    RawConnection connection = std::move(backlog_.front());
    backlog_.pop_front();
    co_return connection;
  }
  Task<Result<RawConnection>> establish(RawConnection accepted) override { co_return accepted; }
  const Multiaddr& local() const override { return local_; }
  void close() noexcept override {
    if (std::exchange(closed_, true)) return;
    exchange_->listeners.erase(number_);
    for (RawConnection& connection : backlog_) connection.stream->abort();
    backlog_.clear();
    incoming_.wake();
  }

  // False when too many wait already.
  bool offer(RawConnection connection) {
    if (backlog_.size() >= kMemoryBacklogMax) return false;
    backlog_.push_back(std::move(connection));
    incoming_.wake();
    return true;
  }

 private:
  std::shared_ptr<MemoryExchange> exchange_;
  std::uint64_t number_;
  Multiaddr local_;
  bool closed_ = false;
  std::deque<RawConnection> backlog_;
  runtime::Waiter incoming_;
};

class Memory final : public Transport {
 public:
  explicit Memory(std::shared_ptr<MemoryExchange> exchange) : exchange_(std::move(exchange)) {}

  std::string_view name() const override { return "memory"; }
  bool handles(const Multiaddr& address) const override { return memory_number(address).has_value(); }

  Result<ListenerPtr> listen(const Multiaddr& address) override {
    auto number = memory_number(address);
    if (!number) return fail(Errc::unsupported_address, address.text());
    if (exchange_->listeners.contains(*number)) return fail(runtime::Errc::address_in_use, address.text());
    if (*number == 0) number = exchange_->free_number();
    return std::make_unique<MemoryListener>(exchange_, *number);
  }

  Task<Result<RawConnection>> dial(Multiaddr address, bool /*reuse_port*/) override {
    const auto number = memory_number(address);
    if (!number) co_return fail(Errc::unsupported_address, address.text());
    const auto listener = exchange_->listeners.find(*number);
    if (listener == exchange_->listeners.end()) co_return fail(runtime::Errc::refused, address.text());
    MemoryPipe pipe = make_memory_pipe();
    const Multiaddr near_end = memory_address(exchange_->free_number());
    const Multiaddr far_end = memory_address(*number);
    if (!listener->second->offer({std::move(pipe.second), far_end, near_end})) {
      co_return fail(runtime::Errc::refused, address.text());
    }
    co_return RawConnection{std::move(pipe.first), near_end, far_end};
  }

 private:
  std::shared_ptr<MemoryExchange> exchange_;
};

}  // namespace

std::shared_ptr<MemoryExchange> make_memory_exchange() {
  return std::make_shared<MemoryExchange>();
}

TransportPtr make_memory(runtime::Runtime& /*runtime*/, std::shared_ptr<MemoryExchange> exchange) {
  return std::make_unique<Memory>(std::move(exchange));
}

}  // namespace quern::transport
