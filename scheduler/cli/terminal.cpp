#include "scheduler/cli/terminal.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <sys/ioctl.h>
#include <unistd.h>

namespace quern::scheduler::cli {
namespace {

// Columns and rows outside of this are mistakes of whoever set them.
constexpr unsigned kColumnsMin = 20;
constexpr unsigned kColumnsMax = 1000;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
  return value == nullptr ? "" : value;
}

// The locale's character set by the variables that choose it, in their order.
bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(environment(name));
    if (value.empty()) continue;
    std::ranges::transform(value, value.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.contains("utf-8") || value.contains("utf8");
  }
  return false;
}

}  // namespace

bool is_terminal(int fd) {
  return ::isatty(fd) == 1;
}

TerminalSize terminal_size(int fd) {
  winsize size{};
  TerminalSize result;
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) return result;
  if (size.ws_col != 0) result.columns = std::clamp<unsigned>(size.ws_col, kColumnsMin, kColumnsMax);
  if (size.ws_row != 0) result.rows = size.ws_row;
  return result;
}

Style style_for(int fd, ColourChoice choice) {
  const std::string_view term = environment("TERM");
  const bool can = is_terminal(fd) && !term.empty() && term != "dumb" && environment("NO_COLOR").empty();
  return {.colour = choice == ColourChoice::always || (choice == ColourChoice::automatic && can),
          .unicode = is_utf8_locale(),
          .columns = terminal_size(fd).columns};
}

std::expected<ColourChoice, std::string> parse_colour(std::string_view word) {
  if (word == "auto") return ColourChoice::automatic;
  if (word == "always") return ColourChoice::always;
  if (word == "never") return ColourChoice::never;
  return std::unexpected("--color " + visible(word) + ": must be auto, always or never");
}

std::expected<void, int> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(fd, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::unexpected(errno);
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

ExitCode print(std::string_view text) {
  const auto written = write_all(STDOUT_FILENO, text);
  if (written || written.error() == EPIPE) return ExitCode::complete;
  complain("standard output cannot be written: " + error_text(written.error()));
  return ExitCode::failed;
}

void complain(std::string_view text) {
  [[maybe_unused]] const auto ignored = write_all(STDERR_FILENO, "quern: " + std::string(text) + '\n');
}

std::string error_text(int number) {
  return std::generic_category().message(number);
}

}  // namespace quern::scheduler::cli
