#include "scheduler/daemon/full_disk.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "scheduler/blobs/blob_store.hpp"
#include "scheduler/store/error.hpp"

namespace quern::daemon {

using runtime::Error;
using runtime::Task;

namespace {

bool is_full(const Error& error) {
  return error == runtime::Errc::no_space || error == store::Errc::disk_full;
}

}  // namespace

Error with_way_out(Error error, const std::string& data_directory) {
  if (!is_full(error)) return error;
  std::string detail = error.detail().empty() ? "" : error.detail() + ": ";
  detail +=
      "there is no room in " + data_directory +
      ": free space on its disk and start again, or move that folder to a larger one and name it in data_directory";
  return Error(error.code(), std::move(detail));
}

Task<bool> make_room_for_start(runtime::Disk& disk, const Error& error) {
  if (!is_full(error)) co_return false;
  const auto dropped = co_await blobs::drop_parts(disk);
  co_return dropped.has_value() && *dropped > 0;
}

std::uint64_t room_for_blobs(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return UINT64_MAX;
  const std::uint64_t kept = std::min<std::uint64_t>(kBooksBytes, space.capacity / kBooksPart);
  return space.available - std::min<std::uint64_t>(space.available, kept);
}

}  // namespace quern::daemon
