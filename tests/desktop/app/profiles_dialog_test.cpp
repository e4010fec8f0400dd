// Daemons are added, changed, removed and chosen by clicks; what cannot be used is said and not kept.
#include "desktop/app/profiles_dialog.hpp"

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

#include <gtest/gtest.h>

#include "desktop/theme/theme.hpp"
#include "desktop/widgets/labels.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::app {
namespace {

class ProfilesDialogTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { theme::Theme::instance().install(); }

  ProfilesDialogTest() { dialog.show(); }

  void click(const char* text) {
    for (auto* each : dialog.findChildren<QPushButton*>()) {
      if (each->text() == QString::fromLatin1(text)) {
        QTest::mouseClick(each, Qt::LeftButton);
        return;
      }
    }
    FAIL() << "no button " << text;
  }
  QLineEdit* line(const char* name) {
    for (auto* each : dialog.findChildren<QLineEdit*>()) {
      if (each->accessibleName() == QString::fromLatin1(name)) return each;
    }
    return nullptr;
  }
  void type(const char* name, const char* text) {
    line(name)->clear();
    QTest::keyClicks(line(name), QString::fromLatin1(text));
  }
  bool says(const char* text) {
    for (auto* each : dialog.findChildren<widgets::TextLabel*>()) {
      if (each->text().contains(QString::fromLatin1(text))) return true;
    }
    return false;
  }

  TemporaryFolder folder;
  client::SettingsStore file{QString::fromStdString((folder.path() / "app.conf").string())};
  client::Profiles profiles{file};
  ProfilesDialog dialog{profiles};
};

TEST_F(ProfilesDialogTest, ALabelStandsAtTheMiddleOfItsField) {
  int pairs = 0;
  for (const auto* label : dialog.findChildren<QLabel*>()) {
    if (!label->isVisible() || label->buddy() == nullptr) continue;
    ++pairs;
    EXPECT_NEAR(QRectF(label->geometry()).center().y(), QRectF(label->buddy()->geometry()).center().y(), 0.5)
        << label->text().toStdString();
  }
  EXPECT_EQ(pairs, 2);
}

TEST_F(ProfilesDialogTest, RowsOfTheListAreAsHighAsWhatIsClicked) {
  auto* const list = dialog.findChild<QListWidget*>();
  EXPECT_GE(list->visualItemRect(list->item(0)).height(), theme::scaled(30));
}

TEST_F(ProfilesDialogTest, ARemoteDaemonIsAddedAndChosen) {
  QSignalSpy chosen(&profiles, &client::Profiles::connected_changed);
  click("Add");
  type("Name", "attic");
  type("Address", "wss://attic.example:7646/");
  type("Token file", "/home/me/attic.token");
  type("CA file", "/home/me/attic-ca.pem");
  EXPECT_FALSE(line("Socket")->isVisible());
  click("Connect");
  ASSERT_EQ(profiles.list().size(), 2U);
  EXPECT_EQ(profiles.current().url, QStringLiteral("wss://attic.example:7646/"));
  EXPECT_EQ(profiles.current().ca_file, QStringLiteral("/home/me/attic-ca.pem"));
  EXPECT_EQ(chosen.count(), 1);
  EXPECT_FALSE(dialog.isVisible());
}

TEST_F(ProfilesDialogTest, WhatCannotBeUsedIsSaidAndNotKept) {
  click("Add");
  type("Name", "attic");
  type("Address", "ws://attic.example/");
  click("Connect");
  EXPECT_TRUE(says("readable by all"));
  EXPECT_TRUE(dialog.isVisible());
  EXPECT_EQ(profiles.list().size(), 1U);
}

TEST(ProfilesDialogOfFaults, OneThatIsSavedAndOfNoUseIsToldOfAndCanBeForgotten) {
  const TemporaryFolder folder;
  client::SettingsStore file(QString::fromStdString((folder.path() / "app.conf").string()));
  file.set_value(QStringLiteral("profiles/1/name"), QStringLiteral("attic"));
  file.set_value(QStringLiteral("profiles/1/url"), QStringLiteral("http://attic.example"));
  client::Profiles profiles(file);
  ProfilesDialog dialog(profiles);
  dialog.show();
  const auto told = [&] {
    return std::ranges::any_of(dialog.findChildren<widgets::TextLabel*>(), [](const widgets::TextLabel* each) {
      return each->isVisible() && each->text().startsWith(QStringLiteral("Saved, but of no use: ")) &&
             each->text().contains(QStringLiteral("\"http://attic.example\""));
    });
  };
  EXPECT_TRUE(told());
  for (auto* each : dialog.findChildren<QPushButton*>()) {
    if (each->text() == QStringLiteral("Forget")) each->click();
  }
  EXPECT_FALSE(told());
  EXPECT_EQ(client::Profiles(file).faults().size(), 0U);
}

TEST_F(ProfilesDialogTest, ADaemonIsRenamedAndOneIsRemoved) {
  type("Name", "desk");
  click("Save");
  ASSERT_EQ(profiles.list().size(), 1U);
  EXPECT_EQ(profiles.current().name, QStringLiteral("desk"));
  click("Add");
  type("Name", "attic");
  type("Address", "wss://attic.example/");
  type("Token file", "/t");
  click("Save");
  auto* const list = dialog.findChild<QListWidget*>();
  ASSERT_EQ(list->count(), 2);
  EXPECT_EQ(list->currentItem()->text(), QStringLiteral("attic"));
  click("Remove");
  ASSERT_EQ(profiles.list().size(), 1U);
  EXPECT_EQ(profiles.list().front().name, QStringLiteral("desk"));
}

}  // namespace
}  // namespace quern::desktop::app
