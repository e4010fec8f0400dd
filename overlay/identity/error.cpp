#include "overlay/identity/error.hpp"

namespace quern::identity {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::malformed_key:
      return "malformed key";
    case Errc::unsupported_key:
      return "unsupported key";
    case Errc::malformed_peer_id:
      return "malformed peer id";
    case Errc::malformed_envelope:
      return "malformed signed envelope";
    case Errc::malformed_record:
      return "malformed peer record";
    case Errc::wrong_payload_type:
      return "signed envelope around something else";
    case Errc::bad_signature:
      return "bad signature";
    case Errc::wrong_signer:
      return "signed by another peer";
    case Errc::key_file:
      return "key file cannot be used";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.identity"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::identity
