#include "scheduler/blobs/blob_exchange.hpp"

#include <gtest/gtest.h>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/cleanup.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/overlay/protocols/host_pair.hpp"

namespace quern::blobs {
namespace {

using namespace std::chrono_literals;
using identity::PeerId;
using overlay::Host;
using runtime::Bytes;
using runtime::bytes_of;
using runtime::Result;
using runtime::Runtime;
using runtime::Task;
using runtime::Time;

const MayHave kEverybody = [](const PeerId&, const Digest&) { return true; };

// A node that has one large blob and serves it, and one that wants it; each with a disk of its own.
class TwoNodes {
 public:
  static constexpr std::uint16_t kPort = 4001;
  static constexpr std::size_t kBytes = 4 << 20;

  explicit TwoNodes(MayHave may_have = kEverybody)
      : world({.link = {.latency = 10ms, .jitter = 0ms, .bytes_per_second = 1 << 20}}), may_have_(std::move(may_have)) {
    content_.resize(kBytes);
    world.random().fill(content_);
    digest = digest_of(content_);
    server = world.add_node({}, [this](Runtime& runtime) { return serve(runtime); });
    client = world.add_node({}, [this](Runtime& runtime) { return fetch(runtime); });
  }

  simulation::World world;
  Digest digest{};
  simulation::NodeId server = 0;
  simulation::NodeId client = 0;
  std::vector<Result<std::uint64_t>> fetched;
  std::vector<std::uint64_t> there_before;  // of the part, at each start of the client
  std::uint64_t size_max = kBytes;
  std::size_t at_once = 1;
  bool right = false;

 private:
  Task<void> serve(Runtime& runtime) {
    const auto host = *Host::make(runtime, protocols::test_config(2, {}));
    BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    EXPECT_TRUE(co_await store.add(content_));
    const BlobServer blobs(*host, store, may_have_);
    EXPECT_TRUE(host->listen("/ip4/0.0.0.0/tcp/" + std::to_string(kPort)));
    co_await runtime::with_cleanup<void>([&] { return runtime.clock().sleep_for(1h); }, [&] { return host->stop(); });
  }

  Task<void> fetch(Runtime& runtime) {
    const auto host = *Host::make(runtime, protocols::test_config(1, {}));
    BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    there_before.push_back(store.part_size(digest));
    const auto ask = [&]() -> Task<void> {
      const auto peer =
          co_await host->connect("/ip4/" + world.address_of(server).to_string() + "/tcp/" + std::to_string(kPort));
      EXPECT_TRUE(peer);
      if (!peer) co_return;
      const auto one = [&]() -> Task<void> {
        fetched.push_back(co_await fetch_blob(*host, store, *peer, digest, size_max));
      };
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        for (std::size_t i = 0; i < at_once; ++i) group.spawn(one());
        co_await group.join();
      });
      right = (co_await store.read(digest)) == content_;
    };
    co_await runtime::with_cleanup<void>(ask, [&] { return host->stop(); });
  }

  MayHave may_have_;
  Bytes content_;
};

TEST(BlobExchange, brings_a_blob_whole) {
  TwoNodes nodes;
  nodes.world.run_until(Time{} + 1min);
  ASSERT_EQ(nodes.fetched.size(), 1u);
  EXPECT_EQ(nodes.fetched[0], TwoNodes::kBytes);
  EXPECT_TRUE(nodes.right);
}

TEST(BlobExchange, goes_on_where_a_crash_has_cut_it_off) {
  TwoNodes nodes;
  nodes.world.run_until(Time{} + 3s);
  nodes.world.crash(nodes.client, simulation::CrashKind::process);
  nodes.world.restart(nodes.client);
  nodes.world.run_until(Time{} + 1min);
  ASSERT_EQ(nodes.there_before.size(), 2u);
  EXPECT_GE(nodes.there_before[1], kSyncBytes) << "a mebibyte a second had come for two seconds and more";
  ASSERT_EQ(nodes.fetched.size(), 1u);
  EXPECT_EQ(nodes.fetched[0], TwoNodes::kBytes);
  EXPECT_TRUE(nodes.right);
}

TEST(BlobExchange, brings_a_blob_once_for_all_who_want_it_at_the_same_time) {
  TwoNodes nodes;
  nodes.at_once = 3;
  nodes.world.run_until(Time{} + 6s);  // not long enough for it to come twice
  ASSERT_EQ(nodes.fetched.size(), 3u);
  for (const auto& fetched : nodes.fetched) EXPECT_EQ(fetched, TwoNodes::kBytes);
  EXPECT_TRUE(nodes.right);
}

TEST(BlobExchange, gives_a_silent_peer_up_and_keeps_what_came) {
  TwoNodes nodes;
  nodes.world.run_until(Time{} + 3s);
  nodes.world.links().cut(nodes.client, nodes.server, true);
  nodes.world.run_until(Time{} + 2min);
  ASSERT_EQ(nodes.fetched.size(), 1u);
  EXPECT_FALSE(nodes.fetched[0]);
  nodes.world.links().cut(nodes.client, nodes.server, false);
  nodes.world.crash(nodes.client, simulation::CrashKind::process);
  nodes.world.restart(nodes.client);
  nodes.world.run_until(Time{} + 4min);
  ASSERT_EQ(nodes.fetched.size(), 2u);
  EXPECT_GE(nodes.there_before[1], kSyncBytes);
  EXPECT_TRUE(nodes.right);
}

TEST(BlobExchange, tells_nobody_of_a_blob_that_is_not_for_him) {
  TwoNodes nodes([](const PeerId&, const Digest&) { return false; });
  nodes.world.run_until(Time{} + 1min);
  ASSERT_EQ(nodes.fetched.size(), 1u);
  EXPECT_EQ(nodes.fetched[0].error(), Errc::not_found);
}

TEST(BlobExchange, takes_no_more_than_was_asked_for) {
  TwoNodes nodes;
  nodes.size_max = TwoNodes::kBytes - 1;
  nodes.world.run_until(Time{} + 1min);
  ASSERT_EQ(nodes.fetched.size(), 1u);
  EXPECT_EQ(nodes.fetched[0].error(), Errc::too_large);
}

// A node that serves a blob, one that opens many streams and reads a little now and then, and one that wants the blob.
class SlowReaders {
 public:
  static constexpr std::size_t kStreams = 2 * kServedAtOnceMax;
  static constexpr std::size_t kBytes = 4 << 20;

  SlowReaders() : world({.link = {.latency = 10ms, .jitter = 0ms, .bytes_per_second = 8 << 20}}) {
    content_.resize(kBytes);
    world.random().fill(content_);
    digest_ = digest_of(content_);
    server_ = world.add_node({}, [this](Runtime& runtime) { return serve(runtime); });
    world.add_node({}, [this](Runtime& runtime) { return keep_places(runtime); });
    world.add_node({}, [this](Runtime& runtime) { return fetch(runtime); });
  }

  simulation::World world;
  std::optional<Result<std::uint64_t>> fetched;
  std::size_t begun = 0;  // streams of the slow one that got bytes,
  std::size_t cut = 0;    // that were broken off,
  std::size_t whole = 0;  // that came to the end of the blob

 private:
  std::string at() { return "/ip4/" + world.address_of(server_).to_string() + "/tcp/4001"; }

  Task<void> serve(Runtime& runtime) {
    const auto host = *Host::make(runtime, protocols::test_config(2, {}));
    BlobStore store(runtime);
    EXPECT_TRUE(co_await store.add(content_));
    const BlobServer blobs(*host, store, kEverybody);
    EXPECT_TRUE(host->listen("/ip4/0.0.0.0/tcp/4001"));
    co_await runtime::with_cleanup<void>([&] { return runtime.clock().sleep_for(1h); }, [&] { return host->stop(); });
  }

  Task<void> keep_places(Runtime& runtime) {
    const auto host = *Host::make(runtime, protocols::test_config(1, {}));
    const auto peer = co_await host->connect(at());
    EXPECT_TRUE(peer);
    if (!peer) co_return;
    const auto all = [&]() -> Task<void> {
      co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
        for (std::size_t i = 0; i < kStreams; ++i) group.spawn(read_slowly(runtime, *host, *peer));
        co_await group.join();
      });
    };
    co_await runtime::with_cleanup<void>(all, [&] { return host->stop(); });
  }

  // A quarter of a mebibyte in each 25 s: more than nothing in kStallMax.
  Task<void> read_slowly(Runtime& runtime, Host& host, PeerId peer) {
    const auto stream = co_await host.open(std::move(peer), std::string(kBlobProtocol));
    if (!stream) co_return;
    Bytes request{std::byte{10}, std::byte{32}};
    runtime::append(request, digest_);
    std::ignore = co_await protocols::write_message(**stream, request);
    Bytes buffer(256 << 10);
    std::size_t got = 0;
    while (got < kBytes) {
      const std::size_t turn_ends = got + buffer.size();
      while (got < turn_ends) {
        const auto size = co_await (*stream)->read_some(buffer);
        if (size && got == 0) ++begun;
        if (!size) {
          ++cut;
          co_return;
        }
        got += *size;
      }
      co_await runtime.clock().sleep_for(25s);
    }
    ++whole;
  }

  Task<void> fetch(Runtime& runtime) {
    const auto host = *Host::make(runtime, protocols::test_config(3, {}));
    BlobStore store(runtime);
    const auto ask = [&]() -> Task<void> {
      co_await runtime.clock().sleep_for(5s);
      const auto peer = co_await host->connect(at());
      EXPECT_TRUE(peer);
      if (peer) fetched = co_await fetch_blob(*host, store, *peer, digest_, kBytes);
    };
    co_await runtime::with_cleanup<void>(ask, [&] { return host->stop(); });
  }

  Digest digest_{};
  simulation::NodeId server_ = 0;
  Bytes content_;
};

TEST(BlobExchange, gives_a_peer_with_many_streams_its_share_of_the_places_and_others_theirs) {
  SlowReaders nodes;
  nodes.world.run_until(Time{} + 20s);
  EXPECT_EQ(nodes.begun, kServedEachPeerMax);
  ASSERT_TRUE(nodes.fetched);
  EXPECT_EQ(*nodes.fetched, SlowReaders::kBytes);
}

TEST(BlobExchange, breaks_off_with_one_who_reads_a_little_now_and_then) {
  SlowReaders nodes;
  nodes.world.run_until(Time{} + 5min);
  EXPECT_GE(nodes.cut, kServedEachPeerMax);
  EXPECT_EQ(nodes.whole, 0u);
}

class BlobExchanges : public protocols::HostPairs {};
QUERN_ON_BOTH_WORLDS(BlobExchanges);

// What a peer sends that does not keep to the protocol.
TEST_P(BlobExchanges, from_a_peer_that_lies_end_with_an_error_and_an_empty_store) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    const auto answers = [&](Bytes answer) {
      listener.handle(std::string(kBlobProtocol), [answer = std::move(answer)](auto stream) -> Task<void> {
        const auto own = answer;
        std::ignore = co_await protocols::read_message(*stream, 1024);
        std::ignore = co_await stream->write(own);
        stream->shutdown_write();
      });
    };
    BlobStore store(runtime);
    const Digest digest = digest_of(bytes_of("wanted"));
    const Bytes found_six{std::byte{4}, std::byte{8}, std::byte{1}, std::byte{16}, std::byte{6}};
    Bytes wrong = found_six;
    runtime::append(wrong, bytes_of("wanteX"));
    answers(wrong);
    EXPECT_EQ((co_await fetch_blob(dialer, store, listener.id(), digest, 100)).error(), Errc::corrupt);
    Bytes part = found_six;
    runtime::append(part, bytes_of("wan"));
    answers(part);
    EXPECT_EQ((co_await fetch_blob(dialer, store, listener.id(), digest, 100)).error(), runtime::Errc::end_of_stream);
    EXPECT_EQ(store.part_size(digest), 3u) << "what came may be right";
    answers({std::byte{1}, std::byte{0xff}});
    EXPECT_EQ((co_await fetch_blob(dialer, store, listener.id(), digest, 100)).error(), Errc::bad_message);
    answers({std::byte{4}, std::byte{8}, std::byte{1}, std::byte{16}, std::byte{2}});
    EXPECT_EQ((co_await fetch_blob(dialer, store, listener.id(), digest, 100)).error(), Errc::corrupt);
    EXPECT_EQ(store.part_size(digest), 0u);
    EXPECT_FALSE(store.has(digest));
  });
}

TEST(BlobOwners, are_as_many_as_fit_and_the_oldest_go) {
  BlobOwners owners(2);
  const PeerId one = PeerId::of(connection::test_key(1).public_key());
  const PeerId two = PeerId::of(connection::test_key(2).public_key());
  const Digest a = digest_of(bytes_of("a"));
  const Digest b = digest_of(bytes_of("b"));
  owners.add(one, a);
  owners.add(one, a);
  owners.add(two, b);
  EXPECT_TRUE(owners.has(one, a));
  EXPECT_TRUE(owners.has(two, b));
  EXPECT_FALSE(owners.has(two, a)) << "each for itself";
  owners.add(two, a);
  EXPECT_FALSE(owners.has(one, a));
  EXPECT_TRUE(owners.has(two, a));
  EXPECT_EQ(owners.size(), 2u);
}

TEST_P(BlobExchanges, give_a_peer_nothing_for_a_digest_that_it_knows_and_has_not_brought) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    BlobStore store(runtime);
    BlobOwners owners;
    const Digest digest = *co_await store.add(runtime::copy_of(bytes_of("of another")));
    const auto fetch = [&] { return fetch_blob(dialer, store, listener.id(), digest, 100, &owners); };
    {
      const BlobServer nothing(listener, store, [](const PeerId&, const Digest&) { return false; });
      EXPECT_EQ((co_await fetch()).error(), Errc::not_found);
      EXPECT_FALSE(owners.has(listener.id(), digest));
    }
    {
      const BlobServer has_it(listener, store, kEverybody);
      EXPECT_EQ(co_await fetch(), 10u) << "it shows that it has the same bytes";
      EXPECT_EQ(store.part_size(digest), 0u);
    }
    EXPECT_EQ(co_await fetch(), 10u) << "now it is its own, and nobody is asked";
    EXPECT_EQ(co_await store.read(digest), runtime::copy_of(bytes_of("of another")));
  });
}

TEST_P(BlobExchanges, do_not_let_a_peer_finish_the_part_of_another) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    BlobStore store(runtime);
    BlobOwners owners;
    const Digest digest = digest_of(bytes_of("wanted"));
    owners.set_bringing(dialer.id(), digest);
    EXPECT_TRUE(co_await store.append_part(digest, runtime::copy_of(bytes_of("wan"))));
    listener.handle(std::string(kBlobProtocol), [](auto stream) -> Task<void> {
      std::ignore = co_await protocols::read_message(*stream, 1024);
      Bytes answer{std::byte{4}, std::byte{8}, std::byte{1}, std::byte{16}, std::byte{6}};  // found, six bytes
      runtime::append(answer, bytes_of("ted"));
      std::ignore = co_await stream->write(answer);
      stream->shutdown_write();
    });
    EXPECT_FALSE(co_await fetch_blob(dialer, store, listener.id(), digest, 100, &owners));
    EXPECT_FALSE(store.has(digest));
    EXPECT_FALSE(owners.has(listener.id(), digest));
  });
}

TEST_P(BlobExchanges, with_one_who_asks_for_nonsense_are_broken_off) {
  run_pair([](Runtime& runtime, Host& dialer, Host& listener) -> Task<void> {
    BlobStore store(runtime);
    const BlobServer server(listener, store, kEverybody);
    for (const Bytes& request :
         {Bytes{std::byte{1}, std::byte{0xff}}, Bytes{std::byte{0}}, Bytes(300, std::byte{0x7f})}) {
      const auto stream = co_await protocols::open_stream(dialer, listener, std::string(kBlobProtocol));
      EXPECT_TRUE(co_await stream->write(request));
      Bytes buffer(10);
      EXPECT_FALSE(co_await stream->read_some(buffer));
    }
  });
}

}  // namespace
}  // namespace quern::blobs
