// Messages on a stream, each after its length as a varint: the framing of most libp2p protocols.
#pragma once
#include <cstddef>

#include "overlay/protocols/error.hpp"
#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/stream.hpp"
#include "overlay/runtime/task.hpp"

namespace quern::protocols {

// The next message. runtime::Errc::end_of_stream when the stream ends before its first byte, Errc::bad_message when it
// ends inside, Errc::message_too_large above `bytes_max` (nothing of it is read then).
runtime::Task<runtime::Result<runtime::Bytes>> read_message(runtime::Stream& stream, std::size_t bytes_max);
runtime::Task<runtime::Result<void>> write_message(runtime::Stream& stream, runtime::ByteView message);

}  // namespace quern::protocols
