// What a job must be given so that its driver finds the card that it has rented, and no other: nodes below /dev, the
// groups that open them, folders and links of /sys, and where the driver keeps its compiled programs. Pure over a tree
// of the kernel's files and what the nodes are.
//
// Of a card at PCI address A, by the kernel driver that holds it (/sys/bus/pci/devices/A/driver):
//   nvidia        /dev/nvidiaN by the minor number in /proc/driver/nvidia/gpus/A/information, /dev/nvidiactl and
//                 /dev/nvidia-uvm; /dev/nvidia-uvm-tools where there is one; the folders /sys/module/nvidia*
//   amdgpu        /dev/dri/renderDN of A; /dev/kfd, which only Mesa does without; the folders of kfd, and /opt/rocm*
//   i915, xe and  /dev/dri/renderDN of A
//   others of DRM
// and of all of them the card's own folder of /sys/devices with the links of /sys/bus and /sys/dev that lead there,
// and, where the OpenCL driver's library lies below /opt, the folder of its product there. /dev/dri/cardN, which shows
// the screen, is never given.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "hwprobe/file_tree.hpp"
#include "scheduler/execution/sandbox.hpp"
#include "scheduler/model/reason.hpp"

namespace quern::daemon {

inline constexpr std::size_t kCardFoldersMax = 32;  // found by a pattern; of more the rest is left out

struct CardNodes {
  std::vector<std::string> nodes;      // below /dev
  std::vector<gid_t> groups;           // that open them, each once; those of nodes that all may open are not among them
  std::vector<std::string> folders;    // read only
  std::vector<execution::Link> links;  // below /sys
  std::vector<std::pair<std::string, std::string>> environment;
  bool operator==(const CardNodes&) const = default;
};

// What stat(2) says of a node.
struct NodeFacts {
  bool is_device = false;  // a character device
  mode_t mode = 0;         // permissions
  uid_t user = 0;
  gid_t group = 0;
};
using LookAtNode = std::function<std::optional<NodeFacts>(const std::string& path)>;
std::optional<NodeFacts> look_at_node(const std::string& path);  // of this machine

// Who is to open the nodes. A daemon that is root runs jobs as a user of their own, to whom it gives the nodes' groups;
// any other daemon has the groups that it has.
struct NodeOpener {
  bool root = false;
  uid_t user = 0;
  std::set<gid_t> groups;
};
NodeOpener this_process();

// The OpenCL device that the card is for its driver.
struct CardDriver {
  std::string pci_address;  // "0000:c1:00.0"; empty: the driver does not tell
  std::string library;      // what its .icd names
};

// Errors: sandbox_unavailable, whose detail names what is missing, or who may not open what, and what to do about it.
std::expected<CardNodes, model::Why> card_nodes(const CardDriver& driver, const hwprobe::FileTree& files,
                                                const LookAtNode& look, const NodeOpener& opener);

}  // namespace quern::daemon
