// Each machine under tests/machines/ gives the report that lies beside it. NAME.json is a recording (quern probe
// --record), NAME.report.json what it must give; after a wanted change: quern probe --json --replay NAME.json >
// NAME.report.json
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "hwprobe/recording.hpp"
#include "hwprobe/report_json.hpp"

namespace quern::hwprobe {
namespace {

const std::filesystem::path kMachines = std::filesystem::path(QUERN_TEST_DATA) / "../machines";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> machines() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kMachines)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".report.json")) names.insert(entry.path().stem().string());
  }
  return names;
}

// Differences of two documents, a line a field: texts of whole reports cannot be compared by eye.
void differences(const boost::json::value& is, const boost::json::value& expected, const std::string& at,
                 std::string& text) {
  if (is == expected) return;
  if (is.is_object() && expected.is_object()) {
    std::set<std::string> keys;
    for (const auto* object : {&is.get_object(), &expected.get_object()}) {
      for (const auto& entry : *object) keys.insert(entry.key());
    }
    for (const std::string& key : keys) {
      const auto* mine = is.get_object().if_contains(key);
      const auto* theirs = expected.get_object().if_contains(key);
      std::string below = at;
      below.append(1, '.').append(key);
      differences(mine ? *mine : nullptr, theirs ? *theirs : nullptr, below, text);
    }
  } else if (is.is_array() && expected.is_array() && is.get_array().size() == expected.get_array().size()) {
    for (std::size_t i = 0; i < is.get_array().size(); ++i) {
      differences(is.get_array()[i], expected.get_array()[i], at + '[' + std::to_string(i) + ']', text);
    }
  } else {
    text += at + ": is " + boost::json::serialize(is) + ", expected " + boost::json::serialize(expected) + '\n';
  }
}

class RecordedMachine : public testing::TestWithParam<std::string> {};

TEST_P(RecordedMachine, gives_the_report_that_lies_beside_it) {
  const auto recording = load_recording(content_of(kMachines / (GetParam() + ".json")));
  ASSERT_TRUE(recording) << recording.error();
  const std::string expected = content_of(kMachines / (GetParam() + ".report.json"));
  ASSERT_FALSE(expected.empty()) << GetParam() << ".report.json is missing";
  std::string text;
  differences(to_json(replay(*recording)), boost::json::parse(expected), "report", text);
  EXPECT_EQ(text, "");
}

TEST_P(RecordedMachine, holds_no_secret) {
  auto recording = load_recording(content_of(kMachines / (GetParam() + ".json")));
  ASSERT_TRUE(recording) << recording.error();
  const std::string before = save_recording(*recording);
  hide_secrets(*recording);
  EXPECT_EQ(save_recording(*recording), before);
}

INSTANTIATE_TEST_SUITE_P(Machines, RecordedMachine, testing::ValuesIn(machines()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace quern::hwprobe
