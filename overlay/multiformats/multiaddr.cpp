#include "overlay/multiformats/multiaddr.hpp"

#include <limits>

#include "overlay/multiformats/multiaddr_protocols.hpp"
#include "overlay/multiformats/varint.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::multiformats {
namespace {

using runtime::Bytes;
using runtime::ByteView;
using runtime::fail;
using runtime::Result;

struct Part {
  const ProtocolKind* kind;
  ByteView value;
  std::size_t size;  // bytes of the whole component
};

std::string name_of(const ProtocolKind& kind) {
  return "/" + std::string(kind.name);
}

// The component at the start of `bytes`, whose value has the right size but is not looked into.
Result<Part> read_part(ByteView bytes) {
  const auto code = read_varint(bytes);
  if (!code) return std::unexpected(code.error());
  const bool fits = code->value <= std::numeric_limits<std::uint32_t>::max();
  const ProtocolKind* kind = fits ? find_protocol(static_cast<Protocol>(code->value)) : nullptr;
  if (kind == nullptr) return fail(Errc::unknown_protocol, "protocol " + std::to_string(code->value));
  std::size_t start = code->size;
  std::size_t size = kind->size;
  if (size == kVariableSize) {
    const auto length = read_varint(bytes.subspan(start));
    if (!length) return std::unexpected(length.error());
    start += length->size;
    size = length->value;
  }
  if (bytes.size() - start < size) return fail(Errc::truncated, name_of(*kind));
  return Part{kind, bytes.subspan(start, size), start + size};
}

// Of an address that was checked when it was made.
Part next_part(ByteView bytes) {
  const auto part = read_part(bytes);
  QUERN_ASSERT(part.has_value());
  return *part;
}

std::unexpected<runtime::Error> malformed(const ProtocolKind& kind) {
  return fail(Errc::malformed, name_of(kind) + ": not " + std::string(kind.format->expected));
}

// Whether these are the bytes of an address.
Result<void> check(ByteView bytes) {
  if (bytes.empty()) return fail(Errc::malformed, "no component");
  if (bytes.size() > kMultiaddrBytesMax) {
    return fail(Errc::too_large, std::to_string(bytes.size()) + " bytes, limit " + std::to_string(kMultiaddrBytesMax));
  }
  for (std::size_t count = 1; !bytes.empty(); ++count) {
    if (count > kMultiaddrComponentsMax)
      return fail(Errc::too_large, "more than " + std::to_string(kMultiaddrComponentsMax) + " components");
    const auto part = read_part(bytes);
    if (!part) return std::unexpected(part.error());
    const ProtocolKind& kind = *part->kind;
    if (kind.format != nullptr && !kind.format->is_valid(part->value)) return malformed(kind);
    bytes = bytes.subspan(part->size);
    if (kind.takes_rest && !bytes.empty()) return fail(Errc::malformed, name_of(kind) + " is not the last");
  }
  return {};
}

void append_part(Bytes& out, const ProtocolKind& kind, ByteView value) {
  append_varint(out, static_cast<std::uint32_t>(kind.code));
  if (kind.size == kVariableSize) append_varint(out, value.size());
  runtime::append(out, value);
}

// The text before the next '/'; `text` goes on after it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find('/'));
  text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
  return word;
}

// The text of a value, off the front of what follows the protocol's name.
std::string take_value(const ProtocolKind& kind, std::string_view& text) {
  if (!kind.takes_rest) return std::string(take_word(text));
  const std::string value = "/" + std::string(text);
  text = {};
  return value;
}

Result<void> append_text(Bytes& out, std::string_view& text) {
  const std::string_view name = take_word(text);
  const ProtocolKind* kind = find_protocol(name);
  if (kind == nullptr) return fail(Errc::unknown_protocol, "/" + std::string(name));
  if (kind->format == nullptr) {
    append_part(out, *kind, {});
    return {};
  }
  const auto value = kind->format->parse(take_value(*kind, text));
  if (!value) return malformed(*kind);
  append_part(out, *kind, *value);
  return {};
}

}  // namespace

Result<Multiaddr> Multiaddr::from_text(std::string_view text) {
  if (text.size() > kMultiaddrTextMax) {
    return fail(Errc::too_large,
                std::to_string(text.size()) + " characters, limit " + std::to_string(kMultiaddrTextMax));
  }
  if (!text.starts_with('/')) return fail(Errc::malformed, "does not begin with '/'");
  text = text.substr(1, text.find_last_not_of('/'));
  Multiaddr address;
  while (!text.empty()) {
    if (auto appended = append_text(address.bytes_, text); !appended) return std::unexpected(appended.error());
  }
  if (auto checked = check(address.bytes_); !checked) return std::unexpected(checked.error());
  return address;
}

Result<Multiaddr> Multiaddr::from_bytes(ByteView bytes) {
  if (auto checked = check(bytes); !checked) return std::unexpected(checked.error());
  Multiaddr address;
  address.bytes_ = runtime::copy_of(bytes);
  return address;
}

std::string Multiaddr::text() const {
  std::string out;
  for (ByteView rest = bytes_; !rest.empty();) {
    const Part part = next_part(rest);
    rest = rest.subspan(part.size);
    out += name_of(*part.kind);
    if (part.kind->format == nullptr) continue;
    if (!part.kind->takes_rest) out += '/';
    out += part.kind->format->print(part.value);
  }
  return out;
}

std::vector<Multiaddr::Component> Multiaddr::components() const {
  std::vector<Component> out;
  for (ByteView rest = bytes_; !rest.empty();) {
    const Part part = next_part(rest);
    rest = rest.subspan(part.size);
    out.push_back({part.kind->code, part.value});
  }
  return out;
}

std::optional<ByteView> Multiaddr::find(Protocol protocol) const {
  for (ByteView rest = bytes_; !rest.empty();) {
    const Part part = next_part(rest);
    if (part.kind->code == protocol) return part.value;
    rest = rest.subspan(part.size);
  }
  return std::nullopt;
}

std::optional<std::string> Multiaddr::find_text(Protocol protocol) const {
  const auto value = find(protocol);
  if (!value) return std::nullopt;
  const ProtocolKind* kind = find_protocol(protocol);
  return kind->format == nullptr ? std::string() : kind->format->print(*value);
}

Multiaddr Multiaddr::encapsulate(const Multiaddr& inner) const {
  Multiaddr out = *this;
  runtime::append(out.bytes_, inner.bytes_);
  QUERN_ASSERT(out.empty() || check(out.bytes_).has_value());
  return out;
}

Multiaddr Multiaddr::with(Protocol protocol, ByteView value) const {
  const ProtocolKind* kind = find_protocol(protocol);
  QUERN_ASSERT(kind != nullptr && (kind->size == kVariableSize || kind->size == value.size()));
  Multiaddr out = *this;
  append_part(out.bytes_, *kind, value);
  QUERN_ASSERT(check(out.bytes_).has_value());
  return out;
}

Multiaddr Multiaddr::without(Protocol protocol) const {
  std::size_t end = bytes_.size();
  for (std::size_t at = 0; at < bytes_.size();) {
    const Part part = next_part(ByteView(bytes_).subspan(at));
    if (part.kind->code == protocol) end = at;
    at += part.size;
  }
  Multiaddr out;
  out.bytes_.assign(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(end));
  return out;
}

}  // namespace quern::multiformats
