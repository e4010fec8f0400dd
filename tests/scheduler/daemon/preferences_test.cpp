#include "scheduler/daemon/preferences.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "overlay/runtime/system_runtime.hpp"
#include "scheduler/daemon/config_keys.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::daemon {
namespace {

namespace json = boost::json;
constexpr std::string_view kPeer = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

Config standard() {
  return default_config({.home = "/home/ada"});
}

TEST(Preferences, stand_above_the_file_and_only_where_they_are_set) {
  Config file = standard();
  file.provider.limits.cpu_cores = 3;
  file.submitter.max_price = model::Credits{5};
  Preferences preferences;
  EXPECT_EQ(in_force(file, preferences), file);
  ASSERT_TRUE(set_preference(preferences, "share", true));
  ASSERT_TRUE(set_preference(preferences, "memory_bytes", std::int64_t{1} << 30));
  ASSERT_TRUE(set_preference(preferences, "job_budget_micro", nullptr));
  ASSERT_TRUE(set_preference(preferences, "budget_micro", 7));
  ASSERT_TRUE(set_preference(preferences, "strategy", "fastest"));
  const Config config = in_force(file, preferences);
  EXPECT_TRUE(config.provider.enabled);
  EXPECT_EQ(config.provider.limits.memory_bytes, 1u << 30);
  EXPECT_EQ(config.provider.limits.cpu_cores, 3u);
  EXPECT_FALSE(config.submitter.max_price);
  EXPECT_EQ(config.submitter.budget, model::Credits{7});
  EXPECT_EQ(config.submitter.strategy, placement::Strategy::fastest);
}

TEST(Preferences, have_the_bounds_of_the_keys_that_they_stand_above) {
  for (const PreferenceText& text : preference_texts()) {
    const auto key = std::ranges::find(config_keys(), text.config_key, &ConfigKey::name);
    ASSERT_NE(key, config_keys().end()) << text.config_key;
    const auto& range = text.range;
    if (!range) continue;
    Config config = standard();
    EXPECT_TRUE(key->set(config, range->least)) << text.name;
    EXPECT_TRUE(key->set(config, range->most)) << text.name;
    EXPECT_FALSE(key->set(config, range->least - 1)) << text.name;
    EXPECT_FALSE(key->set(config, range->most + 1)) << text.name;
  }
}

TEST(Preferences, refuse_what_is_none_with_value_and_limit) {
  const auto why = [](std::string_view name, const json::value& value) {
    Preferences preferences;
    const auto set = set_preference(preferences, name, value);
    EXPECT_EQ(preferences, Preferences{});
    return set ? "taken" : set.error();
  };
  EXPECT_EQ(why("cpu_cores", 5000), "cpu_cores: 5000 is above 4096");
  EXPECT_EQ(why("cpu_cores", 0), "cpu_cores: 0 is below 1");
  EXPECT_EQ(why("cpu_cores", "many"), "cpu_cores: must be an integer, and is a text");
  EXPECT_EQ(why("cpu_cores", 1.5), "cpu_cores: must be an integer, and is a number with a point or an exponent");
  EXPECT_EQ(why("cpu_cores", ~std::uint64_t{}),
            "cpu_cores: must be an integer, and is an integer above 9223372036854775807");
  EXPECT_EQ(why("share", nullptr), "share: must be true or false, and is null");
  EXPECT_EQ(why("share", json::array{true}), "share: must be true or false, and is a list");
  EXPECT_EQ(why("share", json::object{}), "share: must be true or false, and is an object");
  EXPECT_EQ(why("budget_micro", -1), "budget_micro: -1 is below 0; null is no bound");
  EXPECT_EQ(why("budget_micro", "1"), "budget_micro: must be an integer of micro-credits, or null for no bound");
  EXPECT_EQ(why("log.level", "debug"), "log.level: there is no such preference");
}

TEST(Preferences, of_a_device_go_before_the_lists_of_the_file) {
  Config file = standard();
  file.provider.devices_deny = {"denied"};
  file.provider.devices_allow = {"allowed", "switched off"};
  Preferences preferences;
  preferences.devices["denied"].offered = true;
  preferences.devices["switched off"].offered = false;
  preferences.devices["allowed"].rates.emplace();
  preferences.devices["allowed"].rates->rate[1] = 9;
  const ProviderConfig provider = in_force(file, preferences).provider;
  EXPECT_EQ(provider.devices_deny, std::vector<std::string>{"switched off"});
  EXPECT_EQ(provider.devices_allow, (std::vector<std::string>{"allowed", "switched off", "denied"}));
  EXPECT_EQ(provider.device_rates.at("allowed").rate[1], 9);
}

TEST(Preferences, add_peers_and_give_no_jobs_to_those_that_are_blocked) {
  Config file = standard();
  Preferences preferences;
  preferences.peers = {"/ip4/192.0.2.7/tcp/7645/p2p/" + std::string(kPeer)};
  preferences.blocked = {std::string(kPeer)};
  const Config config = in_force(file, preferences);
  ASSERT_EQ(config.overlay.peers.size(), 1u);
  EXPECT_EQ(config.submitter.exclude, std::vector<std::string>{std::string(kPeer)});
  file.overlay.peers = config.overlay.peers;
  EXPECT_EQ(in_force(file, preferences).overlay.peers.size(), 1u);  // known already
}

rc::Gen<Preferences> any_preferences() {
  return rc::gen::exec([] {
    Preferences made;
    for (const PreferenceText& text : preference_texts()) {
      if (*rc::gen::arbitrary<bool>()) continue;
      json::value value = *rc::gen::arbitrary<bool>();
      if (const auto& range = text.range) value = *rc::gen::inRange(range->least, range->most);
      if (text.kind == PreferenceText::Kind::credits) {
        value = *rc::gen::arbitrary<bool>() ? json::value() : json::value(*rc::gen::nonNegative<std::int64_t>());
      }
      if (text.kind == PreferenceText::Kind::choice) value = "spread";
      RC_ASSERT(set_preference(made, text.name, value));
    }
    const auto pause = [] {
      return Pause{*rc::gen::arbitrary<bool>() ? std::optional(*rc::gen::positive<std::int64_t>()) : std::nullopt};
    };
    if (*rc::gen::arbitrary<bool>()) made.pauses.all = pause();
    for (const std::string id : {"a", "b\n", "", "\"c\""}) {
      if (*rc::gen::arbitrary<bool>()) continue;
      made.pauses.devices.emplace(id, pause());
      DevicePreference& device = made.devices[id];
      if (*rc::gen::arbitrary<bool>()) device.offered = *rc::gen::arbitrary<bool>();
      if (*rc::gen::arbitrary<bool>())
        device.rates.emplace().rate[1] = *rc::gen::inRange<std::int64_t>(0, model::kRateMax + 1);
    }
    if (*rc::gen::arbitrary<bool>()) made.blocked.insert(std::string(kPeer));
    if (*rc::gen::arbitrary<bool>()) made.peers.push_back("/ip4/192.0.2.7/tcp/1/p2p/" + std::string(kPeer));
    return made;
  });
}

RC_GTEST_PROP(Preferences, any_that_are_written_read_back, ()) {
  const Preferences made = *any_preferences();
  const auto read = preferences_from(to_text(made));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == made);
}

TEST(Preferences, that_are_damaged_are_refused_with_what_helps) {
  const std::string good = to_text(Preferences{});
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    const auto read = preferences_from(std::string_view(good).substr(0, cut));
    ASSERT_FALSE(read) << cut;
    EXPECT_NE(read.error().message().find("remove it to go by the configuration"), std::string::npos);
  }
  for (
      const std::string_view bad :
      {R"({"quern_preferences":2,"values":{},"devices":{},"peers":[],"blocked":[],"paused_devices":{}})",
       R"({"quern_preferences":1,"values":{"cpu_cores":0},"devices":{},"peers":[],"blocked":[],"paused_devices":{}})",
       R"({"quern_preferences":1,"values":{},"devices":{"a":{"rates":{"nothing":1}}},"peers":[],"blocked":[],"paused_devices":{}})",
       R"({"quern_preferences":1,"values":{},"devices":{},"peers":["/ip4/1.2.3.4/tcp/1"],"blocked":[],"paused_devices":{}})",
       R"({"quern_preferences":1,"values":{},"devices":{},"peers":[],"blocked":["me"],"paused_devices":{}})"}) {
    EXPECT_FALSE(preferences_from(bad)) << bad;
  }
}

RC_GTEST_PROP(Preferences, of_any_bytes_are_read_or_refused, (const std::string& text)) {
  RC_ASSERT(!preferences_from(text));
}

TEST(Preferences, are_on_the_disk_once_they_are_saved) {
  const TemporaryFolder folder;
  runtime::SystemRuntime system({.node = "node", .data_directory = folder.path(), .random_seed = 1});
  system.run([&](runtime::Runtime& runtime) -> runtime::Task<void> {
    const auto none = co_await load_preferences(runtime.disk());
    EXPECT_TRUE(none && *none == Preferences{});
    Preferences made;
    made.pauses.all = Pause{17};
    EXPECT_TRUE(co_await save_preferences(runtime.disk(), made));
    const auto read = co_await load_preferences(runtime.disk());
    EXPECT_TRUE(read && *read == made);
  });
}

}  // namespace
}  // namespace quern::daemon
