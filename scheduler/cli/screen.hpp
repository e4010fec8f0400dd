// A frame of text on standard output that is drawn again and again.
#pragma once
#include <cstddef>
#include <expected>
#include <string_view>

namespace quern::scheduler::cli {

// On a terminal each frame is drawn over the last one and the cursor is left below it; elsewhere each is appended, with
// an empty line after it.
class Screen {
 public:
  // The hidden cursor is shown again by release() and at the end: whoever stops the process otherwise sees to that.
  explicit Screen(bool on_terminal, bool hides_cursor) : on_terminal_(on_terminal), hides_cursor_(hides_cursor) {}
  ~Screen() { release(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // The error is the number of errno. What does not fit the terminal is cut.
  std::expected<void, int> draw(std::string_view frame);
  // Takes the last frame from the terminal, so that something else can be written where it was.
  std::expected<void, int> erase();
  // Gives the terminal back; the next frame begins below.
  void release();

 private:
  bool on_terminal_;
  bool hides_cursor_;
  std::size_t lines_ = 0;
};

}  // namespace quern::scheduler::cli
