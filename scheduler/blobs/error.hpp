// What can go wrong with content that is named by its hash.
#pragma once
#include <system_error>

namespace quern::blobs {

enum class Errc {
  not_found = 1,  // no such blob here, or not for the one who asks
  corrupt,        // the bytes are not those that the name says
  too_large,      // above kBlobBytesMax: the detail has size and limit
  store_full,     // above the store's limit: the detail has what is there, what was to come, and the limit
  bad_message,    // not what the protocol allows
};
std::error_code make_error_code(Errc code);

}  // namespace quern::blobs

template <>
struct std::is_error_code_enum<quern::blobs::Errc> : std::true_type {};
