#include "hwprobe/opencl_reply.hpp"

#include <limits>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "hwprobe/opencl.hpp"
#include "hwprobe/text.hpp"
#include "tests/hwprobe/example_report.hpp"

namespace quern::hwprobe {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<OpenclPlatform> example_platforms() {
  std::vector<OpenclPlatform> platforms = example_drivers().at(1).platforms;
  OpenclDevice& first = platforms.at(0).devices.at(0);
  first.id = "";  // given later, by assign_device_ids
  first.index = 0;
  OpenclDevice second = first;
  second.index = 1;
  second.type = OpenclDeviceType::cpu;
  second.pci_address.reset();
  second.uuid.reset();
  platforms[0].devices.push_back(second);
  platforms.emplace_back().name = "A platform without devices";
  return platforms;
}

MeasureReply example_measurement() {
  MeasureReply reply;
  reply.device_name = "NVIDIA GeForce RTX 4090";
  reply.fitness.fit = true;
  reply.figures = example_measurements().devices.at(0).figures;
  reply.figures.at(1).cpu_share_permille.reset();
  reply.notes = {"opencl-triad/1 could not be measured: no memory"};
  return reply;
}

// The example answer after somebody changed it.
template <class Change>
std::string changed(const std::string& reply, Change change) {
  json::value value = json::parse(reply);
  change(value.as_object());
  return json::serialize(value);
}
template <class Change>
std::string changed_device(Change change) {
  return changed(encode_platforms(example_platforms()), [&](json::object& answer) {
    change(answer["platforms"].as_array()[0].as_object()["devices"].as_array()[0].as_object());
  });
}
template <class Change>
std::string changed_measurement(Change change) {
  return changed(encode_measurement(example_measurement()), change);
}
template <class Change>
std::string changed_figure(Change change) {
  return changed_measurement([&](json::object& answer) { change(answer["figures"].as_array()[0].as_object()); });
}

// `reply` is malformed, and the fault says so with `words`.
void expect_malformed_platforms(const std::string& reply, const std::string& words) {
  const auto decoded = decode_platforms(reply);
  ASSERT_FALSE(decoded) << reply.substr(0, 200);
  EXPECT_EQ(decoded.error().status, DriverStatus::malformed);
  EXPECT_THAT(decoded.error().what, HasSubstr(words));
}
void expect_malformed_measurement(const std::string& reply, const std::string& words) {
  const auto decoded = decode_measurement(reply);
  ASSERT_FALSE(decoded) << reply.substr(0, 200);
  EXPECT_EQ(decoded.error().status, DriverStatus::malformed);
  EXPECT_THAT(decoded.error().what, HasSubstr(words));
}

TEST(OpenclReply, platforms_read_back_as_written) {
  const auto platforms = example_platforms();
  const auto decoded = decode_platforms(encode_platforms(platforms));
  ASSERT_TRUE(decoded) << decoded.error().what;
  EXPECT_EQ(*decoded, platforms);
  EXPECT_THAT(decode_platforms(encode_platforms({})).value(), IsEmpty());
}

TEST(OpenclReply, measurements_read_back_as_written) {
  const MeasureReply fit = example_measurement();
  MeasureReply unfit;
  unfit.device_name = "broken device";
  unfit.fitness.reason = "self-test: work item 17 gave 0x0000beef, expected 0x1234abcd";
  for (const MeasureReply& reply : {fit, unfit}) {
    const auto decoded = decode_measurement(encode_measurement(reply));
    ASSERT_TRUE(decoded) << decoded.error().what;
    EXPECT_EQ(*decoded, reply);
  }
}

TEST(OpenclReply, faults_read_back_from_either_question) {
  for (const DriverStatus status : {DriverStatus::failed, DriverStatus::malformed}) {
    const OpenclFault fault{status, "clGetPlatformIDs gave error -6"};
    EXPECT_EQ(decode_platforms(encode_fault(fault)).error(), fault);
    EXPECT_EQ(decode_measurement(encode_fault(fault)).error(), fault);
  }
}

RC_GTEST_PROP(OpenclReply, every_figure_in_range_reads_back, ()) {
  MeasureReply reply = example_measurement();
  Figure& figure = reply.figures.at(0);
  figure.value = *rc::gen::nonZero<std::uint64_t>();
  figure.taken_unix_ms = *rc::gen::nonNegative<std::int64_t>();
  figure.windows = *rc::gen::inRange(1U, kMeasureWindowsMax + 1);
  figure.spread_permille = *rc::gen::inRange(0U, 1'000'001U);
  figure.cpu_share_permille = *rc::gen::inRange(0U, 1001U);
  figure.variant = clean_name(*rc::gen::arbitrary<std::string>());
  const auto decoded = decode_measurement(encode_measurement(reply));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == reply);
}

RC_GTEST_PROP(OpenclReply, texts_come_out_clean_and_short, (const std::string& text)) {
  auto platforms = example_platforms();
  platforms[0].name = text;
  const auto decoded = decode_platforms(encode_platforms(platforms));
  // Bytes that are no UTF-8 make no JSON.
  if (decoded) {
    RC_ASSERT(decoded->at(0).name == clean_name(text));
  } else {
    RC_ASSERT(decoded.error().status == DriverStatus::malformed);
  }
}

RC_GTEST_PROP(OpenclReply, no_part_of_an_answer_is_an_answer, ()) {
  const std::string platforms = encode_platforms(example_platforms());
  const std::string measurement = encode_measurement(example_measurement());
  RC_ASSERT(!decode_platforms(platforms.substr(0, *rc::gen::inRange<std::size_t>(0, platforms.size()))));
  RC_ASSERT(!decode_measurement(measurement.substr(0, *rc::gen::inRange<std::size_t>(0, measurement.size()))));
}

TEST(OpenclReply, what_is_not_a_json_object_is_malformed) {
  for (const char* reply : {"", " ", "null", "17", "[]", "\"platforms\"", "{", "{}x", "{\"platforms\":[]}{}",
                            "\xff\xfe", "platforms", "{'platforms':[]}", "{\"platforms\":[],}"}) {
    expect_malformed_platforms(reply, "answer");
    expect_malformed_measurement(reply, "answer");
  }
  expect_malformed_platforms(std::string(1000, '\0'), "not JSON");
}

TEST(OpenclReply, answer_to_another_question_is_malformed) {
  expect_malformed_platforms(encode_measurement(example_measurement()), "lacks platforms");
  expect_malformed_measurement(encode_platforms(example_platforms()), "lacks device_name");
}

TEST(OpenclReply, every_field_of_a_device_is_needed_and_typed) {
  json::object all;
  (void)changed_device([&](json::object& device) { all = device; });
  ASSERT_THAT(all, SizeIs(26));
  for (const auto& field : all) {
    const std::string key = field.key();
    const std::string where = "platforms[0].devices[0]." + key;
    if (key != "pci_address" && key != "uuid") {
      expect_malformed_platforms(changed_device([&](json::object& device) { device.erase(key); }),
                                 "platforms[0].devices[0]: lacks " + key);
    }
    for (const json::value& wrong :
         {json::value(nullptr), json::value(json::object{}), json::value(-1), json::value(1.5)}) {
      expect_malformed_platforms(changed_device([&](json::object& device) { device[key] = wrong; }), where);
    }
  }
}

TEST(OpenclReply, every_field_of_a_figure_is_needed_and_typed) {
  json::object all;
  (void)changed_figure([&](json::object& figure) { all = figure; });
  ASSERT_THAT(all, SizeIs(9));
  for (const auto& field : all) {
    const std::string key = field.key();
    if (key != "cpu_share_permille") {
      expect_malformed_measurement(changed_figure([&](json::object& figure) { figure.erase(key); }),
                                   "figures[0]: lacks " + key);
    }
    for (const json::value& wrong :
         {json::value(nullptr), json::value(json::array{}), json::value(-1), json::value(1.5)}) {
      expect_malformed_measurement(changed_figure([&](json::object& figure) { figure[key] = wrong; }),
                                   "figures[0]." + key);
    }
  }
}

TEST(OpenclReply, fields_nobody_knows_are_malformed) {
  const auto add = [](json::object& object) { object["extra"] = 1; };
  expect_malformed_platforms(changed_device(add), "platforms[0].devices[0]: has a field that is not known: extra");
  expect_malformed_platforms(changed(encode_platforms({}), add), "has a field that is not known: extra");
  expect_malformed_measurement(changed_measurement(add), "has a field that is not known: extra");
  expect_malformed_measurement(changed_figure(add), "figures[0]: has a field that is not known: extra");
}

TEST(OpenclReply, ids_positions_and_units_are_not_the_childs_to_say) {
  const auto platforms = decode_platforms(changed_device([](json::object& device) {
    device["id"] = "qd1-0";
    device["index"] = 7;
  }));
  ASSERT_TRUE(platforms) << platforms.error().what;
  EXPECT_EQ(*platforms, example_platforms());
  const auto measurement = decode_measurement(changed_figure([](json::object& figure) { figure["unit"] = "GB/s"; }));
  ASSERT_TRUE(measurement) << measurement.error().what;
  EXPECT_EQ(*measurement, example_measurement());
}

TEST(OpenclReply, numbers_out_of_range_are_malformed) {
  using Number = std::pair<const char*, json::value>;
  for (const auto& [key, number] :
       {Number("vendor_id", 0x1'0000'0000), Number("compute_units", 1e300), Number("address_bits", 33),
        Number("global_memory_bytes", 2e19), Number("max_clock_mhz", std::numeric_limits<std::int64_t>::min())}) {
    expect_malformed_platforms(changed_device([&](json::object& device) { device[key] = number; }), key);
  }
  for (const auto& [key, number] :
       {Number("value", 0), Number("windows", kMeasureWindowsMax + 1), Number("spread_permille", 1'000'001),
        Number("cpu_share_permille", 1001), Number("taken_unix_ms", std::uint64_t{1} << 63)}) {
    expect_malformed_measurement(changed_figure([&](json::object& figure) { figure[key] = number; }), key);
  }
  const std::string endless = "{\"platforms\":" + std::string(5000, '9') + "}";
  expect_malformed_platforms(endless, "answer");
}

TEST(OpenclReply, unknown_kinds_addresses_and_uuids_are_malformed) {
  using Text = std::pair<const char*, const char*>;
  for (const auto& [key, text] :
       {Text("type", "GPU"), Text("type", ""), Text("pci_address", "01:00.0"), Text("pci_address", "0000:01:00.8"),
        Text("pci_address", "0000:01:0g.0"), Text("pci_address", "../../etc"), Text("uuid", "00112233"),
        Text("uuid", "0011223344556677 8899AABBCCDDEEF")}) {
    expect_malformed_platforms(changed_device([&](json::object& device) { device[key] = text; }), key);
  }
  expect_malformed_measurement(changed_figure([](json::object& figure) { figure["quantity"] = "fp16_flops"; }),
                               "figures[0].quantity: is none of the names that are known");
}

TEST(OpenclReply, more_of_anything_than_its_bound_is_malformed) {
  std::vector<OpenclPlatform> platforms(kOpenclPlatformsMax);
  EXPECT_TRUE(decode_platforms(encode_platforms(platforms)));
  platforms.emplace_back();
  expect_malformed_platforms(encode_platforms(platforms), "platforms: longer than 16 entries");

  platforms = example_platforms();
  platforms[0].devices.assign(kOpenclDevicesMax, platforms[0].devices[0]);
  EXPECT_TRUE(decode_platforms(encode_platforms(platforms)));
  platforms[0].devices.push_back(platforms[0].devices[0]);
  expect_malformed_platforms(encode_platforms(platforms), "platforms[0].devices: longer than 256 entries");

  platforms = example_platforms();
  platforms[0].extensions.assign(kOpenclExtensionsMax + 1, "cl_khr_icd");
  expect_malformed_platforms(encode_platforms(platforms), "platforms[0].extensions: longer than 1024 entries");

  MeasureReply reply = example_measurement();
  reply.notes.assign(kMeasureNotesMax + 1, "note");
  expect_malformed_measurement(encode_measurement(reply), "notes: longer than 16 entries");
  reply = example_measurement();
  reply.figures.push_back(reply.figures[0]);
  expect_malformed_measurement(encode_measurement(reply), "figures: longer than 4 entries");
}

TEST(OpenclReply, answer_longer_than_its_bound_is_malformed_however_right) {
  std::string reply = encode_platforms(example_platforms());
  reply.append(kOpenclReplyBytesMax - reply.size(), ' ');
  EXPECT_TRUE(decode_platforms(reply));
  expect_malformed_platforms(reply + " ", "too long");
}

TEST(OpenclReply, deep_nesting_is_malformed) {
  expect_malformed_platforms(std::string(100'000, '['), "not JSON");
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{\"platforms\":";
  expect_malformed_platforms(deep, "not JSON");
  expect_malformed_measurement(deep, "not JSON");
}

TEST(OpenclReply, huge_texts_are_cut_and_control_characters_dropped) {
  auto platforms = example_platforms();
  platforms[0].name = std::string(500'000, 'x');
  platforms[0].vendor = "\x1b[31mred\r\nline";
  platforms[0].version = std::string("a\0b", 3);
  const auto decoded = decode_platforms(encode_platforms(platforms));
  ASSERT_TRUE(decoded) << decoded.error().what;
  EXPECT_THAT(decoded->at(0).name, SizeIs(kNameBytesMax));
  EXPECT_EQ(decoded->at(0).vendor, clean_name(platforms[0].vendor));
  for (const std::string& text : {decoded->at(0).vendor, decoded->at(0).version}) {
    for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

TEST(OpenclReply, extensions_come_sorted_and_each_once) {
  auto platforms = example_platforms();
  platforms[0].extensions = {"cl_b", "cl_a", "cl_b"};
  EXPECT_THAT(decode_platforms(encode_platforms(platforms)).value().at(0).extensions,
              testing::ElementsAre("cl_a", "cl_b"));
}

// A later field of the same name replaces the earlier: it is read like any other.
TEST(OpenclReply, fields_given_twice_do_not_get_around_the_checks) {
  expect_malformed_platforms(R"({"platforms":[],"platforms":17})", "platforms: must be a list");
  EXPECT_THAT(decode_platforms(R"({"platforms":17,"platforms":[]})").value(), IsEmpty());
}

TEST(OpenclReply, measurement_that_contradicts_itself_is_malformed) {
  MeasureReply reply = example_measurement();
  reply.fitness.reason = "self-test: work item 1";
  expect_malformed_measurement(encode_measurement(reply), "fitness.reason: contradicts fit");
  reply.fitness = {false, ""};
  reply.figures.clear();
  expect_malformed_measurement(encode_measurement(reply), "fitness.reason: contradicts fit");
  reply = example_measurement();
  reply.fitness = {false, "self-test: work item 1"};
  expect_malformed_measurement(encode_measurement(reply), "figures: are given for a device that is not fit");
  reply = example_measurement();
  reply.figures[1].quantity = reply.figures[0].quantity;
  expect_malformed_measurement(encode_measurement(reply), "figures: hold a quantity twice");
}

TEST(OpenclReply, fault_that_is_none_is_malformed) {
  for (const char* reply :
       {R"({"fault":null})", R"({"fault":{}})", R"({"fault":{"status":1,"what":"x"}})",
        R"({"fault":{"status":"malformed","what":[]}})", R"({"fault":{"status":"malformed","what":"x","more":1}})",
        R"({"fault":{"status":"ok","what":"x"}})", R"({"fault":{"status":"hung","what":"x"}})"}) {
    expect_malformed_platforms(reply, "fault");
    expect_malformed_measurement(reply, "fault");
  }
  const std::string both = R"({"fault":{"status":"failed","what":"x"},"platforms":[]})";
  expect_malformed_platforms(both, "has a field that is not known: platforms");
}

// A loader's error quotes the .icd file, and a compiler's log the driver: neither need be UTF-8, which JSON is.
TEST(OpenclReply, text_of_any_bytes_can_be_sent) {
  const auto fault = decode_platforms(encode_fault({DriverStatus::failed, "lib\xff\x01.so: no such file"}));
  ASSERT_FALSE(fault.has_value());
  EXPECT_EQ(fault.error().status, DriverStatus::failed);
  EXPECT_EQ(fault.error().what, "lib??.so: no such file");
  const auto unfit = decode_measurement(encode_measurement({"Card", {false, "\xc3("}, {}, {"\x80 note"}}));
  ASSERT_TRUE(unfit.has_value()) << unfit.error().what;
  EXPECT_EQ(unfit->fitness.reason, "?(");
  EXPECT_EQ(unfit->notes, std::vector<std::string>{"? note"});
}

TEST(OpenclReply, figure_of_no_window_is_malformed) {
  Figure figure;
  figure.value = 5;
  figure.method = "opencl-fma/1";
  figure.windows = 1;
  MeasureReply reply{"Card", {true, ""}, {figure}, {}};
  EXPECT_TRUE(decode_measurement(encode_measurement(reply)).has_value());
  reply.figures[0].windows = 0;
  const auto decoded = decode_measurement(encode_measurement(reply));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().status, DriverStatus::malformed);
}

TEST(OpenclReply, pci_address_has_one_form) {
  for (const char* address : {"0000:c1:00.0", "00010000:ff:1f.7", "10000:01:00.0"})
    EXPECT_TRUE(is_pci_address(address));
  for (const char* text : {"", "c1:00.0", "0000:C1:00.0", "0000:c1:00.8", "0000:c1.00.0", "000000000:c1:00.0",
                           "0000:c1:00.0 ", "0000-c1:00.0"}) {
    EXPECT_FALSE(is_pci_address(text)) << text;
  }
}

}  // namespace
}  // namespace quern::hwprobe
