#include "scheduler/daemon/full_disk.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "overlay/runtime/bytes.hpp"
#include "overlay/runtime/simulation/world.hpp"
#include "scheduler/blobs/blob_store.hpp"
#include "scheduler/store/error.hpp"

namespace quern::daemon {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::Errc;
using runtime::Error;
using runtime::Runtime;
using runtime::Task;

TEST(FullDisk, is_told_with_its_data_directory_and_a_way_out) {
  const Error error(store::Errc::disk_full, "COMMIT: database or disk is full");
  EXPECT_EQ(with_way_out(error, "/var/lib/quern").message(),
            "the disk is full: COMMIT: database or disk is full: there is no room in /var/lib/quern: free space on its "
            "disk and start again, or move that folder to a larger one and name it in data_directory");
  EXPECT_TRUE(with_way_out(Error(Errc::no_space), "/var/lib/quern").detail().starts_with("there is no room in /var"));
  EXPECT_EQ(with_way_out(Error(Errc::system, "as it is"), "/var/lib/quern").detail(), "as it is");
}

TEST(FullDisk, has_room_for_a_start_where_it_is_full_of_what_had_not_come_whole) {
  simulation::World world({.seed = 1});
  bool ran = false;
  world.add_node({.disk_bytes_max = 1 << 20}, [&](Runtime& runtime) -> Task<void> {
    const auto start = [&] { return runtime.disk().replace("books", Bytes(100 << 10)); };
    blobs::BlobStore before(runtime);
    const auto kept = co_await before.add(Bytes(10 << 10));
    const auto coming = blobs::digest_of(runtime::bytes_of("coming"));
    EXPECT_TRUE(co_await before.append_part(coming, Bytes(900 << 10)));
    EXPECT_TRUE(co_await runtime.disk().replace("others", Bytes(100 << 10)));
    const auto refused = co_await start();
    EXPECT_EQ(refused.error(), Errc::no_space);
    EXPECT_FALSE(co_await make_room_for_start(runtime.disk(), Error(Errc::system))) << "it helps nobody";
    EXPECT_FALSE(co_await start());
    EXPECT_TRUE(co_await make_room_for_start(runtime.disk(), refused.error()));
    EXPECT_TRUE(co_await start());
    EXPECT_FALSE(co_await make_room_for_start(runtime.disk(), refused.error())) << "there are no more";
    EXPECT_TRUE(co_await before.read(*kept));
    ran = true;
  });
  world.run_for(1min);
  EXPECT_TRUE(ran);
}

TEST(FullDisk, is_not_filled_by_blobs) {
  const auto folder = std::filesystem::temp_directory_path();
  const auto space = std::filesystem::space(folder);
  const std::uint64_t kept = std::min<std::uint64_t>(kBooksBytes, space.capacity / kBooksPart);
  EXPECT_LT(room_for_blobs(folder), space.capacity - kept);
  EXPECT_EQ(room_for_blobs("/nowhere/at/all"), UINT64_MAX);
}

}  // namespace
}  // namespace quern::daemon
