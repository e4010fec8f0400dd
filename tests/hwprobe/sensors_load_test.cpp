#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hwprobe/memory_load.hpp"
#include "hwprobe/proc_load.hpp"
#include "hwprobe/text.hpp"
#include "tests/hwprobe/sensor_machine.hpp"

namespace quern::hwprobe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Thread = CpuLoad::Thread;

TEST(SensorsLoad, first_sample_is_since_boot_and_guest_time_counts_once) {
  SensorMachine machine;
  trees::add_proc(*machine.files);
  const Sample sample = machine.sample();
  // Of 2000 ticks 1500 were idle and 60 waited; 210 of the busy ones ran a guest and are in user and nice already.
  EXPECT_EQ(sample.cpu.total, 220);
  EXPECT_THAT(sample.cpu.threads, ElementsAre(Thread{0, 180}, Thread{1, 260}));
  EXPECT_EQ(sample.cpu.average_1min_milli, 520);
  EXPECT_EQ(sample.cpu.average_5min_milli, 1080);
  EXPECT_EQ(sample.cpu.average_15min_milli, 12345);
  EXPECT_EQ(sample.memory.total_bytes, 17'179'869'184);
  EXPECT_EQ(sample.memory.available_bytes, 8'589'934'592);
  EXPECT_EQ(sample.memory.swap_used_bytes, 1'073'741'824);
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsLoad, later_samples_are_since_the_one_before) {
  SensorMachine machine;
  machine.files->add_file("/proc/stat", "cpu  1000 0 0 1000\ncpu0 500 0 0 500\ncpu1 500 0 0 500\n");
  machine.sample();
  machine.files->add_file("/proc/stat", "cpu  1100 0 0 1100\ncpu0 600 0 0 500\ncpu1 500 0 0 600\n");
  const CpuLoad load = machine.sample().cpu;
  EXPECT_EQ(load.total, 500);
  EXPECT_THAT(load.threads, ElementsAre(Thread{0, 1000}, Thread{1, 0}));
}

TEST(SensorsLoad, without_a_tick_between_samples_the_last_share_is_repeated) {
  SensorMachine machine;
  machine.files->add_file("/proc/stat", "cpu  10 0 0 30\ncpu0 10 0 0 30\n");
  EXPECT_EQ(machine.sample().cpu, machine.sample().cpu);
}

TEST(SensorsLoad, a_thread_taken_offline_goes_and_comes_back_with_its_second_reading) {
  SensorMachine machine;
  machine.files->add_file("/proc/stat", "cpu  20 0 0 20\ncpu0 10 0 0 10\ncpu1 10 0 0 10\n");
  EXPECT_THAT(machine.sample().cpu.threads, SizeIs(2));
  machine.files->add_file("/proc/stat", "cpu  30 0 0 30\ncpu1 20 0 0 20\n");
  EXPECT_THAT(machine.sample().cpu.threads, ElementsAre(Thread{1, 500}));
  machine.files->add_file("/proc/stat", "cpu  40 0 0 40\ncpu0 10 0 0 11\ncpu1 30 0 0 30\n");
  EXPECT_THAT(machine.sample().cpu.threads, ElementsAre(Thread{1, 500}));
  machine.files->add_file("/proc/stat", "cpu  50 0 0 50\ncpu0 11 0 0 14\ncpu1 30 0 0 40\n");
  EXPECT_THAT(machine.sample().cpu.threads, ElementsAre(Thread{0, 250}, Thread{1, 0}));
}

TEST(SensorsLoad, iowait_going_backwards_counts_as_standing_still) {
  SensorMachine machine;
  machine.files->add_file("/proc/stat", "cpu  100 0 0 100 50\n");
  machine.sample();
  machine.files->add_file("/proc/stat", "cpu  130 0 0 190 40\n");
  EXPECT_EQ(machine.sample().cpu.total, 250);
}

TEST(SensorsLoad, counters_that_start_again_give_nothing_for_one_sample) {
  SensorMachine machine;
  machine.files->add_file("/proc/stat", "cpu  1000 0 0 1000\ncpu0 1000 0 0 1000\n");
  machine.sample();
  machine.files->add_file("/proc/stat", "cpu  10 0 0 10\ncpu0 10 0 0 10\n");
  const CpuLoad reset = machine.sample().cpu;
  EXPECT_EQ(reset.total, std::nullopt);
  EXPECT_THAT(reset.threads, IsEmpty());
  machine.files->add_file("/proc/stat", "cpu  20 0 0 10\ncpu0 20 0 0 10\n");
  EXPECT_EQ(machine.sample().cpu.total, 1000);
}

TEST(SensorsLoad, a_machine_without_proc_tells_nothing_and_complains_of_nothing) {
  SensorMachine machine;
  EXPECT_EQ(machine.sample(), Sample{});
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsLoad, lines_that_make_no_sense_are_left_out) {
  SensorMachine machine;
  machine.files->add_file(
      "/proc/stat",
      "cpu  1 2 x 4\ncpu0 1 2 3\ncpu1 1 0 0 99999999999999999999\ncpu2 1 0 0 1125899906842625\ncpux 1 1 1 1\n"
      "cpu4294967296 1 1 1 1\ncpu9 3 0 0 1\ncpu3 1 0 0 1\ncpu3 5 0 0 1");
  machine.files->add_file("/proc/loadavg", "0.5x 99999999999 ");
  const CpuLoad load = machine.sample().cpu;
  EXPECT_EQ(load.total, std::nullopt);
  EXPECT_THAT(load.threads, ElementsAre(Thread{3, 500}, Thread{9, 750}));
  EXPECT_EQ(load.average_1min_milli, std::nullopt);
  EXPECT_EQ(load.average_15min_milli, std::nullopt);
  EXPECT_EQ(machine.problems_at("/proc/stat"), 1);
  EXPECT_EQ(machine.problems_at("/proc/loadavg"), 1);
}

TEST(SensorsLoad, more_threads_than_believed_are_cut) {
  SensorMachine machine;
  std::string text;
  for (std::size_t i = 0; i <= kLoadThreadsMax; ++i) text += "cpu" + std::to_string(i) + " 1 0 0 1\n";
  machine.files->add_file("/proc/stat", text);
  EXPECT_THAT(machine.sample().cpu.threads, SizeIs(kLoadThreadsMax));
  EXPECT_EQ(machine.problems_at("/proc/stat"), 1);
}

TEST(SensorsLoad, memory_that_cannot_be_is_left_out) {
  ProblemsOnce::Told told;
  std::vector<Problem> problems;
  ProblemsOnce notes(told, problems);
  EXPECT_EQ(parse_memory_load("MemTotal: 10 kB\nMemAvailable: 11 kB\n", notes).available_bytes, std::nullopt);
  EXPECT_EQ(parse_memory_load("SwapTotal: 10 kB\nSwapFree: 11 kB\n", notes).swap_used_bytes, std::nullopt);
  EXPECT_EQ(parse_memory_load("MemTotal: 18446744073709551615 kB\n", notes).total_bytes, std::nullopt);
  EXPECT_EQ(parse_memory_load("MemTotal: -1 kB\n", notes).total_bytes, std::nullopt);
  EXPECT_EQ(parse_memory_load("MemTotal 10 kB\n\n:\nMemTotal:", notes), MemoryLoad{});
  EXPECT_THAT(problems, SizeIs(1));
}

TEST(SensorsLoad, an_unreadable_file_is_a_problem_once) {
  SensorMachine machine;
  machine.files->add_error("/proc/stat", FileError::denied);
  machine.files->add_error("/proc/meminfo", FileError::unreadable);
  machine.sample();
  machine.sample();
  EXPECT_EQ(machine.problems_at("/proc/stat"), 1);
  EXPECT_EQ(machine.problems_at("/proc/meminfo"), 1);
  EXPECT_THAT(machine.problems, SizeIs(2));
}

TEST(ProblemsOnce, places_are_bounded) {
  ProblemsOnce::Told told;
  std::vector<Problem> problems;
  ProblemsOnce notes(told, problems);
  for (std::size_t i = 0; i < 3 * kProblemPlacesMax; ++i) notes.add("place " + std::to_string(i), "broken");
  EXPECT_THAT(problems, SizeIs(kProblemPlacesMax + 1));
  EXPECT_THAT(problems.back().what, testing::HasSubstr("not listed"));
}

// One reading and what passed until the next, as /proc/stat lines.
struct Passed {
  CpuTimes before;
  CpuTimes now;
};

Passed arbitrary_passed() {
  Passed passed;
  for (std::size_t i = 0; i < passed.now.ticks.size(); ++i) {
    // Not from 0: of a thread that has done nothing since boot nothing is known.
    passed.before.ticks[i] = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000'000);
    passed.now.ticks[i] = passed.before.ticks[i] + *rc::gen::inRange<std::uint64_t>(0, 10'000);
  }
  return passed;
}

std::string line(const std::string& name, const CpuTimes& times) {
  std::string text = name;
  for (const std::uint64_t ticks : times.ticks) text += " " + std::to_string(ticks);
  return text + " 123456 789\n";
}

RC_GTEST_PROP(SensorsLoadProperty, shares_equal_the_naive_formula, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 17);
  std::vector<Passed> threads;
  std::string before;
  std::string now;
  for (std::size_t i = 0; i < count; ++i) {
    threads.push_back(arbitrary_passed());
    before += line("cpu" + std::to_string(i), threads.back().before);
    now += line("cpu" + std::to_string(i), threads.back().now);
  }
  SensorMachine machine;
  machine.files->add_file("/proc/stat", before);
  machine.sample();
  machine.files->add_file("/proc/stat", now);
  const auto shares = machine.sample().cpu.threads;
  RC_ASSERT(shares.size() == count);
  for (const auto& [os_index, busy] : shares) {
    const Passed& passed = threads[os_index];
    double all = 0;
    for (std::size_t i = 0; i < 8; ++i) all += static_cast<double>(passed.now.ticks[i] - passed.before.ticks[i]);
    const double idle = static_cast<double>(passed.now.ticks[3] - passed.before.ticks[3] + passed.now.ticks[4] -
                                            passed.before.ticks[4]);
    RC_ASSERT(busy <= 1000U);
    if (all > 0) RC_ASSERT(std::abs(1000 * (1 - idle / all) - busy) <= 0.5 + 1e-9);
  }
}

RC_GTEST_PROP(SensorsLoadProperty, any_two_readings_give_a_share_or_nothing, ()) {
  CpuTimes before;
  CpuTimes now;
  for (std::size_t i = 0; i < 8; ++i) {
    before.ticks[i] = *rc::gen::inRange<std::uint64_t>(0, kCpuTicksMax);
    now.ticks[i] = *rc::gen::inRange<std::uint64_t>(0, kCpuTicksMax);
  }
  const auto share = busy_share(before, now);
  RC_ASSERT(share.has_value() == (now.sum() > before.sum()));
  RC_ASSERT(share.value_or(0) <= 1000U);
}

class ThisMachine : public testing::Test {
 protected:
  ThisMachine() {
    sources_.files = std::make_shared<HostFiles>();
    sampler_ = std::make_unique<Sampler>(sources_);
  }
  Sample sample() { return sampler_->sample(std::chrono::steady_clock::now().time_since_epoch(), problems_); }

  Sources sources_;
  std::unique_ptr<Sampler> sampler_;
  std::vector<Problem> problems_;
};

// Computes on the first processor it may use until it has had `share` of its time; gives that processor's number.
unsigned burn(std::chrono::nanoseconds share) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  unsigned first = 0;
  while (first < CPU_SETSIZE && !CPU_ISSET(first, &allowed)) ++first;
  std::thread burner([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    timespec had{};
    do {
      ASSERT_EQ(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &had), 0);
    } while (std::chrono::seconds(had.tv_sec) + std::chrono::nanoseconds(had.tv_nsec) < share);
  });
  burner.join();
  return first;
}

TEST_F(ThisMachine, burning_a_processor_shows_as_load) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  constexpr auto kBurnt = std::chrono::milliseconds(300);
  const auto start = std::chrono::steady_clock::now();
  sample();
  const unsigned processor = burn(kBurnt);
  const CpuLoad load = sample().cpu;
  const Milliseconds passed = std::chrono::steady_clock::now() - start;

  const auto thread = std::ranges::find(load.threads, processor, &Thread::os_index);
  ASSERT_NE(thread, load.threads.end());
  // At least what was burnt; half of it allows for kernels that count by sampling at each tick.
  EXPECT_GE(thread->busy * passed.count() / 1000, Milliseconds(kBurnt).count() / 2);
  EXPECT_LE(thread->busy, 1000U);
  EXPECT_GT(load.total.value_or(0), 0U);
}

TEST_F(ThisMachine, every_online_thread_is_listed) {
  const auto online = HostFiles().read("/sys/devices/system/cpu/online", kFileBytesMax);
  ASSERT_TRUE(online.has_value());
  std::vector<std::uint32_t> listed;
  for (const Thread& thread : sample().cpu.threads) listed.push_back(thread.os_index);
  EXPECT_EQ(listed, parse_number_list(*online));
  EXPECT_GT(sample().memory.total_bytes.value_or(0), sample().memory.available_bytes.value_or(1));
}

}  // namespace
}  // namespace quern::hwprobe
