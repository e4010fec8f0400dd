#include "hwprobe/recording_files.hpp"

#include <gtest/gtest.h>

namespace quern::hwprobe {
namespace {

using Names = std::vector<std::string>;

std::shared_ptr<RecordedFiles> example_tree() {
  auto tree = std::make_shared<RecordedFiles>();
  tree->add_file("/sys/devices/pci0/0000:01:00.0/class", "0x030000\n");
  tree->add_file("/sys/devices/pci0/0000:01:00.0/vendor", "0x10de\n");
  tree->add_error("/sys/devices/pci0/0000:01:00.0/config", FileError::denied);
  tree->add_link("/sys/devices/pci0/0000:01:00.0/driver", "../../../bus/pci/drivers/nvidia");
  tree->add_link("/sys/bus/pci/devices/0000:01:00.0", "../../../devices/pci0/0000:01:00.0");
  tree->add_file("/sys/bus/pci/drivers/nvidia/bind", "");
  tree->add_directory("/sys/class/power_supply");
  tree->add_file("/proc/meminfo", "MemTotal: 1 kB\n");
  return tree;
}

class RecordingFilesTest : public testing::Test {
 protected:
  std::shared_ptr<RecordedFiles> original_ = example_tree();
  RecordingFiles recording_{original_};
};

TEST_F(RecordingFilesTest, answers_as_the_original_does) {
  EXPECT_EQ(recording_.read("/proc/meminfo", kFileBytesMax), "MemTotal: 1 kB\n");
  EXPECT_EQ(recording_.read("/proc/stat", kFileBytesMax), std::unexpected(FileError::missing));
  EXPECT_EQ(recording_.read("/proc/meminfo", 3), std::unexpected(FileError::too_large));
  EXPECT_EQ(recording_.list("/sys/bus/pci"), Names({"devices", "drivers"}));
  EXPECT_EQ(recording_.read_link("/sys/devices/pci0/0000:01:00.0/driver"), "../../../bus/pci/drivers/nvidia");
}

TEST_F(RecordingFilesTest, what_was_seen_answers_the_same_questions_again) {
  const auto ask = [](const FileTree& tree) {
    std::vector<std::expected<std::string, FileError>> answers;
    const std::string card = "/sys/bus/pci/devices/0000:01:00.0/";
    for (const char* name : {"class", "config", "absent", "driver/bind", "driver", "../../drivers/nvidia/bind"}) {
      answers.push_back(tree.read(card + name));
    }
    answers.push_back(tree.read_link(card + "driver"));
    answers.push_back(tree.read_link(card + "class"));
    answers.push_back(tree.read_link("/sys/bus/pci/devices/0000:01:00.0"));
    return answers;
  };
  const auto list = [](const FileTree& tree) {
    return std::vector{tree.list("/sys/bus/pci/devices"), tree.list("/sys/bus/pci/devices/0000:01:00.0"),
                       tree.list("/sys/class/power_supply"), tree.list("/sys/class/hwmon"), tree.list("/proc/meminfo")};
  };
  EXPECT_EQ(ask(recording_), ask(*original_));
  EXPECT_EQ(list(recording_), list(*original_));
  const RecordedFiles seen = recording_.seen();
  EXPECT_EQ(ask(seen), ask(*original_));
  EXPECT_EQ(list(seen), list(*original_));
}

TEST_F(RecordingFilesTest, entries_that_were_only_listed_are_there_in_name_alone) {
  ASSERT_TRUE(recording_.list("/sys/devices/pci0/0000:01:00.0"));
  const RecordedFiles seen = recording_.seen();
  EXPECT_EQ(seen.list("/sys/devices/pci0/0000:01:00.0"), Names({"class", "config", "driver", "vendor"}));
  EXPECT_EQ(seen.read("/sys/devices/pci0/0000:01:00.0/vendor", kFileBytesMax), std::unexpected(FileError::missing));
}

TEST_F(RecordingFilesTest, a_file_read_with_success_once_is_kept_whole) {
  EXPECT_FALSE(recording_.read("/proc/meminfo", 3));
  EXPECT_TRUE(recording_.read("/proc/meminfo", 100));
  EXPECT_FALSE(recording_.read("/proc/meminfo", 3));
  EXPECT_EQ(recording_.seen().read("/proc/meminfo", 100), "MemTotal: 1 kB\n");
}

TEST_F(RecordingFilesTest, links_in_a_circle_end) {
  original_->add_link("/loop", "loop");
  EXPECT_EQ(recording_.read("/loop/x", kFileBytesMax), original_->read("/loop/x", kFileBytesMax));
  EXPECT_FALSE(recording_.is_cut());
}

TEST_F(RecordingFilesTest, stops_remembering_at_its_bounds_but_goes_on_answering) {
  original_->add_file("/big", std::string(kRecordedBytesMax, 'x'));
  EXPECT_TRUE(recording_.read("/big", kRecordedBytesMax));
  EXPECT_FALSE(recording_.is_cut());
  EXPECT_EQ(recording_.read("/proc/meminfo", kFileBytesMax), "MemTotal: 1 kB\n");
  EXPECT_TRUE(recording_.is_cut());
  EXPECT_EQ(recording_.seen().read("/proc/meminfo", kFileBytesMax), std::unexpected(FileError::missing));
}

TEST_F(RecordingFilesTest, remembers_no_more_entries_than_it_may) {
  for (std::size_t i = 0; i <= kRecordedEntriesMax; ++i) {
    EXPECT_FALSE(recording_.read("/absent/" + std::to_string(i), 1));
  }
  EXPECT_TRUE(recording_.is_cut());
}

}  // namespace
}  // namespace quern::hwprobe
