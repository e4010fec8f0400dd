#include "overlay/security/tls_records.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/security/raw_bytes.hpp"

namespace quern::security {
namespace {

using negotiation::Role;
using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::RawBytes;
using runtime::Result;

constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kTypeBytes = 1;
enum class Content : std::uint8_t { alert = 21, handshake = 22, application_data = 23 };
enum class Message : std::uint8_t { new_session_ticket = 4, key_update = 24 };
constexpr std::size_t kMessageHeaderBytes = 4;
constexpr std::byte kCloseNotify{0};
constexpr std::byte kUserCanceled{90};
constexpr std::byte kWarning{1};

// HKDF-Expand-Label with an empty context, for at most as many bytes as the hash gives (RFC 8446 section 7.1).
void expand(const TlsSecret& secret, std::string_view label, std::span<std::byte> out) {
  QUERN_ASSERT(out.size() <= secret.size());
  constexpr std::string_view kPrefix = "tls13 ";
  Bytes info{static_cast<std::byte>(out.size() >> 8), static_cast<std::byte>(out.size()),
             static_cast<std::byte>(kPrefix.size() + label.size())};
  runtime::append(info, runtime::bytes_of(kPrefix));
  runtime::append(info, runtime::bytes_of(label));
  info.push_back(std::byte{0});  // no context
  info.push_back(std::byte{1});  // HKDF-Expand's first block
  Secret<EVP_MAX_MD_SIZE> block;
  const EVP_MD* const hash = secret.hash == TlsHash::sha256 ? EVP_sha256() : EVP_sha384();
  QUERN_ASSERT(HMAC(hash, secret.bytes.data(), static_cast<int>(secret.size()), raw(info.data()), info.size(),
                    raw(block.data()), nullptr) != nullptr);
  std::copy_n(block.begin(), out.size(), out.begin());
}

// Key and counter of one direction. Half is Sealer or Opener.
template <class Half>
class Direction {
 public:
  Direction(Cipher cipher, const TlsSecret& secret) : cipher_(cipher), secret_(secret), half_(make_half()) {}

  Half& half() { return half_; }
  // The initial vector XOR the next sequence number.
  Nonce next_nonce() {
    Nonce nonce = vector_;
    for (std::size_t i = 0; i < sizeof records_; ++i) {
      nonce[nonce.size() - 1 - i] ^= static_cast<std::byte>(records_ >> (8 * i));
    }
    ++records_;
    return nonce;
  }
  std::uint64_t records() const { return records_; }  // under this key
  void update_key() {
    TlsSecret next = secret_;
    expand(secret_, "traffic upd", std::span(next.bytes).first(next.size()));
    secret_ = next;
    half_ = make_half();
    records_ = 0;
  }

 private:
  Half make_half() {
    Secret<32> key;
    const auto used = std::span(key).first(key_bytes(cipher_));
    expand(secret_, "key", used);
    expand(secret_, "iv", vector_);
    return Half(cipher_, used);
  }

  Cipher cipher_;
  TlsSecret secret_;
  Nonce vector_{};
  std::uint64_t records_ = 0;
  Half half_;
};

class TlsRecords final : public RecordCodec {
 public:
  TlsRecords(Role role, const TlsSecrets& secrets, std::uint64_t records_per_key)
      : role_(role),
        records_per_key_(records_per_key),
        out_(secrets.cipher, secrets.send),
        in_(secrets.cipher, secrets.receive) {}

  std::size_t plaintext_per_record() const override { return kTlsPlaintextMax; }
  Result<void> seal(ByteView head, ByteView body, RawBytes& out) override;
  Result<std::size_t> open(std::span<std::byte> wire, PlaintextSink& sink) override;
  void seal_end(RawBytes& out) override;

 private:
  void seal_record(Content type, ByteView head, ByteView body, RawBytes& out);
  Result<void> open_record(std::span<std::byte> record, PlaintextSink& sink);
  Result<void> take_alert(ByteView text);
  Result<void> take_handshake(ByteView text);
  Result<void> take_key_update();

  Role role_;
  std::uint64_t records_per_key_;
  Direction<Sealer> out_;
  Direction<Opener> in_;
  bool update_owed_ = false;
  bool ended_ = false;   // close_notify came
  bool broken_ = false;  // something wrong came
  std::size_t idle_records_ = 0;
  // A message that may go on in the next record: its header (and body, of a key update), and what is left to skip.
  std::array<std::byte, kMessageHeaderBytes + 1> message_{};
  std::size_t message_size_ = 0;
  std::size_t message_left_ = 0;
};

Result<void> TlsRecords::seal(ByteView head, ByteView body, RawBytes& out) {
  if (update_owed_ || out_.records() >= records_per_key_) {
    constexpr std::byte kUpdate[] = {static_cast<std::byte>(Message::key_update), {}, {}, std::byte{1}, std::byte{0}};
    seal_record(Content::handshake, kUpdate, {}, out);
    out_.update_key();
    update_owed_ = false;
  }
  while (!head.empty() || !body.empty()) {
    const ByteView first = head.first(std::min(head.size(), kTlsPlaintextMax));
    const ByteView second = body.first(std::min(body.size(), kTlsPlaintextMax - first.size()));
    seal_record(Content::application_data, first, second, out);
    head = head.subspan(first.size());
    body = body.subspan(second.size());
  }
  return {};
}

void TlsRecords::seal_end(RawBytes& out) {
  constexpr std::byte kAlert[] = {kWarning, kCloseNotify};
  seal_record(Content::alert, kAlert, {}, out);
}

void TlsRecords::seal_record(Content type, ByteView head, ByteView body, RawBytes& out) {
  const std::size_t text = head.size() + body.size();
  const std::size_t size = text + kTypeBytes + kTagBytes;
  const std::size_t start = out.size();
  out.resize(start + kHeaderBytes + size);
  std::byte* const header = out.data() + start;
  header[0] = static_cast<std::byte>(Content::application_data);
  header[1] = header[2] = std::byte{3};
  header[3] = static_cast<std::byte>(size >> 8);
  header[4] = static_cast<std::byte>(size);
  std::byte* const at = header + kHeaderBytes;
  const auto inner_type = static_cast<std::byte>(type);
  Sealer& sealer = out_.half();
  sealer.begin(out_.next_nonce(), {header, kHeaderBytes});
  sealer.add(head, body, at);
  sealer.add({&inner_type, 1}, at + text);
  sealer.finish(at + text + kTypeBytes);
}

Result<std::size_t> TlsRecords::open(std::span<std::byte> wire, PlaintextSink& sink) {
  if (broken_) return fail(Errc::bad_record);
  if (ended_) return fail(runtime::Errc::end_of_stream);
  std::size_t done = 0;
  while (wire.size() - done >= kHeaderBytes) {
    const auto header = wire.subspan(done, kHeaderBytes);
    const std::size_t size = std::to_integer<std::size_t>(header[3]) << 8 | std::to_integer<std::size_t>(header[4]);
    const bool possible = header[0] == static_cast<std::byte>(Content::application_data) &&
                          size >= kTypeBytes + kTagBytes && size <= kTlsCiphertextMax;
    if (!possible) {
      broken_ = true;
      return fail(Errc::bad_record, "not a TLS 1.3 record of application data");
    }
    if (wire.size() - done < kHeaderBytes + size) break;
    if (auto opened = open_record(wire.subspan(done, kHeaderBytes + size), sink); !opened) {
      return std::unexpected(std::move(opened).error());
    }
    done += kHeaderBytes + size;
  }
  return done;
}

Result<void> TlsRecords::open_record(std::span<std::byte> record, PlaintextSink& sink) {
  const auto header = record.first(kHeaderBytes);
  auto text = record.subspan(kHeaderBytes, record.size() - kHeaderBytes - kTagBytes);
  broken_ = true;  // until it has shown to be good
  if (!in_.half().open(in_.next_nonce(), header, text, record.last<kTagBytes>())) {
    return fail(Errc::bad_record, "TLS record not authentic");
  }
  while (!text.empty() && text.back() == std::byte{0}) text = text.first(text.size() - 1);  // padding
  if (text.empty()) return fail(Errc::bad_record, "TLS record without a type");
  const auto type = static_cast<Content>(text.back());
  text = text.first(text.size() - kTypeBytes);
  if (text.size() > kTlsPlaintextMax) return fail(Errc::bad_record, "TLS record too long");
  const bool inside_message = message_size_ > 0 || message_left_ > 0;
  if (inside_message && type != Content::handshake) {
    return fail(Errc::bad_record, "TLS record inside a handshake message");
  }
  const bool data = type == Content::application_data && !text.empty();
  idle_records_ = data ? 0 : idle_records_ + 1;
  if (idle_records_ > kTlsIdleRecordsMax) return fail(Errc::bad_record, "too many TLS records without data");
  Result<void> taken;
  if (type == Content::alert) taken = take_alert(text);
  if (type == Content::handshake) taken = take_handshake(text);
  if (type != Content::alert && type != Content::handshake && type != Content::application_data) {
    taken = fail(Errc::bad_record, "TLS record of an unknown type");
  }
  if (!taken) return taken;
  broken_ = false;
  return data ? sink.take(text) : Result<void>();
}

Result<void> TlsRecords::take_alert(ByteView text) {
  if (text.size() != 2) return fail(Errc::bad_record, "TLS alert of a wrong length");
  if (text[1] == kUserCanceled) return {};  // close_notify follows
  if (text[1] != kCloseNotify) {
    return fail(Errc::bad_record,
                std::string("the peer refused: ") + SSL_alert_desc_string_long(std::to_integer<int>(text[1])));
  }
  ended_ = true;
  broken_ = false;
  return fail(runtime::Errc::end_of_stream);
}

// Messages may be cut over records and share one; they are read without keeping them, since a ticket is of no use here.
Result<void> TlsRecords::take_handshake(ByteView text) {
  if (text.empty()) return fail(Errc::bad_record, "empty TLS handshake record");
  while (!text.empty()) {
    if (message_left_ > 0) {
      const std::size_t skipped = std::min(message_left_, text.size());
      message_left_ -= skipped;
      text = text.subspan(skipped);
      continue;
    }
    message_[message_size_++] = text.front();
    text = text.subspan(1);
    if (message_size_ < kMessageHeaderBytes) continue;
    if (message_[0] == static_cast<std::byte>(Message::key_update)) {
      if (message_size_ < message_.size()) continue;
      // The last message of its record, because what follows is under the next key.
      return text.empty() ? take_key_update() : fail(Errc::bad_record, "TLS record goes on behind a key update");
    }
    if (message_[0] != static_cast<std::byte>(Message::new_session_ticket) || role_ != Role::dialer) {
      return fail(Errc::bad_record, "TLS handshake message that may not come now");
    }
    for (std::size_t i = 1; i < kMessageHeaderBytes; ++i) {
      message_left_ = message_left_ << 8 | std::to_integer<std::size_t>(message_[i]);
    }
    message_size_ = 0;
  }
  return {};
}

Result<void> TlsRecords::take_key_update() {
  constexpr std::array<std::byte, kMessageHeaderBytes> kHeader{
      static_cast<std::byte>(Message::key_update), {}, {}, std::byte{1}};
  const std::byte asked = message_.back();
  if (!std::ranges::equal(std::span(message_).first<kMessageHeaderBytes>(), kHeader) || asked > std::byte{1}) {
    return fail(Errc::bad_record, "malformed TLS key update");
  }
  if (asked == std::byte{1}) update_owed_ = true;
  message_size_ = 0;
  in_.update_key();
  return {};
}

}  // namespace

std::unique_ptr<RecordCodec> make_tls_records(Role role, const TlsSecrets& secrets, std::uint64_t records_per_key) {
  return std::make_unique<TlsRecords>(role, secrets, records_per_key);
}

}  // namespace quern::security
