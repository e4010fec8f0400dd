#include "scheduler/cli/page.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "hwprobe/text.hpp"

namespace quern::scheduler::cli {
namespace {

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::title:
      return "\x1b[1;36m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warn:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[1;31m";
  }
  std::unreachable();
}
constexpr std::string_view kPlain = "\x1b[0m";

// One step through text: a colour escape of ours (no columns), a character, or a byte that is none.
struct Piece {
  std::string_view bytes;
  char32_t code = 0;
  bool escape = false;
};

Piece first_piece(std::string_view text) {
  if (text.starts_with("\x1b[")) return {text.substr(0, std::min(text.find('m'), text.size() - 1) + 1), 0, true};
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = std::min<std::size_t>(lead < 0xc0   ? 1
                                                   : lead < 0xe0 ? 2
                                                   : lead < 0xf0 ? 3
                                                                 : 4,
                                                   text.size());
  char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return {text.substr(0, length), code, false};
}

using Range = std::pair<char32_t, char32_t>;
template <std::size_t Count>
bool is_in(const std::array<Range, Count>& ranges, char32_t code) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return code >= range.first && code <= range.second; });
}

// The blocks that matter in names of devices; a rare script that is missing here costs an alignment, nothing else.
std::size_t columns_of(const Piece& piece) {
  static constexpr std::array<Range, 4> kCombining{
      {{0x300, 0x36f}, {0x1ab0, 0x1aff}, {0x200b, 0x200d}, {0xfe00, 0xfe0f}}};
  static constexpr std::array<Range, 7> kWide{{{0x1100, 0x115f},
                                               {0x2e80, 0xa4cf},
                                               {0xac00, 0xd7a3},
                                               {0xf900, 0xfaff},
                                               {0xfe30, 0xfe6f},
                                               {0xff00, 0xff60},
                                               {0x1f300, 0x3fffd}}};
  if (piece.escape || is_in(kCombining, piece.code)) return 0;
  return is_in(kWide, piece.code) ? 2 : 1;
}

// Marks that turn or isolate the direction of what follows.
bool turns_direction(char32_t code) {
  static constexpr std::array<Range, 4> kMarks{{{0x61c, 0x61c}, {0x200e, 0x200f}, {0x202a, 0x202e}, {0x2066, 0x2069}}};
  return is_in(kMarks, code);
}

// What a character of the page becomes on a terminal without UTF-8.
std::string_view ascii_of(const Piece& piece) {
  static constexpr std::array<std::pair<char32_t, std::string_view>, 12> kSubstitutes{{{U'…', ".."},
                                                                                       {U'×', "x"},
                                                                                       {U'°', ""},
                                                                                       {U'─', "-"},
                                                                                       {U'├', "|"},
                                                                                       {U'└', "`"},
                                                                                       {U'│', "|"},
                                                                                       {U'█', "#"},
                                                                                       {U'░', "."},
                                                                                       {U'●', "*"},
                                                                                       {U'○', "o"},
                                                                                       {U'±', "+-"}}};
  if (piece.escape || piece.code < 0x80) return piece.bytes;
  const auto* const found = std::ranges::find(kSubstitutes, piece.code, &std::pair<char32_t, std::string_view>::first);
  if (found != kSubstitutes.end()) return found->second;
  // Eighths of a block: a load of one digit.
  static constexpr std::string_view kDigits = "0123456";
  if (piece.code >= U'▁' && piece.code <= U'▇') return kDigits.substr(piece.code - U'▁', 1);
  return "?";
}

// Up to a blank at which a line may be broken: not between a number and its unit.
std::string_view first_word(std::string_view text) {
  std::size_t end = std::min(text.find(' '), text.size());
  const bool is_number = end != 0 && text.substr(0, end).find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_number && end < text.size()) end = std::min(text.find(' ', end + 1), text.size());
  return text.substr(0, end);
}

}  // namespace

std::string paint(const Style& style, Tone tone, std::string_view text) {
  if (!style.colour || tone == Tone::plain || text.empty()) return std::string(text);
  return std::string(escape_of(tone)) + std::string(text) + std::string(kPlain);
}

std::string visible(std::string_view foreign) {
  std::string text;
  while (!foreign.empty()) {
    Piece piece = first_piece(foreign);
    if (piece.escape) piece = {foreign.substr(0, 1), 0x1b, false};
    const bool good = hwprobe::is_printable(piece.bytes) && !turns_direction(piece.code);
    text += good ? piece.bytes : "?";
    foreign.remove_prefix(hwprobe::is_utf8(piece.bytes) ? piece.bytes.size() : 1);
  }
  return text;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    width += columns_of(piece);
    text.remove_prefix(piece.bytes.size());
  }
  return width;
}

std::string clipped(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string head;
  bool coloured = false;
  for (std::size_t width = 0; !text.empty();) {
    const Piece piece = first_piece(text);
    width += columns_of(piece);
    if (width + 1 > columns) break;
    coloured = piece.escape ? piece.bytes != kPlain : coloured;
    head += piece.bytes;
    text.remove_prefix(piece.bytes.size());
  }
  return head + (columns == 0 ? "" : "…") + std::string(coloured ? kPlain : "");
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(text) + std::string(columns > width ? columns - width : 0, ' ');
}

void Page::section(std::string_view title) {
  if (!text_.empty()) text_ += '\n';
  text_ += paint(Tone::title, title) + '\n';
}

void Page::row(std::string_view label, std::string_view value, std::size_t depth, std::size_t label_columns) {
  const std::string head = std::string(2 * depth, ' ') + padded(label, label_columns);
  add(head, 2 * depth + label_columns, value);
}

void Page::line(std::string_view text, std::size_t depth) {
  add(std::string(2 * depth, ' '), 2 * depth, text);
}

void Page::fixed_line(std::string_view text) {
  text_ += clipped(text, style_.columns) + '\n';
}

void Page::add(std::string_view head, std::size_t indent, std::string_view text) {
  text_ += head;
  std::size_t column = display_width(head);
  bool first = true;
  while (!text.empty()) {
    const std::string_view word = first_word(text);
    const std::size_t width = display_width(word);
    if (!first && column + 1 + width > style_.columns) {
      while (text_.ends_with(' ')) text_.pop_back();
      text_ += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      text_ += ' ';
      ++column;
    }
    text_ += word;
    column += width;
    first = false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  while (text_.ends_with(' ')) text_.pop_back();
  text_ += '\n';
}

std::string Page::text() const {
  if (style_.unicode) return text_;
  std::string ascii;
  for (std::string_view rest = text_; !rest.empty();) {
    const Piece piece = first_piece(rest);
    ascii += ascii_of(piece);
    rest.remove_prefix(piece.bytes.size());
  }
  return ascii;
}

}  // namespace quern::scheduler::cli
