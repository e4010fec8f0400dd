#include "hwprobe/recording.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "hwprobe/hwloc_topology.hpp"
#include "hwprobe/recording_files.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr std::string_view kPciIds = "/usr/share/misc/pci.ids";

// Lines of pci.ids that name something of this machine: the whole file would be a megabyte of every recording.
std::string relevant_pci_ids(std::string_view text, const std::vector<PciDevice>& devices) {
  const auto hex = [](std::uint32_t number, std::size_t digits) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string result;
    for (std::size_t i = digits; i-- > 0;) result += kDigits[number >> (4 * i) & 0xf];
    return result;
  };
  std::set<std::string, std::less<>> heads;
  std::set<std::pair<std::string, std::string>> entries;
  for (const PciDevice& device : devices) {
    heads.insert(hex(device.vendor_id, 4));
    entries.emplace(hex(device.vendor_id, 4), hex(device.device_id, 4));
    const std::string base = "C " + hex(device.class_code >> 16, 2);
    heads.insert(base);
    entries.emplace(base, hex(device.class_code >> 8 & 0xff, 2));
  }
  std::string kept;
  std::string head;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#') || line.starts_with("\t\t")) continue;
    const bool is_entry = line.starts_with('\t');
    const std::string name(line.substr(is_entry ? 1 : 0, line.find("  ") - (is_entry ? 1 : 0)));
    if (!is_entry) head = name;
    if (is_entry ? entries.contains({head, name}) : heads.contains(name)) kept += std::string(line) + '\n';
  }
  return kept;
}

// What system calls told goes where the kernel would tell it in a file, so that the recording does without them.
void keep_system_calls(RecordedFiles& files, const OperatingSystem& system) {
  const auto keep = [&](const std::string& path, const std::string& text) {
    if (!text.empty() && !files.read(path, kNameBytesMax)) files.add_file(path, text + '\n');
  };
  keep("/proc/sys/kernel/osrelease", system.kernel);
  keep("/proc/sys/kernel/arch", system.architecture);
}

RecordedAnswers answers_of(const MachineReport& report) {
  RecordedAnswers answers;
  if (report.cpu) answers.hypervisor = report.cpu->hypervisor;
  if (report.opencl) answers.drivers = *report.opencl;
  for (OpenclDriver& driver : answers.drivers) {
    for (OpenclPlatform& platform : driver.platforms) {
      for (OpenclDevice& device : platform.devices) device.id.clear();  // made from the identity, which does not leave
    }
  }
  if (report.sensors) {
    std::ranges::copy_if(report.sensors->gpus, std::back_inserter(answers.library_gpus),
                         [](const GpuSample& gpu) { return gpu.source == "nvml"; });
  }
  return answers;
}

}  // namespace

RecordedProbe record(const Sources& sources, Parts parts) {
  const auto files = std::make_shared<RecordingFiles>(sources.files);
  Sources watched = sources;
  watched.files = files;
  RecordedProbe result{.report = probe(watched, parts), .recording = {}};
  Recording& recording = result.recording;
  recording.taken_unix_ms = result.report.taken_unix_ms;
  recording.elapsed_ms = result.report.elapsed_ms;
  recording.files = files->seen();
  if (files->is_cut())
    result.report.problems.push_back({"recording", "there are more files than a recording keeps: it is cut"});
  if (result.report.system) keep_system_calls(recording.files, *result.report.system);
  if (const auto ids = recording.files.read(kPciIds, kRecordedBytesMax); ids && result.report.pci) {
    recording.files.add_file(std::string(kPciIds), relevant_pci_ids(*ids, *result.report.pci));
  }
  if (parts.topology) recording.hwloc_xml = export_hwloc_xml(sources, result.report.problems);
  recording.answers = answers_of(result.report);
  hide_secrets(recording);
  return result;
}

MachineReport replay(const Recording& recording, Parts parts) {
  Sources sources;
  sources.files = std::make_shared<RecordedFiles>(recording.files);
  sources.hwloc_xml = recording.hwloc_xml;
  sources.hwloc_root = "/nonexistent";
  sources.opencl_vendors.clear();
  sources.nvml_library.clear();
  sources.answers = std::make_shared<RecordedAnswers>(recording.answers);
  parts.measurements = false;
  MachineReport report = probe(sources, parts);
  report.taken_unix_ms = recording.taken_unix_ms;
  report.elapsed_ms = recording.elapsed_ms;
  return report;
}

}  // namespace quern::hwprobe
