#include "desktop/client/profile.hpp"

#include <QSettings>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace quern::desktop::client {
namespace {

Profile local(const char* name = "den") {
  return {QString::fromLatin1(name), QStringLiteral("/run/quern/quernd.socket"), {}, {}};
}
Profile local_at(const char* socket) {
  return {QStringLiteral("den"), QString::fromLatin1(socket), {}, {}};
}
Profile remote(const char* url, const char* name = "attic") {
  return {QString::fromLatin1(name), {}, QString::fromLatin1(url), QStringLiteral("/home/me/token")};
}

class ProfilesTest : public ::testing::Test {
 protected:
  TemporaryFolder folder;
  QString file = QString::fromStdString((folder.path() / "settings.ini").string());
  SettingsStore settings{file};
};

TEST(Profile, OnesThatCanBeUsedHaveNoFault) {
  EXPECT_FALSE(fault_of(own_daemon()));
  EXPECT_FALSE(fault_of(local()));
  for (const char* const url : {"wss://example.org:7646/", "wss://example.org", "ws://127.0.0.1:7646",
                                "ws://localhost:1", "ws://[::1]:7646/"}) {
    EXPECT_FALSE(fault_of(remote(url))) << url;
  }
}

TEST(Profile, AFaultNamesTheValueAndTheWayOut) {
  const auto fault = [](Profile profile) { return fault_of(profile).value_or(QString()).toStdString(); };
  EXPECT_NE(fault(remote("ws://example.org")).find("wss://"), std::string::npos);
  EXPECT_NE(fault(remote("http://example.org")).find("http://example.org"), std::string::npos);
  EXPECT_NE(fault(remote("wss://me:secret@example.org")).find("token into a file"), std::string::npos);
  EXPECT_NE(fault(remote("wss://")).find("wss://host:port/"), std::string::npos);
  EXPECT_NE(fault(local("")).find("1 to 64"), std::string::npos);
  EXPECT_NE(fault({QStringLiteral("a"), QStringLiteral("here"), {}, {}}).find("\"here\""), std::string::npos);
  EXPECT_NE(fault({QStringLiteral("a"), {}, {}, {}}).find("either"), std::string::npos);
  EXPECT_NE(fault({QStringLiteral("a"), QLatin1Char('/') + QString(200, QLatin1Char('x')), {}, {}}).find("107"),
            std::string::npos);
  Profile bare = remote("wss://example.org");
  bare.token_file.clear();
  EXPECT_NE(fault(bare).find("token file"), std::string::npos);
  Profile relative = remote("wss://example.org");
  relative.ca_file = QStringLiteral("ca.pem");
  EXPECT_NE(fault(relative).find("\"ca.pem\""), std::string::npos);
  Profile open = remote("ws://127.0.0.1:7646");
  open.ca_file = QStringLiteral("/ca.pem");
  EXPECT_NE(fault(open).find("wss://"), std::string::npos);
}

TEST_F(ProfilesTest, BeginsWithThisComputer) {
  const Profiles profiles(settings);
  ASSERT_EQ(profiles.list().size(), 1);
  EXPECT_EQ(profiles.current(), own_daemon());
}

TEST_F(ProfilesTest, IsTheSameAfterARestart) {
  Profile loft = remote("wss://example.net", "loft");
  loft.ca_file = QStringLiteral("/loft.pem");
  {
    Profiles profiles(settings);
    ASSERT_TRUE(profiles.put(remote("wss://example.org")));
    ASSERT_TRUE(profiles.choose(QStringLiteral("attic")));
    ASSERT_TRUE(profiles.put(loft, QStringLiteral("attic")));
  }
  EXPECT_EQ(settings.finish(), QString());
  SettingsStore restarted(file);
  const Profiles profiles(restarted);
  EXPECT_EQ(profiles.list().size(), 2);
  EXPECT_EQ(profiles.current(), loft);
}

TEST_F(ProfilesTest, ARenamedOneLeadsWhereItDidAndNoOtherIsChosen) {
  Profiles profiles(settings);
  ASSERT_TRUE(profiles.put(remote("wss://example.org")));
  ASSERT_TRUE(profiles.choose(QStringLiteral("attic")));
  QSignalSpy currents(&profiles, &Profiles::connected_changed);
  QSignalSpy changes(&profiles, &Profiles::changed);
  ASSERT_TRUE(profiles.put(remote("wss://example.org"), QStringLiteral("attic")));
  ASSERT_TRUE(profiles.put(remote("wss://example.org", "loft"), QStringLiteral("attic")));
  EXPECT_EQ(profiles.current().name, QStringLiteral("loft"));
  EXPECT_EQ(changes.count(), 2);
  EXPECT_EQ(currents.count(), 0);
  ASSERT_TRUE(profiles.put(remote("wss://example.net", "loft"), QStringLiteral("loft")));
  EXPECT_EQ(currents.count(), 1);
}

TEST_F(ProfilesTest, WhoeverIsConnectedByAnotherCanConnectToTheChosenOne) {
  Profiles profiles(settings);
  ASSERT_TRUE(profiles.put(remote("wss://example.org")));
  const QString first = profiles.current().name;
  QSignalSpy connections(&profiles, &Profiles::connected_changed);
  EXPECT_TRUE(profiles.choose(first));
  EXPECT_EQ(connections.count(), 0) << "it is connected by that one already";
  profiles.set_connected(remote("wss://example.org", "Command line"));
  ASSERT_NE(profiles.connected(), nullptr);
  EXPECT_EQ(profiles.connected()->name, QStringLiteral("attic"));
  EXPECT_EQ(profiles.name_of(remote("wss://example.org").place()), QStringLiteral("attic"));
  EXPECT_EQ(profiles.current().name, first);
  EXPECT_TRUE(profiles.choose(first));
  EXPECT_EQ(connections.count(), 1);
  profiles.set_connected({});
  EXPECT_EQ(profiles.connected(), nullptr);
  ASSERT_TRUE(profiles.put(local(), first));
  EXPECT_EQ(connections.count(), 1) << "what is not connected by is only changed";
  EXPECT_TRUE(profiles.choose(QStringLiteral("den")));
  EXPECT_EQ(connections.count(), 2);
  EXPECT_EQ(profiles.connected(), &profiles.current());
}

TEST_F(ProfilesTest, NamesAreUniqueAndTheLastProfileStays) {
  Profiles profiles(settings);
  QSignalSpy currents(&profiles, &Profiles::connected_changed);
  ASSERT_TRUE(profiles.put(local()));
  EXPECT_FALSE(profiles.put(local()));
  EXPECT_FALSE(profiles.put(local("")));
  ASSERT_TRUE(profiles.choose(QStringLiteral("den")));
  ASSERT_TRUE(profiles.remove(QStringLiteral("den")));
  EXPECT_EQ(currents.count(), 2);
  EXPECT_FALSE(profiles.remove(profiles.current().name));
  EXPECT_FALSE(profiles.choose(QStringLiteral("nobody")));
}

TEST_F(ProfilesTest, WhatCannotBeUsedIsLeftOutAndSaid) {
  QSettings written(file, QSettings::IniFormat);
  written.beginWriteArray(QStringLiteral("profiles"), 3);
  written.setArrayIndex(0);
  written.setValue(QStringLiteral("name"), QStringLiteral("den"));
  written.setValue(QStringLiteral("socket"), QStringLiteral("/a/socket"));
  written.setArrayIndex(1);
  written.setValue(QStringLiteral("name"), QStringLiteral("den"));
  written.setValue(QStringLiteral("socket"), QStringLiteral("/another/socket"));
  written.setArrayIndex(2);
  written.setValue(QStringLiteral("url"), 17);
  written.endArray();
  written.sync();
  SettingsStore read(file);
  Profiles profiles(read);
  EXPECT_EQ(profiles.list().size(), 1);
  EXPECT_EQ(profiles.faults().size(), 2);
  // And is kept, whatever else is changed.
  ASSERT_TRUE(profiles.put(remote("wss://example.org")));
  ASSERT_TRUE(profiles.remove(QStringLiteral("den")));
  EXPECT_EQ(read.finish(), QString());
  SettingsStore restarted(file);
  const Profiles again(restarted);
  EXPECT_EQ(again.list(), (std::vector{local_at("/another/socket"), remote("wss://example.org")}));
  EXPECT_EQ(again.faults().size(), 1);
}

TEST_F(ProfilesTest, TwoWindowsLoseNothingOfEachOther) {
  SettingsStore other_settings(file);
  Profiles one(settings);
  Profiles other(other_settings);
  ASSERT_TRUE(one.put(remote("wss://example.org", "attic")));
  EXPECT_EQ(settings.finish(), QString());
  ASSERT_TRUE(other.put(remote("wss://example.net", "loft")));
  ASSERT_TRUE(other.choose(QStringLiteral("loft")));
  EXPECT_EQ(other_settings.finish(), QString());
  ASSERT_TRUE(one.put(remote("wss://example.com", "attic"), QStringLiteral("attic")));
  EXPECT_EQ(settings.finish(), QString());
  SettingsStore restarted(file);
  const Profiles both(restarted);
  EXPECT_EQ(both.list(),
            (std::vector{own_daemon(), remote("wss://example.com", "attic"), remote("wss://example.net", "loft")}));
  EXPECT_EQ(both.current().name, QStringLiteral("loft"));
}

TEST_F(ProfilesTest, AnOldNameCanBeGivenAgainAndTheOrderStays) {
  {
    Profiles profiles(settings);
    ASSERT_TRUE(profiles.put(local("z/1")));
    ASSERT_TRUE(profiles.put(local("b"), QStringLiteral("z/1")));
    ASSERT_TRUE(profiles.put(local("z/1")));
    ASSERT_TRUE(profiles.put(local("a")));
  }
  EXPECT_EQ(settings.finish(), QString());
  SettingsStore restarted(file);
  const Profiles profiles(restarted);
  EXPECT_EQ(profiles.list(), (std::vector{own_daemon(), local("b"), local("z/1"), local("a")}));
}

TEST_F(ProfilesTest, HasABound) {
  Profiles profiles(settings);
  for (std::size_t i = 1; i < kProfilesMax; ++i) ASSERT_TRUE(profiles.put(local(("p" + std::to_string(i)).c_str())));
  const auto refused = profiles.put(local("one more"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().contains(QStringLiteral("64")));
}

}  // namespace
}  // namespace quern::desktop::client
