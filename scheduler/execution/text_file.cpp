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

std::string field_of(const std::string& text, const std::string& name) {
  const std::string key = "\n" + name + ":";
  const std::size_t found = text.find(key);
  if (found == std::string::npos) return {};
  const std::size_t begin = text.find_first_not_of(" \t", found + key.size());
  return begin == std::string::npos ? std::string() : text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace quern::execution
