// Paths of inputs and outputs: relative to the job's folder, and never out of it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace quern::model {

inline constexpr std::size_t kPathPartsMax = 16;

// What is wrong with a path, as a clause ("holds \"..\""); nullopt when it is good: 1 to kPathBytesMax bytes, at most
// kPathPartsMax parts between '/', none of them empty, "." or ".."; no '\\' and no control character.
std::optional<std::string> fault_of_path(std::string_view path);

// Whether one of two good paths is the other, or a folder of it.
bool paths_collide(std::string_view a, std::string_view b);

}  // namespace quern::model
