// What a daemon says, read: what is there, what is missing, and what nobody should say.
#include <algorithm>
#include <functional>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/market_data.hpp"
#include "desktop/models/node_data.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/scheduler/rpc/json_values.hpp"

namespace quern::desktop::models {
namespace {

namespace json = boost::json;

json::value parsed(const char* text) {
  return json::parse(text);
}

TEST(Values, AnOfferIsARowForEachDevice) {
  const auto rows = offers_from(example_offers(2));
  ASSERT_EQ(rows.size(), 2);
  const OfferRow& row = rows[1];
  EXPECT_EQ(row.id, QStringLiteral("12D3KooW1000001/qd1-1"));
  EXPECT_EQ(row.type, DeviceType::gpu);
  EXPECT_EQ(row.per_hour_micro, 11 * 3600);
  EXPECT_EQ(row.setup_micro, 500);
  EXPECT_EQ(row.rates.size(), 3);
  EXPECT_EQ(row.fp32_flops, 501'000'000'000);
  EXPECT_EQ(row.flops_per_micro(), 501'000'000'000 / 11);
  EXPECT_EQ(row.cpu_cores, 8);
}

TEST(Values, AbsurdNumbersAreAbsent) {
  json::object device = example_device(1);
  device["global_memory_bytes"] = std::uint64_t{18'446'744'073'709'551'615U};
  device["fp32_flops"] = -5;
  device["compute_units"] = 1e300;
  device["rates"] = json::object{{"device_second", std::int64_t{9'223'372'036'854'775'807}}, {"setup", "free"}};
  json::object offer = example_offer(1);
  offer["until_unix_ms"] = std::int64_t{9'223'372'036'854'775'807};
  offer["devices"] = json::array{device, 7, nullptr, json::object{{"name", "without an id"}}};
  const auto rows = offers_from(json::object{{"offers", json::array{offer, "no offer"}}});
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].memory_bytes, 0);
  EXPECT_EQ(rows[0].fp32_flops, 0);
  EXPECT_EQ(rows[0].compute_units, 0);
  EXPECT_FALSE(rows[0].per_hour_micro);
  EXPECT_FALSE(rows[0].until_unix_ms);
  EXPECT_FALSE(rows[0].flops_per_micro());
}

TEST(Values, NamesAreHarmlessAndIdsAreExactOrAbsent) {
  json::object device = example_device(1);
  device["name"] = std::string(10'000, 'x') + "\n\x1b[2J";
  json::object offer = example_offer(1);
  offer["devices"] = json::array{device};
  const auto rows = offers_from(json::object{{"offers", json::array{offer}}});
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].name.size(), 256);
  for (const char* const bad : {"", "with blank", "line\nend", "\u202E", "\x7f"}) {
    EXPECT_FALSE(id_of(bad)) << bad;
  }
  EXPECT_FALSE(id_of(std::string(129, 'a')));
  EXPECT_EQ(id_of("12D3KooW"), QStringLiteral("12D3KooW"));
}

TEST(Values, ListsEndAtTheirBounds) {
  EXPECT_EQ(offers_from(example_offers(static_cast<int>(kOffersMax) + 10)).size(), kOffersMax);
  EXPECT_EQ(peers_from(example_peers(static_cast<int>(kPeersMax) + 10)).size(), kPeersMax);
}

TEST(Values, StatusOfThisDaemonAndOfAnEarlierOne) {
  const StatusData now = status_from(parsed(R"({"peer":"12D3KooW","version":"0.1.0","peers_connected":3,
    "provider":{"enabled":true,"draining":false,"working":1,"devices":[{"id":"qd1-1","name":"RTX","offered":false,"why":"denied"}]},
    "donation":{"state":"paused","until_unix_ms":1790000000000,"why":{"reason":"offer_withdrawn","text":"withdrawn"},"working":1},
    "jobs":{"running":2,"ended":5},"balance":{"earned_micro":9007199254740993},"capabilities":["quote","machine"]})"));
  EXPECT_EQ(now.donation.kind, DonationState::Kind::paused);
  EXPECT_EQ(now.donation.until_unix_ms, 1'790'000'000'000);
  EXPECT_EQ(now.donation.why.text, QStringLiteral("withdrawn"));
  EXPECT_EQ(now.earned_micro, 9'007'199'254'740'993);
  EXPECT_TRUE(now.can("machine"));
  EXPECT_FALSE(now.can("earnings"));
  EXPECT_EQ(now.devices.front().why, QStringLiteral("denied"));
  const StatusData earlier = status_from(parsed(R"({"provider":{"enabled":true,"draining":true}})"));
  EXPECT_EQ(earlier.donation.kind, DonationState::Kind::draining);
  EXPECT_EQ(status_from(json::value()), StatusData());
}

TEST(Values, QuotesThatFitComeFirstTheCheapestAtTheTop) {
  const auto rows = quotes_from(parsed(R"({"rows":[
    {"provider":"p1","device":"d","device_name":"A","why":{"reason":"price_too_high","text":"too dear","detail":"3 of 2"}},
    {"provider":"p2","device":"d","device_name":"B","quote":{"low_micro":1,"likely_micro":30,"high_micro":40,"measured":true}},
    {"provider":"p3","device":"d","device_name":"C","quote":{"low_micro":1,"likely_micro":20,"high_micro":40,
      "total_ms":{"low":1,"likely":2,"high":3},"per_hour_micro":5,"measured":false}}]})"));
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0].device_name, QStringLiteral("C"));
  EXPECT_EQ(rows[0].total_ms, (Span{1, 2, 3}));
  EXPECT_TRUE(rows[1].measured);
  EXPECT_FALSE(rows[2].fits);
  EXPECT_EQ(rows[2].why.sentence(), QStringLiteral("the job is expected to cost more there than it may (3 of 2)"));
}

TEST(Values, QuotesOfTrialsComeAfterTheKnownOnesTheCheapestHourFirst) {
  const auto rows = quotes_from(parsed(R"({"rows":[
    {"provider":"p1","device":"d","device_name":"A","why":{"reason":"price_too_high","text":"too dear"}},
    {"provider":"p2","device":"d","device_name":"B","quote":{"likely_micro":5,"per_hour_micro":9,"trial":true}},
    {"provider":"p3","device":"d","device_name":"C","quote":{"likely_micro":6,"per_hour_micro":3,"trial":true}},
    {"provider":"p4","device":"d","device_name":"D","quote":{"likely_micro":7,"per_hour_micro":8,"trial":false}}]})"));
  ASSERT_EQ(rows.size(), 4);
  QString names;
  for (const QuoteRow& row : rows) names += row.device_name;
  EXPECT_EQ(names, QStringLiteral("DCBA"));
  EXPECT_TRUE(rows[0].priced());
  EXPECT_TRUE(rows[1].fits && rows[1].trial && !rows[1].priced());
}

TEST(Values, JobsComeByIdAndAsAList) {
  const json::object job = example_job("j-1", "RUNNING");
  const auto by_id = jobs_from(json::object{{"jobs", json::object{{"j-1", job}, {"bad id", job}}}});
  ASSERT_EQ(by_id.size(), 1);
  EXPECT_EQ(by_id[0].state, JobState::running);
  EXPECT_EQ(by_id, jobs_from(json::object{{"jobs", json::array{job}}}));
  EXPECT_EQ(job_state_from(QStringLiteral("EXECUTOR_ERROR")), JobState::failed);
  EXPECT_EQ(job_state_from(QStringLiteral("SOMETHING_NEW")), JobState::unknown);
}

TEST(Values, AMachineHasItsLoadAndItsDevicesWhereTheyAre) {
  const MachineData machine = machine_from(parsed(R"({"host":"attic","system":"Debian","report":{
      "cpu":{"model_name":"EPYC"},"memory":{"total_bytes":100},"topology":{
        "packages":[{"os_index":0,"cores":[0,1]}],
        "numa_nodes":[{"os_index":4,"memory_bytes":50,"threads":[0,1,2]}],
        "caches":[{"level":3,"kind":"unified","size_bytes":32,"threads":[0,1,2,99]},{"level":1,"kind":"instruction","size_bytes":1,"threads":[0]}],
        "cores":[{"package":0,"numa_node":0,"threads":[0,1]},{"package":9,"numa_node":9,"threads":[2,77]}],
        "threads":[{"os_index":0,"core":0},{"os_index":5,"core":0},{"os_index":6,"core":1}]}},
    "live":{"at_unix_ms":1,"busy_permille":250,"threads_busy_permille":[100,300,null],"memory_total_bytes":100,"memory_used_bytes":40,
      "numa":[{"os_index":4,"memory_total_bytes":50,"memory_used_bytes":20}],
      "gpus":[{"pci_address":"0000:c1:00.0","busy_permille":930,"memory_total_bytes":24,"memory_used_bytes":17,
               "temperature_millicelsius":68000,"power_milliwatts":342000,"power_limit_milliwatts":450000}]},
    "devices":[{"id":"qd1-1","name":"RTX 4090","kind":"gpu","pci_address":"0000:c1:00.0","numa":4,"offered":true,"wanted":true,"why":null,
      "paused":false,"rates":{"device_second":117},"own_rates":true,"job":{"id":"ab","name":"sdxl","peer":"12D3","permille":120},"earned_today_micro":3180000}]})"));
  EXPECT_EQ(machine.cores.size(), 2);
  EXPECT_EQ(machine.cores[0].threads, (std::vector<std::uint32_t>{0, 5}));
  EXPECT_EQ(machine.cores[0].busy_permille, 200);
  EXPECT_FALSE(machine.cores[1].busy_permille);
  EXPECT_EQ(machine.cores[1].package, 0);  // 9 is none
  ASSERT_EQ(machine.caches.size(), 1);
  EXPECT_EQ(machine.caches[0].cores, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(machine.numa_nodes[0].memory_used_bytes, 20);
  ASSERT_EQ(machine.devices.size(), 1);
  const DeviceData& device = machine.devices[0];
  EXPECT_EQ(device.numa_node, 0);
  EXPECT_EQ(device.busy_permille, 930);
  EXPECT_EQ(device.temperature_millicelsius, 68'000);
  EXPECT_EQ(device.per_hour_micro, 117 * 3600);
  EXPECT_EQ(device.job.value_or(DeviceData::Job()).progress_permille, 120);
}

TEST(Values, PreferencesAreThoseThatTheDaemonHas) {
  const PreferencesData data = preferences_from(parsed(R"({"host":"attic","values":{"share":true,"cpu_cores":8,
    "budget_micro":null,"job_budget_micro":5,"strategy":"cheapest"},"config":{},"set":["share"],"bounds":{"cpu_cores":{"least":1,"most":64}}})"));
  EXPECT_EQ(data.share, true);
  EXPECT_EQ(data.cpu_cores, (PreferencesData::Number{8, 1, 64}));
  EXPECT_FALSE(data.memory_bytes);
  ASSERT_TRUE(data.budget);
  EXPECT_FALSE(data.budget->micro);
  EXPECT_EQ(data.job_budget, (PreferencesData::Amount{5}));
  EXPECT_TRUE(data.set.contains(QStringLiteral("share")));
}

TEST(Values, EarningsAddUp) {
  const EarningsHistory history = earnings_history_from(parsed(R"({"days":[
    {"day":"2026-11-19","from_unix_ms":1,"parts":[{"name":"a","earned_micro":5,"spent_micro":0},{"name":"b","earned_micro":1,"spent_micro":2}]},
    {"day":"2026-11-20","from_unix_ms":2,"parts":[{"name":"a","earned_micro":7,"spent_micro":1}]}],"totals":{"earned_micro":13,"spent_micro":3}})"));
  ASSERT_EQ(history.parts().size(), 2);
  EXPECT_EQ(history.parts()[0].earned_micro, 12);
  EXPECT_EQ(history.earned_micro, 13);
  const EarningsData data = earnings_from(parsed(R"({"balance_micro":-3,"today":{"earned_micro":4}})"));
  EXPECT_EQ(data.balance_micro, -3);
  EXPECT_EQ(data.today_earned_micro, 4);
}

TEST(Values, ReceiptsAndTheirProof) {
  const ReceiptPage page =
      receipts_from(parsed(R"({"receipts":[{"number":17,"id":"ab","when_unix_ms":5,"role":"provider","peer":"12D3",
    "job_id":null,"name":"n","kind":"OpenCLKernel","device":"qd1","task":0,"tasks":8,"usage":{"device_time":2000000},"amount_micro":20000,
    "due_micro":20000,"state":"settled","end":{"reason":"completed","text":"the work is done"}}],"next":17})"));
  ASSERT_EQ(page.rows.size(), 1);
  EXPECT_TRUE(page.rows[0].earned);
  EXPECT_EQ(page.rows[0].device_time_ms, 2'000);
  EXPECT_EQ(page.next, 17);
  const ReceiptDetail detail = receipt_detail_from(parsed(
      R"({"receipt":{"id":"ab"},"verified":false,"why":{"reason":"x","text":"broken"},"records":[{"kind":"demand","by":"submitter"}],"file":"cXVlcm4="})"));
  EXPECT_EQ(detail.verified, false);
  EXPECT_EQ(detail.file, "quern");
  EXPECT_EQ(detail.records.size(), 1);
}

// Any JSON in any place: read without a fault, and the same twice.
RC_GTEST_PROP(Values, AnyJsonIsReadToSomething, ()) {
  json::object root;
  for (const char* const key :
       {"offers", "peers", "jobs", "rows", "devices", "report", "live", "days", "receipts", "work", "values",
        "provider", "donation", "tasks_list", "outputs", "id", "capabilities"}) {
    if (*rc::gen::inRange(0, 2) == 0) continue;
    json::value value = *rpc::any_json();
    if (*rc::gen::inRange(0, 2) == 0)
      value = json::array{value, json::object{{"id", "x"}, {"peer", value}, {"devices", value}}};
    root[key] = std::move(value);
  }
  const json::value value = root;
  RC_ASSERT(offers_from(value) == offers_from(value));
  RC_ASSERT(peers_from(value) == peers_from(value));
  RC_ASSERT(jobs_from(value) == jobs_from(value));
  RC_ASSERT(quotes_from(value) == quotes_from(value));
  RC_ASSERT(status_from(value) == status_from(value));
  RC_ASSERT(machine_from(value) == machine_from(value));
  RC_ASSERT(earnings_history_from(value) == earnings_history_from(value));
  RC_ASSERT(preferences_from(value) == preferences_from(value));
  RC_ASSERT(job_detail_from(value) == job_detail_from(value));
  RC_ASSERT(works_from(value) == works_from(value));
  RC_ASSERT(receipts_from(value).rows == receipts_from(value).rows);
}

}  // namespace
}  // namespace quern::desktop::models
