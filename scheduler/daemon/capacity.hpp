// What this node has to sell: out of what hwprobe found and measured, what the sandbox holds, and what the config
// allows and prices. Pure.
#pragma once
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hwprobe/machine.hpp"
#include "hwprobe/sources.hpp"
#include "scheduler/daemon/card_nodes.hpp"
#include "scheduler/daemon/config.hpp"
#include "scheduler/daemon/worker_plan.hpp"
#include "scheduler/execution/self_test.hpp"
#include "scheduler/model/offer.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::daemon {

// An OpenCL device of this machine, whether or not it is offered.
struct NodeDevice {
  std::string id;              // hwprobe's
  std::string name;            // for people
  std::string driver;          // name of its .icd file
  std::uint32_t platform = 0;  // index among its driver's
  std::uint32_t index = 0;     // among its platform's devices
  std::optional<std::string> pci_address;
  model::DeviceType type = model::DeviceType::cpu;
  std::uint32_t compute_units = 0;
  std::uint64_t memory_bytes = 0;
  CardNodes card;                     // what a job must be given of it; nothing for a processor
  bool can_run = false;               // work could be done on it here, were it offered
  bool wanted = false;                // its own switch, whether anything is shared or not
  bool own_rates = false;             // not those of all devices
  model::RateCard rates;              // that hold for it
  std::optional<model::Speed> speed;  // where it was measured
  std::optional<model::OfferedDevice> offered;
  model::Reason reason = model::Reason::unspecified;  // when it is not offered
  std::string why;                                    // likewise: for the operator
};

// Of a device that is no processor, found by a driver.
using NodesOfCard =
    std::function<std::expected<CardNodes, model::Why>(const hwprobe::OpenclDevice&, const hwprobe::OpenclDriver&)>;
// By what the system shows: card_nodes() for this process.
NodesOfCard nodes_of_this_machine(const hwprobe::Sources& sources);
std::expected<CardNodes, model::Why> no_card_nodes(const hwprobe::OpenclDevice& device,
                                                   const hwprobe::OpenclDriver& driver);

// All devices of the report, in its order. At most model::kOfferDevicesMax are offered.
std::vector<NodeDevice> devices_of(const hwprobe::MachineReport& report, const ProviderConfig& config,
                                   const NodesOfCard& nodes_of_card = no_card_nodes);

// How long an offer holds; it is made anew when half of that is over.
inline constexpr std::int64_t kOfferValidityMs = 10LL * 60 * 1000;

// What `sandbox.tier` and `sandbox.required` make of this machine: the groups that jobs run in, and, where the tier
// that was asked for cannot be had, why nothing is offered ("sandbox.tier: ..."; empty otherwise).
struct SandboxChoice {
  execution::Cgroups cgroups;
  std::string lacking;
};
SandboxChoice choose_sandbox(const SandboxConfig& config, const execution::CgroupPlaces& places = {});
// No kind is held and no device offered, for that reason.
void hold_nothing(execution::SelfTest& test, std::vector<NodeDevice>& devices, const std::string& why);

// The kinds of the config that the sandbox holds.
std::vector<model::JobKind> kinds_held(const Config& config, const execution::SelfTest& test);
// Those that can run work, for those that run it. `vendors` is the folder of .icd files; `environment` goes along.
std::vector<WorkerDevice> worker_devices(const std::vector<NodeDevice>& devices, const std::filesystem::path& vendors,
                                         const std::vector<std::pair<std::string, std::string>>& environment);

// What one task may ask for: what the config says, and no more threads and memory than the machine has. Demands are
// held against the offer, so that both follow from here.
model::TaskLimits limits_on(const hwprobe::MachineReport& machine, const model::TaskLimits& wanted);

// nullopt when there is nothing to offer: not enabled, no device, no kind.
std::optional<model::Offer> make_offer(const Config& config, const hwprobe::MachineReport& machine,
                                       const std::vector<NodeDevice>& devices, const std::vector<model::JobKind>& kinds,
                                       std::uint64_t sequence, std::int64_t now_unix_ms);

}  // namespace quern::daemon
