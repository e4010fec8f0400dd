#include "scheduler/cli/job_files.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scheduler/cli/content_digest.hpp"
#include "scheduler/cli/input_file.hpp"
#include "scheduler/cli/page.hpp"
#include "scheduler/cli/terminal.hpp"
#include "scheduler/model/manifest.hpp"

namespace quern::scheduler::cli {
namespace {

struct Found {
  std::uint64_t bytes = 0;
  model::Digest digest{};
};

std::expected<Found, std::string> look_at(const std::filesystem::path& file) {
  auto reader = InputReader::open(file);
  if (!reader) return std::unexpected(reader.error());
  Found found;
  ContentDigest digest;
  for (;;) {
    const auto piece = reader->read(found.bytes);
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) break;
    digest.add(*piece);
    found.bytes += piece->size();
  }
  found.digest = digest.finish();
  return found;
}

}  // namespace

Outcome<LocalJob> load_job(const std::string& file) {
  auto text = read_input(file, model::kManifestBytesMax);
  if (!text && text.error().is_too_large)
    return trouble(ExitCode::usage, text.error().text + "; large data belongs into files that it names as inputs");
  if (!text) return trouble(ExitCode::failed, text.error().text);
  auto job = model::job_from_json(*text);
  if (!job) {
    const std::string what = job.error().detail().empty() ? job.error().message() : job.error().detail();
    return trouble(ExitCode::usage, visible(file) + ": " + visible(what));
  }
  return LocalJob{*std::move(text), *std::move(job), std::filesystem::path(file).parent_path()};
}

Outcome<void> check_inputs(const LocalJob& local) {
  for (std::size_t i = 0; i < local.job.inputs.size(); ++i) {
    const model::Input& input = local.job.inputs[i];
    const auto found = look_at(local.folder / input.path);
    if (!found) return trouble(ExitCode::failed, found.error());
    if (found->bytes == input.bytes && found->digest == input.digest) continue;
    const std::string at = "inputs[" + std::to_string(i) + "]";
    return trouble(ExitCode::usage, at + ": " + visible(input.path) +
                                        " is not the file that the manifest means. What is there has\n  \"digest\": "
                                        "\"sha256:" +
                                        hex(found->digest) + "\", \"bytes\": " + std::to_string(found->bytes) +
                                        "\nThe manifest says\n  \"digest\": \"sha256:" + hex(input.digest) +
                                        "\", \"bytes\": " + std::to_string(input.bytes));
  }
  return {};
}

std::expected<InputReader, std::string> InputReader::open(const std::filesystem::path& file) {
  const std::string name = visible(file.string());
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return std::unexpected(name + ": " + error_text(errno));
  InputReader reader(fd, name);
  struct stat status{};
  if (::fstat(fd, &status) != 0) return std::unexpected(name + ": " + error_text(errno));
  if (!S_ISREG(status.st_mode)) return std::unexpected(name + ": is no regular file");
  return reader;
}

InputReader::InputReader(InputReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)) {}

InputReader::~InputReader() {
  if (fd_ >= 0) ::close(fd_);
}

std::expected<std::string, std::string> InputReader::read(std::uint64_t offset) {
  std::string piece(kPieceBytes, '\0');
  std::size_t size = 0;
  while (size < piece.size()) {
    const ssize_t more = ::pread(fd_, piece.data() + size, piece.size() - size, static_cast<off_t>(offset + size));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return std::unexpected(name_ + ": " + error_text(errno));
    if (more == 0) break;
    size += static_cast<std::size_t>(more);
  }
  piece.resize(size);
  return piece;
}

}  // namespace quern::scheduler::cli
