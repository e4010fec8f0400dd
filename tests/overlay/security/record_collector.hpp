// Keeps what a RecordCodec gives out.
#pragma once
#include <optional>

#include "overlay/security/security.hpp"

namespace quern::security {

struct RecordCollector final : PlaintextSink {
  runtime::Result<void> take(std::span<std::byte> plaintext) override {
    if (refusal) return std::unexpected(*refusal);
    ++pieces;
    runtime::append(bytes, plaintext);
    return {};
  }

  runtime::Bytes bytes;
  std::size_t pieces = 0;
  std::optional<runtime::Error> refusal;  // given instead of taking
};

}  // namespace quern::security
