#include "scheduler/execution/worker/files.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "overlay/runtime/sha256.hpp"

namespace quern::worker {

namespace {

using enum model::Reason;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string text_of_errno() {
  return std::generic_category().message(errno);
}

// Bytes read: fewer than asked only at the end of the file.
ssize_t read_fully(int fd, std::span<std::byte> to) {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t read = ::read(fd, to.data() + done, to.size() - done);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return -1;
    if (read == 0) break;
    done += static_cast<std::size_t>(read);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

Outcome<void> read_input(const std::string& folder, const model::Input& input,
                         const std::function<Outcome<void>(std::span<const std::byte>, std::uint64_t)>& take) {
  const File file(::open((folder + '/' + input.path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return end_with(input_missing, "input " + input.path + ": " + text_of_errno());
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return end_with(input_missing, "input " + input.path + " is not a file");
  }
  if (static_cast<std::uint64_t>(status.st_size) != input.bytes) {
    return end_with(input_corrupt, "input " + input.path + " has " + std::to_string(status.st_size) +
                                       " bytes, the job says " + std::to_string(input.bytes));
  }
  runtime::Sha256 hash;
  std::vector<std::byte> piece(std::min<std::uint64_t>(input.bytes, kPieceBytes));
  for (std::uint64_t at = 0; at < input.bytes; at += piece.size()) {
    const auto part = std::span(piece).first(std::min<std::uint64_t>(piece.size(), input.bytes - at));
    if (read_fully(file.get(), part) != static_cast<ssize_t>(part.size())) {
      return end_with(input_corrupt, "input " + input.path + " cannot be read to its end");
    }
    hash.update(part);
    if (auto taken = take(part, at); !taken) return taken;
  }
  if (hash.digest() != input.digest) return end_with(input_corrupt, "input " + input.path + " has another digest");
  return {};
}

Outcome<execution::WorkerOutput> report_output(const std::string& path, std::uint64_t bytes, const GiveOutput& give) {
  execution::WorkerOutput output{.path = path, .bytes = bytes, .content = runtime::Bytes(bytes)};
  if (auto given = give(output.content, 0); !given) return std::unexpected(std::move(given).error());
  output.digest = runtime::sha256(output.content);
  return output;
}

Outcome<execution::WorkerOutput> send_output(const std::string& path, std::uint64_t bytes, const GiveOutput& give,
                                             const SendOutput& send) {
  runtime::Sha256 hash;
  std::vector<std::byte> piece(std::min<std::uint64_t>(bytes, kPieceBytes));
  for (std::uint64_t at = 0; at < bytes; at += piece.size()) {
    const auto part = std::span(piece).first(std::min<std::uint64_t>(piece.size(), bytes - at));
    if (auto given = give(part, at); !given) return std::unexpected(std::move(given).error());
    hash.update(part);
    send(part);
  }
  return execution::WorkerOutput{.path = path, .bytes = bytes, .digest = hash.digest(), .content = {}};
}

}  // namespace quern::worker
