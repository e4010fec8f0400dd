#include "tests/contract/error.hpp"

namespace quern::contract {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::bad_environment:
      return "bad environment";
    case Errc::bad_reply:
      return "bad reply of Redis";
    case Errc::refused_by_redis:
      return "Redis refuses";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.contract"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::contract
