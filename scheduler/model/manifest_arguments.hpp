// Kernel arguments in a manifest: {"buffer":"a"}, {"float":0.5}, {"local":1024}, {"iteration":0}.
#pragma once
#include <string>

#include "scheduler/model/job.hpp"
#include "scheduler/model/manifest_fields.hpp"

namespace quern::model {

// An object of one key. A float or double that JSON has no number for is given by its bits: {"float":"0x7f800000"}.
Argument read_argument(Findings& findings, const Place& at);
// The canonical form: the shortest decimal that is this float, or its bits.
std::string argument_json(const Argument& argument);

// A C identifier of at most `bytes_max` bytes: what kernels and buffers are named by.
std::string read_identifier(Findings& findings, const Place& at, std::size_t bytes_max);
bool is_identifier(std::string_view text, std::size_t bytes_max);

}  // namespace quern::model
