// Base64 as RFC 4648 section 4 has it, with padding: how the RPC carries bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace quern::scheduler::cli {

std::string to_base64(std::string_view bytes);
// nullopt for anything that to_base64() does not write: other characters, line breaks, padding that is missing, bits
// after the last byte that are not zero.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace quern::scheduler::cli
