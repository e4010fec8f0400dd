#include "overlay/multiformats/error.hpp"

namespace quern::multiformats {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::truncated:
      return "truncated";
    case Errc::malformed:
      return "malformed";
    case Errc::not_canonical:
      return "not in its canonical form";
    case Errc::too_large:
      return "too large";
    case Errc::unknown_protocol:
      return "unknown protocol";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.multiformats"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::multiformats
