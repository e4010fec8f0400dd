// Where a daemon of this user keeps its things when nobody says otherwise: what daemon and callers must agree on.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace quern::rpc {

// What decides: given, so that it can be tested.
struct Environment {
  bool root = false;
  std::filesystem::path home;         // $HOME; where that is unset, as the system knows the user
  std::filesystem::path data_home;    // $XDG_DATA_HOME
  std::filesystem::path config_home;  // $XDG_CONFIG_HOME
  std::filesystem::path runtime_dir;  // $XDG_RUNTIME_DIR
};
// Of this process. Relative paths in XDG variables count as unset (XDG Base Directory Specification).
Environment environment();

// "/var/lib/quern" for root, "$XDG_DATA_HOME/quern" or "~/.local/share/quern" for others.
std::filesystem::path default_data_directory(const Environment& environment);
// "/etc/quern/quernd.toml", "$XDG_CONFIG_HOME/quern/quernd.toml" or "~/.config/quern/quernd.toml".
std::filesystem::path default_config_file(const Environment& environment);
// "/run/quern/quernd.socket", "$XDG_RUNTIME_DIR/quern/quernd.socket", or in the data directory.
std::filesystem::path default_socket(const Environment& environment, const std::filesystem::path& data_directory);

}  // namespace quern::rpc
