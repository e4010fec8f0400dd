#include "tests/contract/settings.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/contract/error.hpp"

namespace quern::contract {
namespace {

using Variables = std::map<std::string, std::string>;

const Variables kDialer{{"IS_DIALER", "true"}, {"REDIS_ADDR", "redis:6380"}, {"TEST_KEY", "a5b50d5e"},
                        {"TRANSPORT", "tcp"},  {"SECURE_CHANNEL", "noise"},  {"MUXER", "yamux"}};

runtime::Result<Settings> read(contract::Test test, Variables variables) {
  return read_settings(test, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

Variables with(const std::string& name, const std::string& value) {
  Variables out = kDialer;
  out[name] = value;
  return out;
}

TEST(Settings, are_those_of_the_environment) {
  Variables variables = with("UPLOAD_BYTES", "4096");
  variables.merge(Variables{{"DOWNLOAD_BYTES", "0"},
                            {"UPLOAD_ITERATIONS", "2"},
                            {"DOWNLOAD_ITERATIONS", "3"},
                            {"LATENCY_ITERATIONS", "4"},
                            {"LISTENER_IP", "::1"},
                            {"DEBUG", "true"},
                            {"TEST_TIMEOUT_SECS", "7"}});
  const auto settings = read(contract::Test::perf, variables);
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_TRUE(settings->is_dialer);
  EXPECT_EQ(settings->redis.host, "redis");
  EXPECT_EQ(settings->redis.port, 6380);
  EXPECT_EQ(settings->address_key(), "a5b50d5e_listener_multiaddr");
  EXPECT_EQ(settings->transport, "tcp");
  EXPECT_EQ(settings->secure_channel, "noise");
  EXPECT_EQ(settings->muxer, "yamux");
  EXPECT_EQ(settings->listener.to_string(), "::1");
  EXPECT_TRUE(settings->debug);
  EXPECT_EQ(settings->timeout, std::chrono::seconds(7));
  EXPECT_EQ(settings->upload_bytes, 4096U);
  EXPECT_EQ(settings->download_bytes, 0U);
  EXPECT_EQ(settings->upload_iterations, 2U);
  EXPECT_EQ(settings->download_iterations, 3U);
  EXPECT_EQ(settings->latency_iterations, 4U);
}

TEST(Settings, what_the_suite_leaves_out_has_its_defaults) {
  const auto settings = read(contract::Test::perf, with("UPLOAD_ITERATIONS", "null"));
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->listener.to_string(), "0.0.0.0");
  EXPECT_FALSE(settings->debug);
  EXPECT_EQ(settings->timeout, std::chrono::seconds(180));
  EXPECT_EQ(settings->upload_bytes, 1U << 30);
  EXPECT_EQ(settings->upload_iterations, 10U);
  EXPECT_EQ(settings->latency_iterations, 100U);
}

struct Place {
  const char* text;
  const char* host;
  int port;
};

TEST(Settings, redis_is_a_host_with_or_without_a_port) {
  for (const Place& place : {Place{"redis", "redis", 6379}, Place{"127.0.0.1:70", "127.0.0.1", 70},
                             Place{"[::1]:70", "::1", 70}, Place{"[::1]", "::1", 6379}}) {
    const auto settings = read(contract::Test::transport, with("REDIS_ADDR", place.text));
    ASSERT_TRUE(settings) << settings.error().message();
    EXPECT_EQ(settings->redis.host, place.host);
    EXPECT_EQ(settings->redis.port, place.port);
  }
}

TEST(Settings, a_variable_that_is_missing_is_named) {
  for (const auto& [name, value] : kDialer) {
    Variables variables = kDialer;
    variables.erase(name);
    const auto settings = read(contract::Test::transport, variables);
    ASSERT_FALSE(settings) << name;
    EXPECT_EQ(settings.error(), Errc::bad_environment);
    EXPECT_TRUE(settings.error().detail().starts_with(name + " is not set, must be ")) << settings.error().detail();
  }
}

struct Wrong {
  const char* name;
  const char* value;
  const char* detail;
};

TEST(Settings, a_wrong_value_is_told_with_its_name_and_what_is_allowed) {
  const std::vector<Wrong> all{
      {"IS_DIALER", "yes", "IS_DIALER is \"yes\", must be true, false"},
      {"TRANSPORT", "quic-v1", "TRANSPORT is \"quic-v1\", must be tcp, ws"},
      {"SECURE_CHANNEL", "plaintext", "SECURE_CHANNEL is \"plaintext\", must be noise, tls"},
      {"MUXER", "mplex", "MUXER is \"mplex\", must be yamux"},
      {"REDIS_ADDR", "redis:0", "REDIS_ADDR is \"redis:0\", must be HOST or HOST:PORT"},
      {"REDIS_ADDR", ":6379", "REDIS_ADDR is \":6379\", must be HOST or HOST:PORT"},
      {"LISTENER_IP", "all", "LISTENER_IP is \"all\", must be an IP address"},
      {"DEBUG", "1", "DEBUG is \"1\", must be true, false"},
      {"UPLOAD_BYTES", "-1", "UPLOAD_BYTES is \"-1\", must be a whole number from 0 to 1099511627776"},
      {"LATENCY_ITERATIONS", "0", "LATENCY_ITERATIONS is \"0\", must be a whole number from 1 to 10000"},
      {"TEST_TIMEOUT_SECS", "soon", "TEST_TIMEOUT_SECS is \"soon\", must be a whole number from 1 to 3600"},
  };
  for (const Wrong& wrong : all) {
    const auto settings = read(contract::Test::perf, with(wrong.name, wrong.value));
    ASSERT_FALSE(settings) << wrong.name;
    EXPECT_EQ(settings.error().detail(), wrong.detail);
  }
}

TEST(Settings, the_first_of_several_wrong_values_is_told) {
  const auto settings = read(contract::Test::transport, {{"IS_DIALER", "no"}});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().detail(), "IS_DIALER is \"no\", must be true, false");
}

}  // namespace
}  // namespace quern::contract
