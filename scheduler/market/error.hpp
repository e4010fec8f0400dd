// What can be wrong with an offer, or with what is kept for quotes.
#pragma once
#include <system_error>

namespace quern::market {

enum class Errc {
  malformed_offer = 1,   // not an Offer message, or values that cannot be: the detail names the field
  unknown_version,       // a later form of offers: the detail has its number
  too_large,             // above model::kOfferBytesMax
  expired,               // no longer valid, or not yet
  outdated,              // an offer of the provider with a higher sequence is known
  book_full,             // more providers than OfferBook keeps
  malformed_experience,  // not what ExperienceBook::text() writes
};
std::error_code make_error_code(Errc code);

}  // namespace quern::market

template <>
struct std::is_error_code_enum<quern::market::Errc> : std::true_type {};
