#include "scheduler/market/quote.hpp"

#include <functional>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/market/experience_book.hpp"
#include "tests/scheduler/market/sample_offer.hpp"

namespace quern::market {
namespace {

using model::Dimension;
using model::Job;
using model::Offer;
using model::OfferedDevice;
using model::Reason;
using model::Why;

Job sample_job() {
  Job job;
  job.name = "sample";
  job.inputs = {{.path = "k.cl", .digest = {}, .bytes = 1'000}};
  job.outputs = {{.path = "out.bin", .max_bytes = 1 << 20}};
  job.program.sources = {"k.cl"};
  job.buffers = {{.name = "out", .bytes = 1 << 20, .input = {}, .output = "out.bin", .fill = 0, .access = {}}};
  job.steps = {{.kernel = "k",
                .repeat = 1,
                .global_work_size = {1024, 256},
                .local_work_size = {},
                .global_work_offset = {},
                .chunk = {},
                .arguments = {model::BufferArgument{{"out"}}, model::LocalArgument{1'024}}}};
  job.work = model::Work{.fp32_flop = 40'000'000'000'000, .fp64_flop = 0, .int32_op = 0, .memory_bytes = 0};
  return job;
}

std::variant<Quote, Why> quote_of(const Job& job, std::size_t device = 0) {
  const Offer offer = sample_offer();
  return quote(job, whole(job), offer, offer.devices[device], {}, kNow);
}

TEST(Quote, of_a_job_that_says_its_work_is_its_share_of_the_measured_peak) {
  const auto quoted = std::get<Quote>(quote_of(sample_job()));
  EXPECT_EQ(quoted.device_us.low, 3'950'000u) << "40 Tflop at 10 Tflop/s, less what it says too much";
  EXPECT_EQ(quoted.device_us.likely, 16'000'000u);
  EXPECT_EQ(quoted.device_us.high, 160'050'000u);
  EXPECT_EQ(quoted.low, model::Credits{11'850}) << "3,000 a second";
  EXPECT_EQ(quoted.likely, model::Credits{48'000});
  EXPECT_EQ(quoted.high, model::Credits{180'000}) << "a minute is all it may take";
  EXPECT_FALSE(quoted.measured);
}

TEST(Quote, chooses_the_dear_and_fast_where_the_cheap_hour_is_the_dear_job) {
  const auto fast = std::get<Quote>(quote_of(sample_job(), 0));
  Job longer = sample_job();
  longer.resources.walltime_ms = 600'000;
  const auto slow = std::get<Quote>(quote_of(longer, 1));
  const Offer offer = sample_offer();
  EXPECT_LT(offer.devices[1].rates[Dimension::device_time], offer.devices[0].rates[Dimension::device_time]);
  EXPECT_LT(fast.likely, slow.likely);
}

TEST(Quote, of_what_was_measured_has_narrow_bounds_around_it) {
  const Job job = sample_job();
  const Offer offer = sample_offer();
  const Experience trial{
      .units = 16, .device_us = 100'000, .cpu_us = 32'000, .setup_us = 250'000, .spread_permille = 0};
  const auto quoted = std::get<Quote>(quote(job, whole(job), offer, offer.devices[0], trial, kNow));
  EXPECT_TRUE(quoted.measured);
  EXPECT_EQ(quoted.device_us, (Bounds{1'217'500, 1'600'000, 2'062'500}));
  EXPECT_EQ(quoted.usage[Dimension::cpu_time], 512'000u);
  EXPECT_EQ(quoted.likely, model::Credits{4'800});
  EXPECT_GE(quoted.total_ms.likely, 1'850u);
}

// `count` shards of the sample job, each of so many units.
AlikeTasks shards_of(const Job& job, std::uint64_t units, std::uint32_t count) {
  Share share = whole(job);
  share.units = units;
  return {.share = share, .count = count};
}

std::variant<Quote, Why> quote_of_all(const Job& job, const std::vector<AlikeTasks>& tasks, const Offer& offer) {
  return quote_all(job, tasks, offer, offer.devices[0], {}, kNow);
}

TEST(Quote, of_all_shards_is_the_sum_of_theirs_each_with_a_set_up) {
  Job job = sample_job();
  job.shards.count = 5;
  Offer offer = sample_offer();
  offer.devices[0].rates[Dimension::setup] = 1'000'000;
  const std::vector<AlikeTasks> tasks{shards_of(job, 51, 4), shards_of(job, 52, 1)};
  const auto of = [&](const AlikeTasks& one) {
    return std::get<Quote>(quote(job, one.share, offer, offer.devices[0], {}, kNow));
  };
  const Quote less = of(tasks[0]);
  const Quote more = of(tasks[1]);
  const auto all = std::get<Quote>(quote_of_all(job, tasks, offer));
  EXPECT_EQ(all.low.micro, 4 * less.low.micro + more.low.micro);
  EXPECT_EQ(all.likely.micro, 4 * less.likely.micro + more.likely.micro);
  EXPECT_EQ(all.high.micro, 4 * less.high.micro + more.high.micro);
  EXPECT_GT(all.likely.micro, 5'000'000) << "five set-ups";
  EXPECT_EQ(all.device_us.likely, 4 * less.device_us.likely + more.device_us.likely);
  const std::uint64_t in_turn = 4 * less.total_ms.likely + more.total_ms.likely;
  EXPECT_NEAR(static_cast<double>(all.total_ms.likely),
              static_cast<double>(in_turn - std::uint64_t{4} * offer.setup_ms), 5)
      << "one after the other, with the program compiled once";
  EXPECT_EQ(all.usage[Dimension::setup], 5u);
}

TEST(Quote, of_all_shards_holds_each_against_the_time_of_one_task) {
  Job job = sample_job();
  job.resources.walltime_ms = 4'000;  // the whole takes 16 s
  EXPECT_TRUE(std::holds_alternative<Why>(quote_of(job)));
  job.shards.count = 4;
  const auto all = quote_of_all(job, {shards_of(job, 64, 4)}, sample_offer());
  EXPECT_EQ(std::get<Quote>(all).device_us.likely, 16'000'000u);
}

TEST(Quote, of_all_shards_is_held_against_the_price_of_the_whole_job) {
  Job job = sample_job();
  job.shards.count = 5;
  Offer offer = sample_offer();
  offer.devices[0].rates[Dimension::setup] = 400;
  const std::vector<AlikeTasks> tasks{shards_of(job, 51, 4), shards_of(job, 52, 1)};
  const auto all = [&](std::int64_t most) {
    job.price.max_total = model::Credits{most};
    return quote_of_all(job, tasks, offer);
  };
  EXPECT_EQ(std::get<Quote>(all(50'002)).likely, model::Credits{50'002});
  EXPECT_EQ(std::get<Why>(all(50'001)), (Why{Reason::price_too_high, "0.050002 expected, at most 0.050001"}));
}

TEST(Quote, of_all_shards_is_refused_by_the_reason_of_the_first_that_is) {
  Job job = sample_job();
  job.shards.count = 5;
  job.resources.walltime_ms = 3'195;
  const auto all = quote_of_all(job, {shards_of(job, 51, 4), shards_of(job, 52, 1)}, sample_offer());
  EXPECT_EQ(std::get<Why>(all), (Why{Reason::walltime_too_short, "3250 ms expected, 3195 ms asked for"}));
}

TEST(Quote, tells_what_the_first_launch_may_come_to_where_a_processor_compiles) {
  const Job job = sample_job();
  Offer offer = sample_offer();
  offer.devices[0].type = model::DeviceType::cpu;
  offer.devices[0].compute_units = 4;
  const auto on_processor = std::get<Quote>(quote(job, whole(job), offer, offer.devices[0], {}, kNow));
  EXPECT_EQ(on_processor.launch, model::Credits{375}) << "an eighth of a second at 3,000";
  EXPECT_EQ(std::get<Quote>(quote_of(job)).launch, model::Credits{});
}

TEST(Quote, of_all_shards_that_is_more_than_an_amount_can_be_is_refused) {
  Job job = sample_job();
  job.shards.count = 4096;
  job.resources.walltime_ms = 3'600'000;
  job.work->fp32_flop = 10'000'000'000'000'000;
  Offer offer = sample_offer();
  offer.devices[0].rates.rate.fill(model::kRateMax);
  Share share = whole(job);
  share.units = 64;
  EXPECT_TRUE(std::holds_alternative<Quote>(quote(job, share, offer, offer.devices[0], {}, kNow)));
  const auto all = quote_of_all(job, {{.share = share, .count = 4096}}, offer);
  EXPECT_EQ(std::get<Why>(all).reason, Reason::price_too_high);
}

Quote measured_quote(std::uint64_t units, std::uint64_t device_us, std::uint64_t setup_us) {
  const Job job = sample_job();
  Offer offer = sample_offer();
  offer.devices[0].rates[Dimension::cpu_time] = 1'000;
  Share share = whole(job);
  share.units = units;
  const Experience once{
      .units = units, .device_us = device_us, .cpu_us = setup_us, .setup_us = setup_us, .spread_permille = 0};
  return std::get<Quote>(quote(job, share, offer, offer.devices[0], once, kNow));
}

TEST(Quote, of_a_measured_shard_costs_something_at_the_least) {
  const Quote shard = measured_quote(64, 8'000'000, 200'000);
  EXPECT_EQ(shard.device_us, (Bounds{1'950'000, 8'000'000, 32'050'000})) << "a fourth, and four times";
  EXPECT_EQ(measured_quote(64, 80'000, 800'000).device_us.low, 10'000u) << "however short";
}

TEST(Quote, of_a_short_measured_task_has_room_for_what_a_start_may_take_longer) {
  const Quote task = measured_quote(256, 300'000, 300'000);
  EXPECT_LE(task.device_us.low, 200'000u);
  EXPECT_GE(task.device_us.high, 400'000u);
  const Quote tiny = measured_quote(256, 1, 300'000);
  EXPECT_LE(tiny.device_us.high, 2'000u) << "who claims no time is not given much";
}

// Of two compute units.
OfferedDevice sample_processor() {
  OfferedDevice device = device_of("cpu", 100, 10'000);
  device.type = model::DeviceType::cpu;
  device.compute_units = 2;
  device.rates[Dimension::setup] = 100;
  return device;
}

TEST(Quote, of_a_short_job_has_room_for_a_first_launch_and_may_be_the_bare_set_up) {
  Job job = sample_job();
  job.work = model::Work{.fp32_flop = 0, .fp64_flop = 0, .int32_op = 1'000, .memory_bytes = 0};
  const auto quoted = std::get<Quote>(quote(job, whole(job), sample_offer(), sample_processor(), {}, kNow));
  EXPECT_EQ(quoted.low, model::Credits{100});
  EXPECT_EQ(quoted.device_us.likely, 4u) << "what is likely is not the first launch";
  EXPECT_EQ(quoted.device_us.high, 250'040u) << "half a second of two processors";
  EXPECT_EQ(quoted.high, model::Credits{2'600});
  EXPECT_EQ(budget_of(job, quoted), quoted.high);
}

TEST(Quote, of_a_short_job_that_was_not_measured_has_room_on_every_device) {
  Job job = sample_job();
  job.work = model::Work{.fp32_flop = 0, .fp64_flop = 0, .int32_op = 1'000, .memory_bytes = 0};
  EXPECT_EQ(std::get<Quote>(quote_of(job)).device_us, (Bounds{0, 4, 50'040}));
}

TEST(Quote, of_a_processor_has_room_for_a_first_launch_of_each_kernel) {
  Job job = sample_job();
  job.steps.resize(20, job.steps[0]);
  const Experience warm{.units = 256, .device_us = 100, .cpu_us = 5'000, .setup_us = 3'000, .spread_permille = 0};
  const auto quoted = std::get<Quote>(quote(job, whole(job), sample_offer(), sample_processor(), warm, kNow));
  EXPECT_GE(quoted.device_us.high, 1'434'000u) << "which PoCL took for twenty small ones";
  EXPECT_EQ(quoted.device_us.low, 0u);
}

TEST(Quote, of_what_a_waiting_worker_did_has_room_for_the_set_up_of_a_new_one) {
  Job job = sample_job();
  job.resources.memory_bytes = 1 << 20;
  OfferedDevice device = sample_processor();
  device.rates = {};
  device.rates[Dimension::memory_time] = 1'024'000'000;  // 1,000 for a millisecond of this job
  const Experience warm{.units = 256, .device_us = 100, .cpu_us = 5'000, .setup_us = 3'000, .spread_permille = 0};
  const auto quoted = std::get<Quote>(quote(job, whole(job), sample_offer(), device, warm, kNow));
  EXPECT_LT(quoted.likely.micro, 20'000);
  EXPECT_GE(quoted.high.micro, 4'000'000);
}

struct Unfit {
  Reason reason;
  std::function<void(Job&, Offer&)> make;
};

std::vector<Unfit> unfit_cases() {
  return {
      {Reason::kind_not_offered, [](Job& job, Offer&) { job.kind = model::JobKind::command; }},
      {Reason::device_type, [](Job& job, Offer&) { job.resources.device_type = model::DeviceType::cpu; }},
      {Reason::opencl_version, [](Job& job, Offer&) { job.resources.min_opencl_version = 301; }},
      {Reason::extension_missing, [](Job& job, Offer&) { job.resources.extensions = {"cl_khr_none"}; }},
      {Reason::global_memory, [](Job& job, Offer&) { job.buffers[0].bytes = (8ull << 30) + 1; }},
      {Reason::global_memory, [](Job& job, Offer&) { job.resources.min_global_memory_bytes = (8ull << 30) + 1; }},
      {Reason::allocation_size, [](Job& job, Offer&) { job.buffers[0].bytes = (2ull << 30) + 1; }},
      {Reason::local_memory, [](Job& job, Offer&) { job.steps[0].arguments[1] = model::LocalArgument{64'001 << 4}; }},
      {Reason::host_memory, [](Job& job, Offer&) { job.resources.memory_bytes = (4ull << 30) + 1; }},
      {Reason::cpu_cores, [](Job& job, Offer&) { job.resources.cpu_cores = 5; }},
      {Reason::scratch_space, [](Job& job, Offer&) { job.resources.scratch_bytes = (1ull << 30) + 1; }},
      {Reason::walltime_limit, [](Job& job, Offer&) { job.resources.walltime_ms = 3'600'001; }},
      {Reason::walltime_too_short, [](Job& job, Offer&) { job.resources.walltime_ms = 15'999; }},
      {Reason::input_size, [](Job& job, Offer&) { job.inputs[0].bytes = (1ull << 30) + 1; }},
      {Reason::output_size, [](Job& job, Offer&) { job.outputs[0].max_bytes = (1ull << 30) + 1; }},
      {Reason::offer_withdrawn, [](Job&, Offer& offer) { offer.withdrawn = true; }},
      {Reason::offer_expired, [](Job&, Offer& offer) { offer.until_unix_ms = kNow; }},
      {Reason::work_unknown, [](Job& job, Offer&) { job.work.reset(); }},
      {Reason::work_unknown, [](Job& job, Offer&) { job.work = model::Work{}; }},
      {Reason::work_unknown, [](Job&, Offer& offer) { offer.devices[0].speed.fp32_flops = 0; }},
      {Reason::price_too_high, [](Job& job, Offer&) { job.price.max_total = model::Credits{47'999}; }},
      {Reason::price_too_high, [](Job& job, Offer&) { job.price.max_per_device_second = model::Credits{2'999}; }},
  };
}

TEST(Quote, names_one_reason_for_every_device_that_cannot) {
  std::set<Reason> seen;
  for (const Unfit& unfit_case : unfit_cases()) {
    Job job = sample_job();
    Offer offer = sample_offer();
    unfit_case.make(job, offer);
    const auto quoted = quote(job, whole(job), offer, offer.devices[0], {}, kNow);
    const auto* why = std::get_if<Why>(&quoted);
    ASSERT_NE(why, nullptr) << model::text_of(unfit_case.reason).name;
    EXPECT_EQ(why->reason, unfit_case.reason) << model::to_text(*why);
    seen.insert(why->reason);
  }
  EXPECT_EQ(seen.size(), 18u);
}

TEST(Quote, says_versions_as_people_do) {
  Job job = sample_job();
  job.resources.min_opencl_version = 909;
  EXPECT_EQ(std::get<Why>(quote_of(job)), (Why{Reason::opencl_version, "9.9 wanted, 3.0 there"}));
}

TEST(Quote, says_bytes_exactly_and_in_the_largest_unit_that_does) {
  Job job = sample_job();
  job.resources.memory_bytes = (64ull << 30) + 1;
  Offer offer = sample_offer();
  offer.limits.memory_bytes = 64ull << 20;
  EXPECT_EQ(std::get<Why>(quote(job, whole(job), offer, offer.devices[0], {}, kNow)),
            (Why{Reason::host_memory, "68719476737 bytes wanted, 64 MiB there"}));
  offer.limits.memory_bytes = 0;
  EXPECT_EQ(std::get<Why>(quote(job, whole(job), offer, offer.devices[0], {}, kNow)),
            (Why{Reason::host_memory, "68719476737 bytes wanted, 0 bytes there"}));
}

TEST(Quote, at_the_limit_is_one) {
  Job job = sample_job();
  job.price.max_total = model::Credits{48'000};
  job.price.max_per_device_second = model::Credits{3'000};
  job.resources.walltime_ms = 16'000;
  job.resources.memory_bytes = 4ull << 30;
  job.buffers[0].bytes = 2ull << 30;
  EXPECT_TRUE(std::holds_alternative<Quote>(quote_of(job)));
}

RC_GTEST_PROP(Quote, has_bounds_in_order_and_shares_cost_what_the_whole_does, ()) {
  Job job = sample_job();
  job.resources.walltime_ms = 3'600'000;
  job.work->fp32_flop = *rc::gen::inRange<std::uint64_t>(1, 1ull << 44);
  job.work->memory_bytes = *rc::gen::inRange<std::uint64_t>(0, 1ull << 40);
  Offer offer = sample_offer();
  for (auto& rate : offer.devices[0].rates.rate) rate = *rc::gen::inRange<std::int64_t>(0, 100'000);
  const auto count = *rc::gen::inRange<std::uint64_t>(1, 9);
  const Share all = whole(job);
  const auto single = quote(job, all, offer, offer.devices[0], {}, kNow);
  const auto* one = std::get_if<Quote>(&single);
  if (!one) return;
  RC_ASSERT(one->low <= one->likely);
  RC_ASSERT(one->likely <= one->high);
  RC_ASSERT(one->device_us.low <= one->device_us.likely && one->device_us.likely <= one->device_us.high);
  RC_ASSERT(one->total_ms.low <= one->total_ms.likely && one->total_ms.likely <= one->total_ms.high);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    Share part = all;
    part.units = all.units * (i + 1) / count - all.units * i / count;
    if (part.units == 0) continue;
    const auto shard = quote(job, part, offer, offer.devices[0], {}, kNow);
    sum += std::get<Quote>(shard).device_us.likely;
  }
  // Each share is rounded up to a microsecond at the peak.
  RC_ASSERT(sum >= one->device_us.likely);
  RC_ASSERT(sum <= one->device_us.likely + count * kLikelyPeakShare);
}

// What one task that computes for `compute_us` is billed for by a worker that waited or by a new one.
model::Usage usage_with_start(const Job& job, const OfferedDevice& device, std::uint64_t compute_us) {
  const bool cpu = device.type == model::DeviceType::cpu;
  const std::uint64_t units = cpu ? device.compute_units : 1;
  const std::uint64_t first_max = cpu ? kFirstLaunchCpuUs * job.steps.size() / units : 0;
  const bool fresh = *rc::gen::arbitrary<bool>();
  const std::uint64_t first_us = fresh ? *rc::gen::inRange<std::uint64_t>(0, first_max + 1) : 0;
  const std::uint64_t setup_us = *rc::gen::inRange<std::uint64_t>(500, fresh ? 3'000'000 : 10'000);
  // Clocks move: by a tenth.
  const std::uint64_t device_us = compute_us * *rc::gen::inRange<std::uint64_t>(900, 1'101) / 1'000 + first_us;
  model::Usage usage;
  usage[Dimension::setup] = 1;
  usage[Dimension::device_time] = device_us;
  usage[Dimension::cpu_time] = (cpu ? device_us * units : first_us) + setup_us;
  usage[Dimension::memory_time] = model::memory_time(job.resources.memory_bytes, device_us + setup_us);
  return usage;
}

RC_GTEST_PROP(Quote, holds_what_a_task_costs_whether_its_worker_is_new_or_waited, ()) {
  Job job = sample_job();
  job.steps.resize(*rc::gen::inRange<std::size_t>(1, 9), job.steps[0]);
  Offer offer = sample_offer();
  OfferedDevice device = *rc::gen::arbitrary<bool>() ? sample_processor() : offer.devices[0];
  device.compute_units = *rc::gen::inRange<std::uint32_t>(1, 65);
  for (auto& rate : device.rates.rate) rate = *rc::gen::inRange<std::int64_t>(0, 100'000);
  const Share share = whole(job);
  const std::uint64_t compute_us =
      *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 1'000), rc::gen::inRange<std::uint64_t>(1'000, 10'000'000));
  ExperienceBook book;
  const ProgramOnDevice of{.program = {}, .provider = "p", .device = "d"};
  const auto runs = *rc::gen::inRange<std::size_t>(0, kRunsMax + 1);
  for (std::size_t i = 0; i < runs; ++i) {
    RC_ASSERT(book.add(of, run_of(job, share, usage_with_start(job, device, compute_us))));
  }
  // Without runs by what the job says of itself, which is its work at the device's peak: up to kLeastPeakShare less.
  const std::uint64_t peak_share = *rc::gen::inRange<std::uint64_t>(2, kLeastPeakShare / 2);
  job.work->fp32_flop = std::max<std::uint64_t>(compute_us * (device.speed.fp32_flops / 1'000'000) / peak_share, 1);
  const auto quoted = std::get<Quote>(quote(job, share, offer, device, book.find(of), kNow));
  const auto cost = model::cost(device.rates, usage_with_start(job, device, compute_us));
  RC_ASSERT(cost.has_value());
  RC_ASSERT(quoted.low <= *cost);
  RC_ASSERT(*cost <= quoted.high);
}

RC_GTEST_PROP(Quote, never_overflows, ()) {
  Job job = sample_job();
  const auto any = rc::gen::arbitrary<std::uint64_t>();
  job.work = model::Work{.fp32_flop = *any, .fp64_flop = *any, .int32_op = *any, .memory_bytes = *any};
  Offer offer = sample_offer();
  offer.link_bytes_per_second = *any;
  offer.devices[0].rates.rate.fill(model::kRateMax);
  const Share share{.units = *any, .units_of_job = *any % 1000 + 1, .input_bytes = *any / 2, .output_bytes = *any / 2};
  const Experience seen{
      .units = *any, .device_us = *any, .cpu_us = *any, .setup_us = *any / 4, .spread_permille = 70'000};
  const auto quoted = quote(job, share, offer, offer.devices[0], seen, kNow);
  if (const auto* one = std::get_if<Quote>(&quoted)) RC_ASSERT(one->likely.micro >= 0);
}

}  // namespace
}  // namespace quern::market
