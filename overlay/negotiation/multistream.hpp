// multistream-select 1.0: two ends agree on the protocol of a stream (libp2p specs, connections/README.md).
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::negotiation {

enum class Errc {
  none_in_common = 1,  // the other end takes none of the proposals, or proposed nothing that we take
  malformed,           // not multistream-select: the detail says what came
  too_many,            // more proposals than kProposalsMax
};
std::error_code make_error_code(Errc code);

inline constexpr std::string_view kMultistream = "/multistream/1.0.0";
inline constexpr std::size_t kMessageBytesMax = 1024;  // one message, without its length; go, js and nim have the same
inline constexpr std::size_t kProposalsMax = 64;       // answered on one stream
inline constexpr std::size_t kProtocolBytesMax = 256;  // of an id this node serves or proposes

// Whether a text can be the id of a protocol here: it starts with '/' (rust-libp2p refuses others), holds no newline
// and at most kProtocolBytesMax bytes.
bool is_protocol_id(std::string_view text);

// Proposes `protocols` (1 to kProposalsMax ids) in their order and returns the index of the one taken. Header and first
// proposal leave in one write.
runtime::Task<runtime::Result<std::size_t>> propose(runtime::Stream& stream, std::vector<std::string> protocols);

// Answers proposals until one is of `served`, and returns it. The answer is written even when the other end has already
// finished writing; the header is, too, before waiting for a dialer that may wait for it.
runtime::Task<runtime::Result<std::string>> answer(runtime::Stream& stream, std::span<const std::string> served);

// Proposes one protocol without waiting: the proposal leaves together with the first write (or with the first read,
// shutdown_write or finish), the other end's answer is read before the first byte that is given out. A refusal shows
// then, as Errc::none_in_common. finish() must be called on a stream that is only written to, before it is closed: an
// answer that nobody reads makes closing a reset.
class LazyStream final : public runtime::Stream {
 public:
  LazyStream(runtime::StreamPtr inner, std::string protocol);
  ~LazyStream() override;

  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> wait_readable() override;
  runtime::Result<std::size_t> try_read(std::span<std::byte> out) override;
  runtime::Task<runtime::Result<void>> write(std::span<const std::byte> data) override;
  runtime::Result<std::size_t> try_write(std::span<const std::byte> data) override;
  void shutdown_write() noexcept override;
  void close() noexcept override;
  void abort() noexcept override;

  // Waits for the other end's answer. Unlike other reads it may run beside a read.
  runtime::Task<runtime::Result<void>> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern::negotiation

template <>
struct std::is_error_code_enum<quern::negotiation::Errc> : std::true_type {};
