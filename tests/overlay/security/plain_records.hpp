// A record codec that encrypts nothing: records of a 32-bit length and that many bytes. For tests of what lies on a
// secure channel.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>

#include "overlay/security/security.hpp"

namespace quern::security {

class PlainRecords final : public RecordCodec {
 public:
  explicit PlainRecords(std::size_t per_record = (16 << 10) + 64) : per_record_(per_record) {}

  std::size_t plaintext_per_record() const override { return per_record_; }
  runtime::Result<void> seal(runtime::ByteView head, runtime::ByteView body, runtime::RawBytes& out) override {
    const auto size = static_cast<std::uint32_t>(head.size() + body.size());
    const std::size_t start = out.size();
    out.resize(start + sizeof size + size);
    std::byte* at = out.data() + start;
    std::memcpy(at, &size, sizeof size);
    std::copy(body.begin(), body.end(), std::copy(head.begin(), head.end(), at + sizeof size));
    return {};
  }
  runtime::Result<std::size_t> open(std::span<std::byte> wire, PlaintextSink& sink) override {
    std::size_t done = 0;
    std::uint32_t size = 0;
    while (wire.size() - done >= sizeof size) {
      std::memcpy(&size, wire.data() + done, sizeof size);
      if (size > kRecordMax) return runtime::fail(Errc::bad_record, "a plain record of " + std::to_string(size));
      if (wire.size() - done - sizeof size < size) break;
      const auto text = wire.subspan(done + sizeof size, size);
      done += sizeof size + size;
      if (auto taken = sink.take(text); !taken) return std::unexpected(std::move(taken).error());
    }
    return done;
  }
  void seal_end(runtime::RawBytes& out) override {
    const std::uint32_t nothing = 0;
    out.resize(out.size() + sizeof nothing);
    std::memcpy(out.data() + out.size() - sizeof nothing, &nothing, sizeof nothing);
  }

 private:
  static constexpr std::uint32_t kRecordMax = 65'535;
  std::size_t per_record_;
};

}  // namespace quern::security
