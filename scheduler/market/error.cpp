#include "scheduler/market/error.hpp"

#include <string>

namespace quern::market {

namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::malformed_offer:
      return "not an offer";
    case Errc::unknown_version:
      return "an offer in a form that this version does not know";
    case Errc::too_large:
      return "the offer is too large";
    case Errc::expired:
      return "the offer is not valid now";
    case Errc::outdated:
      return "a newer offer is known";
    case Errc::book_full:
      return "too many providers";
    case Errc::malformed_experience:
      return "not a record of experience";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.market"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::market
