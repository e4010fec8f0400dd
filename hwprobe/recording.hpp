// A machine as a probe saw it, in one file: to show it again elsewhere, in bug reports and tests.
//
// What tells one machine from all others of its kind does not leave it: the machine id, network addresses, serial
// numbers and UUIDs are replaced by placeholders, the same one wherever the same secret stands (hide_secrets). A
// replayed report therefore has another identity and other device ids than the machine itself.
#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "hwprobe/machine.hpp"
#include "hwprobe/probe.hpp"
#include "hwprobe/sources.hpp"

namespace quern::hwprobe {

// Version of the file's form. Raised when an older program could not read it.
inline constexpr int kRecordingVersion = 1;
// Longest recording that is read.
inline constexpr std::size_t kRecordingFileBytesMax = 64 << 20;

struct Recording {
  std::int64_t taken_unix_ms = 0;
  std::uint32_t elapsed_ms = 0;
  RecordedFiles files;
  std::optional<std::string> hwloc_xml;
  RecordedAnswers answers;
};

// A probe and what it saw. Measurements are in the report only: a recorded machine cannot be measured again.
struct RecordedProbe {
  MachineReport report;
  Recording recording;
};
RecordedProbe record(const Sources& sources, Parts parts = {});

// The report of a recorded machine, as of the moment it was recorded. Parts that were not recorded come out empty with
// problems; measurements are never taken.
MachineReport replay(const Recording& recording, Parts parts = {});

// Replaces what must not leave the machine. record() has done so.
void hide_secrets(Recording& recording);

// One JSON document, a line a file, so that recordings can be read and compared by people.
std::string save_recording(const Recording& recording);
// Strict and bounded; the error says what is wrong where: "files./proc/stat: must be a string".
std::expected<Recording, std::string> load_recording(std::string_view text);

}  // namespace quern::hwprobe
