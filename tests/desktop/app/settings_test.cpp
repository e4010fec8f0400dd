// A change of the app's settings while the disk takes its time, or cannot be written to.
#include <QDBusConnection>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <semaphore>

#include <gtest/gtest.h>

#include "desktop/app/application.hpp"
#include "desktop/app/profiles_dialog.hpp"
#include "desktop/widgets/card.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kSoonMs = 10'000;

class AppSettingsFile : public ::testing::Test {
 protected:
  QString path(const char* name) const { return QString::fromStdString((folder.path() / name).string()); }
  // No daemon is there; the window is.
  Options options() const {
    Options options;
    options.socket = path("no-daemon.socket");
    return options;
  }

  TemporaryFolder folder;
  QDBusConnection no_bus{QStringLiteral("none")};
};

// Whoever waited for this disk would wait for ever: it answers when the window is gone.
TEST_F(AppSettingsFile, ASlowDiskDoesNotHoldTheWindowAndKeepsWhatWasSetLast) {
  std::counting_semaphore<> gate{0};
  std::atomic_int begun = 0;
  const QString file = path("app.conf");
  client::SettingsStore settings(file, [&](const QString& to, const client::SettingsStore::Changes& changes) {
    ++begun;
    gate.acquire();
    QSettings written(to, QSettings::IniFormat);
    for (auto at = changes.begin(); at != changes.end(); ++at) written.setValue(at.key(), *at);
    return QString();
  });
  {
    Application app(options(), settings, no_bus);
    ASSERT_TRUE(app.start());
    for (const QString& page : {QStringLiteral("market"), QStringLiteral("jobs"), QStringLiteral("peers")}) {
      ASSERT_TRUE(app.window().open(page));
      ASSERT_TRUE(QTest::qWaitFor([&] { return begun == 1; }, kSoonMs));
      QCoreApplication::processEvents();
    }
    app.window().close();
    EXPECT_EQ(begun, 1) << "the disk has not answered yet";
  }
  gate.release(10);
  EXPECT_EQ(settings.finish(), QString());
  const QSettings kept(file, QSettings::IniFormat);
  EXPECT_EQ(kept.value(QStringLiteral("window/page")), QStringLiteral("peers"));
  EXPECT_FALSE(kept.value(QStringLiteral("window/geometry")).toByteArray().isEmpty());
}

// The command line changes nothing about which daemon was chosen last.
TEST_F(AppSettingsFile, ConnectLeadsAwayFromTheDaemonOfTheCommandLine) {
  client::SettingsStore settings(path("app.conf"));
  client::Profiles saved(settings);
  ASSERT_TRUE(saved.put({QStringLiteral("ada"), path("ada.socket"), {}, {}}));
  ASSERT_TRUE(saved.put({QStringLiteral("studio"), path("studio.socket"), {}, {}}));
  ASSERT_TRUE(saved.choose(QStringLiteral("ada")));
  Options studio;
  studio.profile = QStringLiteral("studio");
  Application app(studio, settings, no_bus);
  ASSERT_TRUE(app.start());
  const client::Connection& connection = app.models().connection();
  EXPECT_EQ(connection.place(), path("studio.socket"));
  app.window().choose_daemon();
  auto* const dialog = app.window().findChild<ProfilesDialog*>();
  ASSERT_NE(dialog, nullptr);
  auto* const list = dialog->findChild<QListWidget*>();
  EXPECT_EQ(list->currentItem()->text(), QStringLiteral("studio"));
  list->setCurrentItem(list->findItems(QStringLiteral("ada"), Qt::MatchExactly).value(0));
  for (auto* const each : dialog->findChildren<QPushButton*>()) {
    if (each->text() == QStringLiteral("Connect")) each->click();
  }
  EXPECT_EQ(connection.place(), path("ada.socket"));
}

// A recording is of one daemon.
TEST_F(AppSettingsFile, ARecordingThatAnotherDaemonEndsIsSaidInTheWindow) {
  client::SettingsStore settings(path("app.conf"));
  ASSERT_TRUE(client::Profiles(settings).put({QStringLiteral("attic"), path("attic.socket"), {}, {}}));
  Options recorded = options();
  recorded.record = path("session.jsonl");
  Application app(recorded, settings, no_bus);
  ASSERT_TRUE(app.start());
  app.window().choose_daemon();
  auto* const dialog = app.window().findChild<ProfilesDialog*>();
  ASSERT_NE(dialog, nullptr);
  auto* const list = dialog->findChild<QListWidget*>();
  list->setCurrentItem(list->findItems(QStringLiteral("attic"), Qt::MatchExactly).value(0));
  for (auto* const each : dialog->findChildren<QPushButton*>()) {
    if (each->text() == QStringLiteral("Connect")) each->click();
  }
  const auto banners = app.window().findChildren<widgets::Banner*>();
  EXPECT_TRUE(std::ranges::any_of(banners, [](const widgets::Banner* banner) {
    return banner->isVisible() && banner->message().contains(QStringLiteral("The recording has ended"));
  }));
}

TEST_F(AppSettingsFile, OneThatCannotBeWrittenIsSaidInTheWindow) {
  folder.write("no-folder", "x");
  client::SettingsStore settings(path("no-folder/app.conf"));
  Application app(options(), settings, no_bus);
  ASSERT_TRUE(app.start());
  ASSERT_TRUE(app.window().open(QStringLiteral("jobs")));
  const auto said = [&] {
    const auto banners = app.window().findChildren<widgets::Banner*>();
    return std::ranges::any_of(banners, [&](const widgets::Banner* banner) {
      return banner->isVisible() &&
             QString(banner->message()).remove(QChar(0x200B)).contains(path("no-folder/app.conf"));
    });
  };
  EXPECT_TRUE(QTest::qWaitFor(said, kSoonMs));
}

}  // namespace
}  // namespace quern::desktop::app
