#include "overlay/identity/key_file.hpp"

#include <utility>

#include <sodium.h>

namespace quern::identity {
namespace {

using runtime::Bytes;
using runtime::fail;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;

constexpr std::size_t kKeyFileBytesMax = 4096;

std::unexpected<runtime::Error> unusable(const std::string& name, const std::string& why) {
  return fail(Errc::key_file,
              name + ": " + why +
                  "; it was left alone: put the right file there, or begin in an empty folder. A new key "
                  "is a new identity, to which nothing belongs that the old one has agreed to");
}

Result<PrivateKey> read_key(const std::string& name, const Bytes& content) {
  if (content.size() > kKeyFileBytesMax) {
    return unusable(
        name, "not a key: " + std::to_string(content.size()) + " bytes, limit " + std::to_string(kKeyFileBytesMax));
  }
  auto key = PrivateKey::from_protobuf(content);
  if (!key) return unusable(name, key.error().message());
  return key;
}

Task<Result<PrivateKey>> create_key(Runtime& runtime, std::string name) {
  const PrivateKey key = PrivateKey::generate(runtime);
  // The copy that the disk takes cannot be wiped from here.
  CO_CHECK(co_await runtime.disk().replace(std::move(name), key.protobuf()));
  co_return key;
}

}  // namespace

Task<Result<PrivateKey>> load_or_create_key(Runtime& runtime, std::string name) {
  auto content = co_await runtime.disk().read(name);
  if (!content) {
    if (content.error() != runtime::Errc::not_found) co_return std::unexpected(std::move(content).error());
    co_return co_await create_key(runtime, std::move(name));
  }
  Result<PrivateKey> key = read_key(name, *content);
  sodium_memzero(content->data(), content->size());
  co_return key;
}

}  // namespace quern::identity
