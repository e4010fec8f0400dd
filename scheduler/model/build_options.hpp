// The options of a program that its compiler is given.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace quern::model {

// What is wrong with build options, as a clause; nullopt when every one is allowed: -D NAME, -D NAME=VALUE (also
// without the space; the value of letters, digits and _ . + -), and OpenCL's own -cl-NAME or -cl-NAME=VALUE. Options
// are apart by single or more spaces. Nothing that is allowed names a file.
std::optional<std::string> fault_of_build_options(std::string_view options);

}  // namespace quern::model
