// The outputs of a job's shards, joined in the submitter's store.
#include <gtest/gtest.h>

#include "overlay/runtime/simulation/world.hpp"
#include "scheduler/dispatch/dispatcher.hpp"
#include "scheduler/model/manifest.hpp"
#include "tests/scheduler/engagement/timed_work.hpp"

namespace quern::dispatch {
namespace {

using model::Reason;
using runtime::Runtime;
using runtime::Task;

TEST(JoinedOutputs, are_refused_at_submission_where_they_are_more_than_a_store_keeps) {
  model::Job job = engagement::sample_job();
  job.outputs[0].max_bytes = job.buffers[0].bytes = 80'000'000;
  job.shards.count = 2;
  const auto read = model::job_from_json(model::to_canonical_json(job));
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message().find("67108864"), std::string::npos) << read.error().message();
  job.outputs[0].max_bytes = job.buffers[0].bytes = model::kFileBytesMax;
  EXPECT_TRUE(model::job_from_json(model::to_canonical_json(job)));
}

TEST(JoinedOutputs, that_cannot_be_have_the_reason_of_their_error) {
  const auto reason_of = [](auto code) { return why_not_joined(runtime::Error(code, "detail")).reason; };
  EXPECT_EQ(reason_of(blobs::Errc::too_large), Reason::output_size);
  EXPECT_EQ(reason_of(blobs::Errc::store_full), Reason::disk_full);
  EXPECT_EQ(reason_of(runtime::Errc::no_space), Reason::disk_full);
  EXPECT_EQ(reason_of(blobs::Errc::corrupt), Reason::internal);
  EXPECT_EQ(reason_of(runtime::Errc::not_found), Reason::internal);
}

// Two tasks whose parts were here once; of `bytes` each, by what their receipts say.
DispatchEnd two_parts(const model::Digest& digest, std::uint64_t bytes) {
  DispatchEnd end;
  end.tasks.resize(2);
  end.outputs = {{0, {{digest, bytes}}}, {1, {{digest, bytes}}}};
  return end;
}

TEST(JoinedOutputs, that_are_too_large_are_told_so_before_anything_is_read) {
  simulation::World world({.seed = 1});
  std::optional<runtime::Result<std::vector<agreement::OutputDigest>>> missing;
  std::optional<runtime::Result<std::vector<agreement::OutputDigest>>> large;
  std::optional<runtime::Result<std::vector<agreement::OutputDigest>>> joined;
  world.add_node({}, [&](Runtime& runtime) -> Task<void> {
    blobs::BlobStore store(runtime);
    EXPECT_TRUE(co_await store.load());
    const auto digest = co_await store.add(runtime::Bytes(4096));
    EXPECT_TRUE(digest);
    const model::Job job = engagement::sample_job();
    missing = co_await join_outputs(job, two_parts({}, 4096), store);
    large = co_await join_outputs(job, two_parts({}, blobs::kBlobBytesMax / 2 + 1), store);
    joined = co_await join_outputs(job, two_parts(*digest, 4096), store);
  });
  world.run_until(runtime::Time{} + std::chrono::minutes(1));
  ASSERT_TRUE(missing && large && joined);
  EXPECT_EQ(missing->error(), blobs::Errc::not_found);
  EXPECT_EQ(large->error(), blobs::Errc::too_large);
  EXPECT_NE(large->error().message().find("out.bin"), std::string::npos) << large->error().message();
  ASSERT_TRUE(*joined);
  EXPECT_EQ((*joined)->front().bytes, 8192u);
}

}  // namespace
}  // namespace quern::dispatch
