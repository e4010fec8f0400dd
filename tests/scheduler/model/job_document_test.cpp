// docs/job.md and the examples say what the reader does.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include "scheduler/model/json_tree.hpp"
#include "scheduler/model/manifest.hpp"
#include "scheduler/model/manifest_terms.hpp"

namespace quern::model {
namespace {

const std::filesystem::path kDocuments = QUERN_DOCUMENTS;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(JobDocument, its_example_is_a_job) {
  const std::string text = content_of(kDocuments / "job.md");
  constexpr std::string_view kFence = "```json\n";
  const std::size_t start = text.find(kFence) + kFence.size();
  const auto job = job_from_json(std::string_view(text).substr(start, text.find("```", start) - start));
  ASSERT_TRUE(job) << job.error().message();
  EXPECT_EQ(job->shards.count, 12);
}

TEST(JobDocument, the_examples_are_jobs_whose_inputs_lie_beside_them) {
  int jobs = 0;
  for (const auto& folder : std::filesystem::directory_iterator(kDocuments / "examples")) {
    const auto job = job_from_json(content_of(folder.path() / "job.json"));
    ASSERT_TRUE(job) << folder.path() << ": " << job.error().message();
    for (const Input& input : job->inputs) {
      const std::string content = content_of(folder.path() / input.path);
      Digest digest{};
      SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(),
             reinterpret_cast<unsigned char*>(digest.data()));
      EXPECT_EQ(content.size(), input.bytes) << folder.path() << input.path;
      EXPECT_EQ(digest, input.digest) << folder.path() << input.path;
    }
    ++jobs;
  }
  EXPECT_GE(jobs, 2);
}

// The keys that a refusal of an unknown one could name.
TEST(JobDocument, names_every_key_and_every_word_that_the_reader_knows) {
  const std::string text = content_of(kDocuments / "job.md");
  Job job;
  job.name = "n";
  job.resources = {.device_type = DeviceType::gpu,
                   .min_global_memory_bytes = 1,
                   .min_opencl_version = 300,
                   .extensions = {"e"},
                   .cpu_cores = 2,
                   .memory_bytes = 1,
                   .scratch_bytes = 1,
                   .walltime_ms = 1};
  job.inputs = {{.path = "i", .bytes = 1}};
  job.outputs = {{.path = "o", .max_bytes = 9}};
  job.program = {.sources = {"i"}, .build_options = "-DX"};
  job.buffers = {{.name = "b", .bytes = 2, .input = "i", .output = "o", .fill = 1, .access = BufferAccess::write_only}};
  job.steps = {{.kernel = "k",
                .repeat = 2,
                .global_work_size = {2},
                .local_work_size = {1},
                .global_work_offset = {1},
                .chunk = 1,
                .arguments = {BufferArgument{{"b"}}, LocalArgument{1}, IterationArgument{}}}};
  job.work = Work{1, 1, 1, 1};
  job.shards = {2};
  job.price = {.max_total = Credits{1}, .max_per_device_second = Credits{1}};
  const auto root = parse_json(to_canonical_json(job));
  ASSERT_TRUE(root);
  const auto check = [&](const auto& self, const JsonNode& node, bool names) -> void {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const bool is_key = node.kind == JsonNode::Kind::object && !names;
      if (is_key) EXPECT_TRUE(text.contains(node.keys[i] + "`")) << node.keys[i];
      self(self, node.children[i], is_key && node.keys[i] == "buffers");
    }
  };
  check(check, *root, false);
  for (const std::string_view word : kScalarNames) EXPECT_TRUE(text.contains("`" + std::string(word) + "`")) << word;
  for (const std::string_view word : kDeviceTypeNames)
    EXPECT_TRUE(text.contains("\"" + std::string(word) + "\"")) << word;
  for (const std::string_view word : kAccessNames) EXPECT_TRUE(text.contains("\"" + std::string(word) + "\"")) << word;
  for (const std::string_view word : kKindNames) EXPECT_TRUE(text.contains("\"" + std::string(word) + "\"")) << word;
}

}  // namespace
}  // namespace quern::model
