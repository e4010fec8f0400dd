#include "overlay/runtime/result.hpp"

namespace quern::runtime {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::end_of_stream:
      return "end of stream";
    case Errc::reset:
      return "connection reset";
    case Errc::closed:
      return "closed here";
    case Errc::refused:
      return "connection refused";
    case Errc::unreachable:
      return "address unreachable";
    case Errc::timed_out:
      return "timed out";
    case Errc::address_in_use:
      return "address in use";
    case Errc::address_unavailable:
      return "not an address of this machine";
    case Errc::name_not_found:
      return "name not found";
    case Errc::too_large:
      return "too large";
    case Errc::not_found:
      return "not found";
    case Errc::no_space:
      return "no space left";
    case Errc::limit_reached:
      return "limit reached";
    case Errc::system:
      return "system error";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.runtime"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

std::string Error::message() const {
  return detail_.empty() ? code_.message() : code_.message() + ": " + detail_;
}

}  // namespace quern::runtime
