#include "scheduler/blobs/error.hpp"

#include <string>

namespace quern::blobs {

namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::not_found:
      return "no such blob";
    case Errc::corrupt:
      return "the bytes are not those of the digest";
    case Errc::too_large:
      return "the blob is too large";
    case Errc::store_full:
      return "the blob store is full";
    case Errc::bad_message:
      return "not a message of the blob protocol";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.blobs"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::blobs
