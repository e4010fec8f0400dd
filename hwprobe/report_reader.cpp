// The reading half of report_json.hpp.
#include <boost/json/serialize.hpp>

#include "hwprobe/json_reader.hpp"
#include "hwprobe/report_json.hpp"

namespace quern::hwprobe {

std::expected<MachineReport, std::string> report_from_json(const boost::json::value& json) {
  // Before anything else: a form of another version differs in its fields too, and that would be the less helpful thing
  // to say.
  const boost::json::value* version = json.is_object() ? json.get_object().if_contains("version") : nullptr;
  if (version != nullptr && *version != kReportVersion) {
    return std::unexpected("version: " + boost::json::serialize(*version) + " is not " +
                           std::to_string(kReportVersion) + ", the one this program knows");
  }
  return JsonReader().document<MachineReport>(json);
}

std::expected<GpuSample, std::string> gpu_sample_from_json(const boost::json::value& json) {
  return JsonReader().document<GpuSample>(json);
}

std::expected<OpenclDriver, std::string> opencl_driver_from_json(const boost::json::value& json) {
  return JsonReader().document<OpenclDriver>(json);
}

}  // namespace quern::hwprobe
