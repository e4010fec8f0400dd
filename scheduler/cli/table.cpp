#include "scheduler/cli/table.hpp"

#include <algorithm>
#include <utility>

#include "overlay/runtime/assertion.hpp"

namespace quern::scheduler::cli {
namespace {

constexpr std::size_t kGap = 2;           // blanks between columns
constexpr std::size_t kTextColumns = 24;  // a text over several columns gets at least these

std::size_t fraction_width(std::string_view cell) {
  const std::size_t point = cell.find('.');
  return point == std::string_view::npos ? 0 : display_width(cell.substr(point));
}

void trim_end(std::string& line) {
  while (line.ends_with(' ')) line.pop_back();
}

// The words of a text in lines of so many columns; a word that is longer has a line of its own, clipped.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > columns) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + clipped(word, columns);
  }
  return lines;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  QUERN_ASSERT(cells.size() <= columns_.size(), "a row has more cells than the table has columns");
  rows_.push_back({.cells = std::move(cells)});
}

void Table::add_text(std::vector<std::string> cells, std::string text) {
  QUERN_ASSERT(cells.size() < columns_.size(), "a text needs a column to begin in");
  rows_.push_back({.cells = std::move(cells), .text = std::move(text), .has_text = true});
}

std::vector<Table::Width> Table::fitted(std::size_t columns) const {
  std::vector<Width> widths(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t before_point = 0;
    for (const Row& row : rows_) {
      if (i >= row.cells.size()) continue;
      const std::size_t fraction = columns_[i].align == Align::point ? fraction_width(row.cells[i]) : 0;
      widths[i].fraction = std::max(widths[i].fraction, fraction);
      before_point = std::max(before_point, display_width(row.cells[i]) - fraction);
    }
    widths[i].whole = std::max(before_point + widths[i].fraction, display_width(columns_[i].head));
  }
  const auto total = [&widths] {
    std::size_t sum = kGap * (widths.size() - 1);
    for (const Width& width : widths) sum += width.whole;
    return sum;
  };
  // The widest that may shrink gives way first.
  while (total() > columns) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool can = columns_[i].shrinks_to != 0 && widths[i].whole > columns_[i].shrinks_to;
      if (can && (widest == columns_.size() || widths[i].whole > widths[widest].whole)) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest].whole;
  }
  return widths;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<Width>& widths, bool head) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t width = widths[i].whole;
    std::string cell = clipped(cells[i], width);
    if (columns_[i].align == Align::point && !head)
      cell += std::string(widths[i].fraction - std::min(widths[i].fraction, fraction_width(cell)), ' ');
    const std::string blanks(width - std::min(width, display_width(cell)), ' ');
    if (i != 0) text += std::string(kGap, ' ');
    text += columns_[i].align == Align::left ? cell + blanks : blanks + cell;
  }
  return text;
}

void Table::write(Page& page, std::size_t indent) const {
  const std::size_t room = page.style().columns - std::min(indent, page.style().columns);
  const std::vector<Width> widths = fitted(room);
  const auto put = [&](std::string text) {
    trim_end(text);
    page.fixed_line(std::string(indent, ' ') + text);
  };
  std::vector<std::string> heads;
  heads.reserve(columns_.size());
  for (const Column& column : columns_) heads.emplace_back(column.head);
  std::string head = line(heads, widths, true);
  trim_end(head);
  put(page.paint(Tone::dim, clipped(head, room)));
  for (const Row& row : rows_) {
    std::string text = line(row.cells, widths, false);
    if (!row.has_text) {
      put(std::move(text));
      continue;
    }
    if (!text.empty()) text += std::string(kGap, ' ');
    // Where the cells leave too little room, the text stands below them.
    std::size_t begin = display_width(text);
    if (begin + kTextColumns > room) {
      put(std::move(text));
      text = std::string(begin = kGap, ' ');
    }
    for (const std::string& each : wrapped(row.text, room - std::min(begin, room))) {
      put(text + each);
      text = std::string(begin, ' ');
    }
  }
}

}  // namespace quern::scheduler::cli
