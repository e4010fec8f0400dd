// Whether this node offers its devices just now, and why not. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/daemon/capacity.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::daemon {

inline constexpr std::int64_t kPauseMaxMs = 366LL * 24 * 3600 * 1000;

// Nothing new is taken; what runs goes on.
struct Pause {
  std::optional<std::int64_t> until_unix_ms;  // none: until it is ended
  bool operator==(const Pause&) const = default;
};

struct Pauses {
  std::optional<Pause> all;
  std::map<std::string, Pause> devices;  // by id; at most kDevicesMax
  // Ends those whose time has come; whether there was any.
  bool expire(std::int64_t now_unix_ms);
  // The one that keeps the device back: of the two the longer. Null: none.
  const Pause* of(const std::string& device) const;
  bool operator==(const Pauses&) const = default;
};

enum class DonationState : std::uint8_t { donating, paused, draining, off };
std::string_view name_of(DonationState state);

struct Donation {
  DonationState state = DonationState::off;
  std::optional<std::int64_t> until_unix_ms;  // of a pause that ends by itself
  model::Why why;                             // of any state but donating
  bool operator==(const Donation&) const = default;
};

// `kinds_held`: the sandbox holds a kind of job that the configuration names.
Donation donation_of(bool enabled, bool kinds_held, const std::vector<NodeDevice>& devices, const Pauses& pauses,
                     bool draining);
// The devices with those kept back that are paused: not offered, and why.
std::vector<NodeDevice> without_paused(std::vector<NodeDevice> devices, const Pauses& pauses);

}  // namespace quern::daemon
