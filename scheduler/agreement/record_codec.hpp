// Payloads of records to and from their messages. To be included by records.cpp; everybody else seals and opens whole
// envelopes.
#pragma once
#include <expected>
#include <string>

#include "overlay/runtime/bytes.hpp"
#include "scheduler/agreement/records.hpp"

namespace quern::agreement {

runtime::Bytes encode_body(const Body& body);
// The error names field, value and limit: "sequence is 0, must be 1 to 4294967295".
std::expected<Body, std::string> decode_body(RecordKind kind, runtime::ByteView payload);

}  // namespace quern::agreement
