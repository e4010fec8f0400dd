#include "tests/contract/environment.hpp"

#include <map>

#include <gtest/gtest.h>

namespace quern::contract {
namespace {

const std::map<std::string, std::string> kDialer = {
    {"IS_DIALER", "true"}, {"REDIS_ADDR", "redis:6379"}, {"TEST_KEY", "a5b50d5e"},
    {"TRANSPORT", "ws"},   {"SECURE_CHANNEL", "tls"},    {"MUXER", "yamux"},
};

runtime::Result<Settings> read(const std::map<std::string, std::string>& changes) {
  std::map<std::string, std::string> all = changes;
  all.insert(kDialer.begin(), kDialer.end());
  return read_settings([&all](const char* name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(ContractEnvironment, what_is_not_set_has_the_suites_defaults) {
  const auto settings = read({});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_TRUE(settings->dialer);
  EXPECT_EQ(settings->address_key(), "a5b50d5e_listener_multiaddr");
  EXPECT_EQ(settings->listener_ip, "0.0.0.0");
  EXPECT_FALSE(settings->debug);
  EXPECT_EQ(settings->perf.upload_bytes, 1U << 30);
  EXPECT_EQ(settings->perf.latency_iterations, 100U);
}

TEST(ContractEnvironment, amounts_are_read_and_null_is_as_if_not_set) {
  const auto settings = read({{"UPLOAD_BYTES", "5"}, {"UPLOAD_ITERATIONS", "null"}, {"LATENCY_ITERATIONS", "3"}});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->perf.upload_bytes, 5U);
  EXPECT_EQ(settings->perf.upload_iterations, 10U);
  EXPECT_EQ(settings->perf.latency_iterations, 3U);
}

TEST(ContractEnvironment, what_makes_no_sense_is_refused_by_name) {
  const std::map<std::string, std::string> wrong = {
      {"IS_DIALER", "yes"},
      {"REDIS_ADDR", ""},
      {"TEST_KEY", ""},
      {"TRANSPORT", "quic-v1"},
      {"SECURE_CHANNEL", "secio"},
      {"MUXER", "mplex"},
      {"DEBUG", "1"},
      {"UPLOAD_BYTES", "1x"},
      {"DOWNLOAD_BYTES", "-1"},
      {"UPLOAD_BYTES", "1x"},
      {"LATENCY_ITERATIONS", "1000000"},
  };
  for (const auto& [name, value] : wrong) {
    const auto settings = read({{name, value}});
    ASSERT_FALSE(settings) << name;
    EXPECT_NE(settings.error().detail().find(name), std::string::npos) << settings.error().detail();
  }
}

}  // namespace
}  // namespace quern::contract
