// The earnings' page on a played daemon: what its tests share.
#pragma once
#include <QStringList>
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "desktop/pages/earnings_page.hpp"
#include "desktop/pages/earnings_view.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/table.hpp"
#include "tests/desktop/pages/example_machine.hpp"
#include "tests/desktop/pages/played_daemon.hpp"

namespace quern::desktop::pages {

inline constexpr std::int64_t kDayMs = 86'400'000;

inline models::EarningsHistory history_of(const boost::json::value& value) {
  return models::earnings_history_from(value);
}

inline boost::json::object day_of(std::int64_t from, boost::json::array parts) {
  return {{"day", day_name(from, 0).toStdString()}, {"from_unix_ms", from}, {"parts", std::move(parts)}};
}
inline boost::json::object part(const std::string& name, std::int64_t earned, std::int64_t spent = 0) {
  return {{"name", name}, {"earned_micro", earned}, {"spent_micro", spent}};
}

// A played daemon with a month of earnings and a list of receipts, and the page on it.
class EarningsPageTest : public ::testing::Test {
 protected:
  EarningsPage& open(QSize size = kUsual) {
    stage_.daemon.set_topic("status", example_status());
    stage_.daemon.set_topic("machine", example_machine());
    stage_.daemon.set_topic("earnings", earnings_);
    play(stage_.daemon);
    EarningsPage& page = stage_.open(size);
    EXPECT_TRUE(soon([&] { return stage_.models->earnings().has_value(); }));
    EXPECT_TRUE(soon([&] { return table(page).model()->rowCount() == std::min(160, receipts_ - receipts_ / 5); }));
    EXPECT_TRUE(soon([&] { return bars(page).item_count() == 30; }));
    return page;
  }
  // Its answers. Topics are set apart from them.
  void play(PlayedDaemon& daemon) {
    daemon.answer("earnings.get", [](const boost::json::object& params) -> rpc::Answer {
      const std::int64_t until = params.at("until_unix_ms").as_int64();
      const std::int64_t from = params.at("from_unix_ms").as_int64();
      const bool by_device = params.at("by").as_string() == "device";
      boost::json::array days;
      for (std::int64_t at = from; at < until; at += kDayMs) {
        boost::json::array parts;
        const auto seed = static_cast<int>(at / kDayMs);
        for (int i = 0; i < 4; ++i) {
          const std::string name = by_device ? "gpu-" + std::to_string(i) : "part-" + std::to_string(i);
          parts.push_back(part(name, 1'000'000 + 4'000 * example_load(seed * 4 + i) * (4 - i), 20'000 * i));
        }
        if (seed % 9 != 0) days.push_back(day_of(at, std::move(parts)));
      }
      return boost::json::object{{"days", std::move(days)},
                                 {"totals", boost::json::object{{"earned_micro", 1}, {"spent_micro", 2}}}};
    });
    daemon.answer("receipt.list", [this](const boost::json::object& params) -> rpc::Answer {
      const boost::json::value* const before = params.if_contains("before");
      const std::int64_t first = before ? before->as_int64() - 1 : receipts_;
      const std::int64_t last = std::max<std::int64_t>(0, first - params.at("limit").as_int64());
      boost::json::array list;
      for (std::int64_t at = first; at > last; --at) list.push_back(example_receipt(static_cast<int>(at), at % 5 != 0));
      return boost::json::object{{"receipts", std::move(list)},
                                 {"next", last > 0 ? boost::json::value(last + 1) : boost::json::value()}};
    });
    daemon.answer("receipt.get", [this](const boost::json::object& params) -> rpc::Answer {
      const std::string id(params.at("id").as_string());
      return boost::json::object{
          {"receipt", example_receipt(std::stoi(id.substr(8)))},
          {"verified", verified_},
          {"why", verified_ ? boost::json::value()
                            : boost::json::value(
                                  boost::json::object{{"reason", "bad_signature"}, {"text", "a signature is wrong"}})},
          {"records", boost::json::array{boost::json::object{{"kind", "usage note"},
                                                             {"by", "provider"},
                                                             {"signer", "12D3KooW"},
                                                             {"made_unix_ms", 1'790'000'000'000},
                                                             {"hash", "ff"},
                                                             {"amount_micro", 1'500'000}}}},
          {"file", "dHJhaWw="}};
    });
  }
  static widgets::Table& table(EarningsPage& page) { return *page.findChild<widgets::Table*>(); }
  static widgets::StackedBars& bars(EarningsPage& page) { return *page.findChild<widgets::StackedBars*>(); }
  PlayedDaemon& daemon() { return stage_.daemon; }

  boost::json::object earnings_{
      {"balance_micro", 1'262'140'000},
      {"earned_micro", 1'300'000'000},
      {"spent_micro", 37'860'000},
      {"receivable_micro", 45'500'000},
      {"payable_micro", 3'000'000},
      {"pending_micro", 22'460'000},
      {"reserved_micro", 2'000'000},
      {"today", boost::json::object{
                    {"from_unix_ms", 1'790'000'000'000}, {"earned_micro", 13'370'000}, {"spent_micro", 120'000}}}};
  int receipts_ = 200;
  bool verified_ = true;
  PlayedDaemon other_;  // to change to; the connection says goodbye to it
  Staged<EarningsPage> stage_;
};

}  // namespace quern::desktop::pages
