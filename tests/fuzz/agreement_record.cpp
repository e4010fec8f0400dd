// Records from any bytes, and every kind of record whose payload is any bytes under a good signature.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "overlay/identity/signed_envelope.hpp"
#include "scheduler/agreement/trail.hpp"
#include "tests/fuzz/taken.hpp"

namespace {

namespace agreement = quern::agreement;
namespace id = quern::identity;
using quern::runtime::Bytes;
using quern::runtime::bytes_of;
using quern::runtime::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

const id::PrivateKey& key() {
  static constexpr std::array<std::byte, id::kSeedBytes> kSeed{};
  static const id::PrivateKey kKey = id::PrivateKey::from_seed(kSeed);
  return kKey;
}

// What is read can be written, and means the same then.
void check(ByteView envelope) {
  const auto record = agreement::open_record(envelope);
  if (!record) {
    require(!record.error().detail.empty() && record.error().detail.size() <= quern::model::kDetailBytesMax);
    return;
  }
  quern::fuzz::taken();
  require(record->hash == agreement::hash_of(envelope));
  const auto again = agreement::open_record(agreement::seal_record(key(), record->body));
  require(again && again->body == record->body);
  agreement::Trail trail;
  const auto taken = trail.replay(envelope);
  require(!taken || trail.stage() == agreement::Stage::demanded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  check(bytes);
  if (size == 0 || size > agreement::kRecordBytesMax / 2) return 0;
  std::string name(to_string(static_cast<agreement::RecordKind>(data[0] % agreement::kRecordKinds)));
  for (char& c : name) c = c == ' ' ? '-' : c;
  const Bytes sealed = id::seal_envelope(key(), "quern-" + name, bytes_of("/quern/" + name), bytes.subspan(1));
  const auto record = agreement::open_record(sealed);
  require(record || record.error().reason == quern::model::Reason::record_malformed);
  check(sealed);
  return 0;
}
