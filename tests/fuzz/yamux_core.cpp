// Frames of a foreign peer into a session core, in between what an application does: no crash, memory and answers
// within their bounds, and a session that goes on counts as its streams do.
#include "overlay/muxer/yamux_core.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <vector>

namespace {

using namespace quern::muxer;  // NOLINT(google-build-using-namespace): one file, one subject
using quern::runtime::Bytes;
using quern::runtime::ByteView;
using quern::runtime::Time;

constexpr std::size_t kMemory = 600'000;

void require(bool condition) {
  if (!condition) std::abort();
}

class Output final : public FrameOutput {
 public:
  std::size_t frame_bytes_max() const override { return 1000; }
  void seal(ByteView head, ByteView body) override {
    require(head.size() + body.size() <= 1000 || body.empty());
    sealed_ += head.size() + body.size();
  }
  std::size_t sealed() const override { return sealed_; }
  void flushed() { sealed_ = 0; }

 private:
  std::size_t sealed_ = 0;
};

// Reads and writes with what the input says; its waiting read has room for a few bytes.
class User final : public StreamUser {
 public:
  explicit User(YamuxStreamPtr stream) : stream_(std::move(stream)) { stream_->user = this; }
  ~User() override { stream_->user = nullptr; }
  User(const User&) = delete;
  User& operator=(const User&) = delete;

  std::span<std::byte> space() override { return std::span(target_).subspan(filled_); }
  void filled(std::size_t bytes) override {
    filled_ += bytes;
    require(filled_ <= target_.size());
  }
  void readable() override {}
  void writable() override {}

  void act(YamuxCore& core, std::uint8_t what, Time now) {
    std::array<std::byte, 300> buffer{};
    filled_ = 0;
    switch (what % 6) {
      case 0:
        std::ignore = core.read(*stream_, buffer, now);
        break;
      case 1:
        if (!stream_->pending.empty()) break;
        if (const auto size = core.write(*stream_, data_); size && *size < data_.size() && !stream_->failure) {
          core.write_later(*stream_, ByteView(data_).subspan(*size));
        }
        break;
      case 2:
        if (stream_->pending.empty()) core.shutdown_write(*stream_);
        break;
      case 3:
        core.close(*stream_);
        core.withdraw(*stream_);
        break;
      case 4:
        core.abort(*stream_);
        core.withdraw(*stream_);
        break;
      default:
        core.withdraw(*stream_);
    }
  }
  const YamuxStream& stream() const { return *stream_; }

 private:
  YamuxStreamPtr stream_;
  std::array<std::byte, 40> target_{};
  std::size_t filled_ = 0;
  Bytes data_ = Bytes(5'000, std::byte{7});
};

class Played {
 public:
  explicit Played(quern::negotiation::Role role) : core_(role, config(), output_, now_) {}
  ~Played() {
    core_.end(quern::runtime::Error(quern::runtime::Errc::closed), false);
    users_.clear();
  }
  Played(const Played&) = delete;
  Played& operator=(const Played&) = delete;

  // False when the peer broke a rule.
  bool receive(ByteView bytes) {
    const auto received = core_.receive(bytes, now_);
    while (auto stream = core_.accept()) users_.push_back(std::make_unique<User>(std::move(stream)));
    require(received || received.error() == Errc::bad_frame);
    require(received || !received.error().detail().empty());
    return received.has_value();
  }
  void act(std::uint8_t what, std::uint8_t which) {
    now_ = now_ + std::chrono::milliseconds(which);
    if (what % 8 == 6) {
      core_.fill();
      output_.flushed();
    } else if (what % 8 == 7 && !core_.must_wait_to_open()) {
      if (auto stream = core_.open(now_)) users_.push_back(std::make_unique<User>(*std::move(stream)));
    } else if (!users_.empty()) {
      users_[which % users_.size()]->act(core_, what, now_);
    }
  }
  void check() const {
    const SessionStats stats = core_.stats();
    require(stats.buffered_bytes <= kMemory);
    require(stats.streams_in <= 20 && stats.streams_out <= 20);
    require(output_.sealed() <= 64 + config().output_max / 2 + 1000 + kControlBytesMax);
    std::size_t live = 0;
    for (const auto& user : users_) {
      const ReceiveWindow& window = user->stream().window;
      require(std::uint64_t{window.credit()} + window.unread() <= window.size());
      live += user->stream().live;
    }
    require(live == stats.streams_in + stats.streams_out);
  }

 private:
  static YamuxConfig config() {
    return {.memory_max = kMemory,
            .streams_in_max = 20,
            .streams_out_max = 20,
            .unacknowledged_max = 8,
            .output_max = 8'000};
  }
  Time now_;
  Output output_;
  YamuxCore core_;
  std::vector<std::unique_ptr<User>> users_;
};

}  // namespace

// The input: a role, then pieces of a length, that many bytes from the peer and two bytes of what the application does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Played session(data[0] % 2 == 0 ? quern::negotiation::Role::listener : quern::negotiation::Role::dialer);
  ByteView input = std::as_bytes(std::span(data + 1, size - 1));
  while (input.size() >= 3) {
    const auto at = [&input](std::size_t i) { return std::to_integer<std::uint8_t>(input[i]); };
    const std::size_t length = std::min<std::size_t>(at(0), input.size() - 3);
    const std::uint8_t what = at(1);
    const std::uint8_t which = at(2);
    if (!session.receive(input.subspan(3, length))) break;
    session.act(what, which);
    session.check();
    input = input.subspan(3 + length);
  }
  return 0;
}
