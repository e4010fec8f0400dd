#include "scheduler/daemon/config.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "scheduler/daemon/config_keys.hpp"
#include "tests/scheduler/document.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

const std::string kDevice = "qd1-0123456789abcdef0123456789abcdef";
const rpc::Environment kUser{.home = "/home/ada", .runtime_dir = "/run/user/1000"};

Configured<Config> parse(std::string_view text) {
  return parse_config(text, "quernd.toml", kUser);
}

// The messages, one a line.
std::string complaints(std::string_view text) {
  const auto config = parse(text);
  if (config) return "";
  std::string out;
  for (const ConfigProblem& problem : config.error()) out += to_text(problem) + "\n";
  return out;
}

TEST(Config, without_a_word_it_is_the_default_and_offers_nothing) {
  const auto config = parse("");
  ASSERT_TRUE(config);
  EXPECT_EQ(*config, default_config(kUser));
  EXPECT_EQ(config->data_directory, "/home/ada/.local/share/quern");
  EXPECT_EQ(config->rpc.socket, "/run/user/1000/quern/quernd.socket");
  EXPECT_EQ(config->rpc.websocket.token_file, "/home/ada/.local/share/quern/rpc.token");
  EXPECT_FALSE(config->provider.enabled);
  EXPECT_FALSE(config->rpc.websocket.enabled);
  EXPECT_TRUE(config->sandbox.required);
}

TEST(Config, of_root_lies_in_the_systems_folders) {
  const Config config = default_config({.root = true, .home = "/root", .runtime_dir = "/run/user/0"});
  EXPECT_EQ(config.data_directory, "/var/lib/quern");
  EXPECT_EQ(config.rpc.socket, "/run/quern/quernd.socket");
}

TEST(Config, what_follows_from_the_data_directory_follows_the_one_that_was_set) {
  const auto config = parse_config("data_directory = \"/srv/q\"", "f", {.home = "/home/ada"});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->rpc.socket, "/srv/q/quernd.socket");
  EXPECT_EQ(config->rpc.websocket.token_file, "/srv/q/rpc.token");
}

TEST(Config, a_whole_file_is_read) {
  const auto config = parse(R"(
data_directory = "/srv/quern"
[log]
level = "debug"
format = "json"
[rpc]
socket = "/run/q.socket"
websocket = { enabled = true, address = "::1", port = 0, token_file = "/srv/t", origins = ["http://localhost:1"] }
limits.connections = 3
[overlay]
listen = ["/ip4/0.0.0.0/tcp/7645"]
peers = ["/ip4/192.0.2.7/tcp/7645/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"]
psk_file = "/srv/psk"
limits.connections_in = 7
[provider]
enabled = true
kinds = ["command", "opencl_kernel", "command"]
devices_allow = ["qd1-0123456789abcdef0123456789abcdef"]
devices_deny = ["qd1-fedcba9876543210fedcba9876543210"]
credit_limit = "2.5"
note_interval_ms = 500

limits = { cpu_cores = 2, memory_bytes = 1073741824, scratch_bytes = 0, walltime_ms = 1000, input_bytes = 1, output_bytes = 2 }
[provider.device_rates.gpu-a]
device_second = "0.5"
[provider.rates]
device_second = "0.001"
cpu_core_second = "0.000001"
gib_in = "1"
setup = "0.1"
[submitter]
budget = "100"
max_price = "0.25"
strategy = "balanced"
exclude = ["12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"]
[sandbox]
tier = "cgroup2"
required = false
)");
  ASSERT_TRUE(config) << to_text(config.error().front());
  EXPECT_EQ(config->log, (LogConfig{LogLevel::debug, LogFormat::json}));
  EXPECT_EQ(config->rpc.websocket.address, "::1");
  EXPECT_EQ(config->rpc.limits.connections, 3);
  EXPECT_EQ(config->overlay.limits.at("connections_in"), 7);
  EXPECT_EQ(config->provider.kinds, (std::vector{model::JobKind::command, model::JobKind::opencl_kernel}));
  EXPECT_EQ(config->provider.credit_limit.micro, 2'500'000);
  EXPECT_EQ(config->provider.rates[model::Dimension::cpu_time], 1);
  const model::RateCard& gpu = config->provider.device_rates.at("gpu-a");
  EXPECT_EQ(gpu[model::Dimension::device_time], 500'000);
  EXPECT_EQ(gpu[model::Dimension::setup], 100'000)
      << "what a device does not say is as of all, also below it in the file";
  EXPECT_EQ(config->submitter.budget, model::Credits{100'000'000});
  EXPECT_EQ(config->submitter.strategy, placement::Strategy::balanced);
  EXPECT_EQ(config->sandbox.tier, SandboxTier::cgroup2);
  EXPECT_EQ(parse(to_toml(*config)), *config);
}

TEST(Config, every_complaint_names_file_line_column_key_value_limit_and_the_way_out) {
  EXPECT_EQ(complaints("[rpc.websocket]\nport = 70000\n"),
            "quernd.toml:2:8: rpc.websocket.port: 70000 is above 65535\n");
  EXPECT_EQ(complaints("[rpc.websocket]\n prot = 7\n"),
            "quernd.toml:2:2: rpc.websocket.prot: there is no such key; is rpc.websocket.port meant?\n");
  EXPECT_EQ(complaints("[ledger]\nx = 1\n"),
            "quernd.toml:1:2: ledger: there is no such key; docs/config.md lists all\n");
  EXPECT_EQ(complaints("[provder]\nenabled = true"),
            "quernd.toml:1:2: provder: there is no such key; is provider meant?\n");
  EXPECT_EQ(complaints("log.level = 3"), "quernd.toml:1:13: log.level: must be a text, and is an integer\n");
  EXPECT_EQ(complaints("log = true"), "quernd.toml:1:1: log: is a section: write [log]\n");
  EXPECT_EQ(complaints("submitter.strategy = \"best\""),
            "quernd.toml:1:22: submitter.strategy: \"best\" is not one of \"cheapest\", \"fastest\", \"balanced\", "
            "\"spread\", \"weighted-random\", \"round-robin\"\n");
  EXPECT_EQ(
      complaints("provider.rates.setup = 0.5"),
      "quernd.toml:1:24: provider.rates.setup: must be a decimal number in quotes, \"0.25\", and is a number with a "
      "point or an exponent\n");
  EXPECT_EQ(complaints("provider.rates.setup = \"0.0000001\""),
            "quernd.toml:1:24: provider.rates.setup: \"0.0000001\" is not a number of credits: digits, and up to six "
            "decimals\n");
  EXPECT_EQ(complaints("provider.rates.setup = \"-1\""), "quernd.toml:1:24: provider.rates.setup: \"-1\" is below 0\n");
  EXPECT_EQ(complaints("provider.rates.setup = \"1000000.000001\""),
            "quernd.toml:1:24: provider.rates.setup: \"1000000.000001\" is above 1000000\n");
  EXPECT_EQ(
      complaints("[provider.device_rates.gpu]\ndevice_secnd = \"1\""),
      "quernd.toml:2:1: provider.device_rates.gpu.device_secnd: there is no such rate; is device_second meant?\n");
}

TEST(Config, what_the_network_would_refuse_is_refused_here) {
  EXPECT_NE(complaints("rpc.websocket.address = \"0.0.0.0\"").find("is not loopback: without TLS"), std::string::npos);
  EXPECT_NE(complaints("rpc.websocket.address = \"localhost\"").find("is no IP address"), std::string::npos);
  EXPECT_NE(complaints("overlay.listen = [\"/ip4/1.2.3/tcp/1\"]").find("overlay.listen: \"/ip4/1.2.3/tcp/1\": "),
            std::string::npos);
  EXPECT_NE(complaints("overlay.peers = [\"/ip4/192.0.2.7/tcp/1\"]").find("does not say which peer"),
            std::string::npos);
  EXPECT_NE(complaints("submitter.exclude = [\"bob\"]").find("\"bob\" is no peer id"), std::string::npos);
  EXPECT_NE(complaints("data_directory = \"data\"").find("is not an absolute path"), std::string::npos);
  EXPECT_NE(complaints("rpc.socket = \"/" + std::string(107, 'x') + "\"").find("107 bytes, not 108"),
            std::string::npos);
}

TEST(Config, a_value_of_another_type_is_told_by_its_name) {
  EXPECT_EQ(complaints("rpc.limits.depth = 8.0"),
            "quernd.toml:1:20: rpc.limits.depth: must be an integer, and is a number with a point or an exponent\n");
  EXPECT_NE(complaints("provider.kinds = [1]").find("and is a list with other elements than texts"), std::string::npos);
  EXPECT_NE(complaints("[log.level]").find("must be a text, and is a section"), std::string::npos);
  EXPECT_NE(complaints("data_directory = 2026-01-01").find("and is a date or time"), std::string::npos);
  EXPECT_NE(complaints("provider.kinds = [\"bogus\"]")
                .find(R"("bogus" is no kind of job; there are "opencl_kernel", "command", "inference")"),
            std::string::npos);
}

TEST(Config, origins_are_as_browsers_send_them) {
  for (const char* origin : {"http://localhost:8080", "https://[::1]", "null", "file://"}) {
    EXPECT_EQ(complaints("rpc.websocket.origins = [\"" + std::string(origin) + "\"]"), "") << origin;
  }
  for (const char* origin : {"*", "localhost:8080", "http://*.example.com", "http://localhost/", "://x", ""}) {
    EXPECT_NE(complaints("rpc.websocket.origins = [\"" + std::string(origin) + "\"]").find("is no origin"),
              std::string::npos)
        << origin;
  }
}

TEST(Config, only_what_a_node_can_listen_at_is_taken) {
  for (const char* address : {"/ip4/0.0.0.0/tcp/7645", "/ip6/::/tcp/0", "/ip4/127.0.0.1/tcp/1/ws"}) {
    EXPECT_EQ(complaints("overlay.listen = [\"" + std::string(address) + "\"]"), "");
  }
  for (const char* address :
       {"/unix/x", "/ip4/127.0.0.1/udp/1", "/ip4/127.0.0.1", "/dns4/example.com/tcp/80", "/ip4/127.0.0.1/udp/0/quic-v1",
        "/ip4/127.0.0.1/tcp/443/tls/ws", "/ip4/127.0.0.1/tcp/1/p2p-circuit"}) {
    EXPECT_NE(complaints("overlay.listen = [\"" + std::string(address) + "\"]").find("is nothing to listen at"),
              std::string::npos)
        << address;
  }
}

TEST(Config, every_wrong_element_of_a_list_is_told_with_its_place) {
  const std::string told =
      complaints("[overlay]\nlisten = [\"/unix/x\", \"/ip4/0.0.0.0/tcp/1\",\n\"/ip4/1.2.3.4\"]\n" +
                 std::string("[provider]\ndevices_allow = [\"nope\", \"") + kDevice + "\", \"qd1-0123\"]");
  EXPECT_NE(told.find("quernd.toml:2:11: overlay.listen: \"/unix/x\" is"), std::string::npos) << told;
  EXPECT_NE(told.find("quernd.toml:3:1: overlay.listen: \"/ip4/1.2.3.4\" is"), std::string::npos) << told;
  EXPECT_NE(told.find("quernd.toml:5:18: provider.devices_allow: \"nope\" is no device id"), std::string::npos) << told;
  EXPECT_NE(told.find("provider.devices_allow: \"qd1-0123\" is no device id"), std::string::npos) << told;
  EXPECT_EQ(std::ranges::count(told, '\n'), 4) << told;
}

TEST(Config, keys_that_contradict_each_other_are_named) {
  EXPECT_EQ(complaints("[provider]\ndevices_allow = [\"" + kDevice + "\"]\ndevices_deny = [\"" + kDevice + "\"]"),
            "quernd.toml:3:1: provider.devices_deny: \"" + kDevice + "\" is in provider.devices_allow, too\n");
  EXPECT_NE(complaints("provider.enabled = true\nsandbox.tier = \"none\"").find("nothing could be offered"),
            std::string::npos);
}

TEST(Config, all_that_is_wrong_is_told_at_once_in_order) {
  EXPECT_EQ(complaints("[log]\nlevel = \"loud\"\n[rpc.limits]\ndepth = 1\nx = 1\n[sandbox]\ntier = 2\n"),
            "quernd.toml:2:9: log.level: \"loud\" is not one of \"debug\", \"info\", \"warning\", \"error\"\n"
            "quernd.toml:4:9: rpc.limits.depth: 1 is below 4\n"
            "quernd.toml:5:1: rpc.limits.x: there is no such key; docs/config.md lists all\n"
            "quernd.toml:7:8: sandbox.tier: must be a text, and is an integer\n");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "key" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(parse(many).error().size(), kProblemsMax);
}

TEST(Config, what_is_no_toml_is_told_with_its_place) {
  const auto broken = parse("[log]\nlevel = \n");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().front().line, 2);
  EXPECT_FALSE(parse("log.level = \"info\"\nlog.level = \"info\""));
  EXPECT_FALSE(parse(std::string(kConfigBytesMax + 1, ' ')));
  EXPECT_FALSE(parse("x = " + std::string(100'000, '[')));
}

TEST(Config, lists_and_texts_are_bounded) {
  std::string list = "provider.devices_deny = [";
  for (std::size_t i = 0; i <= kListMax; ++i) list += "\"x\",";
  EXPECT_NE(complaints(list + "]").find("257 elements are more than 256"), std::string::npos);
  EXPECT_NE(complaints("provider.devices_deny = [\"" + std::string(kTextBytesMax + 1, 'x') + "\"]")
                .find("is longer than 4096"),
            std::string::npos);
  EXPECT_NE(complaints("provider.devices_deny = [1]").find("must be a list of texts"), std::string::npos);
}

TEST(Config, a_file_is_read_or_said_why_not) {
  const TemporaryFolder folder;
  folder.write("quernd.toml", "log.level = \"error\"");
  const auto config = load_config(folder.path() / "quernd.toml", kUser);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->log.level, LogLevel::error);
  const auto absent = load_config(folder.path() / "none.toml", kUser);
  ASSERT_FALSE(absent);
  EXPECT_NE(to_text(absent.error().front()).find("none.toml: No such file"), std::string::npos);
  EXPECT_FALSE(load_config(folder.path(), kUser));
}

TEST(Config, every_key_is_in_a_section_once_and_its_default_reads_back) {
  std::set<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    const std::size_t point = key.name.rfind('.');
    const std::string section = point == std::string::npos ? "" : key.name.substr(0, point);
    EXPECT_EQ(std::ranges::count(config_sections(), section, &ConfigSection::name), 1) << key.name;
    const ConfigValue value = key.get(default_config(kUser));
    if (std::holds_alternative<std::monostate>(value)) continue;
    const auto read = parse(key.name + " = " + to_toml(value));
    ASSERT_TRUE(read) << to_text(read.error().front());
    EXPECT_EQ(*read, default_config(kUser)) << key.name;
  }
}

TEST(Config, the_page_is_what_the_table_says) {
  expect_document("config.md", config_page());
}

TEST(Config, what_is_printed_reads_back) {
  EXPECT_EQ(parse(to_toml(default_config(kUser))), default_config(kUser));
}

RC_GTEST_PROP(Config, any_config_that_is_printed_reads_back, ()) {
  Config config = default_config(kUser);
  const auto device = *rc::gen::container<std::string>(rc::gen::inRange('\x01', '\x7f'));
  config.provider.devices_deny.push_back(kDevice);
  config.provider.rates.rate[*rc::gen::inRange<std::size_t>(0, model::kDimensions)] =
      *rc::gen::inRange<std::int64_t>(0, model::kRateMax);
  config.provider.device_rates[device].rate[0] = *rc::gen::inRange<std::int64_t>(0, model::kRateMax);
  config.provider.credit_limit.micro = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  if (*rc::gen::arbitrary<bool>())
    config.submitter.budget = model::Credits{*rc::gen::inRange<std::int64_t>(0, INT64_MAX)};
  config.rpc.websocket.port = *rc::gen::arbitrary<std::uint16_t>();
  config.sandbox.required = *rc::gen::arbitrary<bool>();
  const auto read = parse(to_toml(config));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == config);
}

}  // namespace
}  // namespace quern::daemon
