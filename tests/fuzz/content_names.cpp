// Varints, multihashes, multibase, CIDs and peer ids from any bytes: what is taken is written back the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "overlay/identity/peer_id.hpp"
#include "overlay/multiformats/cid.hpp"
#include "overlay/multiformats/multibase.hpp"
#include "overlay/multiformats/multihash.hpp"
#include "overlay/multiformats/varint.hpp"

namespace {

namespace mf = quern::multiformats;
using quern::identity::PeerId;
using quern::runtime::Bytes;
using quern::runtime::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_numbers(ByteView bytes) {
  if (const auto number = mf::read_varint(bytes)) {
    Bytes again;
    mf::append_varint(again, number->value);
    require(std::ranges::equal(again, bytes.first(number->size)) && mf::varint_size(number->value) == number->size);
  }
  if (const auto multihash = mf::read_multihash(bytes)) {
    const Bytes again = mf::make_multihash(multihash->code, multihash->digest);
    require(std::ranges::equal(again, bytes.first(multihash->size)));
  }
}

void check_cid(const mf::Cid& cid) {
  const auto from_bytes = mf::Cid::from_bytes(cid.bytes());
  require(from_bytes && *from_bytes == cid);
  const auto from_text = mf::Cid::from_text(cid.text());
  require(from_text && *from_text == cid);
}

void check_peer(const PeerId& id) {
  require(id.bytes().size() <= quern::identity::kPeerIdBytesMax);
  require(PeerId::from_bytes(id.bytes()).value() == id);
  require(PeerId::from_text(id.text()).value() == id);
  require(PeerId::from_text(id.cid_text()).value() == id);
  if (const auto key = id.inlined_key()) require(id.is_of(*key));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::string_view text = quern::runtime::text_of(bytes);
  check_numbers(bytes);
  if (const auto decoded = mf::decode_multibase(text)) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    require(std::ranges::equal(mf::encode_multibase(decoded->base, decoded->bytes), text, {}, lower, lower));
  }
  if (const auto cid = mf::Cid::from_bytes(bytes)) {
    require(std::ranges::equal(cid->bytes(), bytes));
    check_cid(*cid);
  }
  if (const auto cid = mf::Cid::from_text(text)) check_cid(*cid);
  if (const auto id = PeerId::from_bytes(bytes)) check_peer(*id);
  if (const auto id = PeerId::from_text(text)) check_peer(*id);
  return 0;
}
