#include "scheduler/daemon/methods.hpp"

#include <gtest/gtest.h>

#include "overlay/runtime/system_runtime.hpp"
#include "tests/scheduler/document.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

class NoRunner final : public engagement::Runner {
 public:
  runtime::Task<engagement::Finished> run(engagement::Work /*work*/, engagement::Meter& /*meter*/) override {
    co_return engagement::Finished{};
  }
};

// A node that was not started: enough to ask what it could be asked.
TEST(Methods, the_committed_document_is_what_the_daemon_says) {
  const TemporaryFolder folder;
  runtime::SystemRuntime system({.node = "node", .data_directory = folder.path(), .random_seed = 1});
  system.run([&](runtime::Runtime& runtime) -> runtime::Task<void> {
    auto database = store::Database::open({.path = (folder.path() / "quern.sqlite").string()});
    if (!database) throw std::runtime_error(database.error().message());
    Log log(runtime.clock(), LogLevel::error, LogFormat::text, [](std::string_view) {});
    blobs::BlobStore blobs(runtime);
    NoRunner runner;
    Node node(runtime, runner, blobs, *database, log,
              {.config = default_config({.home = "/home/ada"}),
               .key = identity::PrivateKey::generate(runtime),
               .devices = {},
               .sandbox = {},
               .preshared_key = {},
               .preferences = {},
               .report = {},
               .sources = hwprobe::Sources::at_root(folder.path()),
               .host = {},
               .measure = {}});
    rpc::Registry registry;
    add_methods(registry, node);
    expect_document("openrpc.json", rpc::pretty(rpc::openrpc(registry, QUERN_VERSION)));
    co_return;
  });
}

}  // namespace
}  // namespace quern::daemon
