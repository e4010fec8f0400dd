#include "scheduler/daemon/programs.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace quern::daemon {

namespace fs = std::filesystem;
using runtime::Result;

namespace {

constexpr auto kFolderMode = static_cast<fs::perms>(0711);
constexpr auto kProgramMode = static_cast<fs::perms>(0755);

std::unexpected<runtime::Error> failed(const fs::path& path, const std::error_code& error) {
  if (error == std::errc::no_space_on_device) {
    return runtime::fail(runtime::Errc::no_space, path.string() + ": free space in the file system of its folder");
  }
  return runtime::fail(runtime::Errc::system, path.string() + ": " + error.message());
}

Result<fs::path> find(std::string_view name) {
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  if (error) return failed("/proc/self/exe", error);
  const fs::path beside = self.parent_path();
  const std::array places{beside / name, beside.parent_path() / "libexec/quern" / name};
  for (const fs::path& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  return runtime::fail(runtime::Errc::not_found, std::string(name) + " is neither " + places[0].string() + " nor " +
                                                     places[1].string() + ": build or install all programs of quern");
}

bool is_copy(const fs::path& copy, const fs::path& program) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(copy, error);
  if (error || !fs::is_regular_file(status) || status.permissions() != kProgramMode) return false;
  if (fs::file_size(copy, error) != fs::file_size(program, error) || error) return false;
  std::ifstream one(copy, std::ios::binary);
  std::ifstream other(program, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return one && other && std::equal(Bytes(one), Bytes(), Bytes(other), Bytes());
}

Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, kFolderMode, error);
  if (error) return failed(path, error);
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

Result<fs::path> copy_program(const fs::path& program, const fs::path& folder) {
  std::error_code error;
  fs::path to = folder / program.filename();
  const fs::path unfinished = to.string() + ".new";
  std::error_code ignored;
  fs::remove(unfinished, ignored);  // of a start that was cut off
  if (is_copy(to, program)) return to;
  fs::copy_file(program, unfinished, error);
  if (!error) fs::permissions(unfinished, kProgramMode, error);
  if (!error) fs::rename(unfinished, to, error);
  if (!error) return to;
  fs::remove(unfinished, ignored);
  return failed(to, error);
}

Result<Programs> find_programs(const fs::path& scratch_root, bool root) {
  auto sandbox_exec = find("quern-sandbox-exec");
  if (!sandbox_exec) return std::unexpected(std::move(sandbox_exec).error());
  auto worker = find("quern-worker");
  if (!worker) return std::unexpected(std::move(worker).error());
  if (!root) return Programs{.sandbox_exec = *sandbox_exec, .worker = *worker};
  const fs::path folder = scratch_root / "programs";
  for (const fs::path& path : {scratch_root, folder}) {
    if (auto made = make_folder(path); !made) return std::unexpected(std::move(made).error());
  }
  sandbox_exec = copy_program(*sandbox_exec, folder);
  if (!sandbox_exec) return std::unexpected(std::move(sandbox_exec).error());
  worker = copy_program(*worker, folder);
  if (!worker) return std::unexpected(std::move(worker).error());
  return Programs{.sandbox_exec = *sandbox_exec, .worker = *worker};
}

}  // namespace quern::daemon
