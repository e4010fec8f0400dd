// What a verified paper trail states, or why it does not hold, for people and as JSON.
#pragma once
#include <expected>
#include <string>

#include <boost/json/object.hpp>

#include "scheduler/agreement/verify.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

using Verdict = std::expected<agreement::Statement, agreement::TrailFault>;

void write_verdict(Page& page, const std::string& file, const Verdict& verdict);

// {"file", "holds", "statement" or "fault"}. Amounts and rates are micro-credits, usage is in the units of
// model::DimensionText, times are milliseconds since 1970-01-01 UTC, digests are hexadecimal; records are
// counted from 1, bytes from 0.
boost::json::object to_json(const std::string& file, const Verdict& verdict);

}  // namespace quern::scheduler::cli
