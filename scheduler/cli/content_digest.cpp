#include "scheduler/cli/content_digest.hpp"

#include <cstddef>
#include <new>

#include <openssl/evp.h>

#include "hwprobe/text.hpp"
#include "overlay/runtime/assertion.hpp"

namespace quern::scheduler::cli {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

struct ContentDigest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

ContentDigest::ContentDigest() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
}
ContentDigest::~ContentDigest() = default;

void ContentDigest::add(std::string_view bytes) {
  QUERN_ASSERT(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "SHA-256 takes any bytes");
}

model::Digest ContentDigest::finish() {
  model::Digest digest{};
  unsigned size = 0;
  const int done = EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(digest.data()), &size);
  QUERN_ASSERT(done == 1 && size == digest.size(), "SHA-256 has 32 bytes");
  return digest;
}

std::string hex(const model::Digest& digest) {
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::byte each : digest) {
    text += kDigits[std::to_integer<std::size_t>(each >> 4)];
    text += kDigits[std::to_integer<std::size_t>(each & std::byte{15})];
  }
  return text;
}

std::optional<model::Digest> digest_from_hex(std::string_view text) {
  model::Digest digest{};
  if (text.size() != 2 * digest.size() || !hwprobe::is_lower_hexadecimal(text)) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::byte>(kDigits.find(text[2 * i]) << 4 | kDigits.find(text[2 * i + 1]));
  }
  return digest;
}

}  // namespace quern::scheduler::cli
