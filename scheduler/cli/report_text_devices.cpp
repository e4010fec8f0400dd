// The sections on graphics cards, PCI functions and OpenCL.
#include <algorithm>

#include "hwprobe/report_json.hpp"
#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/report_text.hpp"

namespace quern::scheduler::cli {
namespace {

constexpr std::uint32_t kBridgeClass = 0x06;

std::string joined(std::string text, std::string_view separator, std::string_view more) {
  if (!text.empty() && !more.empty()) text += separator;
  return text += more;
}

const hwprobe::PciDevice* pci_at(const hwprobe::MachineReport& report, std::string_view address) {
  if (!report.pci) return nullptr;
  const auto found = std::ranges::find(*report.pci, address, &hwprobe::PciDevice::address);
  return found == report.pci->end() ? nullptr : &*found;
}

// "PCIe 8 of 16 lanes, 2.5 of 16 GT/s"; empty when the kernel does not tell.
std::string link_text(const hwprobe::PciDevice& device) {
  std::string text;
  if (device.link_width) {
    text = std::to_string(*device.link_width);
    if (device.link_width_max && device.link_width_max != device.link_width)
      text += " of " + std::to_string(*device.link_width_max);
    text += text == "1" ? " lane" : " lanes";
  }
  if (device.link_megatransfers_per_second) {
    text = joined(text, ", ", transfers_text(*device.link_megatransfers_per_second));
    const auto& most = device.link_megatransfers_per_second_max;
    if (most && most != device.link_megatransfers_per_second) text += " of " + transfers_text(*most);
  }
  return text.empty() ? "" : "PCIe " + text;
}

void write_gpu(Page& page, const hwprobe::Gpu& gpu, const hwprobe::PciDevice* device) {
  page.line((gpu.usable ? page.paint(Tone::good, "●") : page.paint(Tone::warn, "○")) + ' ' + visible(gpu.name));
  if (gpu.usable) {
    page.row("usable", "through OpenCL", 2);
  } else {
    page.row(page.paint(Tone::warn, "not usable"), visible(gpu.reason), 2);
    if (!gpu.package.empty()) page.row("would help", "apt install " + visible(gpu.package), 2);
  }
  std::string place = "PCI " + visible(gpu.pci_address);
  place += gpu.kernel_driver.empty() ? ", no kernel driver" : ", kernel driver " + visible(gpu.kernel_driver);
  if (device != nullptr && device->numa_node) place += ", NUMA node " + std::to_string(*device->numa_node);
  page.row("at", place, 2);
  if (device != nullptr) {
    if (const std::string link = link_text(*device); !link.empty()) page.row("link", link, 2);
  }
  page.row("id", visible(gpu.id), 2);
}

std::string precisions(const hwprobe::OpenclDevice& device) {
  std::string text;
  if (device.fp64) text = joined(text, " ", "fp64");
  if (device.fp32) text = joined(text, " ", "fp32");
  if (device.fp16) text = joined(text, " ", "fp16");
  return text;
}

void write_device(Page& page, const hwprobe::OpenclDevice& device) {
  page.row(to_string(device.type), visible(device.name), 2);
  std::string size = count_text(device.compute_units, "unit");
  if (device.max_clock_mhz != 0) size += " at " + mhz_text(device.max_clock_mhz);
  size += ", " + bytes_text(device.global_memory_bytes) + (device.unified_memory ? " of the host's memory" : " memory");
  page.row("", joined(size, ", ", precisions(device)), 2);
  std::string version = visible(device.version) + ", driver " + visible(device.driver_version);
  if (device.pci_address) version += ", PCI " + visible(*device.pci_address);
  page.row("", version, 2);
  if (!device.available) page.row("", page.paint(Tone::warn, "not available now, says its driver"), 2);
  if (!device.compiler_available) page.row("", page.paint(Tone::warn, "has no compiler: cannot run jobs"), 2);
  page.row("", page.paint(Tone::dim, visible(device.id)), 2);
}

void write_driver(Page& page, const hwprobe::OpenclDriver& driver) {
  const bool good = driver.status == hwprobe::DriverStatus::ok;
  const std::string state =
      good ? "answered in " + milliseconds_text(driver.elapsed_ms)
           : page.paint(Tone::bad, to_string(driver.status)) + " after " + milliseconds_text(driver.elapsed_ms);
  page.line((good ? page.paint(Tone::good, "●") : page.paint(Tone::bad, "○")) + ' ' + visible(driver.name) + " (" +
            visible(driver.library) + ") " + state);
  if (!driver.detail.empty()) page.line(visible(driver.detail), 2);
  std::size_t devices = 0;
  for (const hwprobe::OpenclPlatform& platform : driver.platforms) {
    page.row("platform", visible(platform.name) + ", " + visible(platform.version), 2);
    for (const hwprobe::OpenclDevice& device : platform.devices) write_device(page, device);
    devices += platform.devices.size();
  }
  if (good && devices == 0) page.line("offers no device", 2);
}

}  // namespace

void write_gpus(Page& page, const std::vector<hwprobe::Gpu>& gpus, const hwprobe::MachineReport& report) {
  page.section("GRAPHICS CARDS AND ACCELERATORS");
  if (gpus.empty()) page.line("none on the PCI bus");
  for (const hwprobe::Gpu& gpu : gpus) write_gpu(page, gpu, pci_at(report, gpu.pci_address));
}

void write_pci(Page& page, const std::vector<hwprobe::PciDevice>& devices) {
  page.section("PCI");
  std::size_t bridges = 0;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const hwprobe::PciDevice& device : devices) {
    if (device.class_code >> 16 == kBridgeClass) {
      ++bridges;
    } else if (shown == kListLinesMax) {
      ++left;
    } else {
      ++shown;
      const std::string name = joined(visible(device.vendor_name), " ", visible(device.device_name));
      const std::string what = joined(visible(device.class_name), ": ", name.empty() ? "not in pci.ids" : name);
      page.row(visible(device.address), device.driver.empty() ? what : what + " (" + visible(device.driver) + ')');
    }
  }
  if (left != 0) page.line("and " + std::to_string(left) + " more: --json lists them all");
  if (bridges != 0) page.line(page.paint(Tone::dim, count_text(bridges, "bridge") + " not shown"));
  if (devices.empty()) page.line("none");
}

void write_opencl(Page& page, const std::vector<hwprobe::OpenclDriver>& drivers) {
  page.section("OPENCL");
  if (drivers.empty()) page.line("no driver is installed");
  for (const hwprobe::OpenclDriver& driver : drivers) write_driver(page, driver);
}

}  // namespace quern::scheduler::cli
