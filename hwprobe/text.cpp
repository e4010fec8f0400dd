#include "hwprobe/text.hpp"

#include <algorithm>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    return continues(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return continues(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// The same for a sequence that is not a control character (C0, DEL, C1).
std::size_t printable_length(std::string_view text) {
  const std::size_t length = utf8_length(text);
  const bool control = static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f ||
                       (length == 2 && text.front() == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0);
  return control ? 0 : length;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::vector<std::uint32_t>> parse_number_list(std::string_view text, std::size_t count_max) {
  std::vector<std::uint32_t> numbers;
  text = trimmed(text);
  if (text.empty()) return numbers;
  for (const std::string_view piece : split(text, ',')) {
    const auto dash = piece.find('-');
    const auto first = parse_number<std::uint32_t>(piece.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number<std::uint32_t>(piece.substr(dash + 1));
    if (!first || !last || *last < *first || *last - *first >= count_max - numbers.size()) return std::nullopt;
    for (std::uint64_t n = *first; n <= *last; ++n) numbers.push_back(static_cast<std::uint32_t>(n));
  }
  std::ranges::sort(numbers);
  numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  return numbers;
}

std::string clean_name(std::string_view text) {
  text = trimmed(text);
  std::string name;
  while (!text.empty()) {
    if (is_space(text.front())) {
      if (name.size() + 1 > kNameBytesMax) break;
      name += ' ';
      text = trimmed(text);
      continue;
    }
    const std::size_t length = printable_length(text);
    const std::string_view piece = length == 0 ? "?" : text.substr(0, length);
    if (name.size() + piece.size() > kNameBytesMax) break;
    name += piece;
    text.remove_prefix(std::max<std::size_t>(length != 0 ? length : utf8_length(text), 1));
  }
  if (name.ends_with(' ')) name.pop_back();  // what followed the space did not fit
  return name;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

bool is_lower_hexadecimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

}  // namespace quern::hwprobe
