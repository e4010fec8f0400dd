#include "overlay/protocols/error.hpp"

namespace quern::protocols {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_message:
      return "bad message";
    case Errc::message_too_large:
      return "message too large";
    case Errc::rate_limited:
      return "too many requests";
    case Errc::remote_failure:
      return "the peer failed";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.protocols"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::protocols
