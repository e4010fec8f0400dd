// A job on this machine's disk: its manifest and the inputs beside it.
#pragma once
#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

#include "scheduler/cli/daemon.hpp"
#include "scheduler/model/job.hpp"

namespace quern::scheduler::cli {

inline constexpr std::size_t kPieceBytes = 1 << 20;  // of a file that is read or sent at a time; the RPC takes 2 MiB

struct LocalJob {
  std::string manifest;          // as it stands in the file
  model::Job job;                // what it means
  std::filesystem::path folder;  // the manifest's: paths of inputs begin there
};

// failed: the file cannot be read; usage: it is no manifest, and where it is wrong, or larger than any.
Outcome<LocalJob> load_job(const std::string& file);

// Whether every input is there and is what the manifest says. usage: it is another; the text has the digest and size
// that would be right. Reads all of them.
Outcome<void> check_inputs(const LocalJob& local);

// A regular file, read from its start in pieces. Never blocks on a FIFO or device.
class InputReader {
 public:
  // Errors of this class are one line that begins with the file's name.
  static std::expected<InputReader, std::string> open(const std::filesystem::path& file);
  InputReader(InputReader&& other) noexcept;
  InputReader& operator=(InputReader&&) = delete;
  InputReader(const InputReader&) = delete;
  InputReader& operator=(const InputReader&) = delete;
  ~InputReader();

  // At most kPieceBytes at that place; empty at the end.
  std::expected<std::string, std::string> read(std::uint64_t offset);

 private:
  InputReader(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  int fd_;
  std::string name_;
};

}  // namespace quern::scheduler::cli
