#include "scheduler/store/error.hpp"

namespace quern::store {
namespace {

const char* text_of(Errc code) {
  switch (code) {
    case Errc::disk_full:
      return "the disk is full";
    case Errc::corrupt:
      return "the database is damaged";
    case Errc::busy:
      return "the database is in use";
    case Errc::newer_schema:
      return "the database was written by a newer program";
    case Errc::constraint:
      return "refused by the database's schema";
    case Errc::io:
      return "the database's file failed";
  }
  return "unknown error";
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "quern.store"; }
  std::string message(int value) const override { return text_of(static_cast<Errc>(value)); }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category kCategory;
  return {static_cast<int>(code), kCategory};
}

}  // namespace quern::store
