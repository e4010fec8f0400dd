#include "scheduler/daemon/programs.hpp"

#include <array>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace quern::daemon {

namespace fs = std::filesystem;

namespace {

constexpr auto kFolderMode = static_cast<fs::perms>(0711);
constexpr auto kProgramMode = static_cast<fs::perms>(0755);

std::expected<fs::path, std::string> find(std::string_view name) {
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  if (error) return std::unexpected("/proc/self/exe: " + error.message());
  const fs::path beside = self.parent_path();
  const std::array places{beside / name, beside.parent_path() / "libexec/quern" / name};
  for (const fs::path& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  return std::unexpected(std::string(name) + " is neither " + places[0].string() + " nor " + places[1].string() +
                         ": build or install all programs of quern");
}

std::expected<fs::path, std::string> copy_to(const fs::path& program, const fs::path& folder) {
  std::error_code error;
  fs::path to = folder / program.filename();
  const fs::path unfinished = to.string() + ".new";
  fs::copy_file(program, unfinished, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(unfinished, kProgramMode, error);
  if (!error) fs::rename(unfinished, to, error);
  if (error) return std::unexpected(to.string() + ": " + error.message());
  return to;
}

std::expected<void, std::string> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, kFolderMode, error);
  if (error) return std::unexpected(path.string() + ": " + error.message());
  return {};
}

}  // namespace

std::optional<execution::HostIdentity> job_identity(bool root) {
  if (!root) return std::nullopt;
  return execution::HostIdentity{.uid = kJobUser, .gid = kJobUser, .groups = {}};
}

fs::path scratch_root_of(const fs::path& data_directory, bool root) {
  return root ? fs::path(data_directory.string() + "-jobs") : data_directory / "jobs";
}

std::expected<Programs, std::string> find_programs(const fs::path& scratch_root, bool root) {
  auto sandbox_exec = find("quern-sandbox-exec");
  if (!sandbox_exec) return std::unexpected(std::move(sandbox_exec).error());
  auto worker = find("quern-worker");
  if (!worker) return std::unexpected(std::move(worker).error());
  if (!root) return Programs{.sandbox_exec = *sandbox_exec, .worker = *worker};
  const fs::path folder = scratch_root / "programs";
  for (const fs::path& path : {scratch_root, folder}) {
    if (auto made = make_folder(path); !made) return std::unexpected(std::move(made).error());
  }
  sandbox_exec = copy_to(*sandbox_exec, folder);
  if (!sandbox_exec) return std::unexpected(std::move(sandbox_exec).error());
  worker = copy_to(*worker, folder);
  if (!worker) return std::unexpected(std::move(worker).error());
  return Programs{.sandbox_exec = *sandbox_exec, .worker = *worker};
}

}  // namespace quern::daemon
