#include "scheduler/cli/report_text.hpp"

#include "scheduler/cli/quantity_text.hpp"

namespace quern::scheduler::cli {

void write_report(Page& page, const hwprobe::MachineReport& report) {
  write_machine(page, report);
  if (report.cpu) write_processor(page, *report.cpu, report);
  if (report.topology) write_topology(page, *report.topology);
  if (report.gpus) write_gpus(page, *report.gpus, report);
  if (report.pci) write_pci(page, *report.pci);
  if (report.opencl) write_opencl(page, *report.opencl);
  if (report.sensors) write_sensors(page, *report.sensors, report);
  if (report.measurements) write_measurements(page, *report.measurements);
  write_problems(page, report.problems);
}

void write_machine(Page& page, const hwprobe::MachineReport& report) {
  page.section("MACHINE");
  if (report.identity)
    page.row("Identity", visible(report.identity->id) + " (from " + visible(report.identity->source) + ")");
  if (report.system) {
    page.row("System", visible(report.system->name));
    page.row("Kernel", "Linux " + visible(report.system->kernel) + ", " + visible(report.system->architecture));
  }
  if (report.memory) {
    const std::uint64_t swap = report.memory->swap_total_bytes;
    page.row("Memory",
             bytes_text(report.memory->total_bytes) + (swap == 0 ? ", no swap" : ", swap " + bytes_text(swap)));
  }
  page.row("Probed", utc_text(report.taken_unix_ms) + ", took " + milliseconds_text(report.elapsed_ms));
}

void write_problems(Page& page, const std::vector<hwprobe::Problem>& problems) {
  if (problems.empty()) return;
  page.section("PROBLEMS");
  for (std::size_t i = 0; i < problems.size() && i < kListLinesMax; ++i) {
    page.line(page.paint(Tone::warn, visible(problems[i].where)));
    page.line(visible(problems[i].what), 2);
  }
  if (problems.size() > kListLinesMax) {
    page.line("and " + std::to_string(problems.size() - kListLinesMax) + " more: --json lists them all");
  }
}

}  // namespace quern::scheduler::cli
