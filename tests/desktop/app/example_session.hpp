// A whole daemon as a recorded session, of any size, and one that says what no honest daemon would: what all pages are
// shown with.
#pragma once
#include <QByteArray>
#include <QDateTime>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "desktop/client/recording.hpp"
#include "desktop/models/log_model.hpp"
#include "desktop/pages/device_panel.hpp"
#include "desktop/pages/earnings_page.hpp"
#include "desktop/pages/peer_panel.hpp"
#include "desktop/pages/receipt_feed.hpp"
#include "tests/desktop/models/example_topics.hpp"
#include "tests/desktop/pages/example_machine.hpp"

namespace quern::desktop::app {

namespace json = boost::json;

inline constexpr std::int64_t kSessionNow = 1'790'000'100'000;

struct SessionSize {
  pages::MachineShape machine;
  int offers = 40;
  int peers = 40;
  int jobs = 12;
  int work = 2;
  int log_lines = 60;
  int receipts = 60;
};

inline SessionSize small_session() {
  return {};
}
inline SessionSize huge_session() {
  return {.machine = {.packages = 64, .numas = 2, .caches = 4, .cores = 16, .gpus = 8},
          .offers = 10'000,
          .peers = 2'000,
          .jobs = 500,
          .work = 64,
          .log_lines = 20'000,
          .receipts = 200};
}
inline SessionSize empty_session() {
  return {.machine = {.packages = 1, .numas = 1, .caches = 1, .cores = 1, .gpus = 0},
          .offers = 0,
          .peers = 0,
          .jobs = 0,
          .work = 0,
          .log_lines = 0,
          .receipts = 0};
}

// Writes a session down, and reads it as a file is read.
class ExampleSession {
 public:
  explicit ExampleSession(const SessionSize& size) : size_(size) {
    topic("status", status());
    topic("machine", pages::example_machine(size.machine));
    topic("peers", models::example_peers(size.peers));
    topic("offers", models::example_offers(size.offers));
    topic("earnings", earnings());
    topic("preferences", preferences());
    add_work();
    add_jobs();
    add_history();
    add_receipts();
    for (client::RecordedEvent& event : events_) {
      if (auto* const call = std::get_if<client::RecordedCall>(&event.what)) {
        if (call->answer) lengthen(*call->answer);
      } else if (auto* const value = std::get_if<json::value>(&std::get<client::RecordedTopic>(event.what).change)) {
        lengthen(*value);
      }
    }
  }

  client::Recording recording() const { return client::Recording{kSessionNow, events_}; }
  // Every text and every number that is no key of anything is replaced, so often that all kinds of nonsense come by.
  client::Recording hostile(unsigned seed) const {
    client::Recording recording = this->recording();
    Nonsense nonsense{seed};
    for (client::RecordedEvent& event : recording.events) {
      if (auto* const call = std::get_if<client::RecordedCall>(&event.what)) {
        if (call->answer) nonsense.spoil(*call->answer, call->method);
      } else if (auto* const value = std::get_if<json::value>(&std::get<client::RecordedTopic>(event.what).change)) {
        nonsense.spoil(*value, {});
      }
    }
    return recording;
  }

 private:
  struct Nonsense {
    unsigned seed;
    unsigned count = 0;

    void spoil(json::value& value, std::string_view key);
    static bool keeps(std::string_view key);
    json::value text();
    json::value number();
  };

  static std::string job_id(int number) { return "j-" + std::to_string(1'000 + number); }

  // Ids of peers to the length that they have.
  static void lengthen(json::value& value) {
    constexpr std::size_t kPeerIdCharacters = 52;
    if (json::object* const object = value.if_object()) {
      for (auto& member : *object) lengthen(member.value());
    } else if (json::array* const array = value.if_array()) {
      for (json::value& each : *array) lengthen(each);
    } else if (json::string* const text = value.if_string(); text && text->starts_with("12D3KooW")) {
      text->append(kPeerIdCharacters - std::min(kPeerIdCharacters, text->size()), 'x');
    }
  }
  void topic(std::string name, json::value value) {
    events_.push_back({0, client::RecordedTopic{std::move(name), std::move(value)}});
  }
  void call(std::string method, json::object params, json::value answer) {
    events_.push_back({0, client::RecordedCall{std::move(method), std::move(params), 0, std::move(answer)}});
  }
  json::object status() const;
  static json::object earnings();
  static json::object preferences();
  static std::string day_name(std::int64_t from_unix_ms) {
    return QDateTime::fromMSecsSinceEpoch(from_unix_ms, Qt::UTC).date().toString(Qt::ISODate).toStdString();
  }
  std::string log_of(int job) const;
  void add_work();
  void add_jobs();
  void add_log(int job, const std::string& log);
  void add_history();
  void add_receipts();

  SessionSize size_;
  std::vector<client::RecordedEvent> events_;
};

inline json::object ExampleSession::status() const {
  json::object status = pages::example_status();
  status["peers_connected"] = size_.peers / 2;
  status["capabilities"] =
      json::array{"machine",    "device.set", "donation.pause", "work",  "earnings", "receipts", "preferences",
                  "peer.block", "peers",      "offers",         "quote", "jobs",     "job.retry"};
  return status;
}

inline json::object ExampleSession::earnings() {
  return {{"balance_micro", 1'284'600'000},
          {"earned_micro", 1'500'000'000},
          {"spent_micro", 215'400'000},
          {"receivable_micro", 12'345'678},
          {"payable_micro", 345'678},
          {"pending_micro", 4'000'000},
          {"reserved_micro", 2'000'000},
          {"today",
           json::object{
               {"from_unix_ms", kSessionNow - 50'000'000}, {"earned_micro", 12'480'000}, {"spent_micro", 230'000}}}};
}

inline json::object ExampleSession::preferences() {
  const auto bound = [](std::int64_t least, std::int64_t most) {
    return json::object{{"least", least}, {"most", most}};
  };
  return {{"host", "rig-01"},
          {"values", json::object{{"share", true},
                                  {"cpu_cores", 48},
                                  {"memory_bytes", 256 * pages::kGib},
                                  {"scratch_bytes", 200 * pages::kGib},
                                  {"walltime_ms", 86'400'000},
                                  {"input_bytes", pages::kGib},
                                  {"output_bytes", pages::kGib},
                                  {"budget_micro", nullptr},
                                  {"job_budget_micro", 5'000'000},
                                  {"strategy", "cheapest"}}},
          {"config", json::object()},
          {"set", json::array{"cpu_cores"}},
          {"bounds", json::object{{"cpu_cores", bound(1, 64)},
                                  {"memory_bytes", bound(1 << 20, 512 * pages::kGib)},
                                  {"scratch_bytes", bound(0, 1'024 * pages::kGib)},
                                  {"walltime_ms", bound(1, 604'800'000)},
                                  {"input_bytes", bound(0, 64 * pages::kGib)},
                                  {"output_bytes", bound(0, 64 * pages::kGib)}}}};
}

inline void ExampleSession::add_work() {
  json::object by_id;
  for (int i = 0; i < size_.work; ++i) by_id["work-" + std::to_string(i)] = pages::example_work(i);
  topic("work", json::object{{"work", std::move(by_id)}});
}

inline std::string ExampleSession::log_of(int job) const {
  std::string log;
  // All of the lines in the first one, which is the one that is shown.
  const int lines = job == 0 ? size_.log_lines : std::min(size_.log_lines, 20);
  for (int line = 0; line < lines; ++line) log += "gpu0  frame " + std::to_string(line) + "  9.6 s  peak 9.7 GB\n";
  return log;
}

inline void ExampleSession::add_jobs() {
  static constexpr const char* kStates[] = {"RUNNING", "QUEUED",   "COMPLETE",     "EXECUTOR_ERROR",
                                            "PAUSED",  "CANCELED", "INITIALIZING", "CANCELING"};
  json::object by_id;
  for (int i = 0; i < size_.jobs; ++i) {
    const char* const state = kStates[i % 8];
    json::object job = models::example_job(job_id(i), state);
    job["submitted_unix_ms"] = kSessionNow - std::int64_t{60'000} * (i + 1);
    if (i % 8 == 2 || i % 8 == 3 || i % 8 == 5) job["ended_unix_ms"] = kSessionNow - 1'000;
    if (i % 8 == 3) {
      job["why"] = json::object{{"reason", "build_failed"},
                                {"text", "the program could not be built"},
                                {"detail", "path_tracer.cl:3: unknown type name"},
                                {"remedy", "correct the source"}};
    }
    by_id[job_id(i)] = job;
    const json::object attempt{{"provider", "12D3KooW1000001"},
                               {"device", "qd1-1"},
                               {"device_name", "NVIDIA GeForce RTX 4090"},
                               {"state", state},
                               {"progress_permille", 500},
                               {"amount_micro", 6'000}};
    json::array tasks;
    for (int task = 0; task < 3; ++task) {
      tasks.push_back(json::object{{"task", task}, {"state", state}, {"attempts", json::array{attempt}}});
    }
    const std::string log = log_of(i);
    job["tasks_list"] = std::move(tasks);
    job["log_bytes"] = log.size();
    job["outputs"] = json::array{json::object{{"path", "picture.png"}, {"bytes", 1'048'576}, {"digest", "sha256:00"}}};
    topic("job/" + job_id(i), job);
    call("job.get", {{"id", job_id(i)}}, std::move(job));
    add_log(i, log);
  }
  topic("jobs", json::object{{"jobs", std::move(by_id)}});
}

inline void ExampleSession::add_log(int job, const std::string& log) {
  constexpr auto kPiece = static_cast<std::size_t>(models::LogFollower::kPieceBytes);
  constexpr auto kFirst = static_cast<std::size_t>(models::LogFollower::kFirstBytesMax);
  for (std::size_t from = log.size() > kFirst ? log.size() - kFirst : 0; from <= log.size(); from += kPiece) {
    const std::string piece = log.substr(from, kPiece);
    call("job.log", {{"id", job_id(job)}, {"offset", from}, {"bytes_max", models::LogFollower::kPieceBytes}},
         json::object{{"content", QByteArray::fromStdString(piece).toBase64().toStdString()},
                      {"offset", from},
                      {"end", log.size()},
                      {"dropped_bytes", 0},
                      {"complete", from + piece.size() == log.size()}});
    if (piece.size() < kPiece) break;
  }
}

inline void ExampleSession::add_history() {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t today = kSessionNow / kDayMs * kDayMs;
  for (const char* const by : {"device", "peer", "kind"}) {
    json::array days;
    for (int day = size_.receipts > 0 ? 59 : -1; day >= 0; --day) {
      json::array parts;
      for (int part = 0; part < 7; ++part) {
        parts.push_back(json::object{{"name", by + std::string("-") + std::to_string(part)},
                                     {"earned_micro", 1'000'000 + 4'000 * pages::example_load(day * 7 + part)},
                                     {"spent_micro", 20'000 * part}});
      }
      days.push_back(json::object{
          {"day", day_name(today - day * kDayMs)}, {"from_unix_ms", today - day * kDayMs}, {"parts", parts}});
    }
    call("earnings.get", {{"from_unix_ms", 0}, {"until_unix_ms", 0}, {"by", by}, {"utc_offset_minutes", 0}},
         json::object{{"days", std::move(days)}, {"totals", json::object{{"earned_micro", 1}, {"spent_micro", 2}}}});
  }
}

inline void ExampleSession::add_receipts() {
  json::array receipts;
  for (int i = size_.receipts; i > 0; --i) receipts.push_back(pages::example_receipt(i, i % 5 != 0));
  const json::object page{{"receipts", receipts}, {"next", nullptr}};
  for (const std::int64_t limit :
       {pages::ReceiptFeed::kPageRows, pages::PeerPanel::kReceiptsAsked, pages::DevicePanel::kReceiptsAsked}) {
    call("receipt.list", {{"limit", limit}}, page);
  }
  for (const json::value& receipt : receipts) {
    call("receipt.get", {{"id", receipt.at("id")}},
         json::object{{"receipt", receipt},
                      {"verified", true},
                      {"why", nullptr},
                      {"records", json::array{json::object{{"kind", "usage note"},
                                                           {"by", "provider"},
                                                           {"signer", "12D3KooWowl"},
                                                           {"made_unix_ms", kSessionNow},
                                                           {"hash", "ff"},
                                                           {"amount_micro", 1'500'000}}}},
                      {"file", "dHJhaWw="}});
  }
}

// What things are found by: without it there would be nothing to show.
inline bool ExampleSession::Nonsense::keeps(std::string_view key) {
  static constexpr std::string_view kKept[] = {
      "id",       "peer",    "provider",  "capabilities", "state",        "content", "offset", "number",
      "os_index", "package", "numa_node", "threads",      "from_unix_ms", "job_id",  "task",   "device"};
  return std::ranges::find(kKept, key) != std::end(kKept);
}

inline json::value ExampleSession::Nonsense::text() {
  switch ((count++ * 7 + seed) % 6) {
    case 0:
      return boost::json::string(10'000, 'W');
    case 1:
      return "<img src='file:///etc/passwd'><b>bold</b>&amp;";
    case 2:
      return "line\nbreak\ttab\x07\x1b[31m \xe2\x80\xaegpj.exe\xe2\x81\xa6";
    case 3:
      return "";
    case 4:
      return "%1 %2 %n %%1 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d";
    default:
      return "an honest name";
  }
}

inline json::value ExampleSession::Nonsense::number() {
  switch ((count++ * 5 + seed) % 7) {
    case 0:
      return std::numeric_limits<std::int64_t>::max();
    case 1:
      return std::numeric_limits<std::int64_t>::min();
    case 2:
      return std::numeric_limits<std::uint64_t>::max();
    case 3:
      return -1;
    case 4:
      return 1e300;
    case 5:
      return nullptr;
    default:
      return 0;
  }
}

inline void ExampleSession::Nonsense::spoil(json::value& value, std::string_view key) {
  if (keeps(key)) return;
  if (json::object* const object = value.if_object()) {
    for (auto& [name, member] : *object) spoil(member, {name.data(), name.size()});
  } else if (json::array* const array = value.if_array()) {
    for (json::value& each : *array) spoil(each, key);
  } else if (value.is_string()) {
    value = text();
  } else if (value.is_number()) {
    // Some stay, or every page would be empty.
    if ((count + seed) % 3 != 0) value = number();
    ++count;
  }
}

}  // namespace quern::desktop::app
