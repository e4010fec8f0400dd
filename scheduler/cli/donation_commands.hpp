// The commands that stop and go on offering this machine: pause, resume.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/cli/node_answers.hpp"
#include "scheduler/cli/show_commands.hpp"

namespace quern::scheduler::cli {

// `device`: its id, or where that begins or ends; empty: all. Without `for_ms` until run_resume().
ExitCode run_pause(const ShowOptions& options, std::optional<std::int64_t> for_ms, const std::string& device);
ExitCode run_resume(const ShowOptions& options, const std::string& device);

// "90s", "30m", "3h", "2d" in milliseconds, or what is wrong with it. Pure.
std::expected<std::int64_t, std::string> parse_length(std::string_view text);
// "paused until 2026-01-01 00:00:00 UTC; 2 tasks go on". Pure.
std::string donation_text(const DonationAnswer& donation);

}  // namespace quern::scheduler::cli
