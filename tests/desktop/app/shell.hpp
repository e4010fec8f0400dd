// A shell on a daemon that the test plays, with pages that show no more than their names.
#pragma once
#include <QTest>
#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "desktop/app/main_window.hpp"
#include "scheduler/rpc/patch.hpp"
#include "tests/desktop/app/whole_window.hpp"
#include "tests/desktop/client/scripted_transport.hpp"
#include "tests/desktop/pages/played_service.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::app {

inline constexpr int kSoonMs = 10'000;
inline constexpr std::int64_t kNow = 1'795'000'000'000;

using pages::PlayedService;

inline boost::json::object status_of(const std::string& donation) {
  return boost::json::parse(R"({"peer":"12D3KooWTest","version":"9","started_unix_ms":1,"addresses":[],
    "peers_connected":34,"offers":2,"provider":{"enabled":true,"draining":false,"working":0,"devices":[]},
    "donation":)" + donation +
                            R"(,"preferences":[],"sandbox":{"tier":"cgroup2","note":"","landlock_abi":2,"kinds":[]},
    "jobs":{"running":0,"ended":0},"balance":{"spent_micro":0,"earned_micro":0,"payable_micro":0,"receivable_micro":0,
    "reserved_micro":0},"capabilities":["quote","jobs","job.retry","donation.pause","device.set","earnings"]})")
      .as_object();
}
inline const std::string kDonating = R"({"state":"donating","until_unix_ms":null,"why":null,"working":0})";
inline std::string paused_until(std::int64_t unix_ms) {
  return R"({"state":"paused","until_unix_ms":)" + std::to_string(unix_ms) +
         R"(,"why":{"reason":"offer_withdrawn","text":"the node has withdrawn its offer"},"working":0})";
}

// Everything below the window; the daemon answers subscriptions with `topics`, and keeps other calls.
class Shell {
 public:
  explicit Shell(bool opened = true)
      : file(QString::fromStdString((folder.path() / "app.conf").string())),
        settings(file),
        connection(script.factory(), options()),
        models(connection, english(), [this] { return now; }),
        donation(models),
        window(models, settings, donation, service) {
    topics["status"] = status_of(kDonating);
    topics["earnings"] = boost::json::object{{"balance_micro", 5'000'000}, {"today", boost::json::object{}}};
    if (opened) open();
  }
  ~Shell() { window.hide(); }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  void open() {
    connection.open();
    live();
  }
  // The newest transport is opened and everything that is asked is answered.
  void live() {
    Q_EMIT script.newest->opened();
    ASSERT_TRUE(QTest::qWaitFor(
        [this] {
          serve();
          return connection.live() && models.has_status();
        },
        kSoonMs));
  }
  void lose(client::Loss loss = client::Loss::ended) { script.newest->lose(loss); }
  // Answers what came since; calls that are no subscription stay in `calls`.
  void serve() {
    if (!script.newest) return;
    auto requests = std::exchange(script.newest->sent, {});
    for (auto& request : requests) {
      if (request.method == "subscribe") {
        const std::string topic(request.params.at("topic").as_string());
        const auto found = topics.find(topic);
        if (found == topics.end()) {
          script.newest->answer(*request.id, rpc::fail(rpc::Code::not_found, topic));
        } else {
          script.newest->answer(
              *request.id,
              boost::json::object{{"topic", topic}, {"version", versions[topic]}, {"value", found->second}});
        }
      } else {
        calls.push_back(std::move(request));
      }
    }
  }
  // Until a call of this name has come; nullptr: it did not.
  const rpc::Request* called(const std::string& method) {
    const auto found = [&] { return std::ranges::find(calls, method, &rpc::Request::method); };
    const bool came = QTest::qWaitFor(
        [&] {
          serve();
          return found() != calls.end();
        },
        kSoonMs);
    return came ? &*found() : nullptr;
  }
  void answer(const std::string& method, rpc::Answer answer) {
    const rpc::Request* const call = called(method);
    ASSERT_NE(call, nullptr) << method;
    script.newest->answer(*call->id, std::move(answer));
    std::erase_if(calls, [&](const rpc::Request& each) { return each.method == method; });
  }
  // All of a topic anew.
  void put(const std::string& topic, boost::json::value value) {
    serve();
    const auto patch = rpc::diff(topics[topic], value);
    topics[topic] = std::move(value);
    const int from = versions[topic]++;
    script.newest->notify("topic.changed", {{"topic", topic}, {"from", from}, {"version", from + 1}, {"patch", patch}});
  }

  static client::ConnectionOptions options() {
    using namespace std::chrono_literals;
    return {.retry_first = 5ms, .retry_most = 20ms};
  }

  TemporaryFolder folder;
  client::SettingsStore file;
  std::int64_t now = kNow;
  std::map<std::string, boost::json::value> topics;
  std::vector<rpc::Request> calls;
  std::map<std::string, int> versions;
  client::Script script;
  PlayedService service;
  pages::AppSettings settings;
  client::Connection connection;
  models::DaemonModels models;
  DonationControl donation;
  MainWindow window;
};

}  // namespace quern::desktop::app
