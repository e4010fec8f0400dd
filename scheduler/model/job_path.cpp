#include "scheduler/model/job_path.hpp"

#include <algorithm>

#include "scheduler/model/job.hpp"

namespace quern::model {

std::optional<std::string> fault_of_path(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > kPathBytesMax) {
    return "has " + std::to_string(path.size()) + " bytes, the limit is " + std::to_string(kPathBytesMax);
  }
  if (path.front() == '/') return "is absolute: paths are relative to the job's folder";
  const auto refused = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '\\'; };
  if (std::ranges::any_of(path, refused)) return "holds a control character or a backslash";
  std::size_t parts = 0;
  for (std::size_t at = 0; at <= path.size(); ++parts) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part.empty()) return "has an empty part";
    if (part == "." || part == "..") return "holds \"" + std::string(part) + "\"";
    at = end + 1;
  }
  if (parts > kPathPartsMax) return "has more than " + std::to_string(kPathPartsMax) + " parts";
  return std::nullopt;
}

bool paths_collide(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return b.starts_with(a) && (a.size() == b.size() || b[a.size()] == '/');
}

}  // namespace quern::model
