#include "scheduler/execution/text_file.hpp"

#include <fstream>
#include <sstream>
#include <utility>

namespace quern::execution {

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace quern::execution
