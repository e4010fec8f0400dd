#include "hwprobe/opencl_driver.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <unistd.h>

#include "hwprobe/opencl.hpp"
#include "hwprobe/text.hpp"

namespace quern::hwprobe {
namespace {

constexpr const char* kVendorsVariable = "OCL_ICD_VENDORS";
constexpr std::size_t kQuoteBytesMax = 160;  // of a driver's last words that are shown

// OCL_ICD_VENDORS, when it is set to something.
std::optional<std::filesystem::path> vendors_from_environment() {
  const char* value =
      std::getenv(kVendorsVariable);  // NOLINT(concurrency-mt-unsafe): nothing here writes the environment
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

IcdFile open_icd(std::filesystem::path path) {
  IcdFile icd;
  icd.name = clean_name(path.filename().string());
  const auto library = read_icd(path);
  if (library) icd.library = clean_name(*library);
  if (!library) icd.fault = library.error();
  icd.path = std::move(path);
  return icd;
}

// The caller's environment, with the one driver in the place of all others.
std::vector<std::string> child_environment(const std::filesystem::path& icd) {
  std::vector<std::string> result;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    if (name != kVendorsVariable && name != "OCL_ICD_FILENAMES") result.emplace_back(text);
  }
  result.push_back(std::string(kVendorsVariable) + "=" + icd.string());
  return result;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

// The last line a driver wrote to its standard error, as a clause to add.
std::string quote(std::string_view last_words) {
  last_words = trimmed(last_words);
  last_words = trimmed(last_words.substr(last_words.rfind('\n') + 1));
  if (last_words.size() > kQuoteBytesMax) last_words.remove_prefix(last_words.size() - kQuoteBytesMax);
  return last_words.empty() ? "" : "; it last said: " + clean_name(last_words);
}

// As many whole ones as have passed.
std::chrono::milliseconds deadlines_in(std::chrono::milliseconds elapsed, std::chrono::milliseconds deadline) {
  return deadline * std::clamp<std::int64_t>(elapsed / deadline, 1, kMeasureDeadlines);
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

}  // namespace

std::expected<std::string, std::string> read_icd(const std::filesystem::path& path) {
  const auto content = HostFiles().read(path.string(), kIcdBytesMax);
  if (!content) return std::unexpected(std::string(to_string(content.error())));
  const std::string_view library = trimmed(*content);
  if (library.empty()) return std::unexpected("the file is empty");
  return std::string(library);
}

std::vector<IcdFile> find_icd_files(const Sources& sources, std::vector<Problem>& problems) {
  std::vector<IcdFile> files;
  if (sources.opencl_vendors.empty()) return files;
  const auto chosen = vendors_from_environment();
  std::error_code ignored;
  // File trees take absolute paths only; the variable may hold another, as for every OpenCL program.
  const std::filesystem::path place = std::filesystem::absolute(chosen.value_or(sources.opencl_vendors), ignored);
  if (place.extension() == ".icd" && !std::filesystem::is_directory(place, ignored)) {
    files.push_back(open_icd(place));
    return files;
  }
  const auto names = HostFiles().list(place.string());
  if (!names) {
    if (chosen || names.error() != FileError::missing) {
      problems.push_back(
          {place.string(), std::string(to_string(names.error())) +
                               ": no OpenCL driver can be found; it must be a directory or one .icd file"});
    }
    return files;
  }
  for (const std::string& name : *names) {
    if (!name.ends_with(".icd")) continue;
    if (files.size() == kOpenclDriversMax) {
      problems.push_back(
          {place.string(), "more than " + std::to_string(kOpenclDriversMax) + " drivers: the rest is left out"});
      break;
    }
    files.push_back(open_icd(place / name));
  }
  return files;
}

std::expected<ChildProcess, std::string> start_driver_child(const Sources& sources, const IcdFile& icd,
                                                            const std::vector<std::string>& request) {
  if (sources.opencl_probe_program.empty()) {
    return std::unexpected("quern-opencl-probe was not found: install it beside this program or in libexec/quern");
  }
  // Only a backstop, should this process die and its child survive: more than all threads can use up before the
  // last deadline.
  const std::uint64_t threads = std::max(std::thread::hardware_concurrency(), 1U);
  const auto seconds =
      static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(sources.driver_deadline).count() + 1);
  ChildCommand command;
  command.program = sources.opencl_probe_program;
  command.arguments = {std::to_string(::getpid()), std::to_string(kMeasureDeadlines * seconds * threads)};
  command.arguments.insert(command.arguments.end(), request.begin(), request.end());
  command.environment = child_environment(icd.path);
  command.reply_bytes_max = kOpenclReplyBytesMax;
  return ChildProcess::start(command);
}

std::expected<std::string, DriverVerdict> reply_of(const IcdFile& icd, const ChildOutcome& outcome,
                                                   std::chrono::milliseconds deadline) {
  const auto fail = [&](DriverStatus status, const std::string& what) {
    return std::unexpected(DriverVerdict{status, icd.library + " " + what});
  };
  const std::string remedy = "reinstall or update its package, or remove " + icd.name + quote(outcome.last_words);
  switch (outcome.end) {
    case ChildOutcome::End::hung:
      return fail(DriverStatus::hung, "did not answer within " + seconds_text(deadlines_in(outcome.elapsed, deadline)) +
                                          " and was killed: look for its kernel driver in dmesg, or " + remedy);
    case ChildOutcome::End::stuck:
      return fail(DriverStatus::stuck,
                  "did not die when it was killed and was abandoned, it waits in the kernel: look for its "
                  "kernel driver in dmesg; a restart of the machine may be needed");
    case ChildOutcome::End::flooding:
      return fail(DriverStatus::malformed,
                  "gave more than " + std::to_string(kOpenclReplyBytesMax) + " bytes of answer: " + remedy);
    case ChildOutcome::End::signalled:
      return fail(DriverStatus::crashed, "crashed (" + signal_name(outcome.code) + "): " + remedy);
    case ChildOutcome::End::exited:
      break;
  }
  if (outcome.code != 0) {
    return fail(DriverStatus::failed,
                "ended the probe with exit status " + std::to_string(outcome.code) + ": " + remedy);
  }
  if (outcome.reply.empty()) return fail(DriverStatus::failed, "ended the probe without an answer: " + remedy);
  return outcome.reply;
}

DriverVerdict verdict_of(const IcdFile& icd, const OpenclFault& fault) {
  const std::string remedy = "; reinstall or update its package, or remove " + icd.name;
  if (fault.status == DriverStatus::malformed) {
    return {DriverStatus::malformed, icd.library + " answered what cannot be true: " + fault.what + remedy};
  }
  return {DriverStatus::failed, icd.library + ": " + fault.what + remedy};
}

}  // namespace quern::hwprobe
