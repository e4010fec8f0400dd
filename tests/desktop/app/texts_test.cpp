// What is decided without a window: the command line, lengths of a pause, words of states.
#include <QCoreApplication>
#include <QFile>
#include <QTimeZone>
#include <set>

#include <gtest/gtest.h>

#include "desktop/app/autostart.hpp"
#include "desktop/app/donation_control.hpp"
#include "desktop/app/donation_text.hpp"
#include "desktop/app/offline_text.hpp"
#include "desktop/app/options.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::app {
namespace {

using client::Connection;
using pages::ServiceUnit;

const QStringList kPages{QStringLiteral("machine"), QStringLiteral("market")};

std::variant<Options, Farewell> read(const QStringList& arguments) {
  return read_options(QStringList{QStringLiteral("quern-desktop")} + arguments, kPages);
}
Options good(const QStringList& arguments) {
  const auto result = read(arguments);
  const auto* const farewell = std::get_if<Farewell>(&result);
  EXPECT_EQ(farewell, nullptr) << (farewell ? farewell->text.toStdString() : "");
  return farewell ? Options() : std::get<Options>(result);
}
QString fault(const QStringList& arguments) {
  const auto result = read(arguments);
  const auto* const farewell = std::get_if<Farewell>(&result);
  EXPECT_NE(farewell, nullptr) << arguments.join(QLatin1Char(' ')).toStdString();
  if (!farewell) return {};
  EXPECT_EQ(farewell->status, kWrongUsage);
  return farewell->text;
}
QString s(const char* text) {
  return QString::fromLatin1(text);
}

TEST(OptionsWithoutAScreen, AnswerWhatNeedsNoneAndSayThatThereIsNone) {
  const auto told = [](const char* argument, bool has_screen) {
    const QStringList arguments{QStringLiteral("quern-desktop"), QString::fromLatin1(argument)};
    return farewell_without_screen(arguments, kPages, has_screen);
  };
  for (const bool has_screen : {true, false}) {
    for (const char* argument : {"--help", "--version"}) {
      const auto farewell = told(argument, has_screen);
      ASSERT_TRUE(farewell) << argument;
      EXPECT_EQ(farewell->status, 0);
      EXPECT_FALSE(farewell->text.isEmpty());
    }
  }
  EXPECT_FALSE(told("--hidden", true));
  EXPECT_FALSE(told("-style", true)) << "Qt's own are read later";
  const auto screenless = told("--hidden", false);
  ASSERT_TRUE(screenless);
  EXPECT_EQ(screenless->status, kFailed);
  EXPECT_TRUE(screenless->text.contains(QStringLiteral("QT_QPA_PLATFORM=offscreen")));
  EXPECT_EQ(told("--nonsense", false).value_or(Farewell()).status, kWrongUsage);
}

TEST(Options, AreRead) {
  const Options none = good({});
  EXPECT_EQ(none, Options());
  EXPECT_FALSE(none.stands_alone());
  const Options some =
      good({s("--socket"), s("/run/q"), s("--page"), s("market"), s("--theme"), s("dark"), s("--hidden")});
  EXPECT_EQ(some.socket, s("/run/q"));
  EXPECT_EQ(some.page, s("market"));
  EXPECT_EQ(some.mode, theme::Mode::dark);
  EXPECT_TRUE(some.hidden);
  EXPECT_TRUE(some.stands_alone());
  const Options remote = good({s("--url"), s("wss://h/"), s("--token-file"), s("/t"), s("--ca-file"), s("/c")});
  EXPECT_EQ(remote.token_file, s("/t"));
  EXPECT_EQ(remote.ca_file, s("/c"));
}

TEST(Options, PathsBecomeAbsolute) {
  const TemporaryFolder folder;
  folder.write("job.json", "{}");
  const QString path = QString::fromStdString((folder.path() / "job.json").string());
  EXPECT_EQ(good({path}).files, QStringList{path});
  EXPECT_TRUE(good({s("--replay"), s("a.jsonl")}).replay.startsWith(QLatin1Char('/')));
}

TEST(Options, WhatIsWrongIsNamedWithTheWayOut) {
  EXPECT_TRUE(fault({s("--page"), s("attic")}).contains(s("\"attic\": write one of machine, market")));
  EXPECT_TRUE(fault({s("--theme"), s("pink")}).contains(s("\"pink\": write system, light or dark")));
  EXPECT_TRUE(fault({s("--socket"), s("/a"), s("--profile"), s("b")}).contains(s("--socket and --profile")));
  EXPECT_TRUE(fault({s("--url"), s("wss://h/")}).contains(s("--token-file")));
  EXPECT_TRUE(fault({s("--ca-file"), s("/c")}).contains(s("--url")));
  EXPECT_TRUE(fault({s("--replay"), s("a"), s("--record"), s("b")}).contains(s("leave one out")));
  EXPECT_TRUE(fault({s("--socket"), s("")}).contains(s("not empty")));
  EXPECT_TRUE(fault({s("--nonsense")}).contains(s("nonsense")));
  EXPECT_TRUE(fault({s("/no/such/file")}).contains(s("/no/such/file")));
}

TEST(Options, HelpAndVersionEndWell) {
  for (const char* option : {"--help", "--help-all", "--version"}) {
    const auto result = read({s(option)});
    ASSERT_TRUE(std::holds_alternative<Farewell>(result));
    EXPECT_EQ(std::get<Farewell>(result).status, 0);
    EXPECT_FALSE(std::get<Farewell>(result).text.isEmpty());
  }
}

TEST(Pause, UntilTomorrowIsTheNextMorningButNotSooner) {
  const auto at = [](int day, int hour) { return QDateTime(QDate(2026, 11, day), QTime(hour, 0), QTimeZone::utc()); };
  constexpr std::int64_t kHourMs = 3'600'000;
  EXPECT_EQ(pause_ms(PauseLength::until_tomorrow, at(21, 22)), 10 * kHourMs);
  EXPECT_EQ(pause_ms(PauseLength::until_tomorrow, at(21, 2)), 6 * kHourMs);
  EXPECT_EQ(pause_ms(PauseLength::until_tomorrow, at(21, 6)), 26 * kHourMs);
  EXPECT_EQ(pause_ms(PauseLength::until_tomorrow, at(21, 8)), 24 * kHourMs);
  EXPECT_EQ(pause_ms(PauseLength::hour, at(21, 8)), kHourMs);
  EXPECT_FALSE(pause_ms(PauseLength::until_resumed, at(21, 8)));
}

TEST(DonationWords, EveryStateHasItsOwnAndTheConnectionComesFirst) {
  const models::QuantityText text(QLocale::c(), QTimeZone::utc());
  models::StatusData status;
  std::set<QString> states;
  for (const auto kind :
       {models::DonationState::Kind::unknown, models::DonationState::Kind::donating,
        models::DonationState::Kind::paused, models::DonationState::Kind::draining, models::DonationState::Kind::off}) {
    status.donation.kind = kind;
    states.insert(donation_text(Connection::State::live, status, text, 0).state);
    EXPECT_EQ(donation_text(Connection::State::offline, status, text, 0).state, s("Offline"));
    EXPECT_EQ(donation_text(Connection::State::refused, status, text, 0).state, s("Refused"));
  }
  EXPECT_EQ(states.size(), 5U);
}

TEST(DonationWords, AReasonIsToldUnlessAPersonWantedIt) {
  const models::QuantityText text(QLocale::c(), QTimeZone::utc());
  models::StatusData status;
  status.donation.kind = models::DonationState::Kind::off;
  status.donation.why = {s("sandbox_too_weak"), s("the sandbox is too weak"), s("no user namespaces"), {}};
  EXPECT_TRUE(donation_text(Connection::State::live, status, text, 0).why.contains(s("too weak")));
  status.donation.why.reason = s("offer_withdrawn");
  EXPECT_TRUE(donation_text(Connection::State::live, status, text, 0).why.isEmpty());
}

TEST(OfflineWords, OfferWhatHelps) {
  const client::LossText loss{client::Loss::not_running, s("nobody listens"), s("start it")};
  const auto said = [&](Connection::State state, bool local, ServiceUnit::State service) {
    return offline_text(state, loss, local, service);
  };
  EXPECT_TRUE(said(Connection::State::live, true, ServiceUnit::State::stopped).message.isEmpty());
  EXPECT_TRUE(said(Connection::State::connecting, true, ServiceUnit::State::stopped).message.isEmpty());
  const auto stopped = said(Connection::State::offline, true, ServiceUnit::State::stopped);
  EXPECT_EQ(stopped.way, OfflineText::Way::start_service);
  const auto elsewhere = said(Connection::State::offline, false, ServiceUnit::State::stopped);
  EXPECT_EQ(elsewhere.way, OfflineText::Way::retry);
  EXPECT_EQ(elsewhere.message, QStringLiteral("Nobody listens — start it"));
  EXPECT_EQ(said(Connection::State::offline, true, ServiceUnit::State::absent).way, OfflineText::Way::retry);
  EXPECT_EQ(said(Connection::State::refused, true, ServiceUnit::State::running).tone, theme::Tone::bad);
}

TEST(Autostart, IsWrittenAndRemoved) {
  const TemporaryFolder folder;
  const QString file = QString::fromStdString((folder.path() / "autostart/q.desktop").string());
  EXPECT_TRUE(set_autostart(file, s("/opt/a b/100%/quern-desktop"), true));
  QFile entry(file);
  ASSERT_TRUE(entry.open(QIODevice::ReadOnly));
  EXPECT_TRUE(entry.readAll().contains("\nExec=\"/opt/a b/100%%/quern-desktop\" --hidden\n"));
  EXPECT_TRUE(set_autostart(file, {}, false));
  EXPECT_FALSE(QFile::exists(file));
  EXPECT_TRUE(set_autostart(file, {}, false));
  EXPECT_FALSE(set_autostart(s("/proc/no/such/folder/q.desktop"), s("/q"), true));
}

}  // namespace
}  // namespace quern::desktop::app
