#include "scheduler/cli/run_view.hpp"

#include <unistd.h>

#include "scheduler/cli/job_text.hpp"
#include "scheduler/cli/quantity_text.hpp"

namespace quern::scheduler::cli {

RunView::RunView(const ShowOptions& options, int log_fd)
    : quiet_(options.json),
      on_terminal_(!options.json && is_terminal(STDOUT_FILENO)),
      style_(style_for(STDOUT_FILENO, options.colour)),
      screen_(on_terminal_, false),
      log_(log_fd) {}

void RunView::note(std::string_view text) {
  if (quiet_) return;
  std::ignore = screen_.erase();
  put(STDOUT_FILENO, std::string(text) + '\n');
}

void RunView::transfer(std::string_view path, std::uint64_t done, std::uint64_t bytes) {
  if (!on_terminal_) return;
  draw("sending " + visible(path) + ", " + bytes_text(done) + " of " + bytes_text(bytes) + '\n');
}

void RunView::show(const JobDetail& detail, std::int64_t now_unix_ms) {
  if (quiet_) return;
  if (!on_terminal_) {
    std::string text;
    for (const std::string& line : lines_.take(detail)) text += line + '\n';
    put(STDOUT_FILENO, text);
    return;
  }
  last_ = detail;
  tick(now_unix_ms);
}

void RunView::tick(std::int64_t now_unix_ms) {
  if (!on_terminal_ || !last_) return;
  style_.columns = terminal_size(STDOUT_FILENO).columns;
  draw(progress_block(style_, *last_, now_unix_ms));
}

void RunView::log(std::string_view bytes) {
  const std::string text = log_.take(bytes);
  if (text.empty()) return;
  std::ignore = screen_.erase();
  put(log_.fd(), text);
}

void RunView::finish() {
  std::ignore = screen_.erase();
  put(log_.fd(), log_.rest());
  last_.reset();
}

void RunView::draw(std::string_view frame) {
  std::ignore = screen_.draw(frame);
}

void RunView::put(int fd, std::string_view text) {
  std::ignore = write_all(fd, text);
}

}  // namespace quern::scheduler::cli
