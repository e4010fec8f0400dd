// JSON for people: indented, lists of plain values on one line.
#pragma once
#include <string>

#include <boost/json/value.hpp>

namespace quern::scheduler::cli {

// Ends without a line break.
std::string pretty(const boost::json::value& value);

}  // namespace quern::scheduler::cli
