// A MachineReport for people: one function a section, all of them by write_report. Parts that were not asked for leave
// no trace.
#pragma once
#include <cstdint>
#include <string>

#include "hwprobe/machine.hpp"
#include "scheduler/cli/page.hpp"

namespace quern::scheduler::cli {

// Most lines of a list that is a line or two an entry (PCI functions, branches of the topology, temperatures); the rest
// is counted.
inline constexpr std::size_t kListLinesMax = 48;

void write_report(Page& page, const hwprobe::MachineReport& report);

void write_machine(Page& page, const hwprobe::MachineReport& report);
void write_processor(Page& page, const hwprobe::Cpu& cpu, const hwprobe::MachineReport& report);
void write_topology(Page& page, const hwprobe::Topology& topology);
// The report's PCI functions tell where the cards are.
void write_gpus(Page& page, const std::vector<hwprobe::Gpu>& gpus, const hwprobe::MachineReport& report);
void write_pci(Page& page, const std::vector<hwprobe::PciDevice>& devices);
void write_opencl(Page& page, const std::vector<hwprobe::OpenclDriver>& drivers);
// The report's GPUs give the cards their names where they are known.
void write_sensors(Page& page, const hwprobe::Sample& sample, const hwprobe::MachineReport& report);
void write_measurements(Page& page, const hwprobe::Measurements& measurements);
void write_problems(Page& page, const std::vector<hwprobe::Problem>& problems);

}  // namespace quern::scheduler::cli
