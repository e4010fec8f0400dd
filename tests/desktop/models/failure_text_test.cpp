// Why a call has failed, as people read it.
#include "desktop/models/failure_text.hpp"

#include <gtest/gtest.h>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::models {
namespace {

std::string said(std::string message, std::string detail = {}, std::string remedy = {}, std::string reason = {}) {
  client::CallError error;
  error.failure = {rpc::Code::failed, std::move(message), std::move(reason), std::move(detail), std::move(remedy)};
  return failure_text(error).toStdString();
}

TEST(FailureText, SaysWhatAndTheValuesAndTheWayOut) {
  EXPECT_EQ(said("too much is asked for", "501 of 500", "ask more slowly"),
            "Too much is asked for (501 of 500): ask more slowly");
  EXPECT_EQ(said("the disk is full"), "The disk is full");
  EXPECT_EQ(said("the disk is full", {}, "make room"), "The disk is full: make room");
}

TEST(AsSentence, LeavesAnAddressAtItsBeginningAsItIs) {
  EXPECT_EQ(as_sentence(QStringLiteral("wss://attic:7646/ cannot be trusted")),
            QStringLiteral("wss://attic:7646/ cannot be trusted"));
  EXPECT_EQ(as_sentence(QStringLiteral("no daemon listens at wss://attic/")),
            QStringLiteral("No daemon listens at wss://attic/"));
}

TEST(FailureText, IsNeverEmpty) {
  EXPECT_EQ(said({}, {}, {}, "disk_full"), "The disk is full");
  EXPECT_EQ(said({}, {}, {}, "disk_melted"), "Disk_melted");
  EXPECT_FALSE(said({}).empty());
}

TEST(FailureText, OfHostileWordsIsHarmlessAndBounded) {
  const QString text = QString::fromStdString(said(std::string(100'000, 'x'), "\x1b[31m\n", "\xe2\x80\xae"));
  EXPECT_LT(text.size(), 2 * kTextCharsMax);
  for (const QChar each : text) EXPECT_TRUE(each.isPrint()) << static_cast<int>(each.unicode());
}

}  // namespace
}  // namespace quern::desktop::models
