// The JSON form of a MachineReport, as docs/probe.schema.json describes it. Field names are the members' names;
// enumerators are written as their names; absent values are left out.
//
// Reading is for what was written by someone else: a child process, a recorded machine, another node. It is strict:
// every field that is not optional must be there, no other may be, numbers must fit, strings and lists are bounded.
// Errors name the field: "platforms[0].devices[2].compute_units: 4294967296 does not fit".
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

boost::json::object to_json(const MachineReport& report);
boost::json::object to_json(const Sample& sample);
boost::json::object to_json(const GpuSample& sample);
boost::json::object to_json(const OpenclDriver& driver);
boost::json::object to_json(const OpenclPlatform& platform);
boost::json::object to_json(const Figure& figure);

// Longest string the reader takes: names are shorter (kNameBytesMax), but a Problem or a driver's detail is a sentence
// or two.
inline constexpr std::size_t kJsonStringBytesMax = 4096;
// Longest list the reader takes; the largest real ones are threads and PCI functions.
inline constexpr std::size_t kJsonListMax = 65536;

std::expected<MachineReport, std::string> report_from_json(const boost::json::value& json);
std::expected<GpuSample, std::string> gpu_sample_from_json(const boost::json::value& json);
std::expected<OpenclDriver, std::string> opencl_driver_from_json(const boost::json::value& json);

std::string_view to_string(CacheKind kind);
std::string_view to_string(OpenclDeviceType type);
std::string_view to_string(DriverStatus status);
std::string_view to_string(Quantity quantity);

}  // namespace quern::hwprobe
