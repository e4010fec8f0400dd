#include "overlay/security/security.hpp"

namespace quern::security {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_handshake:
      return "bad handshake of the secure channel";
    case Errc::bad_record:
      return "bad record on the secure channel";
    case Errc::bad_certificate:
      return "certificate not valid";
    case Errc::wrong_peer:
      return "another peer answered";
    case Errc::nonces_used_up:
      return "too many records for one connection";
    case Errc::bad_preshared_key:
      return "not a swarm key file";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.security"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::security
