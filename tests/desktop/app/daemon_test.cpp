// The shell on a real daemon: the first run to the end, a pause, and a daemon that is killed.
#include <QDateTime>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <chrono>

#include <gtest/gtest.h>

#include "desktop/app/main_window.hpp"
#include "desktop/app/options.hpp"
#include "desktop/pages/first_run_page.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/controls.hpp"
#include "tests/desktop/app/app_on_daemon.hpp"
#include "tests/desktop/daemon_process.hpp"

namespace quern::desktop::app {
namespace {

const QString kShares = QStringLiteral("[overlay]\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\n");

struct OwnDaemon {
  explicit OwnDaemon(const QString& sections) : daemon(sections) {}
  DaemonProcess daemon;
};

// The window on a daemon of the test's own.
struct Live : OwnDaemon, AppOnDaemon {
  explicit Live(const QString& sections) : OwnDaemon(sections), AppOnDaemon(daemon) {}
};

TEST(AppWithDaemon, NothingIsOfferedUntilAPersonConfirms) {
  Live live(kShares);
  live.service.now = pages::ServiceUnit::State::stopped;
  live.connection.open();
  QWidget* const page = live.window.page(kWelcomePage);
  QAbstractButton* const start = button(*page, QStringLiteral("Start the service"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return start->isVisible(); }, kSoonMs));
  QAbstractButton* const donate = button(*page, QStringLiteral("Start donating"));
  EXPECT_FALSE(donate->isEnabled());

  // The first click. The service is played: what it starts is the real daemon.
  QTest::mouseClick(start, Qt::LeftButton);
  ASSERT_EQ(live.service.starts, 1);
  ASSERT_TRUE(live.daemon.start()) << live.daemon.log().toStdString();
  live.service.put(pages::ServiceUnit::State::running);
  const auto switches = [page] {
    auto all = page->findChildren<widgets::Toggle*>();
    all.removeIf([](const widgets::Toggle* each) { return !each->text().isEmpty(); });
    return all;
  };
  ASSERT_TRUE(QTest::qWaitFor([&] { return !switches().isEmpty(); }, kDaemonMs)) << live.daemon.log().toStdString();
  EXPECT_TRUE(live.becomes("Not donating"));
  EXPECT_FALSE(live.models.preferences()->share.value_or(true));
  ASSERT_EQ(live.models.machine()->devices.size(), 1U);
  EXPECT_TRUE(switches().front()->isChecked());
  ASSERT_TRUE(QTest::qWaitFor([&] { return donate->isEnabled(); }, kSoonMs));

  // The second.
  QTest::mouseClick(donate, Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return live.settings.welcomed(); }, kDaemonMs));
  EXPECT_TRUE(live.becomes("Donating"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return live.models.machine()->devices.front().offered; }, kSoonMs));
  EXPECT_GT(live.models.machine()->devices.front().per_hour_micro.value_or(0), 0);
}

TEST(AppWithDaemon, PausesAndResumes) {
  Live live(kShares + QStringLiteral("[provider]\nenabled = true\n[provider.rates]\ndevice_second = \"0.01\"\n"));
  ASSERT_TRUE(live.daemon.start()) << live.daemon.log().toStdString();
  live.connection.open();
  ASSERT_TRUE(live.becomes("Donating"));
  auto* const pause = qobject_cast<QPushButton*>(button(live.window, QStringLiteral("Pause donating")));
  ASSERT_TRUE(pause->isVisible());
  pause->menu()->actions().front()->trigger();
  ASSERT_TRUE(live.becomes("Paused"));
  QAbstractButton* const resume = button(live.window, QStringLiteral("Resume donating"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return resume->isVisible(); }, kSoonMs));
  const auto until = live.models.status().donation.until_unix_ms;
  ASSERT_TRUE(until);
  EXPECT_NEAR(static_cast<double>(*until - QDateTime::currentMSecsSinceEpoch()), 1'800'000.0, 60'000.0);
  QTest::mouseClick(resume, Qt::LeftButton);
  EXPECT_TRUE(live.becomes("Donating"));
}

TEST(AppWithDaemon, ADaemonThatIsKilledIsABannerAndThenLiveAgain) {
  Live live(kShares);
  ASSERT_TRUE(live.daemon.start()) << live.daemon.log().toStdString();
  live.connection.open();
  ASSERT_TRUE(live.becomes("Not donating"));
  const auto* const banner = live.window.findChildren<widgets::Banner*>().front();
  EXPECT_FALSE(banner->isVisible());
  live.daemon.kill();
  ASSERT_TRUE(live.becomes("Offline"));
  EXPECT_TRUE(banner->isVisible());
  ASSERT_TRUE(live.daemon.start()) << live.daemon.log().toStdString();
  EXPECT_TRUE(live.becomes("Not donating"));
  EXPECT_FALSE(banner->isVisible());
}

// The program itself: pictures of a real daemon, recorded meanwhile; the recording plays without one.
TEST(AppWithDaemon, PicturesAreTakenOfItAndOfItsRecording) {
  DaemonProcess daemon(kShares);
  ASSERT_TRUE(daemon.start()) << daemon.log().toStdString();
  const auto run = [&](const QStringList& arguments) {
    QProcess app;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), daemon.path());
    environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
    app.setProcessEnvironment(environment);
    app.setProcessChannelMode(QProcess::MergedChannels);
    app.start(QStringLiteral(QUERN_DESKTOP_APP), arguments);
    EXPECT_TRUE(app.waitForFinished(kDaemonMs));
    EXPECT_EQ(app.exitCode(), 0) << app.readAll().toStdString();
  };
  const QString recording = daemon.path() + QStringLiteral("/session.jsonl");
  const QString first = daemon.path() + QStringLiteral("/live");
  run({QStringLiteral("--socket"), daemon.socket(), QStringLiteral("--record"), recording,
       QStringLiteral("--screenshot"), first});
  daemon.kill();
  const QString second = daemon.path() + QStringLiteral("/played");
  run({QStringLiteral("--replay"), recording, QStringLiteral("--screenshot"), second});
  for (const QString& folder : {first, second}) {
    for (const char* name : {"light-1440x900", "dark-1440x900", "light-1100x700", "dark-1100x700"}) {
      const QImage picture(QStringLiteral("%1/welcome-%2.png").arg(folder, QString::fromLatin1(name)));
      EXPECT_EQ(picture.size(),
                QString::fromLatin1(name).endsWith(QStringLiteral("1440x900")) ? QSize(1440, 900) : QSize(1100, 700))
          << folder.toStdString() << " " << name;
    }
  }
}

}  // namespace
}  // namespace quern::desktop::app
