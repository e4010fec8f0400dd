#include "scheduler/cli/report_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwprobe/text.hpp"
#include "tests/hwprobe/example_report.hpp"

namespace quern::scheduler::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

template <class Write>
std::string text_of(Write write, Style style = {}) {
  Page page(style);
  write(page);
  return page.text();
}

std::string text_of(const hwprobe::MachineReport& report, Style style = {}) {
  return text_of([&](Page& page) { write_report(page, report); }, style);
}

TEST(ReportText, has_a_section_for_each_part_that_was_asked_for) {
  const std::string text = text_of(hwprobe::example_report());
  for (const std::string_view title : {"MACHINE", "PROCESSOR", "TOPOLOGY", "GRAPHICS CARDS AND ACCELERATORS", "PCI",
                                       "OPENCL", "NOW", "MEASURED", "PROBLEMS"}) {
    EXPECT_THAT("\n" + text, HasSubstr("\n" + std::string(title) + "\n"));
  }
  hwprobe::MachineReport empty;
  EXPECT_EQ(text_of(empty), "MACHINE\n  Probed       1970-01-01 00:00:00 UTC, took 0 ms\n");
}

TEST(ReportText, fits_eighty_columns) {
  const std::string text = text_of(hwprobe::example_report());
  for (const std::string_view line : hwprobe::split(text, '\n')) {
    EXPECT_LE(display_width(line), 80) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(ReportText, is_plain_ascii_without_utf8_and_without_escapes_unless_coloured) {
  for (const char c : text_of(hwprobe::example_report(), {.unicode = false})) {
    ASSERT_TRUE(c == '\n' || (c >= ' ' && c < 0x7f)) << static_cast<int>(c);
  }
  EXPECT_THAT(text_of(hwprobe::example_report()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(text_of(hwprobe::example_report(), {.colour = true}), StartsWith("\x1b[1;36mMACHINE\x1b[0m\n"));
}

TEST(ReportText, machine_says_who_and_how_much) {
  EXPECT_THAT(text_of(hwprobe::example_report()),
              StartsWith("MACHINE\n"
                         "  Identity     qm1-0123456789abcdef0123456789abcdef (from machine-id)\n"
                         "  System       Debian GNU/Linux 12 (bookworm)\n"
                         "  Kernel       Linux 6.1.0-18-amd64, x86_64\n"
                         "  Memory       48 GiB, swap 2 GiB\n"
                         "  Probed       2026-01-01 00:00:00 UTC, took 10.0 s\n"));
}

TEST(ReportText, topology_is_a_tree_down_to_the_cache_that_threads_share) {
  EXPECT_EQ(text_of([](Page& page) { write_topology(page, hwprobe::example_topology()); }),
            "TOPOLOGY\n"
            "  package 0, 2 cores, threads 0-2\n"
            "  └─ NUMA node 0, 32 GiB\n"
            "     └─ L3 30 MiB, 2 cores, threads 0-2\n"
            "  package 1, 1 core, thread 3\n"
            "  └─ NUMA node 1, 16 GiB\n"
            "     └─ L3 16 MiB, 1 core, thread 3\n");
}

TEST(ReportText, topology_shows_memory_that_has_no_threads) {
  hwprobe::Topology topology = hwprobe::example_topology();
  topology.numa_nodes.push_back({.os_index = 2, .memory_bytes = 64ULL << 30, .threads = {}});
  EXPECT_THAT(text_of([&](Page& page) { write_topology(page, topology); }),
              EndsWith("  NUMA node 2, 64 GiB, no threads\n"));
}

TEST(ReportText, topology_with_indexes_that_lead_nowhere_is_drawn) {
  hwprobe::Topology topology = hwprobe::example_topology();
  topology.packages[0].cores = {0, 99};
  topology.numa_nodes[0].threads = {0, 77};
  topology.cores[0].threads = {0, 88};
  EXPECT_THAT(text_of([&](Page& page) { write_topology(page, topology); }), HasSubstr("package 0, 1 core, thread 0\n"));
}

TEST(ReportText, a_card_that_cannot_be_used_says_why_and_what_would_help) {
  EXPECT_THAT(text_of(hwprobe::example_report()),
              HasSubstr("  ○ Advanced Micro Devices, Inc. Navi 31 [Radeon RX 7900 XTX]\n"
                        "    not usable   no OpenCL driver for it is installed in /etc/OpenCL/vendors\n"
                        "    would help   apt install mesa-opencl-icd\n"));
}

TEST(ReportText, a_driver_that_hung_is_named_with_the_way_out) {
  EXPECT_THAT(text_of(hwprobe::example_report()),
              HasSubstr("  ○ broken.icd (libbroken.so.1) hung after 10.0 s\n"
                        "    did not answer within 10 s and was ended: update it or remove\n"));
}

TEST(ReportText, sensors_show_only_what_the_machine_tells) {
  hwprobe::Sample sample;
  sample.cpu.total = 375;
  EXPECT_EQ(text_of([&](Page& page) { write_sensors(page, sample, {}); }),
            "NOW\n"
            "  Processor    37.5 % ████████░░░░░░░░░░░░\n");
}

TEST(ReportText, loads_of_many_threads_fill_rows_of_32) {
  hwprobe::Sample sample;
  for (std::uint32_t i = 0; i < 130; ++i) sample.cpu.threads.push_back({.os_index = i, .busy = 1000});
  const std::string text = text_of([&](Page& page) { write_sensors(page, sample, {}); });
  EXPECT_THAT(text, HasSubstr("█  0-31\n"));
  EXPECT_THAT(text, HasSubstr("\n               ██  128-129\n"));
}

TEST(ReportText, an_unfit_device_says_what_failed) {
  EXPECT_THAT(text_of(hwprobe::example_report()),
              HasSubstr("  broken device: unfit, took 40 ms\n"
                        "    self-test: work item 17 gave 0x0000beef, expected 0x1234abcd\n"));
}

TEST(ReportText, long_lists_are_cut_and_counted) {
  hwprobe::PciDevice device = hwprobe::example_pci()[1];
  const std::vector<hwprobe::PciDevice> many(kListLinesMax + 9, device);
  EXPECT_THAT(text_of([&](Page& page) { write_pci(page, many); }), EndsWith("  and 9 more: --json lists them all\n"));
  const std::vector<hwprobe::Problem> problems(kListLinesMax + 2, {.where = "/sys/x", .what = "absurd"});
  EXPECT_THAT(text_of([&](Page& page) { write_problems(page, problems); }),
              EndsWith("  and 2 more: --json lists them all\n"));
}

TEST(ReportText, nothing_foreign_reaches_the_terminal_unchanged) {
  hwprobe::MachineReport report = hwprobe::example_report();
  const std::string evil = "\x1b[31mevil\u202e\n\x9b";
  report.identity->id = report.system->name = report.system->kernel = report.cpu->model_name = report.cpu->vendor =
      evil;
  report.cpu->hypervisor = report.cpu->kinds[0].core_type = evil;
  report.pci->back().device_name = report.pci->back().driver = report.pci->back().address = evil;
  report.gpus->front().name = report.gpus->back().reason = report.gpus->back().package = report.gpus->front().id = evil;
  hwprobe::OpenclDriver& driver = report.opencl->back();
  driver.name = driver.library = driver.detail = driver.platforms[0].name = driver.platforms[0].version = evil;
  hwprobe::OpenclDevice& device = driver.platforms[0].devices[0];
  device.name = device.version = device.driver_version = device.id = evil;
  device.pci_address = evil;
  report.sensors->gpus[0].source = report.sensors->gpus[0].pci_address = report.sensors->temperatures[0].label = evil;
  report.sensors->fans[0].chip = report.sensors->powers[0].label = report.sensors->batteries[0].status = evil;
  report.measurements->devices[0].device_name = report.measurements->devices[1].fitness.reason = evil;
  report.measurements->host[0].method = report.measurements->host[0].variant = report.measurements->host[0].unit = evil;
  report.problems = {{.where = evil, .what = evil}};
  const std::string text = text_of(report);
  EXPECT_THAT(text, HasSubstr("?[31mevil???"));
  for (const std::string_view line : hwprobe::split(text, '\n')) EXPECT_TRUE(hwprobe::is_printable(line)) << line;
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
}

}  // namespace
}  // namespace quern::scheduler::cli
