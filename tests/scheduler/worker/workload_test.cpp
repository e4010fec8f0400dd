// Seven real workloads on PoCL, each held against a reference that is computed here.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <numbers>

#include <gtest/gtest.h>

#include "tests/scheduler/worker/path_tracer_reference.hpp"
#include "tests/scheduler/worker/worker_process.hpp"

namespace quern::worker {
namespace {

using model::Reason;

const std::filesystem::path kWorkloads = QUERN_TEST_DATA "/execution/workloads";
const std::filesystem::path kExamples = QUERN_EXAMPLES;

// Deterministic numbers between -1 and 1.
class Noise {
 public:
  float next() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<float>(state_ >> 8) / 8388608.0F - 1.0F;
  }
  std::vector<float> many(std::size_t count) {
    std::vector<float> values(count);
    std::ranges::generate(values, [&] { return next(); });
    return values;
  }

 private:
  std::uint32_t state_ = 7;
};

// All shards in a row, each in a worker of its own; the outputs joined.
std::string joined(JobFolder& folder, const std::string& path, std::uint32_t shards) {
  folder.job.shards.count = shards;
  std::string all;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    const Ending ending = folder.run(shard);
    EXPECT_EQ(told(ending), "completed");
    if (!ending.finished || ending.finished->why.reason != Reason::completed) return all;
    all += folder.output(path, shard);
  }
  return all;
}

void make_mandelbrot(JobFolder& folder, int width, int height) {
  folder.add_source_file(kWorkloads / "mandelbrot.cl");
  folder.add_output_buffer("picture", static_cast<std::uint64_t>(width) * height);
  folder.job.steps = {{.kernel = "mandelbrot",
                       .global_work_size = {static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height)},
                       .local_work_size = {16, 4},
                       .arguments = {buffer("picture"), int_argument(width), int_argument(height), int_argument(256)}}};
}

TEST(Workload, mandelbrot_is_what_doubles_make_of_it_but_for_the_edge) {
  constexpr int kWidth = 320;
  constexpr int kHeight = 240;
  JobFolder folder;
  make_mandelbrot(folder, kWidth, kHeight);
  const Ending ending = folder.run();
  ASSERT_EQ(told(ending), "completed");
  const std::string picture = folder.output("picture.out");
  int different = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const std::complex<double> c(-2.2 + 3.2 * x / kWidth, -1.2 + 2.4 * y / kHeight);
      std::complex<double> z = 0;
      int count = 0;
      for (; count < 256 && std::norm(z) < 4; ++count) z = z * z + c;
      const int expected = count == 256 ? 0 : count * 5 % 256;
      if (static_cast<unsigned char>(picture[static_cast<std::size_t>(y * kWidth + x)]) != expected) ++different;
    }
  }
  EXPECT_LT(different, kWidth * kHeight / 100);
  EXPECT_EQ(ending.finished->outputs.at(0).digest, sha256(picture));
  EXPECT_EQ(ending.finished->outputs.at(0).bytes, picture.size());
}

TEST(Workload, shards_of_mandelbrot_join_to_the_picture_of_one) {
  JobFolder folder;
  make_mandelbrot(folder, 256, 128);
  const std::string whole = joined(folder, "picture.out", 1);
  EXPECT_EQ(joined(folder, "picture.out", 5), whole);
}

TEST(Workload, a_tiled_matrix_product_through_local_memory) {
  constexpr std::size_t kSize = 128;
  Noise noise;
  const auto a = noise.many(kSize * kSize);
  const auto b = noise.many(kSize * kSize);
  JobFolder folder;
  folder.add_source_file(kWorkloads / "matrix_product.cl");
  folder.job.program.build_options = "-D TILE=16";
  folder.add_input_buffer("a", bytes_of(a));
  folder.add_input_buffer("b", bytes_of(b));
  folder.add_output_buffer("c", 4 * kSize * kSize);
  folder.job.steps = {
      {.kernel = "matrix_product",
       .global_work_size = {kSize, kSize},
       .local_work_size = {16, 16},
       .arguments = {buffer("a"), buffer("b"), buffer("c"), int_argument(kSize), local(1024), local(1024)}}};
  const std::string whole = joined(folder, "c.out", 1);
  const auto c = values_of<float>(whole);
  double worst = 0;
  for (std::size_t row = 0; row < kSize; ++row) {
    for (std::size_t column = 0; column < kSize; ++column) {
      double sum = 0;
      for (std::size_t k = 0; k < kSize; ++k) sum += static_cast<double>(a[row * kSize + k]) * b[k * kSize + column];
      worst = std::max(worst, std::abs(sum - c.at(row * kSize + column)));
    }
  }
  EXPECT_LT(worst, 1e-4);
  EXPECT_EQ(joined(folder, "c.out", 3), whole);
}

// Radix 2, recursive, in doubles.
std::vector<std::complex<double>> transform(const std::vector<std::complex<double>>& signal) {
  if (signal.size() == 1) return signal;
  std::vector<std::complex<double>> even;
  std::vector<std::complex<double>> odd;
  for (std::size_t i = 0; i < signal.size(); ++i) (i % 2 == 0 ? even : odd).push_back(signal[i]);
  even = transform(even);
  odd = transform(odd);
  std::vector<std::complex<double>> out(signal.size());
  for (std::size_t k = 0; k < even.size(); ++k) {
    const auto turned =
        odd[k] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(out.size()));
    out[k] = even[k] + turned;
    out[k + even.size()] = even[k] - turned;
  }
  return out;
}

TEST(Workload, a_fourier_transform_stage_by_stage_from_buffer_to_buffer) {
  constexpr std::size_t kSize = 4096;
  Noise noise;
  const auto signal = noise.many(2 * kSize);
  JobFolder folder;
  folder.add_source_file(kWorkloads / "fourier.cl");
  folder.add_input_buffer("a", bytes_of(signal));
  folder.add_buffer("b", 8 * kSize);
  folder.job.buffers.front().output = "spectrum.bin";  // an even number of stages ends where it began
  folder.keep("spectrum.bin", 8 * kSize);
  folder.job.steps = {
      {.kernel = "stage",
       .repeat = 12,
       .global_work_size = {kSize / 2},
       .local_work_size = {64},
       .arguments = {ring("a", "b"), ring("b", "a"), int_argument(kSize), model::IterationArgument{0}}}};
  ASSERT_EQ(told(folder.run()), "completed");
  const auto spectrum = values_of<float>(folder.output("spectrum.bin"));
  std::vector<std::complex<double>> input(kSize);
  for (std::size_t i = 0; i < kSize; ++i) input[i] = {signal[2 * i], signal[2 * i + 1]};
  const auto expected = transform(input);
  double worst = 0;
  double largest = 0;
  for (std::size_t i = 0; i < kSize; ++i) {
    const std::complex<double> found(spectrum.at(2 * i), spectrum.at(2 * i + 1));
    worst = std::max(worst, std::abs(found - expected[i]));
    largest = std::max(largest, std::abs(expected[i]));
  }
  EXPECT_LT(worst / largest, 1e-5);
}

TEST(Workload, a_sum_in_two_kernels_is_exact) {
  std::vector<std::uint32_t> values(100'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint32_t>(i * 2654435761U);
  JobFolder folder;
  folder.add_source_file(kWorkloads / "reduction.cl");
  folder.add_input_buffer("values", bytes_of(values));
  folder.add_buffer("sums", 8 * 64);
  folder.add_output_buffer("total", 8);
  folder.job.steps = {{.kernel = "sum_groups",
                       .global_work_size = {64 * 64},
                       .local_work_size = {64},
                       .chunk = 64 * 64,  // its groups are counted
                       .arguments = {buffer("values"), buffer("sums"), uint_argument(100'000), local(512)}},
                      {.kernel = "sum_sums",
                       .global_work_size = {1},
                       .arguments = {buffer("sums"), buffer("total"), uint_argument(64)}}};
  ASSERT_EQ(told(folder.run()), "completed");
  std::uint64_t sum = 0;
  for (const std::uint32_t value : values) sum += value;
  EXPECT_EQ(values_of<std::uint64_t>(folder.output("total.out")), std::vector{sum});
}

// A driver of processors compiles a kernel anew for each size of its groups.
TEST(Workload, has_groups_of_one_size_in_all_its_slices_where_it_leaves_them_to_the_driver) {
  JobFolder folder;
  folder.add_source("groups.cl",
                    "kernel void groups(global uint* out) {\n"
                    "  out[get_global_id(1) * 91 + get_global_id(0)] = get_local_size(0) * 1000 + get_local_size(1);\n"
                    "}\n");
  folder.add_output_buffer("out", 4 * 91 * 12);
  folder.job.steps = {{.kernel = "groups", .repeat = 3, .global_work_size = {91, 12}, .arguments = {buffer("out")}}};
  ASSERT_EQ(told(folder.run()), "completed");
  EXPECT_EQ(values_of<std::uint32_t>(folder.output("out.out")), std::vector<std::uint32_t>(91 * 12, 13'001));
}

TEST(Workload, a_search_for_nonces_finds_those_that_openssl_finds) {
  constexpr std::uint32_t kNonces = 1 << 16;
  constexpr std::uint32_t kLimit = 1 << 19;
  JobFolder folder;
  folder.add_source_file(kWorkloads / "nonce_search.cl");
  folder.add_output_buffer("count", 4);
  folder.add_output_buffer("hits", 4 * 256);
  folder.job.steps = {{.kernel = "search",
                       .global_work_size = {kNonces},
                       .local_work_size = {64},
                       .arguments = {buffer("count"), buffer("hits"), uint_argument(256), uint_argument(kLimit)}}};
  ASSERT_EQ(told(folder.run()), "completed");
  std::vector<std::uint32_t> expected;
  for (std::uint32_t nonce = 0; nonce < kNonces; ++nonce) {
    std::array<char, 14> text{};
    std::snprintf(text.data(), text.size(), "quern%08x", nonce);
    const model::Digest digest = sha256({text.data(), 13});
    const std::uint32_t first =
        std::to_integer<std::uint32_t>(digest[0]) << 24 | std::to_integer<std::uint32_t>(digest[1]) << 16 |
        std::to_integer<std::uint32_t>(digest[2]) << 8 | std::to_integer<std::uint32_t>(digest[3]);
    if (first < kLimit) expected.push_back(nonce);
  }
  ASSERT_FALSE(expected.empty());
  const auto count = values_of<std::uint32_t>(folder.output("count.out")).at(0);
  auto hits = values_of<std::uint32_t>(folder.output("hits.out"));
  hits.resize(std::min<std::size_t>(count, hits.size()));
  std::ranges::sort(hits);
  EXPECT_EQ(hits, expected);
}

constexpr std::size_t kBodies = 128;
constexpr std::size_t kEncounters = 3;
constexpr std::uint64_t kSide = 24;

void make_nbody(JobFolder& folder, std::uint32_t steps) {
  folder.add_source_file(kExamples / "nbody/nbody.cl");
  folder.job.program.build_options = "-D BODIES=128 -D SIDE=24";
  const std::uint64_t bytes = 16 * kBodies * kEncounters;
  folder.add_output_buffer("a", bytes);
  folder.add_buffer("b", bytes);
  folder.add_buffer("velocities", bytes);
  folder.add_output_buffer("pixels", 3 * kSide * kSide * kEncounters);
  folder.job.steps = {
      {.kernel = "place", .global_work_size = {kBodies, kEncounters}, .arguments = {buffer("a"), buffer("velocities")}},
      {.kernel = "advance",
       .repeat = steps,
       .global_work_size = {kBodies, kEncounters},
       .local_work_size = {32, 1},
       .arguments = {ring("a", "b"), ring("b", "a"), buffer("velocities"), local(32 * 16)}},
      {.kernel = "picture",
       .global_work_size = {kSide * kSide, kEncounters},
       .arguments = {buffer("a"), buffer("pixels")}}};
}

struct Body {
  std::array<double, 3> at{};
  std::array<double, 3> speed{};
  double mass = 0;
};

// What each pair of bodies does to each other, summed in doubles.
void advance(std::vector<Body>& bodies) {
  constexpr double kStep = 0.0125;
  auto next = bodies;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    std::array<double, 3> pull{};
    for (const Body& other : bodies) {
      double square = 0.0025;
      for (std::size_t d = 0; d < 3; ++d) square += std::pow(other.at.at(d) - bodies[i].at.at(d), 2);
      for (std::size_t d = 0; d < 3; ++d)
        pull.at(d) += other.mass * (other.at.at(d) - bodies[i].at.at(d)) / std::pow(square, 1.5);
    }
    for (std::size_t d = 0; d < 3; ++d) {
      next[i].speed.at(d) += kStep * pull.at(d);
      next[i].at.at(d) += kStep * next[i].speed.at(d);
    }
  }
  bodies = next;
}

TEST(Workload, galaxies_move_as_newton_has_it_in_ping_pong_buffers) {
  constexpr std::uint32_t kSteps = 10;
  JobFolder folder;
  make_nbody(folder, kSteps);
  ASSERT_EQ(told(folder.run()), "completed");
  const auto last = values_of<float>(folder.output("a.out"));
  // Where they start: the job without the steps between.
  JobFolder start;
  make_nbody(start, 2);
  start.job.steps.erase(start.job.steps.begin() + 1);
  start.job.buffers.at(2).output = "velocities.out";
  start.keep("velocities.out", start.job.buffers.at(2).bytes);
  ASSERT_EQ(told(start.run()), "completed");
  const auto first = values_of<float>(start.output("a.out"));
  const auto speeds = values_of<float>(start.output("velocities.out"));
  double worst = 0;
  double way = 0;
  for (std::size_t encounter = 0; encounter < kEncounters; ++encounter) {
    std::vector<Body> bodies(kBodies);
    for (std::size_t i = 0; i < kBodies; ++i) {
      const std::size_t at = 4 * (encounter * kBodies + i);
      bodies[i] = {{first.at(at), first.at(at + 1), first.at(at + 2)},
                   {speeds.at(at), speeds.at(at + 1), speeds.at(at + 2)},
                   first.at(at + 3)};
    }
    for (std::uint32_t step = 0; step < kSteps; ++step) advance(bodies);
    for (std::size_t i = 0; i < kBodies; ++i) {
      for (std::size_t d = 0; d < 3; ++d) {
        const std::size_t at = 4 * (encounter * kBodies + i) + d;
        worst = std::max(worst, std::abs(bodies[i].at.at(d) - last.at(at)));
        way = std::max(way, std::abs(static_cast<double>(first.at(at)) - last.at(at)));
      }
    }
  }
  EXPECT_LT(worst, 1e-3);
  EXPECT_GT(way, 0.1);
}

TEST(Workload, shards_of_an_ensemble_join_to_the_whole_with_every_output) {
  JobFolder folder;
  make_nbody(folder, 4);
  const std::string positions = joined(folder, "a.out", 1);
  const std::string pixels = folder.output("pixels.out");
  EXPECT_EQ(joined(folder, "a.out", 3), positions);
  EXPECT_EQ(folder.output("pixels.out", 0) + folder.output("pixels.out", 1) + folder.output("pixels.out", 2), pixels);
}

void make_path_tracer(JobFolder& folder) {
  folder.add_source_file(kExamples / "path_tracer/path_tracer.cl");
  folder.job.program.build_options = "-D WIDTH=64 -D HEIGHT=36 -D SAMPLES=2 -D PASSES=3";
  folder.add_output_buffer("picture", 3 * 64 * 36);
  folder.add_buffer("sums", 16 * 64 * 36);
  folder.job.steps = {
      {.kernel = "trace",
       .repeat = 3,
       .global_work_size = {64, 36},
       .arguments = {buffer("sums"), model::IterationArgument{0}}},
      {.kernel = "develop", .global_work_size = {64, 36}, .arguments = {buffer("sums"), buffer("picture")}}};
}

TEST(Workload, a_path_traced_picture_is_the_one_that_is_traced_here) {
  JobFolder folder;
  make_path_tracer(folder);
  const std::string whole = joined(folder, "picture.out", 1);
  ASSERT_EQ(whole.size(), 3 * 64 * 36);
  const PathTracerReference reference(64, 36, 2, 3);
  int different = 0;
  for (int y = 0; y < 36; ++y) {
    for (int x = 0; x < 64; ++x) {
      const auto expected = reference.pixel(x, y);
      for (std::size_t c = 0; c < 3; ++c) {
        const auto found = static_cast<unsigned char>(whole[3 * static_cast<std::size_t>(y * 64 + x) + c]);
        if (std::abs(found - expected.at(c)) > 1) ++different;
      }
    }
  }
  EXPECT_LE(different, 3 * 64 * 36 / 200) << "of " << whole.size();
  EXPECT_EQ(joined(folder, "picture.out", 4), whole);
}

}  // namespace
}  // namespace quern::worker
