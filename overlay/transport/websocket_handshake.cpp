#include "overlay/transport/websocket_handshake.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include "overlay/runtime/assertion.hpp"
#include "overlay/transport/transport.hpp"

namespace quern::transport {
namespace {

using runtime::fail;
using runtime::Result;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kAcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // section 1.3
constexpr std::size_t kKeyChars = 24;                                             // 16 bytes in base64

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  const auto fits = [](char c) {
    constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || kSigns.find(c) != kSigns.npos;
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}
bool is_field_text(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c == '\t' || (c != 0x7f && static_cast<unsigned char>(c) >= 32); });
}
bool is_visible(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 32 && c < 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const auto first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The part of `text` before `separator`, taken from it with the separator.
std::string_view take_until(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + separator.size());
  return part;
}

// A message head in parts, which point into it.
class HttpHead {
 public:
  // nullopt when it is not of the form.
  static std::optional<HttpHead> read(std::string_view text) {
    HttpHead head;
    head.start_ = take_until(text, kLineEnd);
    if (!is_field_text(head.start_)) return std::nullopt;
    for (std::string_view line = take_until(text, kLineEnd); !line.empty(); line = take_until(text, kLineEnd)) {
      const auto colon = line.find(':');
      if (colon == line.npos) return std::nullopt;
      const Field field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
      // A folded line begins with a space, which no name contains.
      if (!is_token(field.name) || !is_field_text(field.value)) return std::nullopt;
      head.fields_.push_back(field);
    }
    return head;
  }

  std::string_view start() const { return start_; }
  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields_, [&](std::string_view other) { return same_ignoring_case(other, name); }, &Field::name));
  }
  // The value of the first field of that name; empty when there is none.
  std::string_view value(std::string_view name) const {
    for (const Field& field : fields_) {
      if (same_ignoring_case(field.name, name)) return field.value;
    }
    return {};
  }
  // Whether a field of that name has `token` in its comma-separated list.
  bool lists(std::string_view name, std::string_view token) const {
    for (const Field& field : fields_) {
      if (!same_ignoring_case(field.name, name)) continue;
      for (std::string_view rest = field.value; !rest.empty();) {
        if (same_ignoring_case(trimmed(take_until(rest, ",")), token)) return true;
      }
    }
    return false;
  }

 private:
  struct Field {
    std::string_view name;
    std::string_view value;
  };
  std::string_view start_;
  std::vector<Field> fields_;
};

std::string base64(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a zero
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// Sixteen bytes in base64: 22 digits and two signs of padding.
bool is_key(std::string_view key) {
  const auto is_digit = [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return key.size() == kKeyChars && key.ends_with("==") && std::ranges::all_of(key.substr(0, kKeyChars - 2), is_digit);
}

const char* reason_phrase(int status) {
  switch (status) {
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Bad Request";
  }
}

std::unexpected<HttpRefusal> refuse(int status, std::string why) {
  return std::unexpected(HttpRefusal{status, std::move(why)});
}

}  // namespace

std::optional<std::size_t> http_head_size(runtime::ByteView received) {
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  const auto at = runtime::text_of(received).find(kHeadEnd);
  if (at == std::string_view::npos) return std::nullopt;
  return at + kHeadEnd.size();
}

std::string handshake_key(std::span<const std::byte, kWebSocketNonceBytes> nonce) {
  return base64({reinterpret_cast<const unsigned char*>(nonce.data()), nonce.size()});
}

std::string handshake_accept(std::string_view key) {
  // Not for secrecy: it only shows that the server speaks WebSocket.
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kSha1(EVP_MD_fetch(nullptr, "SHA1", nullptr),
                                                                     EVP_MD_free);
  const std::string text = std::string(key) + std::string(kAcceptGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  QUERN_ASSERT(kSha1 && EVP_Digest(text.data(), text.size(), digest.data(), &size, kSha1.get(), nullptr) == 1,
               "SHA-1 is not to be had");
  return base64(std::span(digest).first(size));
}

std::string request_text(const UpgradeRequest& request) {
  return "GET " + request.target + " HTTP/1.1\r\nHost: " + request.host +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + request.key +
         "\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

std::expected<UpgradeRequest, HttpRefusal> read_request(std::string_view head) {
  const auto http = HttpHead::read(head);
  if (!http) return refuse(400, "malformed header");
  std::string_view rest = http->start();
  const std::string_view method = take_until(rest, " ");
  const std::string_view target = take_until(rest, " ");
  if (method != "GET" || rest != "HTTP/1.1" || !is_visible(target)) return refuse(400, "not an HTTP/1.1 GET request");
  if (http->count("Host") != 1) return refuse(400, "no single Host");
  if (http->count("Transfer-Encoding") != 0 ||
      (http->count("Content-Length") != 0 && http->value("Content-Length") != "0"))
    return refuse(400, "a request with a body");
  if (!http->lists("Upgrade", "websocket") || !http->lists("Connection", "Upgrade"))
    return refuse(426, "this port speaks WebSocket");
  if (http->count("Sec-WebSocket-Version") != 1 || http->value("Sec-WebSocket-Version") != "13")
    return refuse(426, "this port speaks WebSocket of version 13");
  const std::string_view key = http->value("Sec-WebSocket-Key");
  if (http->count("Sec-WebSocket-Key") != 1 || !is_key(key))
    return refuse(400, "no single Sec-WebSocket-Key of 16 bytes");
  return UpgradeRequest{std::string(target), std::string(http->value("Host")), std::string(key)};
}

std::string response_text(std::string_view key) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         handshake_accept(key) + "\r\n\r\n";
}

std::string refusal_text(const HttpRefusal& refusal) {
  const std::string body = refusal.why + "\n";
  return "HTTP/1.1 " + std::to_string(refusal.status) + " " + reason_phrase(refusal.status) +
         "\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13" +
         "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<void> check_response(std::string_view head, std::string_view key) {
  const auto http = HttpHead::read(head);
  if (!http) return fail(Errc::bad_handshake, "a malformed HTTP response");
  std::string_view rest = http->start();
  const std::string_view version = take_until(rest, " ");
  const std::string_view status = take_until(rest, " ");
  const bool is_status = status.size() == 3 && std::ranges::all_of(status, [](char c) { return c >= '0' && c <= '9'; });
  if (version != "HTTP/1.1" || !is_status) return fail(Errc::bad_handshake, "not an HTTP/1.1 response");
  if (status != "101") return fail(Errc::bad_handshake, "the server answers with HTTP status " + std::string(status));
  if (!same_ignoring_case(http->value("Upgrade"), "websocket") || !http->lists("Connection", "Upgrade"))
    return fail(Errc::bad_handshake, "the server upgrades to something else");
  if (http->count("Sec-WebSocket-Accept") != 1 || http->value("Sec-WebSocket-Accept") != handshake_accept(key))
    return fail(Errc::bad_handshake, "Sec-WebSocket-Accept is not the one for our key");
  if (http->count("Sec-WebSocket-Extensions") != 0 || http->count("Sec-WebSocket-Protocol") != 0)
    return fail(Errc::bad_handshake, "the server chose an extension or subprotocol that was not offered");
  return {};
}

}  // namespace quern::transport
