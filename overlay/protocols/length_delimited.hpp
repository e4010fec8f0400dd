// Messages on a stream, each after its length as a varint: the framing of most libp2p protocols.
#pragma once
#include <cstddef>

#include "overlay/protocols/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/result.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::protocols {

// The next message. runtime::Errc::end_of_stream when the stream ends before its first byte, Errc::bad_message when it
// ends inside or the length is no varint, Errc::message_too_large above `bytes_max` (nothing of it is read then), and
// those of the stream. Memory grows with what has come, not with the length that was announced. Reads no byte beyond
// the message.
runtime::Task<runtime::Result<runtime::Bytes>> read_message(runtime::Stream& stream, std::size_t bytes_max);
// In one write, so that short messages are one packet; costs a copy.
runtime::Task<runtime::Result<void>> write_message(runtime::Stream& stream, runtime::ByteView message);
// The message as it stands on a stream: for several in one write.
void append_message(runtime::Bytes& out, runtime::ByteView message);

}  // namespace quern::protocols
