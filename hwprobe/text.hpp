// Careful reading of the small texts that kernels and drivers give: every function takes any bytes and never throws.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quern::hwprobe {

// Without leading and trailing white space and NULs.
std::string_view trimmed(std::string_view text);

// A whole decimal number, white space around it allowed; nullopt for anything else and for what does not fit T.
template <class T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
  text = trimmed(text);
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) {
    text.remove_prefix(2);
    if (text.starts_with('-')) return std::nullopt;
  }
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The kernel's list of numbers, "0-3,8,10-11", ascending and unique; nullopt when malformed or longer than `count_max`
// numbers.
std::optional<std::vector<std::uint32_t>> parse_number_list(std::string_view text, std::size_t count_max = 65536);

// At most kNameBytesMax bytes of text for people: white space collapsed, control characters and invalid UTF-8 replaced
// by '?'.
std::string clean_name(std::string_view text);

// With ASCII letters in lower case.
std::string lower_case(std::string_view text);

// Whether the text is one or more of 0-9 and a-f.
bool is_lower_hexadecimal(std::string_view text);

// Whether text is well-formed UTF-8.
bool is_utf8(std::string_view text);

// Whether text is well-formed UTF-8 without control characters (C0, DEL, C1).
bool is_printable(std::string_view text);

// Splits at each `separator`; empty pieces are kept.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace quern::hwprobe
