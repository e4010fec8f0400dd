#include "scheduler/daemon/donation.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace quern::daemon {

using model::Reason;

namespace {

bool over(const Pause& pause, std::int64_t now) {
  const auto& until = pause.until_unix_ms;
  return until && *until <= now;
}

// None is the longest.
bool longer(const Pause& a, const Pause& b) {
  return b.until_unix_ms && (!a.until_unix_ms || *a.until_unix_ms > *b.until_unix_ms);
}

}  // namespace

bool Pauses::expire(std::int64_t now_unix_ms) {
  const bool all_over = all && over(*all, now_unix_ms);
  if (all_over) all.reset();
  return std::erase_if(devices, [&](const auto& entry) { return over(entry.second, now_unix_ms); }) > 0 || all_over;
}

const Pause* Pauses::of(const std::string& device) const {
  const auto found = devices.find(device);
  if (found == devices.end()) return all ? &*all : nullptr;
  return all && longer(*all, found->second) ? &*all : &found->second;
}

std::string_view name_of(DonationState state) {
  static constexpr std::array<std::string_view, 4> kNames{"donating", "paused", "draining", "off"};
  return kNames.at(static_cast<std::size_t>(state));
}

Donation donation_of(bool enabled, bool kinds_held, const std::vector<NodeDevice>& devices, const Pauses& pauses,
                     bool draining) {
  if (draining) return {DonationState::draining, {}, {Reason::draining, {}}};
  if (!enabled) return {DonationState::off, {}, {Reason::offer_withdrawn, "provider.enabled is false"}};
  if (!kinds_held) return {DonationState::off, {}, {Reason::sandbox_unavailable, {}}};
  if (const auto& all = pauses.all) return {DonationState::paused, all->until_unix_ms, {Reason::offer_withdrawn, {}}};
  const auto offered = [](const NodeDevice& device) { return device.offered.has_value(); };
  const Pause* first = nullptr;  // to end, of those that keep a device back
  for (const NodeDevice& device : devices) {
    const Pause* pause = offered(device) ? pauses.of(device.id) : nullptr;
    if (offered(device) && !pause) return {DonationState::donating, {}, {}};
    if (pause && (!first || longer(*first, *pause))) first = pause;
  }
  if (first) return {DonationState::paused, first->until_unix_ms, {Reason::offer_withdrawn, "every device is paused"}};
  return {DonationState::off, {}, {Reason::no_device, "no device of this machine is offered"}};
}

std::vector<NodeDevice> without_paused(std::vector<NodeDevice> devices, const Pauses& pauses) {
  for (NodeDevice& device : devices) {
    if (!device.offered || !pauses.of(device.id)) continue;
    device.offered.reset();
    device.reason = Reason::offer_withdrawn;
    device.why = "it is paused";
  }
  return devices;
}

}  // namespace quern::daemon
