// A page of text for a terminal: sections of aligned rows, wrapped to its width, coloured or not, in UTF-8 or plain
// ASCII.
//
// Names from firmware, drivers and recordings reach the page only through visible(): nothing of them can move the
// cursor, change colours or turn the direction of writing. Widths are estimated (wide and combining characters), never
// relied on for safety.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace quern::scheduler::cli {

enum class Tone { plain, title, dim, good, warn, bad };

struct Style {
  bool colour = false;
  bool unicode = true;       // else everything that is not ASCII is replaced by something that is
  std::size_t columns = 80;  // rows are wrapped to it where words allow
};

// Text with the colour of a tone, or as it is when the style has no colours.
std::string paint(const Style& style, Tone tone, std::string_view text);

// Foreign text made safe to print: control characters, invalid UTF-8 and marks that turn the writing direction become
// '?'.
std::string visible(std::string_view foreign);

// Columns that text takes on a terminal; colours take none.
std::size_t display_width(std::string_view text);

// At most so many columns of text, the cut marked by an ellipsis.
std::string clipped(std::string_view text, std::size_t columns);

// Text with blanks behind it up to so many columns.
std::string padded(std::string_view text, std::size_t columns);

class Page {
 public:
  static constexpr std::size_t kLabelColumns = 13;  // of a label with the blanks behind it

  explicit Page(Style style) : style_(style) {}

  const Style& style() const { return style_; }
  std::string paint(Tone tone, std::string_view text) const { return cli::paint(style_, tone, text); }

  // A heading, with an empty line above it unless it is the first.
  void section(std::string_view title);
  // "  label        value": the value begins in a column common to all rows of that depth and label width and is
  // wrapped below itself.
  void row(std::string_view label, std::string_view value, std::size_t depth = 1,
           std::size_t label_columns = kLabelColumns);
  // A line without a label, two blanks a depth; wrapped below itself.
  void line(std::string_view text, std::size_t depth = 1);
  // A line with its blanks as they are, clipped to the style's columns.
  void fixed_line(std::string_view text);

  // All of it, in the style's characters.
  std::string text() const;

 private:
  void add(std::string_view head, std::size_t indent, std::string_view text);

  Style style_;
  std::string text_;
};

}  // namespace quern::scheduler::cli
