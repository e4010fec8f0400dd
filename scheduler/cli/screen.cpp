#include "scheduler/cli/screen.hpp"

#include <string>

#include <unistd.h>

#include "hwprobe/text.hpp"
#include "scheduler/cli/terminal.hpp"

namespace quern::scheduler::cli {
namespace {

constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";

std::string over_lines(std::size_t lines) {
  return "\r\x1b[" + std::to_string(lines) + "A\x1b[J";
}

}  // namespace

std::expected<void, int> Screen::draw(std::string_view frame) {
  if (!on_terminal_) return write_all(STDOUT_FILENO, std::string(frame) + '\n');
  const TerminalSize size = terminal_size(STDOUT_FILENO);
  std::string text = lines_ != 0 ? over_lines(lines_) : std::string(hides_cursor_ ? kHideCursor : "");
  lines_ = 0;
  for (const std::string_view line : hwprobe::split(frame, '\n')) {
    // The last row stays free: a line break in it would scroll the first one out of reach.
    if (line.data() == frame.data() + frame.size() || lines_ + 1 >= size.rows) break;
    text += clipped(line, size.columns) + '\n';
    ++lines_;
  }
  return write_all(STDOUT_FILENO, text);
}

std::expected<void, int> Screen::erase() {
  if (!on_terminal_ || lines_ == 0) return {};
  const std::string text = over_lines(lines_) + std::string(hides_cursor_ ? kShowCursor : "");
  lines_ = 0;
  return write_all(STDOUT_FILENO, text);
}

void Screen::release() {
  if (!on_terminal_ || lines_ == 0) return;
  lines_ = 0;
  if (!hides_cursor_) return;
  [[maybe_unused]] const auto ignored = write_all(STDOUT_FILENO, kShowCursor);
}

}  // namespace quern::scheduler::cli
