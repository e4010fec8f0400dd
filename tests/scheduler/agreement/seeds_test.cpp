// The seeds of the fuzz targets agreement_record and agreement_trail_file.
#include "tests/scheduler/seeds.hpp"

#include "scheduler/agreement/record_codec.hpp"
#include "scheduler/agreement/trail_file.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

namespace quern::agreement {
namespace {

using runtime::Bytes;

// Two jobs' tasks under one agreement, the second of which came to nothing.
Trail trail_of_two_tasks() {
  ExampleTrail example;
  Demand demand = example_demand();
  demand.tasks.push_back({.job = digest_of(0x0d), .shard = 0, .shards = 1});
  example.add(demand);
  example.add(example_bid(example.trail.newest(RecordKind::demand)));
  example.add(draft_agreement(example.trail, example.now));
  example.add(draft_acceptance(example.trail, example.now));
  example.note(1'000'000).voucher();
  std::vector<TaskEnd> ends = one_task(model::Reason::completed, 1'000'000, {{digest_of(0x0c), 100}});
  ends.push_back({.reason = model::Reason::build_failed, .usage = usage_of(0, 0), .outputs = {}});
  example.add(draft_receipt(example.trail, ends, example.now));
  example.closed();
  return example.trail;
}

std::string name_of(RecordKind kind) {
  std::string name(to_string(kind));
  for (char& c : name) c = c == ' ' ? '_' : c;
  return name;
}

// Every kind as an envelope, and as its payload behind the kind's number.
TEST(Seeds, of_records_are_one_of_every_kind_as_they_are_written_now) {
  std::map<std::string, Bytes> seeds;
  for (const runtime::ByteView envelope : example_trail().records()) {
    const auto record = open_record(envelope);
    ASSERT_TRUE(record);
    const std::string name = name_of(record->kind());
    seeds.try_emplace(name, runtime::copy_of(envelope));
    Bytes payload{static_cast<std::byte>(record->kind())};
    runtime::append(payload, encode_body(record->body));
    seeds.try_emplace(name + "_payload", std::move(payload));
  }
  EXPECT_EQ(seeds.size(), 2 * kRecordKinds);
  expect_seeds("agreement_record", seeds);
}

TEST(Seeds, of_trail_files_are_of_every_stage_as_they_are_written_now) {
  ExampleTrail running;
  running.running().note(1'000'000).voucher();
  const Bytes closed = write_trail(example_trail());
  Bytes cut_off = closed;
  cut_off.resize(closed.size() - 7);
  Bytes later = closed;
  later[kTrailMagic.size() - 2] = std::byte{'2'};
  const std::map<std::string, Bytes> seeds{{"closed", closed},
                                           {"cut_off", cut_off},
                                           {"demanded", write_trail(ExampleTrail().demanded().trail)},
                                           {"empty", runtime::copy_of(runtime::bytes_of(kTrailMagic))},
                                           {"later_version", later},
                                           {"running", write_trail(running.trail)},
                                           {"two_tasks", write_trail(trail_of_two_tasks())}};
  for (const char* whole : {"closed", "demanded", "running", "two_tasks"}) {
    EXPECT_TRUE(read_trail(seeds.at(whole))) << whole;
  }
  expect_seeds("agreement_trail_file", seeds);
}

}  // namespace
}  // namespace quern::agreement
