#include "scheduler/market/experience_book.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/market/sample_offer.hpp"

namespace quern::market {
namespace {

using model::Dimension;
using model::Job;

ProgramOnDevice program(std::string device = "gpu", std::string provider = "someone") {
  return {.program = {}, .provider = std::move(provider), .device = std::move(device)};
}

MeasuredRun run_for(std::uint64_t units, std::uint64_t device_us) {
  return {.units = units, .device_us = device_us, .cpu_us = 10, .setup_us = 100};
}

Job sample_job() {
  Job job;
  job.inputs = {{.path = "a.cl", .digest = {std::byte{1}}, .bytes = 10},
                {.path = "data", .digest = {std::byte{2}}, .bytes = 10}};
  job.program = {.sources = {"a.cl"}, .build_options = "-cl-mad-enable"};
  model::Step step;
  step.kernel = "k";
  step.global_work_size = {64, 64};
  step.arguments = {model::BufferArgument{{"out"}}, model::ScalarArgument{.type = model::ScalarType::int32, .bits = 5},
                    model::ScalarArgument{.type = model::ScalarType::float32, .bits = 5}};
  job.steps = {step};
  return job;
}

TEST(ExperienceBook, knows_nothing_of_what_nobody_ran) {
  const ExperienceBook book;
  EXPECT_FALSE(book.find(program()));
}

TEST(ExperienceBook, tells_sums_the_mean_set_up_and_how_far_the_farthest_was) {
  ExperienceBook book;
  EXPECT_TRUE(book.add(program(), {.units = 10, .device_us = 900, .cpu_us = 5, .setup_us = 100}));
  EXPECT_TRUE(book.add(program(), {.units = 10, .device_us = 1'100, .cpu_us = 7, .setup_us = 201}));
  EXPECT_EQ(book.find(program()),
            (Experience{.units = 20, .device_us = 2'000, .cpu_us = 12, .setup_us = 151, .spread_permille = 100}));
}

TEST(ExperienceBook, believes_a_provider_of_its_own_devices_only) {
  ExperienceBook book;
  EXPECT_TRUE(book.add(program("gpu", "liar"), run_for(1'000'000, 0)));
  EXPECT_FALSE(book.find(program("gpu", "honest")));
  EXPECT_FALSE(book.find(program("other", "liar")));
  EXPECT_EQ(book.find(program("gpu", "liar"))->device_us, 1u) << "no run takes no time";
}

TEST(ExperienceBook, keeps_the_newest_runs_so_a_device_that_changed_is_known_by_what_it_is) {
  ExperienceBook book;
  EXPECT_TRUE(book.add(program(), run_for(1, 1'000'000)));
  for (std::size_t i = 0; i < kRunsMax; ++i) EXPECT_TRUE(book.add(program(), run_for(1, 10)));
  EXPECT_EQ(book.find(program())->device_us, 10 * kRunsMax);
  EXPECT_EQ(book.find(program())->spread_permille, 0u);
}

TEST(ExperienceBook, leaves_absurd_figures_and_names_out) {
  ExperienceBook book;
  EXPECT_FALSE(book.add(program(), run_for(0, 10)));
  EXPECT_FALSE(book.add(program(), run_for(model::kWorkItemsMax + 1, 10)));
  EXPECT_FALSE(book.add(program(), run_for(1, model::kQuantityMax + 1)));
  EXPECT_FALSE(book.add(program(), {.units = 1, .device_us = 1, .cpu_us = model::kQuantityMax + 1, .setup_us = 0}));
  EXPECT_FALSE(book.add(program(), {.units = 1, .device_us = 1, .cpu_us = 0, .setup_us = model::kQuantityMax + 1}));
  EXPECT_FALSE(book.add(program(""), run_for(1, 1)));
  EXPECT_FALSE(book.add(program("a\tb"), run_for(1, 1)));
  EXPECT_FALSE(book.add(program("gpu", std::string(model::kNameBytesMax + 1, 'a')), run_for(1, 1)));
  EXPECT_EQ(book.size(), 0u);
}

TEST(ExperienceBook, forgets_what_nothing_was_added_to_for_longest) {
  ExperienceBook book;
  for (std::size_t i = 0; i < kExperiencesMax; ++i) EXPECT_TRUE(book.add(program(std::to_string(i)), run_for(1, 1)));
  EXPECT_TRUE(book.add(program("0"), run_for(1, 1)));
  EXPECT_TRUE(book.add(program("new"), run_for(1, 1)));
  EXPECT_EQ(book.size(), kExperiencesMax);
  EXPECT_TRUE(book.find(program("0")));
  EXPECT_FALSE(book.find(program("1")));
}

TEST(ExperienceBook, fits_its_file_when_it_is_full_of_the_longest) {
  ExperienceBook book;
  const MeasuredRun longest{.units = model::kWorkItemsMax,
                            .device_us = model::kQuantityMax,
                            .cpu_us = model::kQuantityMax,
                            .setup_us = model::kQuantityMax};
  for (std::size_t i = 0; i < kExperiencesMax; ++i) {
    std::string device = std::to_string(i);
    device.resize(model::kNameBytesMax, 'x');
    for (std::size_t each = 0; each < kRunsMax; ++each) {
      EXPECT_TRUE(book.add(program(device, std::string(model::kNameBytesMax, 'p')), longest));
    }
  }
  EXPECT_LE(book.text().size(), kExperienceTextMax);
  EXPECT_TRUE(ExperienceBook::from_text(book.text()));
  EXPECT_EQ(
      book.find(program(std::string("0").append(model::kNameBytesMax - 1, 'x'), std::string(model::kNameBytesMax, 'p')))
          ->spread_permille,
      0u);
}

TEST(ExperienceBook, reads_only_what_it_writes) {
  const std::string program_text(64, '0');
  const auto read = [&](const std::string& rest) {
    return ExperienceBook::from_text("quern-experience 1\n" + rest).has_value();
  };
  const std::string key = program_text + "\tsomeone\tgpu";
  EXPECT_TRUE(read(""));
  EXPECT_TRUE(read(key + "\t1 2 3 4\n"));
  EXPECT_FALSE(ExperienceBook::from_text(""));
  EXPECT_FALSE(ExperienceBook::from_text("quern-experience 2\n"));
  EXPECT_FALSE(ExperienceBook::from_text("quern-experience 1"));
  EXPECT_FALSE(read("\n"));
  EXPECT_FALSE(read(key + "\t1 2 3 4")) << "cut off";
  EXPECT_FALSE(read(key + "\n")) << "no run";
  EXPECT_FALSE(read(key + "\t1 2 3\n"));
  EXPECT_FALSE(read(key + "\t1 2 3 4 5\n"));
  EXPECT_FALSE(read(key + "\t1 2 3 4 \n"));
  EXPECT_FALSE(read(key + "\t01 2 3 4\n"));
  EXPECT_FALSE(read(key + "\t1 -2 3 4\n"));
  EXPECT_FALSE(read(key + "\t1 0 3 4\n")) << "no run takes no time";
  EXPECT_FALSE(read(key + "\t0 2 3 4\n"));
  EXPECT_FALSE(read(key + "\t1 2 3 4\n" + key + "\t1 2 3 4\n")) << "twice";
  EXPECT_FALSE(read(program_text.substr(2) + "\tsomeone\tgpu\t1 2 3 4\n"));
  EXPECT_FALSE(read(std::string(64, 'A') + "\tsomeone\tgpu\t1 2 3 4\n"));
  EXPECT_FALSE(read(program_text + "\t\tgpu\t1 2 3 4\n"));
}

TEST(Program, is_the_same_for_other_data_fractions_names_shards_and_limits) {
  const Job job = sample_job();
  Job other = job;
  other.name = "other";
  other.inputs[0].path = other.program.sources[0] = "b.cl";
  other.inputs[1].digest = {std::byte{9}};
  other.steps[0].arguments[2] = model::ScalarArgument{.type = model::ScalarType::float32, .bits = 6};
  other.shards.count = 8;
  other.resources.walltime_ms = 1;
  other.price.max_total = model::Credits{1};
  other.work = model::Work{.fp32_flop = 1};
  EXPECT_EQ(program_of(job), program_of(other));
}

TEST(Program, is_another_for_all_that_decides_how_long_a_unit_takes) {
  const Job job = sample_job();
  std::vector<Job> others(5, job);
  others[0].inputs[0].digest = {std::byte{9}};
  others[1].program.build_options = "";
  others[2].steps[0].repeat = 2;
  others[3].steps[0].global_work_size = {128, 64};
  others[4].steps[0].arguments[1] = model::ScalarArgument{.type = model::ScalarType::int32, .bits = 6};
  for (const Job& other : others) EXPECT_NE(program_of(job), program_of(other));
}

TEST(MeasuredRun, set_up_is_what_memory_was_held_for_beside_computing) {
  Job job = sample_job();
  job.resources.memory_bytes = 100 << 20;
  model::Usage usage;
  usage[Dimension::device_time] = 2'000'000;
  usage[Dimension::cpu_time] = 7;
  usage[Dimension::memory_time] = std::uint64_t{100} * 2'500;
  const Share share{.units = 5, .units_of_job = 10, .input_bytes = 0, .output_bytes = 0};
  EXPECT_EQ(run_of(job, share, usage),
            (MeasuredRun{.units = 5, .device_us = 2'000'000, .cpu_us = 7, .setup_us = 500'000}));
  usage[Dimension::memory_time] = 0;
  EXPECT_EQ(run_of(job, share, usage).setup_us, 0u);
}

// Any book, read from its text, is the same book: also of what it forgets next.
RC_GTEST_PROP(ExperienceBook, comes_back_from_its_text, ()) {
  ExperienceBook book;
  const auto names = *rc::gen::inRange<std::size_t>(1, 20);
  for (auto adds = *rc::gen::inRange<int>(0, 60); adds > 0; --adds) {
    book.add(program(std::to_string(*rc::gen::inRange<std::size_t>(0, names))),
             {.units = *rc::gen::inRange<std::uint64_t>(0, model::kWorkItemsMax),
              .device_us = *rc::gen::inRange<std::uint64_t>(0, model::kQuantityMax),
              .cpu_us = *rc::gen::arbitrary<std::uint32_t>(),
              .setup_us = *rc::gen::arbitrary<std::uint32_t>()});
  }
  const auto back = ExperienceBook::from_text(book.text());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->text() == book.text());
  for (std::size_t i = 0; i < names; ++i) {
    RC_ASSERT(back->find(program(std::to_string(i))) == book.find(program(std::to_string(i))));
  }
}

// What runs stay within a tenth of their mean is quoted within its bounds, whatever its rates and sizes are.
RC_GTEST_PROP(ExperienceBook, makes_quotes_whose_bounds_hold, ()) {
  Job job = sample_job();
  job.resources.walltime_ms = 600'000'000;
  job.outputs = {{.path = "out", .max_bytes = 1 << 20}};
  model::Offer offer = sample_offer();
  offer.limits.walltime_ms = job.resources.walltime_ms;
  model::OfferedDevice& device = offer.devices[0];
  device.type = *rc::gen::element(model::DeviceType::cpu, model::DeviceType::gpu);
  for (auto& rate : device.rates.rate) rate = *rc::gen::inRange<std::int64_t>(0, 10'000'000);
  const auto unit_us = *rc::gen::inRange<std::uint64_t>(100, 1'000'000);
  const auto setup_us = *rc::gen::inRange<std::uint64_t>(1, 5'000'000);
  const auto usage_of = [&](const Share& share) {
    const auto permille = *rc::gen::inRange<std::uint64_t>(900, 1'101);
    model::Usage usage;
    usage[Dimension::setup] = 1;
    usage[Dimension::device_time] = share.units * unit_us * permille / 1'000;
    const std::uint64_t cores = device.type == model::DeviceType::cpu ? device.compute_units : 0;
    usage[Dimension::cpu_time] = usage[Dimension::device_time] * cores + setup_us / 2;
    usage[Dimension::memory_time] =
        job.resources.memory_bytes / (1 << 20) * ((usage[Dimension::device_time] + setup_us) / 1'000);
    usage[Dimension::bytes_in] = *rc::gen::element<std::uint64_t>(0, share.input_bytes);
    usage[Dimension::bytes_out] = share.output_bytes;
    return usage;
  };
  const auto share_of = [&](std::uint64_t units) {
    return Share{.units = units, .units_of_job = 1'000, .input_bytes = 20, .output_bytes = units * 1'000};
  };
  ExperienceBook book;
  const Share first = share_of(*rc::gen::inRange<std::uint64_t>(10, 100));
  RC_ASSERT(book.add(program(), run_of(job, first, usage_of(first))));
  for (int later = 0; later < 20; ++later) {
    const Share share = share_of(first.units + *rc::gen::inRange<std::uint64_t>(0, 2));
    const auto quoted = quote(job, share, offer, device, book.find(program()), kNow);
    const auto* found = std::get_if<Quote>(&quoted);
    RC_ASSERT(found != nullptr);
    RC_ASSERT(found->measured);
    const model::Usage usage = usage_of(share);
    const auto cost = model::cost(device.rates, usage);
    RC_ASSERT(found->low <= *cost);
    RC_ASSERT(*cost <= found->high);
    RC_ASSERT(budget_of(job, *found) >= found->high);
    book.add(program(), run_of(job, share, usage));
  }
}

}  // namespace
}  // namespace quern::market
