// Machines with cards as the kernel shows them: what of /sys, /proc and /etc matters, and the nodes of /dev.
#pragma once
#include <map>
#include <string>

#include "hwprobe/file_tree.hpp"
#include "scheduler/daemon/card_nodes.hpp"

namespace quern::daemon {

struct RecordedCards {
  static constexpr gid_t kVideo = 44;
  static constexpr gid_t kRender = 105;

  hwprobe::RecordedFiles files;
  std::map<std::string, NodeFacts> nodes;

  LookAtNode look() const {
    return [this](const std::string& path) -> std::optional<NodeFacts> {
      const auto node = nodes.find(path);
      return node == nodes.end() ? std::nullopt : std::optional(node->second);
    };
  }

  // `folder` is below /sys/devices; an empty driver is none.
  void add_card(const std::string& folder, const std::string& driver) {
    const std::string address = folder.substr(folder.rfind('/') + 1);
    files.add_link("/sys/bus/pci/devices/" + address, "../../../devices/" + folder);
    files.add_file("/sys/devices/" + folder + "/vendor", "0x10de\n");
    if (!driver.empty()) files.add_link("/sys/devices/" + folder + "/driver", "../../../../bus/pci/drivers/" + driver);
  }
  void add_render_node(const std::string& folder, int number) {
    const std::string name = "renderD" + std::to_string(number);
    files.add_file("/sys/devices/" + folder + "/drm/" + name + "/dev", "226:" + std::to_string(number) + "\n");
    files.add_file("/sys/devices/" + folder + "/drm/card" + std::to_string(number - 128) + "/dev",
                   "226:" + std::to_string(number - 128) + "\n");
    nodes["/dev/dri/" + name] = {.is_device = true, .mode = 0660, .user = 0, .group = kRender};
    nodes["/dev/dri/card" + std::to_string(number - 128)] = {
        .is_device = true, .mode = 0660, .user = 0, .group = kVideo};
  }
  void add_groups() { files.add_file("/etc/group", "root:x:0:\nvideo:x:44:ada\nrender:x:105:ada\nnogroup:x:65534:\n"); }

  // Nodes for all, as nvidia-modprobe makes them; the minors are not in the order of the addresses.
  static RecordedCards two_nvidia() {
    RecordedCards machine;
    machine.add_groups();
    const auto add = [&machine](const std::string& folder, const std::string& minor) {
      machine.add_card(folder, "nvidia");
      const std::string address = folder.substr(folder.rfind('/') + 1);
      machine.files.add_file("/proc/driver/nvidia/gpus/" + address + "/information",
                             "Model: \t\t NVIDIA H200\nIRQ:   \t\t 120\nBus Location: \t " + address +
                                 "\nDevice Minor: \t " + minor + "\nGPU Excluded:\t No\n");
      machine.nodes["/dev/nvidia" + minor] = {.is_device = true, .mode = 0666, .user = 0, .group = 0};
    };
    add("pci0000:00/0000:00:01.0/0000:01:00.0", "1");
    add("pci0000:c0/0000:c0:01.0/0000:c1:00.0", "0");
    for (const char* name : {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset"}) {
      machine.nodes["/dev/" + std::string(name)] = {.is_device = true, .mode = 0666, .user = 0, .group = 0};
    }
    for (const char* name : {"nvidia", "nvidia_uvm", "nvme"}) {
      machine.files.add_file("/sys/module/" + std::string(name) + "/refcnt", "1\n");
    }
    return machine;
  }

  // A desktop: Intel's graphics show the screen, AMD's card computes; beside them a card without a driver, and a sound
  // card.
  static RecordedCards amd_beside_intel() {
    RecordedCards machine;
    machine.add_groups();
    machine.add_card("pci0000:00/0000:00:02.0", "i915");
    machine.add_render_node("pci0000:00/0000:00:02.0", 128);
    machine.add_card("pci0000:00/0000:00:01.0/0000:03:00.0", "amdgpu");
    machine.add_render_node("pci0000:00/0000:00:01.0/0000:03:00.0", 129);
    machine.add_card("pci0000:00/0000:04:00.0", "");
    machine.add_card("pci0000:00/0000:05:00.0", "snd_hda_intel");
    machine.nodes["/dev/kfd"] = {.is_device = true, .mode = 0660, .user = 0, .group = kRender};
    machine.files.add_directory("/opt/rocm-6.0.0");
    machine.files.add_directory("/opt/other");
    return machine;
  }
};

}  // namespace quern::daemon
