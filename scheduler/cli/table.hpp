// Rows under column heads, fitted to a terminal: columns that may shrink do, texts that may be long are wrapped.
//
//   Table table({{"DEVICE", Align::left, 12}, {"COST", Align::point}});
//   table.add({"pthread", "0.5"});
//   table.add_text({"Radeon"}, "draining: the provider takes no new jobs");     // over the remaining columns
//   table.write(page);
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

enum class Align {
  left,
  right,
  point,  // right, with the decimal points below each other
};

struct Column {
  std::string_view head;
  Align align = Align::left;
  std::size_t shrinks_to = 0;  // columns of the terminal that it may be clipped to where room is short; 0: never
};

// Cells may carry colours of paint(); what comes from others has gone through visible().
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Missing cells at the end are empty.
  void add(std::vector<std::string> cells);
  // A text takes the place of all cells behind the given ones, wrapped over several lines where it must be.
  void add_text(std::vector<std::string> cells, std::string text);
  bool empty() const { return rows_.empty(); }

  // Lines of `indent` blanks and the row, none wider than the page, trailing blanks left out.
  void write(Page& page, std::size_t indent = 2) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string text;
    bool has_text = false;
  };
  struct Width {
    std::size_t whole = 0;     // of the column
    std::size_t fraction = 0;  // of it, what stands behind the point, with the point
  };
  std::vector<Width> fitted(std::size_t columns) const;
  std::string line(const std::vector<std::string>& cells, const std::vector<Width>& widths, bool head) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace quern::scheduler::cli
