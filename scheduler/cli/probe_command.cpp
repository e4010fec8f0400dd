#include "scheduler/cli/probe_command.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "hwprobe/recording.hpp"
#include "hwprobe/report_json.hpp"
#include "scheduler/cli/input_file.hpp"
#include "scheduler/cli/pretty_json.hpp"
#include "scheduler/cli/report_text.hpp"
#include "scheduler/cli/watch.hpp"

namespace quern::scheduler::cli {
namespace {

ExitCode fail(const std::string& text) {
  complain(text);
  return ExitCode::failed;
}

hwprobe::Sources sources_for(const ProbeOptions& options) {
  auto sources = options.root.empty() ? hwprobe::Sources::this_machine() : hwprobe::Sources::at_root(options.root);
  sources.driver_deadline = options.driver_deadline;
  return sources;
}

// Opened before the probe: a name that cannot be written should not cost a measurement.
class RecordFile {
 public:
  explicit RecordFile(const std::string& name)
      : name_(name),
        fd_(name.empty() ? -1 : ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)),
        error_(errno) {}
  ~RecordFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  bool is_wanted() const { return !name_.empty(); }
  bool is_open() const { return fd_ >= 0; }
  std::string why_not() const { return visible(name_) + ": cannot be written: " + error_text(error_); }

  bool write(std::string_view text) {
    if (const auto written = write_all(fd_, text); !written)
      error_ = written.error();
    else if (::close(std::exchange(fd_, -1)) == 0)
      return true;
    else
      error_ = errno;
    return false;
  }

 private:
  std::string name_;
  int fd_;
  int error_;
};

ExitCode write_report(const hwprobe::MachineReport& report, const ProbeOptions& options) {
  std::string text;
  if (options.json) {
    text = pretty(to_json(report)) + '\n';
  } else {
    Page page(style_for(STDOUT_FILENO, options.colour));
    write_report(page, report);
    text = page.text();
  }
  if (const auto written = write_all(STDOUT_FILENO, text); !written) {
    if (written.error() == EPIPE) return ExitCode::complete;  // the reader has seen enough
    return fail("standard output cannot be written: " + error_text(written.error()));
  }
  const std::vector<std::string> missing = gaps(report, options.parts);
  for (const std::string& gap : missing) complain("incomplete: " + gap);
  return missing.empty() ? ExitCode::complete : ExitCode::incomplete;
}

ExitCode run_replay(const ProbeOptions& options) {
  const auto text = read_input(options.replay, hwprobe::kRecordingFileBytesMax);
  if (!text) return fail(text.error().text + (text.error().is_too_large ? "; no recording is so large" : ""));
  const auto recording = hwprobe::load_recording(*text);
  if (!recording) return fail(visible(options.replay) + ": " + visible(recording.error()));
  return write_report(hwprobe::replay(*recording, options.parts), options);
}

ExitCode run_record(const hwprobe::Sources& sources, const ProbeOptions& options, RecordFile& file) {
  const hwprobe::RecordedProbe result = hwprobe::record(sources, options.parts);
  if (!file.write(hwprobe::save_recording(result.recording))) return fail(file.why_not());
  return write_report(result.report, options);
}

}  // namespace

std::vector<std::string> gaps(const hwprobe::MachineReport& report, const hwprobe::Parts& parts) {
  std::vector<std::string> missing;
  if (parts.identity && (!report.identity || report.identity->id.empty()))
    missing.emplace_back("the machine has no identity");
  if (parts.topology && (!report.topology || report.topology->threads.empty()))
    missing.emplace_back("the topology is not known");
  if (parts.topology && (!report.memory || report.memory->total_bytes == 0))
    missing.emplace_back("the memory is not known");
  for (const hwprobe::OpenclDriver& driver : report.opencl.value_or(std::vector<hwprobe::OpenclDriver>{})) {
    if (driver.status == hwprobe::DriverStatus::ok) continue;
    missing.push_back("OpenCL driver " + visible(driver.name) + ": " + std::string(to_string(driver.status)));
  }
  if (!parts.measurements || !report.measurements) return missing;
  if (report.measurements->host.empty()) missing.emplace_back("the host was not measured");
  for (const hwprobe::DeviceMeasurement& device : report.measurements->devices) {
    if (!device.fitness.fit)
      missing.push_back(visible(device.device_name) + " is unfit: " + visible(device.fitness.reason));
  }
  return missing;
}

ExitCode run_probe(const ProbeOptions& options) {
  if (!options.replay.empty()) return run_replay(options);
  std::error_code error;
  if (!options.root.empty() && !std::filesystem::is_directory(options.root, error)) {
    complain("--root " + visible(options.root) + ": is no directory that can be read");
    return ExitCode::usage;
  }
  const hwprobe::Sources sources = sources_for(options);
  if (options.watch) return run_watch(sources, options, *options.watch);
  RecordFile file(options.record);
  if (file.is_wanted() && !file.is_open()) return fail(file.why_not());
  if (file.is_wanted()) return run_record(sources, options, file);
  return write_report(hwprobe::probe(sources, options.parts), options);
}

}  // namespace quern::scheduler::cli
