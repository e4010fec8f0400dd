// The sections that move: sensors and measurements.
#include <algorithm>
#include <array>

#include "scheduler/cli/quantity_text.hpp"
#include "scheduler/cli/report_text.hpp"

namespace quern::scheduler::cli {
namespace {

using hwprobe::Permille;

constexpr std::size_t kBarColumns = 20;
constexpr std::size_t kShareColumns = 7;    // "100 %" with room behind it
constexpr std::size_t kThreadsPerRow = 32;  // of the strip of thread loads
constexpr Permille kFull = 1000;
// From these shares on a load is shown as high and a measurement as disturbed.
constexpr Permille kHighLoad = 900;
constexpr std::uint32_t kQuietShare = 900;

std::string bar(const Page& page, Permille share) {
  const std::size_t filled = (static_cast<std::size_t>(std::min(share, kFull)) * kBarColumns + kFull / 2) / kFull;
  std::string full;
  std::string rest;
  for (std::size_t i = 0; i < kBarColumns; ++i) (i < filled ? full : rest) += i < filled ? "█" : "░";
  return page.paint(share >= kHighLoad ? Tone::warn : Tone::good, full) + page.paint(Tone::dim, rest);
}

std::string share_text(const Page& page, Permille share) {
  return padded(permille_text(share), kShareColumns) + bar(page, share);
}

Permille share_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return 0;
  // A byte count times 1000 may not fit; a thousandth of the whole is exact enough.
  const std::uint64_t unit = std::max<std::uint64_t>(whole / kFull, 1);
  return static_cast<Permille>(std::min<std::uint64_t>(part / unit, kFull));
}

// One character a thread, its height the load.
void write_threads(Page& page, const std::vector<hwprobe::CpuLoad::Thread>& threads) {
  static constexpr std::array<std::string_view, 8> kHeights{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  for (std::size_t first = 0; first < threads.size(); first += kThreadsPerRow) {
    const std::size_t end = std::min(first + kThreadsPerRow, threads.size());
    std::string strip;
    for (std::size_t i = first; i < end; ++i)
      strip += kHeights[std::min(threads[i].busy, kFull) * (kHeights.size() - 1) / kFull];
    strip += page.paint(
        Tone::dim, "  " + std::to_string(threads[first].os_index) + '-' + std::to_string(threads[end - 1].os_index));
    page.row(first == 0 ? "Threads" : "", strip);
  }
}

void write_load(Page& page, const hwprobe::CpuLoad& cpu) {
  if (cpu.total) page.row("Processor", share_text(page, *cpu.total));
  if (!cpu.threads.empty()) write_threads(page, cpu.threads);
  std::string averages;
  for (const auto* average : {&cpu.average_1min_milli, &cpu.average_5min_milli, &cpu.average_15min_milli}) {
    if (*average) averages += (averages.empty() ? "" : ", ") + milli_text(**average);
  }
  if (!averages.empty()) page.row("Load", averages + " (averages of 1, 5 and 15 minutes)");
}

void write_memory(Page& page, const hwprobe::MemoryLoad& memory) {
  if (memory.total_bytes && memory.available_bytes) {
    const std::uint64_t used = *memory.total_bytes - std::min(*memory.available_bytes, *memory.total_bytes);
    page.row("Memory", share_text(page, share_of(used, *memory.total_bytes)) + ' ' + bytes_text(used) + " of " +
                           bytes_text(*memory.total_bytes));
  }
  if (memory.swap_used_bytes && *memory.swap_used_bytes != 0)
    page.row("Swap", bytes_text(*memory.swap_used_bytes) + " used");
}

// "64.0 °C, fan 33 %, 312.5 of 450.0 W, 2.61 GHz": what the card tells beside load and memory.
std::string gpu_state(const hwprobe::GpuSample& gpu) {
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (gpu.temperature_millicelsius) add(millicelsius_text(*gpu.temperature_millicelsius));
  if (gpu.fan) add("fan " + permille_text(*gpu.fan));
  if (gpu.fan_rpm) add(std::to_string(*gpu.fan_rpm) + " rpm");
  if (gpu.power_milliwatts) {
    add(milliwatts_text(*gpu.power_milliwatts));
    if (gpu.power_limit_milliwatts) text += " of " + milliwatts_text(*gpu.power_limit_milliwatts);
  }
  if (gpu.clock_mhz) add(mhz_text(*gpu.clock_mhz));
  if (gpu.memory_clock_mhz) add("memory " + mhz_text(*gpu.memory_clock_mhz));
  if (gpu.display_attached) add(*gpu.display_attached ? "drives a screen" : "no screen");
  return text;
}

// What is known of the card at an address, by the join with OpenCL or by the bus alone.
std::string card_name(const hwprobe::MachineReport& report, std::string_view address) {
  for (const hwprobe::Gpu& gpu : report.gpus.value_or(std::vector<hwprobe::Gpu>{})) {
    if (gpu.pci_address == address) return visible(gpu.name);
  }
  for (const hwprobe::PciDevice& device : report.pci.value_or(std::vector<hwprobe::PciDevice>{})) {
    if (device.address == address) return visible(device.vendor_name + ' ' + device.device_name);
  }
  return "";
}

void write_gpu(Page& page, const hwprobe::GpuSample& gpu, const hwprobe::MachineReport& report) {
  const std::string name = card_name(report, gpu.pci_address);
  page.row("GPU", (name.empty() ? "" : name + " at ") + visible(gpu.pci_address) + " (" + visible(gpu.source) + ')');
  if (gpu.busy) page.row("  load", share_text(page, *gpu.busy));
  if (gpu.memory_used_bytes && gpu.memory_total_bytes) {
    page.row("  memory", share_text(page, share_of(*gpu.memory_used_bytes, *gpu.memory_total_bytes)) + ' ' +
                             bytes_text(*gpu.memory_used_bytes) + " of " + bytes_text(*gpu.memory_total_bytes));
  }
  if (gpu.memory_busy) page.row("  bus", share_text(page, *gpu.memory_busy));
  if (const std::string state = gpu_state(gpu); !state.empty()) page.row("  state", state);
}

std::string chip_and_label(std::string_view chip, std::string_view label) {
  return visible(chip) + (label.empty() ? "" : ' ' + visible(label));
}

// "Tctl 45.1 °C, nvme -5.9 °C": a list under one label, cut where it would fill the screen.
template <class Reading, class Text>
void write_list(Page& page, std::string_view label, const std::vector<Reading>& readings, Text text_of) {
  std::string text;
  for (std::size_t i = 0; i < readings.size() && i < kListLinesMax; ++i)
    text += (i == 0 ? "" : ", ") + text_of(readings[i]);
  if (readings.size() > kListLinesMax) text += ", and " + std::to_string(readings.size() - kListLinesMax) + " more";
  if (!text.empty()) page.row(label, text);
}

std::string battery_text(const hwprobe::Battery& battery) {
  return visible(battery.name) + (battery.charge ? ' ' + permille_text(*battery.charge) : "") + ' ' +
         visible(battery.status);
}

std::string_view quantity_name(hwprobe::Quantity quantity) {
  switch (quantity) {
    case hwprobe::Quantity::fp32_flops:
      return "fp32";
    case hwprobe::Quantity::fp64_flops:
      return "fp64";
    case hwprobe::Quantity::int32_ops:
      return "int32";
    case hwprobe::Quantity::memory_bandwidth:
      return "memory";
  }
  return "";
}

void write_figure(Page& page, const hwprobe::Figure& figure) {
  constexpr std::size_t kQuantityColumns = 8;
  constexpr std::size_t kValueColumns = 14;
  constexpr std::size_t kSpreadColumns = 14;
  const std::string value = padded(quantity_name(figure.quantity), kQuantityColumns) +
                            padded(rate_text(figure.value, visible(figure.unit)), kValueColumns) + "spread " +
                            permille_text(figure.spread_permille);
  std::string how = visible(figure.method);
  if (!figure.variant.empty()) how += ' ' + visible(figure.variant);
  if (figure.cpu_share_permille && *figure.cpu_share_permille < kQuietShare) {
    how += ", " + page.paint(Tone::warn, "busy: " + permille_text(*figure.cpu_share_permille) + " CPU");
  }
  page.row(value, how, 2, kQuantityColumns + kValueColumns + kSpreadColumns);
}

}  // namespace

void write_sensors(Page& page, const hwprobe::Sample& sample, const hwprobe::MachineReport& report) {
  page.section("NOW");
  write_load(page, sample.cpu);
  write_memory(page, sample.memory);
  for (const hwprobe::GpuSample& gpu : sample.gpus) write_gpu(page, gpu, report);
  write_list(page, "Temperature", sample.temperatures, [](const hwprobe::Temperature& each) {
    return chip_and_label(each.chip, each.label) + ' ' + millicelsius_text(each.millicelsius);
  });
  write_list(page, "Fans", sample.fans, [](const hwprobe::Fan& each) {
    return chip_and_label(each.chip, each.label) + ' ' + std::to_string(each.rpm) + " rpm";
  });
  write_list(page, "Power", sample.powers, [](const hwprobe::Power& each) {
    return chip_and_label(each.source, each.label) + ' ' + milliwatts_text(each.milliwatts);
  });
  write_list(page, "Battery", sample.batteries, battery_text);
  if (sample.on_mains) page.row("Mains", *sample.on_mains ? "plugged in" : page.paint(Tone::warn, "on battery"));
  if (sample.display_attached) page.row("Screen", *sample.display_attached ? "attached" : "none attached");
}

void write_measurements(Page& page, const hwprobe::Measurements& measurements) {
  page.section("MEASURED");
  if (!measurements.host.empty()) page.line("host");
  for (const hwprobe::Figure& figure : measurements.host) write_figure(page, figure);
  for (const hwprobe::DeviceMeasurement& device : measurements.devices) {
    const std::string verdict = device.fitness.fit ? page.paint(Tone::good, "fit") : page.paint(Tone::bad, "unfit");
    page.line(visible(device.device_name) + ": " + verdict + ", took " + milliseconds_text(device.elapsed_ms));
    if (!device.fitness.fit) page.line(visible(device.fitness.reason), 2);
    for (const hwprobe::Figure& figure : device.figures) write_figure(page, figure);
  }
}

}  // namespace quern::scheduler::cli
