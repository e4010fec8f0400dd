// NVIDIA cards through NVML.
//
// NVML is called in this process, unlike OpenCL drivers, which get a child process each: it is NVIDIA's management
// library, which loads no compute driver and no compiler, only talks to the kernel driver through ioctl, and must be
// asked again every second by a long-lived handle. The risk that remains: a card that fell off the bus can make a call
// block in the kernel. Whoever cannot bear that leaves Sources::nvml_library empty, or samples on a thread of its own
// with a deadline. While the library is initialised the cards do not enter their deepest sleep.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hwprobe/nvml_library.hpp"
#include "hwprobe/problems_once.hpp"
#include "hwprobe/sample.hpp"

namespace quern::hwprobe {

class NvmlSensors {
 public:
  // `library` as dlopen takes it; empty for none.
  explicit NvmlSensors(std::string library);

  // Loads the library and lists its cards. A missing library is no problem and is looked for again at the next
  // discovery; one that failed is named and left alone from then on. Cards that were listed once are kept: NVML lists
  // new ones only after a new start.
  void discover(ProblemsOnce& problems);
  // A value that a card does not support is absent; every other failure is also a problem once.
  std::vector<GpuSample> read(ProblemsOnce& problems) const;

 private:
  struct Card {
    NvmlDevice device = nullptr;
    std::string pci_address;
  };
  void list_cards(ProblemsOnce& problems);
  void list_card(unsigned index, ProblemsOnce& problems);
  template <class Function, class... Arguments>
  bool ask(const Card& card, std::string_view name, ProblemsOnce& problems, Function function,
           Arguments... arguments) const;
  void read_load(const Card& card, GpuSample& gpu, ProblemsOnce& problems) const;
  void read_memory(const Card& card, GpuSample& gpu, ProblemsOnce& problems) const;
  void read_health(const Card& card, GpuSample& gpu, ProblemsOnce& problems) const;

  std::string path_;
  bool failed_ = false;
  std::unique_ptr<NvmlLibrary> library_;
  std::vector<Card> cards_;
};

}  // namespace quern::hwprobe
