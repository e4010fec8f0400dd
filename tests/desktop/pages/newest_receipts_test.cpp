#include "desktop/pages/newest_receipts.hpp"

#include <gtest/gtest.h>

#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"

namespace quern::desktop::pages {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

// Whoever reckons with them.
struct Reader : QWidget {
  explicit Reader(models::DaemonModels& models) : receipts(new NewestReceipts(models, 100, this, 10ms)) {}
  NewestReceipts* receipts;
};

class NewestReceiptsTest : public ::testing::Test {
 protected:
  static rpc::Answer one(const char* id) {
    json::object receipt = example_receipt(1);
    receipt["id"] = id;
    return json::object{{"receipts", json::array{receipt}}, {"next", nullptr}};
  }
  static void begin(PlayedDaemon& daemon, const char* peer) {
    json::object status = example_status();
    status["peer"] = peer;
    daemon.set_topic("status", status);
    daemon.set_topic("earnings", json::object{{"earned_micro", 1}});
  }
  const NewestReceipts& open() {
    begin(stage_.daemon, "12D3KooWone");
    return *stage_.open(kUsual).receipts;
  }
  static bool has(const NewestReceipts& receipts, const char* id) {
    return receipts.rows().size() == 1 && receipts.rows().front().id == QLatin1String(id);
  }
  PlayedDaemon other_;  // to change to; the connection says goodbye to it
  Staged<Reader> stage_;
};

TEST_F(NewestReceiptsTest, AreReadAgainAfterARefusalAndWithTheEarnings) {
  stage_.daemon.refuse("receipt.list", "busy");
  const NewestReceipts& receipts = open();
  ASSERT_TRUE(soon([&] { return stage_.daemon.count("receipt.list") >= 2; }));
  EXPECT_FALSE(receipts.known());
  stage_.daemon.answer("receipt.list", [](const json::object&) { return one("first"); });
  ASSERT_TRUE(soon([&] { return has(receipts, "first"); }));
  stage_.daemon.answer("receipt.list", [](const json::object&) { return one("second"); });
  stage_.daemon.set_topic("earnings", json::object{{"earned_micro", 2}});
  EXPECT_TRUE(soon([&] { return has(receipts, "second"); }));
}

TEST_F(NewestReceiptsTest, AreOfTheDaemonThatIsConnected) {
  stage_.daemon.answer("receipt.list", [](const json::object&) { return one("first"); });
  const NewestReceipts& receipts = open();
  ASSERT_TRUE(soon([&] { return has(receipts, "first"); }));
  begin(other_, "12D3KooWother");
  other_.hold("receipt.list");
  other_.answer("receipt.list", [](const json::object&) { return one("other"); });
  stage_.connection->change(other_.factory());
  ASSERT_TRUE(soon([&] { return other_.count("receipt.list") == 1; }));
  EXPECT_FALSE(receipts.known());
  EXPECT_TRUE(receipts.rows().empty());
  other_.release();
  EXPECT_TRUE(soon([&] { return has(receipts, "other"); }));
}

TEST_F(NewestReceiptsTest, AreNotReadForNobody) {
  stage_.daemon.answer("receipt.list", [](const json::object&) { return one("first"); });
  const NewestReceipts& receipts = open();
  ASSERT_TRUE(soon([&] { return has(receipts, "first"); }));
  stage_.page->hide();
  stage_.daemon.answer("receipt.list", [](const json::object&) { return one("second"); });
  stage_.daemon.set_topic("earnings", json::object{{"earned_micro", 2}});
  ASSERT_TRUE(soon([&] { return stage_.models->earnings()->earned_micro == 2; }));
  EXPECT_EQ(stage_.daemon.count("receipt.list"), 1);
  stage_.page->show();
  EXPECT_TRUE(soon([&] { return has(receipts, "second"); }));
}

}  // namespace
}  // namespace quern::desktop::pages
