#include "scheduler/blobs/blob_store.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/simulation/world.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::blobs {
namespace {

using namespace std::chrono_literals;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Runtime;
using runtime::Task;

Bytes text_bytes(std::string_view text) {
  return runtime::copy_of(bytes_of(text));
}

class BlobStores : public runtime::BothWorlds {};
QUERN_ON_BOTH_WORLDS(BlobStores);

TEST_P(BlobStores, keep_bytes_under_their_name_once) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    const auto added = co_await store.add(text_bytes("hello"));
    EXPECT_EQ(added, digest_of(bytes_of("hello")));
    EXPECT_EQ((co_await store.add(text_bytes("hello"))).value(), *added);
    EXPECT_EQ(store.bytes(), 5u);
    EXPECT_EQ(store.size_of(*added), 5u);
    EXPECT_EQ(co_await store.read(*added), text_bytes("hello"));
    EXPECT_EQ(name_of(*added), "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
    EXPECT_TRUE(co_await store.remove(*added));
    EXPECT_EQ((co_await store.read(*added)).error(), Errc::not_found);
    EXPECT_EQ(store.bytes(), 0u);
  });
}

Task<void> add_hello(BlobStore& store, int& added) {
  const auto digest = co_await store.add(text_bytes("hello"));
  EXPECT_EQ(digest, digest_of(bytes_of("hello")));
  ++added;
}

TEST_P(BlobStores, keep_the_same_bytes_for_several_at_a_time) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    int added = 0;
    co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
      for (int i = 0; i < 8; ++i) group.spawn(add_hello(store, added));
      co_await group.join();
    });
    EXPECT_EQ(added, 8);
    EXPECT_EQ(store.bytes(), 5u);
    EXPECT_EQ(co_await store.read(digest_of(bytes_of("hello"))), text_bytes("hello"));
  });
}

TEST_P(BlobStores, find_again_what_they_had_after_a_restart) {
  run([](Runtime& runtime) -> Task<void> {
    const Digest other = digest_of(bytes_of("other"));
    BlobStore before(runtime);
    EXPECT_TRUE(co_await before.load());
    const auto kept = co_await before.add(text_bytes("kept"));
    EXPECT_TRUE(co_await before.append_part(other, text_bytes("oth")));
    EXPECT_TRUE(co_await runtime.disk().replace("identity.key", text_bytes("not a blob")));
    EXPECT_TRUE(co_await runtime.disk().replace("blob.nonsense", text_bytes("not a blob either")));
    BlobStore after(runtime);
    EXPECT_TRUE(co_await after.load());
    EXPECT_TRUE(after.has(*kept));
    EXPECT_EQ(after.part_size(other), 3u);
    EXPECT_EQ(after.bytes(), 7u);
    EXPECT_TRUE(co_await after.append_part(other, text_bytes("er")));
    EXPECT_TRUE(co_await after.finish_part(other));
    EXPECT_EQ(co_await after.read(other), text_bytes("other"));
    EXPECT_EQ(after.part_size(other), 0u);
  });
}

TEST_P(BlobStores, lose_only_what_is_not_whole_yet_when_parts_are_dropped) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore before(runtime);
    const auto kept = co_await before.add(text_bytes("kept"));
    const Digest other = digest_of(bytes_of("other"));
    EXPECT_TRUE(co_await before.append_part(other, text_bytes("oth")));
    EXPECT_TRUE(co_await runtime.disk().replace("part.nonsense", text_bytes("not a part")));
    EXPECT_EQ(co_await drop_parts(runtime.disk()), 1u);
    EXPECT_EQ(co_await drop_parts(runtime.disk()), 0u);
    EXPECT_EQ(co_await runtime.disk().read("part.nonsense"), text_bytes("not a part"));
    BlobStore after(runtime);
    EXPECT_TRUE(co_await after.load());
    EXPECT_EQ(after.part_size(other), 0u);
    EXPECT_EQ(co_await after.read(*kept), text_bytes("kept"));
  });
}

TEST_P(BlobStores, throw_away_what_is_not_what_its_name_says) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    const Digest promised = digest_of(bytes_of("promised"));
    EXPECT_TRUE(co_await store.append_part(promised, text_bytes("something")));
    EXPECT_EQ((co_await store.finish_part(promised)).error(), Errc::corrupt);
    EXPECT_EQ(store.part_size(promised), 0u);
    EXPECT_EQ((co_await store.finish_part(promised)).error(), Errc::corrupt) << "nothing has come";
    const auto good = co_await store.add(text_bytes("good"));
    EXPECT_TRUE(co_await runtime.disk().replace("blob." + name_of(*good), text_bytes("spoiled")));
    EXPECT_EQ((co_await store.read(*good)).error(), Errc::corrupt);
    EXPECT_FALSE(store.has(*good));
    EXPECT_EQ(store.bytes(), 0u);
  });
}

TEST_P(BlobStores, give_pieces_of_a_blob_that_they_check) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    const Digest digest = *co_await store.add(text_bytes("hello world"));
    EXPECT_EQ(co_await store.read_piece(digest, 6, 100), text_bytes("world"));
    EXPECT_EQ(co_await store.read_piece(digest, 2, 3), text_bytes("llo"));
    EXPECT_EQ(co_await store.read_piece(digest, 11, 5), Bytes());
    EXPECT_EQ(co_await store.read_piece(digest, 1 << 20, 5), Bytes());
    EXPECT_EQ(co_await store.read_piece(digest, 2, 0), Bytes());
    EXPECT_TRUE(co_await runtime.disk().replace("blob." + name_of(digest), text_bytes("HELLO WORLD")));
    BlobStore after(runtime);
    EXPECT_TRUE(co_await after.load());
    EXPECT_EQ((co_await after.read_piece(digest, 0, 5)).error(), Errc::corrupt);
    EXPECT_FALSE(after.has(digest));
    EXPECT_EQ((co_await after.read_piece(digest, 0, 5)).error(), Errc::not_found);
  });
}

// It would be taken for one that is here, and never be brought or made again.
TEST_P(BlobStores, forget_a_blob_that_is_spoiled_after_it_was_checked) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    Bytes large(5 * kCheckedBytes / 2);
    runtime.random().fill(large);
    const Digest digest = *co_await store.add(large);
    const std::string file = "blob." + name_of(digest);
    EXPECT_EQ((co_await store.read_piece(digest, 0, 100)).value_or(Bytes()).size(), 100u);
    Bytes spoiled = large;
    spoiled[2 * kCheckedBytes + 3] ^= std::byte{1};
    EXPECT_TRUE(co_await runtime.disk().replace(file, spoiled));
    const auto whole = co_await store.read_piece(digest, 10, kCheckedBytes);
    EXPECT_EQ(whole, runtime::copy_of(runtime::ByteView(large).subspan(10, kCheckedBytes))) << "as these still are";
    EXPECT_EQ((co_await store.read_piece(digest, 2 * kCheckedBytes - 1, 2)).error(), Errc::corrupt);
    EXPECT_FALSE(store.has(digest));
    EXPECT_EQ(co_await store.add(large), digest);
    EXPECT_EQ(co_await store.read(digest), large);
    EXPECT_TRUE(co_await store.read_piece(digest, 0, 1));
    EXPECT_TRUE(co_await runtime.disk().remove(file));
    EXPECT_EQ((co_await store.read_piece(digest, 0, 1)).error(), runtime::Errc::not_found);
    EXPECT_FALSE(store.has(digest));
  });
}

TEST_P(BlobStores, check_blobs_that_are_larger_than_what_they_hold_of_them) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    Bytes large(5 << 20);
    runtime.random().fill(large);
    const Digest digest = *co_await store.add(large);
    const auto piece = co_await store.read_piece(digest, 4 << 20, 2 << 20);
    EXPECT_EQ(piece, runtime::copy_of(runtime::ByteView(large).subspan(4 << 20)));
  });
}

TEST_P(BlobStores, keep_no_more_than_they_may) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime, {.bytes_max = 10, .blobs_max = 2});
    EXPECT_TRUE(co_await store.add(text_bytes("12345")));
    const auto more = co_await store.add(text_bytes("678901"));
    EXPECT_EQ(more.error(), Errc::store_full);
    EXPECT_NE(more.error().message().find("limit 10"), std::string::npos) << more.error().message();
    EXPECT_TRUE(co_await store.add(text_bytes("6789")));
    EXPECT_EQ((co_await store.add(text_bytes("x"))).error(), Errc::store_full) << "two are all there may be";
    EXPECT_EQ((co_await store.append_part(digest_of({}), Bytes(6))).error(), Errc::store_full);
    EXPECT_EQ((co_await store.add(Bytes(kBlobBytesMax + 1))).error(), Errc::too_large);
    EXPECT_EQ(store.bytes(), 9u);
  });
}

// What has come of a blob would keep the room from all others.
TEST(FullDisk, keeps_no_part_of_what_it_has_no_room_for) {
  bool ran = false;
  simulation::World world({.seed = 1});
  world.add_node({.disk_bytes_max = 1 << 20}, [&](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    const Digest large = digest_of(bytes_of("large"));
    while (co_await store.append_part(large, Bytes(300 << 10))) {
    }
    EXPECT_EQ(store.part_size(large), 0u);
    EXPECT_EQ(store.bytes(), 0u);
    EXPECT_EQ((co_await store.append_part(large, Bytes(2 << 20))).error(), runtime::Errc::no_space);
    EXPECT_EQ(co_await runtime.disk().list(), std::vector<std::string>());
    EXPECT_TRUE(co_await store.add(Bytes(300 << 10)));
    ran = true;
  });
  world.run_for(1min);
  EXPECT_TRUE(ran);
}

TEST_P(BlobStores, keep_no_part_that_would_go_beyond_what_they_may) {
  run([](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime, {.bytes_max = 10, .blobs_max = 2});
    const Digest large = digest_of(bytes_of("large"));
    EXPECT_TRUE(co_await store.append_part(large, Bytes(8)));
    EXPECT_EQ((co_await store.append_part(large, Bytes(8))).error(), Errc::store_full);
    EXPECT_EQ(store.part_size(large), 0u);
    EXPECT_TRUE(co_await store.add(text_bytes("12345")));
  });
}

// On the simulator: time passes.
class Eviction : public testing::Test {
 protected:
  void run(std::function<Task<void>(Runtime&)> program) {
    simulation::World world({.seed = 1});
    world.add_node({}, std::move(program));
    world.run_until(runtime::Time{} + 1h);
  }
};

TEST_F(Eviction, makes_room_by_what_was_used_longest_ago) {
  bool ran = false;
  run([&](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime, {.bytes_max = 12, .blobs_max = 3});
    std::vector<Digest> evicted;
    store.set_eviction([] { return std::set<Digest>(); },
                       [&](const Digest& digest, std::uint64_t bytes) {
                         EXPECT_EQ(bytes, 4u);
                         evicted.push_back(digest);
                       });
    const auto first = *co_await store.add(text_bytes("1111"));
    const auto second = *co_await store.add(text_bytes("2222"));
    const auto third = *co_await store.add(text_bytes("3333"));
    EXPECT_EQ((co_await store.add(text_bytes("4444"))).error(), Errc::store_full) << "all are fresh";
    co_await runtime.clock().sleep_for(2min);
    EXPECT_TRUE(co_await store.read(first));
    EXPECT_TRUE(co_await store.add(text_bytes("4444")));
    EXPECT_EQ(evicted, std::vector{second});
    EXPECT_EQ((co_await store.read(second)).error(), Errc::not_found);
    EXPECT_FALSE((co_await runtime.disk().read("blob." + name_of(second))).has_value());
    store.hold(third, 5min);
    EXPECT_TRUE(co_await store.add(text_bytes("55")));
    EXPECT_EQ(evicted, (std::vector{second, first}));
    EXPECT_EQ(store.bytes(), 10u);
    ran = true;
  });
  EXPECT_TRUE(ran);
}

TEST_F(Eviction, leaves_the_disk_the_room_that_it_is_told_to) {
  bool ran = false;
  run([&](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime);
    std::uint64_t room = 10;
    store.set_room([&] { return room; });
    const auto first = *co_await store.add(text_bytes("1234567890"));
    room = 0;
    EXPECT_EQ((co_await store.add(text_bytes("abcd"))).error(), runtime::Errc::no_space) << "all are fresh";
    EXPECT_EQ((co_await store.append_part(digest_of({}), Bytes(4))).error(), runtime::Errc::no_space);
    co_await runtime.clock().sleep_for(2min);
    EXPECT_EQ((co_await store.add(text_bytes("12345678901"))).error(), runtime::Errc::no_space) << "all would not do";
    EXPECT_TRUE(store.has(first));
    EXPECT_TRUE(co_await store.add(text_bytes("abcd")));
    EXPECT_FALSE(store.has(first));
    ran = true;
  });
  EXPECT_TRUE(ran);
}

TEST_F(Eviction, spares_what_is_needed_and_what_is_on_its_way) {
  bool ran = false;
  run([&](Runtime& runtime) -> Task<void> {
    BlobStore store(runtime, {.bytes_max = 10, .blobs_max = 8});
    std::set<Digest> needed;
    store.set_eviction([&] { return needed; }, {});
    needed.insert(*co_await store.add(text_bytes("1234")));
    const Digest arriving = digest_of(bytes_of("arriving"));
    const Digest abandoned = digest_of(bytes_of("abandoned"));
    EXPECT_TRUE(co_await store.append_part(abandoned, text_bytes("aba")));
    EXPECT_TRUE(co_await store.append_part(arriving, text_bytes("arr")));
    co_await runtime.clock().sleep_for(2min);
    const auto turn = co_await store.turn(arriving);
    EXPECT_EQ((co_await store.add(text_bytes("12345"))).error(), Errc::store_full);
    EXPECT_EQ(store.part_size(abandoned), 3u) << "it would have gone in vain";
    EXPECT_TRUE(co_await store.add(text_bytes("xyz")));
    EXPECT_EQ(store.part_size(abandoned), 0u);
    EXPECT_EQ(store.part_size(arriving), 3u);
    EXPECT_EQ(store.bytes(), 10u);
    ran = true;
  });
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace quern::blobs
