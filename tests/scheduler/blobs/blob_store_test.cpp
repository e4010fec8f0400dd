#include "scheduler/blobs/blob_store.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::blobs {
namespace {

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

}  // namespace
}  // namespace quern::blobs
