#include "overlay/identity/key_file.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/overlay/multiformats/hex.hpp"
#include "tests/overlay/runtime/world_fixture.hpp"

namespace quern::identity {
namespace {

using runtime::Bytes;
using runtime::Runtime;
using runtime::Task;
using runtime::world_name;
using runtime::WorldKind;

class KeyFiles : public runtime::BothWorlds {};
QUERN_ON_BOTH_WORLDS(KeyFiles);

TEST_P(KeyFiles, a_key_is_made_once_and_stays) {
  run([](Runtime& runtime) -> Task<void> {
    const auto made = co_await load_or_create_key(runtime, "identity.key");
    EXPECT_TRUE(made.has_value());
    const auto again = co_await load_or_create_key(runtime, "identity.key");
    EXPECT_EQ(again.value().public_key(), made.value().public_key());
    const auto other = co_await load_or_create_key(runtime, "other.key");
    EXPECT_FALSE(other.value().public_key() == made.value().public_key());
  });
}

TEST_P(KeyFiles, file_of_another_implementation_is_read) {
  run([](Runtime& runtime) -> Task<void> {
    // libp2p specs, peer-ids/peer-ids.md, "Test vectors".
    const Bytes file = multiformats::from_hex(
        "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"
        "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");
    EXPECT_TRUE((co_await runtime.disk().replace("identity.key", file)).has_value());
    const auto key = co_await load_or_create_key(runtime, "identity.key");
    EXPECT_EQ(multiformats::to_hex(key.value().public_key().data()),
              "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");
  });
}

// What the file holds, and a word of why it is refused.
struct Unusable {
  Bytes content;
  const char* why;
};

TEST_P(KeyFiles, file_that_is_no_usable_key_is_named_and_left_alone) {
  run([](Runtime& runtime) -> Task<void> {
    const std::vector<Unusable> files = {
        {runtime::copy_of(runtime::bytes_of("not a key")), "malformed key"},
        {Bytes(), "malformed key"},
        {multiformats::from_hex("0802122053dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb"),
         "Ed25519 only"},
        {Bytes(5000), "limit 4096"}};
    for (const Unusable& file : files) {
      EXPECT_TRUE((co_await runtime.disk().replace("identity.key", file.content)).has_value());
      const auto key = co_await load_or_create_key(runtime, "identity.key");
      EXPECT_TRUE(!key && key.error() == Errc::key_file);
      const std::string message = key ? "" : key.error().message();
      for (const std::string part : {"identity.key", file.why, "put the right file there", "begin in an empty folder"})
        EXPECT_NE(message.find(part), std::string::npos) << message << " without " << part;
      EXPECT_EQ((co_await runtime.disk().read("identity.key")).value(), file.content);
    }
  });
}

TEST(KeyFile, is_readable_by_its_owner_only) {
  const TemporaryFolder folder;
  runtime::SystemRuntime runtime({.node = "test", .data_directory = folder.path() / "data"});
  runtime.run([](Runtime& node) -> Task<void> {
    EXPECT_TRUE((co_await load_or_create_key(node, "identity.key")).has_value());
  });
  struct stat status{};
  ASSERT_EQ(::stat((folder.path() / "data" / "identity.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(KeyFile, that_others_may_read_is_refused_with_what_to_do) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "data" / "identity.key";
  runtime::SystemRuntime runtime({.node = "test", .data_directory = folder.path() / "data"});
  runtime.run([&](Runtime& node) -> Task<void> {
    const auto made = co_await load_or_create_key(node, "identity.key");
    for (const mode_t mode : {0640u, 0604u, 0620u}) {
      EXPECT_EQ(::chmod(file.c_str(), mode), 0);
      const auto key = co_await load_or_create_key(node, "identity.key");
      const std::string message = key ? "" : key.error().message();
      EXPECT_NE(message.find("chmod 600"), std::string::npos) << message;
      EXPECT_NE(message.find("identity.key"), std::string::npos) << message;
    }
    EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
    const auto key = co_await load_or_create_key(node, "identity.key");
    EXPECT_TRUE(made && key && made->public_key() == key->public_key());
  });
}

TEST(KeyFile, disk_that_fails_is_reported_as_it_says) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "data" / "identity.key");  // a folder in the file's place
  runtime::SystemRuntime runtime({.node = "test", .data_directory = folder.path() / "data"});
  runtime.run([](Runtime& node) -> Task<void> {
    const auto key = co_await load_or_create_key(node, "identity.key");
    EXPECT_TRUE(!key && key.error() == runtime::Errc::system);
  });
}

}  // namespace
}  // namespace quern::identity
