#include "scheduler/model/manifest.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/scheduler/model/any_job.hpp"

namespace quern::model {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kDigest = "sha256:" + std::string(62, '0') + "ff";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::invalid_argument("not in the manifest: " + std::string(what));
  return text.replace(at, what.size(), with);
}

// A small manifest that is good.
std::string manifest() {
  return R"({"apiVersion":"v1","kind":"OpenCLKernel","name":"n","inputs":[{"path":"k.cl","digest":")" + kDigest +
         R"(","bytes":10},{"path":"in.bin","digest":")" + kDigest +
         R"(","bytes":100}],"outputs":[{"path":"out.bin","maxBytes":1024}],"program":{"sources":["k.cl"]},)"
         R"("buffers":{"b":{"bytes":1024,"output":"out.bin"},"a":{"input":"in.bin"}},)"
         R"("steps":[{"kernel":"k","globalWorkSize":[16,64],"localWorkSize":[4,4],)"
         R"("args":[{"buffer":"a"},{"buffer":["a","b"]},{"float":0.5},{"local":64},{"iteration":0}]}]})";
}
std::string manifest(std::string_view what, std::string_view with) {
  return replaced(manifest(), what, with);
}

void expect_refused(const std::string& text, ManifestErrc code, const std::string& path, const std::string& says) {
  const auto job = job_from_json(text);
  ASSERT_FALSE(job) << text;
  EXPECT_TRUE(job.error() == code) << job.error().message();
  EXPECT_THAT(job.error().detail(), StartsWith(path + ": "));
  EXPECT_THAT(job.error().detail(), HasSubstr(says));
}

RC_GTEST_PROP(Manifest, what_is_written_is_read_back, ()) {
  const Job job = any_job();
  const std::string text = to_canonical_json(job);
  const auto again = job_from_json(text);
  if (!again) RC_FAIL(again.error().message() + "\n" + text);
  RC_ASSERT(*again == job);
  RC_ASSERT(to_canonical_json(*again) == text);
}

TEST(Manifest, is_read_into_a_job) {
  const auto job = job_from_json(manifest());
  ASSERT_TRUE(job) << job.error().message();
  EXPECT_EQ(job->name, "n");
  EXPECT_EQ(job->resources, Resources{});
  ASSERT_EQ(job->buffers.size(), 2);
  EXPECT_EQ(job->buffers[0].name, "a");
  EXPECT_EQ(job->buffers[0].bytes, 100) << "its input's";
  EXPECT_EQ(job->inputs[0].digest[31], std::byte{255});
  ASSERT_EQ(job->steps.size(), 1);
  EXPECT_EQ(job->steps[0].arguments[2],
            Argument(ScalarArgument{ScalarType::float32, std::bit_cast<std::uint32_t>(0.5F)}));
  EXPECT_EQ(job->steps[0].arguments[1], Argument(BufferArgument{{"a", "b"}}));
}

TEST(Manifest, has_one_canonical_form_whatever_the_order_and_the_spaces) {
  const auto one = job_from_json(manifest());
  const auto other =
      job_from_json(manifest(R"("buffers":{"b":{"bytes":1024,"output":"out.bin"},"a":{"input":"in.bin"}},)",
                             "\"buffers\" : {\"a\":\n{\"bytes\":100, \"input\":\"in.bin\",\"fill\":0},"
                             "\"b\":{\"output\":\"out.bin\",\"bytes\":1024}},"));
  ASSERT_TRUE(one && other);
  EXPECT_EQ(*one, *other);
  EXPECT_EQ(to_canonical_json(*one), to_canonical_json(*other));
}

TEST(Manifest, what_is_no_json_is_told_by_line_and_column) {
  expect_refused("{\n  \"apiVersion\": \"v1\",,", ManifestErrc::not_json, "line 2, column 22", "");
  expect_refused(manifest() + "x", ManifestErrc::not_json, "line 1, column " + std::to_string(manifest().size() + 1),
                 "");
  expect_refused("", ManifestErrc::not_json, "line 1, column 1", "incomplete");
  expect_refused(std::string(100, '['), ManifestErrc::not_json, "line 1, column 9", "");
  expect_refused("\"\xff\"", ManifestErrc::not_json, "line 1, column 2", "");
  expect_refused(std::string(kManifestBytesMax + 1, ' '), ManifestErrc::too_large, "document",
                 "262145 bytes, the limit is 262144");
}

TEST(Manifest, a_key_that_is_there_twice_is_an_error_even_if_the_values_agree) {
  expect_refused(manifest(R"("kernel":"k")", R"("kernel":"k","kernel":"k")"), ManifestErrc::duplicate_key,
                 "steps[0].kernel", "twice");
  expect_refused(manifest(R"("buffers":{)", R"("buffers":{"a":{"bytes":1},)"), ManifestErrc::duplicate_key, "buffers.a",
                 "twice");
  expect_refused(manifest(R"("name":"n")", R"("n\u0061me":"n","name":"n")"), ManifestErrc::duplicate_key, "name",
                 "twice");
}

TEST(Manifest, an_unknown_key_is_told_with_the_nearest_that_exists) {
  expect_refused(manifest("globalWorkSize", "globlWorkSize"), ManifestErrc::unknown_key, "steps[0].globlWorkSize",
                 "the nearest that exists is \"globalWorkSize\"");
  expect_refused(manifest("\"maxBytes\"", "\"max_bytes\""), ManifestErrc::unknown_key, "outputs[0].max_bytes",
                 "\"maxBytes\"");
  expect_refused(manifest("\"float\"", "\"float4\""), ManifestErrc::unknown_key, "steps[0].args[2].float4",
                 "\"float\"");
  expect_refused(manifest(R"("name")", R"("nam\n")"), ManifestErrc::unknown_key, "nam?", "\"name\"");
}

TEST(Manifest, a_missing_key_is_told) {
  expect_refused(manifest(R"("apiVersion":"v1",)", ""), ManifestErrc::missing_key, "apiVersion", "missing");
  expect_refused(manifest(R"("kernel":"k",)", ""), ManifestErrc::missing_key, "steps[0].kernel", "missing");
  expect_refused(manifest(R"({"bytes":1024,"output":"out.bin"})", "{}"), ManifestErrc::missing_key, "buffers.b",
                 "neither \"input\" nor \"bytes\"");
  expect_refused("{}", ManifestErrc::missing_key, "apiVersion", "missing");
}

TEST(Manifest, a_value_of_the_wrong_type_is_told_with_what_is_there) {
  expect_refused(manifest("[16,64]", "[\"16\",64]"), ManifestErrc::wrong_type, "steps[0].globalWorkSize[0]",
                 "must be an integer, is the string \"16\"");
  expect_refused(manifest("[16,64]", "[16.0,64]"), ManifestErrc::wrong_type, "steps[0].globalWorkSize[0]",
                 "the number 16.0");
  expect_refused(manifest("[16,64]", "16"), ManifestErrc::wrong_type, "steps[0].globalWorkSize",
                 "must be a list, is the number 16");
  expect_refused(manifest("\"n\"", "null"), ManifestErrc::wrong_type, "name", "must be a string, is null");
  expect_refused(manifest("0.5", "true"), ManifestErrc::wrong_type, "steps[0].args[2].float",
                 "must be a number, is true");
  expect_refused("[]", ManifestErrc::wrong_type, "document", "must be an object, is a list");
}

TEST(Manifest, a_value_beyond_its_bounds_is_told_with_the_limit) {
  expect_refused(manifest("[16,64]", "[16,0]"), ManifestErrc::out_of_range, "steps[0].globalWorkSize[1]",
                 "0 is not within 1 to");
  expect_refused(manifest("[4,4]", "[4,0]"), ManifestErrc::out_of_range, "steps[0].localWorkSize[1]",
                 "0 is not within 1 to 65536");
  expect_refused(manifest("[16,64]", "[1,1,1,1]"), ManifestErrc::out_of_range, "steps[0].globalWorkSize",
                 "4 entries, must be 1 to 3");
  expect_refused(manifest("[16,64]", "[1048576,1099511627776]"), ManifestErrc::out_of_range, "steps[0].globalWorkSize",
                 "limit of 1099511627776");
  expect_refused(manifest("\"bytes\":1024", "\"bytes\":99999999999999999999"), ManifestErrc::out_of_range,
                 "buffers.b.bytes", "99999999999999999999 is not within 1 to 1099511627776");
  expect_refused(manifest("\"kernel\":\"k\"", "\"kernel\":\"k\",\"repeat\":1000001"), ManifestErrc::out_of_range,
                 "steps[0].repeat", "1 to 1000000");
  expect_refused(manifest("{\"float\":0.5}", "{\"char\":-129}"), ManifestErrc::out_of_range, "steps[0].args[2].char",
                 "-129 is not within -128 to 127");
  expect_refused(manifest("{\"float\":0.5}", "{\"float\":1e39}"), ManifestErrc::out_of_range, "steps[0].args[2].float",
                 "1e39 does not fit a float");
  expect_refused(manifest("\"v1\"", "\"v2\""), ManifestErrc::out_of_range, "apiVersion", "\"v2\" is not \"v1\"");
  expect_refused(manifest("OpenCLKernel", "Command"), ManifestErrc::out_of_range, "kind", "cannot be described yet");
  expect_refused(manifest("OpenCLKernel", "opencl"), ManifestErrc::out_of_range, "kind", "is none of OpenCLKernel, ");
  expect_refused(manifest(kDigest, "sha256:00"), ManifestErrc::out_of_range, "inputs[0].digest",
                 "64 lower-case hexadecimal digits");
  expect_refused(manifest("\"a\":{", "\"a b\":{"), ManifestErrc::out_of_range, "buffers.a b", "letters, digits and _");
  for (const char* path : {"/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\\\\b", "a\\u0000b", ""}) {
    expect_refused(manifest("in.bin", path), ManifestErrc::out_of_range, "inputs[1].path", "");
  }
}

TEST(Manifest, prices_are_bounded_as_on_the_command_line) {
  const auto priced = [](const std::string& price) {
    return manifest("\"steps\"", R"("price":{"maxTotal":")" + price + R"("},"steps")");
  };
  EXPECT_TRUE(job_from_json(priced("1000000")));
  expect_refused(priced("1000000.000001"), ManifestErrc::out_of_range, "price.maxTotal", "is above 1000000 credits");
  expect_refused(priced("-1"), ManifestErrc::out_of_range, "price.maxTotal", "is no amount of credits");
}

std::string with_options(const std::string& options) {
  return manifest(R"("program":{)", R"("program":{"buildOptions":")" + options + R"(",)");
}

TEST(Manifest, only_definitions_and_opencl_s_own_build_options_are_allowed) {
  for (const char* options : {"", " ", "-DN", "-D N=4", "-D N=1.5e-3f -cl-fast-relaxed-math  -cl-std=CL3.0", "-DX="}) {
    EXPECT_TRUE(job_from_json(with_options(options))) << options;
  }
  for (const char* options : {"-I/etc", "-I .", "-include x", "-D", "-D -I", "-DN=/etc/x", "-DN=\\\"a\\\"", "x", "-cl-",
                              "-cl-std=", "-cl-x=/y", "-o x", "-D 1N", "@file", "-DN\\t-I", "-Xclang -load"}) {
    EXPECT_FALSE(job_from_json(with_options(options))) << options;
  }
  expect_refused(with_options("-DN -I/etc"), ManifestErrc::out_of_range, "program.buildOptions",
                 "\"-I/etc\" is not allowed");
}

TEST(Manifest, parts_that_do_not_fit_together_are_told) {
  const auto expect = [](std::string_view what, std::string_view with, const std::string& path,
                         const std::string& says) {
    expect_refused(manifest(what, with), ManifestErrc::inconsistent, path, says);
  };
  expect("[\"k.cl\"]", "[\"j.cl\"]", "program.sources[0]", "\"j.cl\" is not listed in inputs");
  expect("[\"k.cl\"]", "[\"k.cl\",\"k.cl\"]", "program.sources[1]", "twice");
  expect("{\"input\":\"in.bin\"}", "{\"input\":\"no.bin\",\"bytes\":5}", "buffers.a.input", "not listed in inputs");
  expect("{\"input\":\"in.bin\"}", "{\"input\":\"in.bin\",\"bytes\":5}", "buffers.a.bytes",
         "5 is less than the 100 bytes");
  expect("{\"input\":\"in.bin\"}", "{\"bytes\":5}", "inputs[1].path", "no source and no buffer uses \"in.bin\"");
  expect("\"maxBytes\":1024", "\"maxBytes\":1023", "buffers.b.output", "1024 bytes are more than the 1023");
  expect("\"output\":\"out.bin\"", "\"output\":\"o\"", "buffers.b.output", "not listed in outputs");
  expect(",\"output\":\"out.bin\"", "", "outputs[0].path", "written by 0 buffers");
  expect("\"output\":\"out.bin\"}", "\"output\":\"out.bin\",\"access\":\"read_only\"}", "buffers.b.access",
         "read_only");
  expect("{\"path\":\"out.bin\"", "{\"path\":\"in.bin/x\"", "outputs[0].path", "collides with");
  expect("[4,4]", "[4,5]", "steps[0].localWorkSize[1]", "5 does not divide globalWorkSize 64");
  expect("[4,4]", "[4]", "steps[0].localWorkSize", "1 dimensions, globalWorkSize has 2");
  expect("\"kernel\":\"k\"", "\"kernel\":\"k\",\"globalWorkOffset\":[0]", "steps[0].globalWorkOffset", "dimensions");
  expect("\"kernel\":\"k\"", "\"kernel\":\"k\",\"chunk\":6", "steps[0].chunk", "6 is no multiple of the local size 4");
  expect("[\"a\",\"b\"]", "[\"a\",\"c\"]", "steps[0].args[1]", "\"c\" is not in buffers");
  expect("{\"local\":64}", "{\"local\":64,\"int\":1}", "steps[0].args[3]", "an argument has one key, this has 2");
  expect("{\"local\":64}", "{}", "steps[0].args[3]", "an argument has one key, this has 0");
  expect("\"steps\"", "\"shards\":{\"count\":17},\"steps\"", "shards.count",
         "17 shards are too many for the 16 work-groups of the last dimension: write at most 16");
}

TEST(Manifest, floats_are_exact_and_those_without_a_number_are_given_by_their_bits) {
  const auto read = [](const std::string& argument) {
    const auto job = job_from_json(manifest("{\"float\":0.5}", argument));
    return job ? std::get<ScalarArgument>(job->steps[0].arguments[2]).bits : 0;
  };
  EXPECT_EQ(read("{\"float\":1e-5}"), std::bit_cast<std::uint32_t>(1e-5F));
  EXPECT_EQ(read("{\"float\":-0.0}"), 0x80000000);
  EXPECT_EQ(read("{\"float\":3}"), std::bit_cast<std::uint32_t>(3.F));
  EXPECT_EQ(read("{\"double\":0.1}"), std::bit_cast<std::uint64_t>(0.1));
  EXPECT_EQ(read("{\"float\":\"0x7f800000\"}"), std::bit_cast<std::uint32_t>(std::numeric_limits<float>::infinity()));
  EXPECT_EQ(read("{\"ulong\":18446744073709551615}"), UINT64_MAX);
  EXPECT_EQ(read("{\"long\":-9223372036854775808}"), 1ull << 63);
  EXPECT_EQ(read("{\"char\":-1}"), 255);
  expect_refused(manifest("0.5", "\"0x7f8\""), ManifestErrc::out_of_range, "steps[0].args[2].float",
                 "8 hexadecimal digits");
  expect_refused(manifest("0.5", "\"inf\""), ManifestErrc::out_of_range, "steps[0].args[2].float",
                 "neither a number nor the bits");
}

TEST(Manifest, the_time_limit_is_in_seconds_to_the_millisecond) {
  const auto read = [](const std::string& seconds) {
    const auto job = job_from_json(manifest("\"name\":\"n\"", "\"resources\":{\"walltimeSeconds\":" + seconds + "}"));
    return job ? job->resources.walltime_ms : 0;
  };
  EXPECT_EQ(read("60"), 60'000);
  EXPECT_EQ(read("0.001"), 1);
  EXPECT_EQ(read("1.25"), 1'250);
  EXPECT_EQ(read("604800"), kWalltimeMaxMs);
  for (const char* text : {"0", "0.0001", "-1", "1e3", "604800.001", "99999999999999999999", "\"60\""}) {
    EXPECT_EQ(read(text), 0) << text;
  }
}

}  // namespace
}  // namespace quern::model
