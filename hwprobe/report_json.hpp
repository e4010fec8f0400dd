// The JSON form of a MachineReport, as docs/probe.schema.json describes it. Field names are the members' names; enumerators are written
// as their names; absent values are left out.
#pragma once
#include <boost/json/value.hpp>

#include "hwprobe/machine.hpp"

namespace quern::hwprobe {

boost::json::object to_json(const MachineReport& report);
boost::json::object to_json(const Sample& sample);
boost::json::object to_json(const OpenclPlatform& platform);
boost::json::object to_json(const Figure& figure);

std::string_view to_string(CacheKind kind);
std::string_view to_string(OpenclDeviceType type);
std::string_view to_string(DriverStatus status);
std::string_view to_string(Quantity quantity);

}  // namespace quern::hwprobe
