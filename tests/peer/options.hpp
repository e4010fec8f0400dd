// The command line of overlay-peer.
#pragma once
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/connection/limits.hpp"
#include "overlay/multiformats/multiaddr.hpp"
#include "overlay/runtime/result.hpp"

namespace quern::peer {

enum class ExitCode : int {
  ended = 0,          // after exit, a signal or the end of the input
  output_broken = 1,  // nobody reads standard output (any more)
  usage = 2,
  cannot_start = 3,  // an address in use, a file that cannot be read: standard error names it
  bug = 4,           // an exception that nobody expected
};

struct Options {
  std::vector<multiformats::Multiaddr> listen;
  std::vector<std::string> transports;
  std::vector<std::string> security;
  std::vector<std::string> muxers;
  std::optional<std::string> seed;
  std::optional<std::filesystem::path> psk;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  connection::Limits limits;
};

// Prints help, or what is wrong, itself: then it is the exit code.
std::expected<Options, ExitCode> read_options(int argc, const char* const* argv);

// {"connections_in":8,...}: the names of connection::Limits; the others keep their values. Errc::bad_argument.
runtime::Result<connection::Limits> read_limits(std::string_view json);

}  // namespace quern::peer
