// Files of the kernel, below /proc and /sys, as text.
#pragma once
#include <string>

namespace quern::execution {

// What there was to read; nothing where there is no such file. Of a process that ends meanwhile, what it had said: such
// a read fails, which std::istreambuf_iterator throws on.
std::string text_of_file(const std::string& path);
// What follows "NAME:" and white space in a text like /proc/PID/status, to the line's end; nothing where there is none.
std::string field_of(const std::string& text, const std::string& name);

}  // namespace quern::execution
