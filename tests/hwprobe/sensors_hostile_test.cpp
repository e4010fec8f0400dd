#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hwprobe/sensor_reader.hpp"
#include "tests/hwprobe/sensor_invariants.hpp"
#include "tests/hwprobe/sensor_machine.hpp"

namespace quern::hwprobe {
namespace {

using testing::IsEmpty;

void add_everything(RecordedFiles& files) {
  trees::add_proc(files);
  trees::add_amd_card(files);
  trees::add_i915_card(files);
  trees::add_xe_card(files);
  trees::add_nouveau_card(files);
  trees::add_server_board(files);
  trees::add_laptop_supplies(files);
}

// The machine with everything, each file's content changed.
template <class Change>
void change_all(RecordedFiles& files, Change change) {
  RecordedFiles whole;
  add_everything(whole);
  for (const auto& [path, content] : whole.files()) files.add_file(path, change(*content));
  for (const auto& [path, target] : whole.links()) files.add_link(path, target);
}

TEST(SensorsHostile, the_machine_with_everything_is_plausible) {
  SensorMachine machine;
  add_everything(*machine.files);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(implausible(machine.sample()), "");
}

TEST(SensorsHostile, an_empty_machine_tells_nothing) {
  SensorMachine machine;
  EXPECT_EQ(machine.sample(), Sample{});
  EXPECT_THAT(machine.problems, IsEmpty());
}

TEST(SensorsHostile, truncated_files_give_plausible_values_or_none) {
  for (std::size_t length = 0; length < 12; ++length) {
    SensorMachine machine;
    change_all(*machine.files, [&](const std::string& content) { return content.substr(0, length); });
    EXPECT_EQ(implausible(machine.sample()), "") << length;
    EXPECT_EQ(implausible(machine.sample()), "") << length;
  }
}

TEST(SensorsHostile, random_bytes_give_plausible_values_or_none) {
  std::mt19937 random(20240607);
  for (int round = 0; round < 200; ++round) {
    SensorMachine machine;
    const auto garble = [&](std::string content) {
      for (char& c : content) {
        if (random() % 4 == 0) c = static_cast<char>(random());
      }
      return content;
    };
    change_all(*machine.files, garble);
    EXPECT_EQ(implausible(machine.sample()), "");
    change_all(*machine.files, garble);
    EXPECT_EQ(implausible(machine.sample()), "");
    EXPECT_LE(machine.problems.size(), kProblemPlacesMax + 1);
  }
}

TEST(SensorsHostile, numbers_at_and_beyond_every_edge_give_plausible_values_or_none) {
  for (const char* number : {"0", "-1", "1", "2147483647", "2147483648", "4294967295", "4294967296",
                             "9223372036854775807", "9223372036854775808", "-9223372036854775808",
                             "18446744073709551615", "18446744073709551616", "1e9", "0x10", "nan", "+1", " 7 ", "\0"}) {
    SensorMachine machine;
    change_all(*machine.files, [&](const std::string& content) {
      return content.size() < 24 && content[0] >= '0' && content[0] <= '9' ? std::string(number) : content;
    });
    EXPECT_EQ(implausible(machine.sample()), "") << number;
    EXPECT_EQ(implausible(machine.sample()), "") << number;
  }
}

TEST(SensorsHostile, every_unreadable_file_is_named_at_most_once) {
  SensorMachine machine;
  RecordedFiles whole;
  add_everything(whole);
  for (const auto& [path, target] : whole.links()) machine.files->add_link(path, target);
  for (const auto& [path, content] : whole.files()) {
    machine.files->add_error(path, path.size() % 2 == 0 ? FileError::denied : FileError::unreadable);
  }
  for (int i = 0; i < 70; ++i) machine.sample();
  std::set<std::string> places;
  for (const Problem& problem : machine.problems) EXPECT_TRUE(places.insert(problem.where).second) << problem.where;
  EXPECT_GT(places.size(), 20U);
}

TEST(SensorsHostile, link_loops_end) {
  SensorMachine machine;
  for (const std::string name :
       {"drm/card0", "hwmon/hwmon0", "thermal/thermal_zone0", "powercap/intel-rapl:0", "power_supply/BAT0"}) {
    const std::string path = "/sys/class/" + name;
    machine.files->add_link(path, "../" + name);
  }
  machine.files->add_link("/sys/class/drm/card1", "../hwmon/hwmon1");
  machine.files->add_link("/sys/class/hwmon/hwmon1", "../drm/card1");
  machine.files->add_link("/proc/stat", "stat");
  EXPECT_EQ(implausible(machine.sample()), "");
  EXPECT_EQ(implausible(machine.sample()), "");
}

TEST(SensorsHostile, link_loops_and_fifos_on_a_real_file_system_end) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(testing::TempDir()) / ("quern-sensors-" + std::to_string(::getpid()));
  fs::create_directories(root / "sys/class/hwmon/hwmon0");
  fs::create_directories(root / "sys/class/drm");
  fs::create_directories(root / "proc");
  fs::create_symlink("hwmon1", root / "sys/class/hwmon/hwmon1");
  fs::create_symlink(".", root / "sys/class/drm/card0");
  ASSERT_EQ(::mkfifo((root / "proc/stat").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((root / "sys/class/hwmon/hwmon0/temp1_input").c_str(), 0600), 0);
  std::ofstream(root / "sys/class/hwmon/hwmon0/name") << std::string(100'000, 'x');
  {
    Sources sources;
    sources.files = std::make_shared<HostFiles>(root);
    sources.nvml_library.clear();
    Sampler sampler(sources);
    std::vector<Problem> problems;
    const Sample sample = sampler.sample(std::chrono::seconds(1), problems);
    EXPECT_EQ(implausible(sample), "");
    EXPECT_EQ(sample.cpu.total, std::nullopt);
    EXPECT_THAT(sample.temperatures, IsEmpty());
    EXPECT_EQ(std::ranges::count(problems, std::string("/proc/stat"), &Problem::where), 1);
    EXPECT_EQ(std::ranges::count(problems, std::string("/sys/class/hwmon/hwmon0/name"), &Problem::where), 1);
  }
  fs::remove_all(root);
}

TEST(SensorsHostile, files_that_are_listed_but_cannot_be_opened_do_not_make_every_sample_a_discovery) {
  // A tree that counts how often a directory is listed and has lost all its files.
  class Dangling final : public FileTree {
   public:
    std::expected<std::string, FileError> read(std::string_view, std::size_t) const override {
      return std::unexpected(FileError::missing);
    }
    std::expected<std::vector<std::string>, FileError> list(std::string_view path) const override {
      if (path == "/sys/class/hwmon") {
        ++discoveries;
        return std::vector<std::string>{"hwmon0"};
      }
      if (path == "/sys/class/hwmon/hwmon0") return std::vector<std::string>{"name", "temp1_input"};
      return std::unexpected(FileError::missing);
    }
    std::expected<std::string, FileError> read_link(std::string_view) const override {
      return std::unexpected(FileError::missing);
    }
    mutable int discoveries = 0;
  };
  const auto files = std::make_shared<Dangling>();
  Sources sources;
  sources.files = files;
  sources.nvml_library.clear();
  Sampler sampler(sources);
  std::vector<Problem> problems;
  for (int i = 1; i <= 60; ++i) sampler.sample(std::chrono::seconds(i), problems);
  EXPECT_LE(files->discoveries, 15);
}

}  // namespace
}  // namespace quern::hwprobe
