// Why a key, a signature or a signed record is not accepted.
#pragma once
#include <string>
#include <system_error>
#include <type_traits>

namespace quern::identity {

enum class Errc {
  malformed_key = 1,  // not a key of the type it claims, or not in the one form that peer ids are made of
  unsupported_key,    // a type or size this node does not take
  malformed_peer_id,
  malformed_envelope,
  malformed_record,
  wrong_payload_type,  // a valid envelope around something else
  bad_signature,
  wrong_signer,  // signed by another peer than the one it speaks of
  key_file,      // the file with this node's key cannot be used: the detail says why and what to do
};
std::error_code make_error_code(Errc code);

}  // namespace quern::identity

template <>
struct std::is_error_code_enum<quern::identity::Errc> : std::true_type {};
