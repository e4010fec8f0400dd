#include "scheduler/daemon/card_nodes.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/daemon/recorded_cards.hpp"

namespace quern::daemon {
namespace {

using execution::Link;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

// A user's daemon that is in the groups render and video.
NodeOpener member() {
  return {.root = false, .user = 1000, .groups = {1000, RecordedCards::kRender, RecordedCards::kVideo}};
}
NodeOpener outsider() {
  return {.root = false, .user = 1000, .groups = {1000}};
}
NodeOpener root() {
  return {.root = true, .user = 0, .groups = {0}};
}

std::expected<CardNodes, model::Why> found(const RecordedCards& machine, const std::string& address,
                                           const NodeOpener& opener = member(), std::string library = "libany.so") {
  return card_nodes({.pci_address = address, .library = std::move(library)}, machine.files, machine.look(), opener);
}

std::string refusal(const std::expected<CardNodes, model::Why>& nodes) {
  if (nodes) return "given";
  EXPECT_EQ(nodes.error().reason, model::Reason::sandbox_unavailable);
  return nodes.error().detail;
}

TEST(CardNodes, of_an_nvidia_card_are_its_own_and_the_driver_s_and_never_a_neighbour_s) {
  const RecordedCards machine = RecordedCards::two_nvidia();
  const auto second = found(machine, "0000:c1:00.0", outsider());
  ASSERT_TRUE(second) << refusal(second);
  EXPECT_THAT(second->nodes, ElementsAre("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"));
  EXPECT_THAT(second->groups, IsEmpty()) << "all may open them";
  EXPECT_THAT(second->folders, ElementsAre("/sys/devices/pci0000:c0/0000:c0:01.0/0000:c1:00.0", "/sys/module/nvidia",
                                           "/sys/module/nvidia_uvm"));
  EXPECT_THAT(second->links, ElementsAre(Link{.inside = "/sys/bus/pci/devices/0000:c1:00.0",
                                              .target = "/sys/devices/pci0000:c0/0000:c0:01.0/0000:c1:00.0"}));
  EXPECT_THAT(second->environment, Contains(std::pair<std::string, std::string>("CUDA_CACHE_PATH", "/cache")));
  const auto first = found(machine, "0000:01:00.0");
  ASSERT_TRUE(first) << refusal(first);
  EXPECT_EQ(first->nodes.front(), "/dev/nvidia1") << "minors need not follow addresses";
}

TEST(CardNodes, of_an_nvidia_card_need_no_tools_but_the_driver_s_modules) {
  RecordedCards machine = RecordedCards::two_nvidia();
  machine.nodes.erase("/dev/nvidia-uvm-tools");
  const auto without_tools = found(machine, "0000:01:00.0");
  ASSERT_TRUE(without_tools) << refusal(without_tools);
  EXPECT_THAT(without_tools->nodes, Not(Contains("/dev/nvidia-uvm-tools")));
  machine.nodes.erase("/dev/nvidia-uvm");
  EXPECT_EQ(
      refusal(found(machine, "0000:01:00.0")),
      "/dev/nvidia-uvm is not there: load the driver's modules before the daemon starts (nvidia-modprobe -c0 -u)");
  machine.files.add_file("/proc/driver/nvidia/gpus/0000:c1:00.0/information", "Device Minor: \t many\n");
  EXPECT_THAT(refusal(found(machine, "0000:c1:00.0")), HasSubstr("does not say the number of the card's node"));
}

TEST(CardNodes, of_an_amd_card_are_its_render_node_and_kfd_with_their_groups_and_rocm) {
  const RecordedCards machine = RecordedCards::amd_beside_intel();
  const auto nodes = found(machine, "0000:03:00.0", root(), "/opt/rocm-6.0.0/lib/libamdocl64.so");
  ASSERT_TRUE(nodes) << refusal(nodes);
  EXPECT_THAT(nodes->nodes, ElementsAre("/dev/dri/renderD129", "/dev/kfd"));
  EXPECT_THAT(nodes->groups, ElementsAre(RecordedCards::kRender));
  EXPECT_THAT(nodes->folders, ElementsAre("/sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0", "/sys/class/kfd",
                                          "/sys/devices/virtual/kfd", "/opt/rocm-6.0.0"));
  EXPECT_THAT(nodes->links,
              Contains(Link{.inside = "/sys/dev/char/226:129",
                            .target = "/sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0/drm/renderD129"}));
}

TEST(CardNodes, of_an_amd_card_do_without_kfd_for_mesa_only) {
  RecordedCards machine = RecordedCards::amd_beside_intel();
  machine.nodes.erase("/dev/kfd");
  const auto mesa = found(machine, "0000:03:00.0", member(), "libRusticlOpenCL.so.1");
  ASSERT_TRUE(mesa) << refusal(mesa);
  EXPECT_THAT(mesa->nodes, ElementsAre("/dev/dri/renderD129"));
  EXPECT_THAT(refusal(found(machine, "0000:03:00.0")), HasSubstr("/dev/kfd is not there"));
}

TEST(CardNodes, of_an_intel_card_are_its_render_node_and_not_the_screen_s) {
  const RecordedCards machine = RecordedCards::amd_beside_intel();
  const auto nodes = found(machine, "0000:00:02.0", member(), "/opt/intel/lib/libigdrcl.so");
  ASSERT_TRUE(nodes) << refusal(nodes);
  EXPECT_THAT(nodes->nodes, ElementsAre("/dev/dri/renderD128"));
  EXPECT_THAT(nodes->folders, ElementsAre("/sys/devices/pci0000:00/0000:00:02.0", "/opt/intel"));
  EXPECT_THAT(nodes->environment, IsSupersetOf({std::pair<std::string, std::string>("NEO_CACHE_DIR", "/cache")}));
}

TEST(CardNodes, that_the_daemon_s_user_may_not_open_are_refused_by_the_group_it_lacks) {
  const RecordedCards machine = RecordedCards::amd_beside_intel();
  EXPECT_EQ(
      refusal(found(machine, "0000:00:02.0", outsider())),
      "/dev/dri/renderD128 may be opened by group render, which the daemon's user (number 1000) is not in: add it "
      "(usermod -aG render USER) and start the daemon anew");
}

TEST(CardNodes, of_root_s_group_are_given_to_nobody_not_even_by_root) {
  RecordedCards machine = RecordedCards::amd_beside_intel();
  machine.nodes.at("/dev/kfd").group = 0;
  EXPECT_THAT(refusal(found(machine, "0000:03:00.0", root())), HasSubstr("/dev/kfd may be opened by its owner only"));
  machine.nodes.at("/dev/kfd") = {.is_device = true, .mode = 0600, .user = 0, .group = RecordedCards::kRender};
  EXPECT_THAT(refusal(found(machine, "0000:03:00.0", root())), HasSubstr("/dev/kfd may be opened by its owner only"));
}

TEST(CardNodes, that_are_no_devices_or_not_there_are_named) {
  RecordedCards machine = RecordedCards::amd_beside_intel();
  machine.nodes.at("/dev/dri/renderD128").is_device = false;
  EXPECT_THAT(refusal(found(machine, "0000:00:02.0")), HasSubstr("/dev/dri/renderD128 is not there"));
}

TEST(CardNodes, of_what_is_no_card_are_refused) {
  const RecordedCards machine = RecordedCards::amd_beside_intel();
  EXPECT_THAT(refusal(found(machine, "")), HasSubstr("does not tell the card's PCI address"));
  EXPECT_THAT(refusal(found(machine, "../../../../etc")), HasSubstr("does not tell the card's PCI address"));
  EXPECT_THAT(refusal(found(machine, "0000:99:00.0")), HasSubstr("no card has this address"));
  EXPECT_THAT(refusal(found(machine, "0000:04:00.0")), HasSubstr("no kernel driver holds the card"));
  EXPECT_THAT(refusal(found(machine, "0000:05:00.0")), HasSubstr("has no render node"));
}

TEST(CardNodes, of_a_hostile_tree_lead_nowhere_else) {
  RecordedCards machine = RecordedCards::amd_beside_intel();
  machine.files.add_link("/sys/bus/pci/devices/0000:66:00.0", "../../../devices/../../etc");
  EXPECT_THAT(refusal(found(machine, "0000:66:00.0")), HasSubstr("no card has this address"));
  machine.files.add_file("/sys/devices/pci0000:00/0000:00:02.0/drm/renderD128/dev", "../../etc\n");
  const auto nodes = found(machine, "0000:00:02.0");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(nodes->links.size(), 1u) << "the link by number is left out";
  const auto upwards = found(machine, "0000:00:02.0", member(), "/opt/../etc/lib.so");
  ASSERT_TRUE(upwards);
  EXPECT_THAT(upwards->folders, ElementsAre("/sys/devices/pci0000:00/0000:00:02.0"));
}

}  // namespace
}  // namespace quern::daemon
