// Standard output: what it can show, how large it is, and writing to it with every error seen.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "scheduler/cli/exit_code.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

enum class ColourChoice { automatic, always, never };

// The value of --color; the error is one line for people.
std::expected<ColourChoice, std::string> parse_colour(std::string_view word);

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

bool is_terminal(int fd);
// 80 columns of 24 rows where there is no terminal or it does not tell.
TerminalSize terminal_size(int fd);
// Colours when chosen, or automatically on a terminal that has them and when NO_COLOR is unset or empty; UTF-8 as the
// locale says.
Style style_for(int fd, ColourChoice choice);

// Writes all of it. The error is the number of errno: EPIPE when nobody reads any more.
std::expected<void, int> write_all(int fd, std::string_view text);
// Writes to standard output: complete, also when nobody reads any more; failed, and standard error says why.
ExitCode print(std::string_view text);
// "quern: text" on standard error. That it cannot be written either is nobody's to hear.
void complain(std::string_view text);
// The system's text for an error number.
std::string error_text(int number);

}  // namespace quern::scheduler::cli
