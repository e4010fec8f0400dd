#include "hwprobe/report_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "tests/hwprobe/example_report.hpp"

namespace quern::hwprobe {
namespace {

namespace json = boost::json;

// What the reader says to the example report after one change to its JSON form.
template <class Change>
std::string error_after(Change change) {
  json::value value = to_json(example_report());
  change(value);
  const auto report = report_from_json(value);
  return report ? "accepted" : report.error();
}

TEST(ReportJson, survives_text_and_back) {
  const std::string text = json::serialize(to_json(example_report()));
  const auto report = report_from_json(json::parse(text));
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(json::serialize(to_json(*report)), text);
  EXPECT_EQ(report->cpu, example_cpu());
  EXPECT_EQ(report->topology, example_topology());
  EXPECT_EQ(report->pci, example_pci());
  EXPECT_EQ(report->gpus, example_gpus());
  EXPECT_EQ(report->opencl, example_drivers());
  EXPECT_EQ(report->sensors, example_sample());
  EXPECT_EQ(report->measurements, example_measurements());
  EXPECT_EQ(report->problems, example_report().problems);
}

TEST(ReportJson, absent_parts_and_values_leave_no_trace) {
  const json::object empty = to_json(MachineReport{});
  EXPECT_EQ(json::serialize(empty), R"({"version":1,"taken_unix_ms":0,"elapsed_ms":0,"problems":[]})");
  GpuSample gpu;
  gpu.pci_address = "0000:01:00.0";
  EXPECT_EQ(json::serialize(to_json(gpu)), R"({"pci_address":"0000:01:00.0","source":""})");
}

TEST(ReportJson, enumerators_are_written_by_name) {
  const json::value driver = to_json(example_drivers()[1]);
  EXPECT_EQ(driver.at("status"), "ok");
  EXPECT_EQ(driver.at("platforms").at(0).at("devices").at(0).at("type"), "gpu");
  EXPECT_EQ(to_json(example_report()).at("topology").at("caches").at(3).at("kind"), "instruction");
}

TEST(ReportJson, largest_numbers_survive) {
  OpenclDriver driver = example_drivers()[1];
  driver.platforms[0].devices[0].global_memory_bytes = UINT64_MAX;
  driver.platforms[0].devices[0].compute_units = UINT32_MAX;
  const auto read = opencl_driver_from_json(json::parse(json::serialize(to_json(driver))));
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(*read, driver);
}

TEST(ReportReader, names_the_field_that_is_missing) {
  EXPECT_EQ(error_after([](json::value& v) { v.at("opencl").at(1).at("platforms").at(0).as_object().erase("vendor"); }),
            "opencl[1].platforms[0]: lacks vendor");
}

TEST(ReportReader, refuses_a_field_that_is_not_known) {
  EXPECT_EQ(error_after([](json::value& v) { v.at("memory").as_object()["colour"] = "red"; }),
            "memory: has a field that is not known: colour");
}

TEST(ReportReader, refuses_numbers_that_do_not_fit) {
  EXPECT_EQ(error_after([](json::value& v) { v.at("cpu").at("family") = std::uint64_t{1} << 32; }),
            "cpu.family: 4294967296 does not fit");
  EXPECT_EQ(error_after([](json::value& v) { v.at("elapsed_ms") = -1; }), "elapsed_ms: -1 does not fit");
  EXPECT_EQ(error_after([](json::value& v) { v.at("elapsed_ms") = 1.5; }), "elapsed_ms: must be an integer");
}

TEST(ReportReader, refuses_other_kinds_of_values) {
  EXPECT_EQ(error_after([](json::value& v) { v.at("cpu") = nullptr; }), "cpu: must be an object");
  EXPECT_EQ(error_after([](json::value& v) { v.at("gpus") = "none"; }), "gpus: must be a list");
  EXPECT_EQ(error_after([](json::value& v) { v.at("gpus").at(0).at("usable") = 1; }),
            "gpus[0].usable: must be true or false");
  EXPECT_EQ(error_after([](json::value& v) { v.at("cpu").at("flags").at(2) = 7; }), "cpu.flags[2]: must be a string");
  EXPECT_EQ(error_after([](json::value& v) { v.at("opencl").at(0).at("status") = "sleepy"; }),
            "opencl[0].status: is none of the names that are known");
  EXPECT_EQ(error_after([](json::value& v) { v = json::array{}; }), "document: must be an object");
}

TEST(ReportReader, refuses_text_that_would_move_a_cursor) {
  EXPECT_EQ(error_after([](json::value& v) { v.at("cpu").at("vendor") = "\x1b[2J"; }),
            "cpu.vendor: holds control characters or is not UTF-8");
  EXPECT_EQ(error_after([](json::value& v) { v.at("cpu").at("vendor") = std::string(kJsonStringBytesMax + 1, 'x'); }),
            "cpu.vendor: longer than 4096 bytes");
}

TEST(ReportReader, refuses_another_version_before_anything_else) {
  EXPECT_EQ(error_after([](json::value& v) { v = json::object{{"version", 2}, {"news", true}}; }),
            "version: 2 is not 1, the one this program knows");
}

TEST(ReportReader, bounds_lists) {
  EXPECT_EQ(error_after([](json::value& v) { v.at("cpu").at("flags") = json::array(kJsonListMax + 1, "x"); }),
            "cpu.flags: longer than 65536 entries");
}

}  // namespace
}  // namespace quern::hwprobe
