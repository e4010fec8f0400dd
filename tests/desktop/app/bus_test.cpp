// What goes over the session bus: the service, notifications and the second start; each on a bus of the test's own.
#include <QDBusArgument>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusVirtualObject>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "desktop/app/notifications.hpp"
#include "desktop/app/options.hpp"
#include "desktop/app/single_instance.hpp"
#include "desktop/app/systemd_unit.hpp"
#include "desktop/client/profile.hpp"
#include "tests/desktop/session_bus.hpp"
#include "tests/temporary_folder.hpp"

namespace quern::desktop::app {
namespace {

constexpr int kSoonMs = 10'000;
const QString kUnitPath = QStringLiteral("/org/freedesktop/systemd1/unit/quernd_2eservice");

bool soon(const std::function<bool()>& condition) {
  return QTest::qWaitFor(condition, kSoonMs);
}

// systemd as far as one unit goes.
class PlayedSystemd : public QDBusVirtualObject {
 public:
  explicit PlayedSystemd(QDBusConnection bus) : bus_(std::move(bus)) {
    bus_.registerVirtualObject(QStringLiteral("/org/freedesktop/systemd1"), this, QDBusConnection::SubPath);
    bus_.registerService(QStringLiteral("org.freedesktop.systemd1"));
  }
  QString load_state = QStringLiteral("loaded");
  QString active = QStringLiteral("inactive");
  QString file_state = QStringLiteral("disabled");
  QString refusal;  // of StartUnit
  QStringList calls;

  QString introspect(const QString&) const override { return {}; }
  bool handleMessage(const QDBusMessage& message, const QDBusConnection& bus) override {
    const QString method = message.member();
    calls << method;
    if (method == QStringLiteral("LoadUnit")) {
      bus.send(message.createReply(QVariant::fromValue(QDBusObjectPath(kUnitPath))));
    } else if (method == QStringLiteral("GetAll")) {
      bus.send(message.createReply(QVariant(QVariantMap{{QStringLiteral("LoadState"), load_state},
                                                        {QStringLiteral("ActiveState"), active},
                                                        {QStringLiteral("UnitFileState"), file_state}})));
    } else if (method == QStringLiteral("StartUnit") && !refusal.isEmpty()) {
      bus.send(message.createErrorReply(QStringLiteral("org.freedesktop.systemd1.NoSuchUnit"), refusal));
    } else {
      if (method == QStringLiteral("StartUnit")) active = QStringLiteral("active");
      if (method == QStringLiteral("StopUnit")) active = QStringLiteral("inactive");
      if (method == QStringLiteral("EnableUnitFiles")) file_state = QStringLiteral("enabled");
      if (method == QStringLiteral("DisableUnitFiles")) file_state = QStringLiteral("disabled");
      bus.send(message.createReply());
    }
    return true;
  }
  void tell() {
    QDBusMessage changed = QDBusMessage::createSignal(kUnitPath, QStringLiteral("org.freedesktop.DBus.Properties"),
                                                      QStringLiteral("PropertiesChanged"));
    changed << QStringLiteral("org.freedesktop.systemd1.Unit") << QVariantMap() << QStringList();
    bus_.send(changed);
  }

 private:
  QDBusConnection bus_;
};

TEST(Bus, TheServiceIsStartedStoppedAndEnabled) {
  SessionBus bus;
  PlayedSystemd systemd(bus.connection());
  SystemdUnit unit(bus.connection(), kDaemonUnit);
  using State = pages::ServiceUnit::State;
  ASSERT_TRUE(soon([&] { return unit.state() == State::stopped; }));
  EXPECT_FALSE(unit.enabled());
  unit.start();
  EXPECT_TRUE(soon([&] { return unit.state() == State::running; }));
  unit.set_enabled(true);
  EXPECT_TRUE(soon([&] { return unit.enabled(); }));
  EXPECT_TRUE(systemd.calls.contains(QStringLiteral("Reload")));
  unit.set_enabled(false);
  EXPECT_TRUE(soon([&] { return !unit.enabled(); }));
  unit.stop();
  EXPECT_TRUE(soon([&] { return unit.state() == State::stopped; }));
}

TEST(Bus, TheServiceIsFollowedAndItsRefusalsAreTold) {
  SessionBus bus;
  PlayedSystemd systemd(bus.connection());
  SystemdUnit unit(bus.connection(), kDaemonUnit);
  ASSERT_TRUE(soon([&] { return unit.there(); }));
  systemd.active = QStringLiteral("failed");
  systemd.tell();
  EXPECT_TRUE(soon([&] { return unit.state() == pages::ServiceUnit::State::failed; }));
  QSignalSpy refused(&unit, &pages::ServiceUnit::refused);
  systemd.refusal = QStringLiteral("Unit is masked\x1b[31m");
  unit.start();
  ASSERT_TRUE(soon([&] { return refused.count() == 1; }));
  EXPECT_FALSE(refused.front().front().toString().contains(QChar(0x1b)));
}

// A socket that SSH forwards is a socket too, and another's daemon an address.
TEST(Bus, TheServiceRunsTheDaemonOfThisUserAndNoOther) {
  const SystemdUnit unit(QDBusConnection(QStringLiteral("no such")), kDaemonUnit);
  EXPECT_TRUE(unit.runs(client::own_daemon().place()));
  for (const char* place : {"", "/tmp/forwarded.socket", "wss://elsewhere:7646/"}) {
    EXPECT_FALSE(unit.runs(QString::fromUtf8(place))) << place;
  }
}

TEST(Bus, WithoutTheUnitOrABusThereIsNothingToSteer) {
  SessionBus bus;
  PlayedSystemd systemd(bus.connection());
  systemd.load_state = QStringLiteral("not-found");
  const SystemdUnit unit(bus.connection(), kDaemonUnit);
  ASSERT_TRUE(soon([&] { return systemd.calls.contains(QStringLiteral("GetAll")); }));
  EXPECT_FALSE(unit.there());
  SessionBus empty;
  const SystemdUnit nowhere(empty.connection(), kDaemonUnit);
  EXPECT_FALSE(nowhere.there());
  const SystemdUnit unconnected(QDBusConnection(QStringLiteral("no such")), kDaemonUnit);
  EXPECT_FALSE(unconnected.there());
}

// A notification server that remembers.
class PlayedServer : public QDBusVirtualObject {
 public:
  struct Shown {
    uint replaces;
    QString title;
    QString body;
    QStringList actions;
  };
  explicit PlayedServer(QDBusConnection bus) : bus_(std::move(bus)) {
    bus_.registerVirtualObject(kPath, this);
    bus_.registerService(kName);
  }
  QStringList capabilities;
  std::vector<Shown> shown;
  std::vector<uint> closed;
  bool asked = false;

  QString introspect(const QString&) const override { return {}; }
  bool handleMessage(const QDBusMessage& message, const QDBusConnection& bus) override {
    const QVariantList values = message.arguments();
    if (message.member() == QStringLiteral("GetCapabilities")) {
      asked = true;
      bus.send(message.createReply(QVariant(capabilities)));
    } else if (message.member() == QStringLiteral("Notify")) {
      shown.push_back({values[1].toUInt(), values[3].toString(), values[4].toString(), values[5].toStringList()});
      const uint id = values[1].toUInt() == 0 ? ++last_ : values[1].toUInt();
      bus.send(message.createReply(QVariant(id)));
    } else {
      closed.push_back(values[0].toUInt());
      bus.send(message.createReply());
    }
    return true;
  }
  void act(uint id, const char* action) {
    QDBusMessage invoked = QDBusMessage::createSignal(kPath, kName, QStringLiteral("ActionInvoked"));
    invoked << id << QString::fromLatin1(action);
    bus_.send(invoked);
  }

 private:
  inline static const QString kPath = QStringLiteral("/org/freedesktop/Notifications");
  inline static const QString kName = QStringLiteral("org.freedesktop.Notifications");
  QDBusConnection bus_;
  uint last_ = 0;
};

Notice failed_job(const char* id) {
  return {pages::Notice::job_failed, QStringLiteral("Job failed: %1").arg(QString::fromLatin1(id)),
          QStringLiteral("<i>no</i> offer"), QString::fromLatin1(id)};
}

TEST(Bus, ANewerNotificationReplacesItsKindAndActionsComeBack) {
  SessionBus bus;
  PlayedServer server(bus.connection());
  Notifications notifications(bus.connection());
  QSignalSpy opened(&notifications, &Notifications::opened);
  QSignalSpy retry(&notifications, &Notifications::retry_wanted);
  notifications.send(failed_job("j-1"), true);
  notifications.send(failed_job("j-2"), true);  // before the first is answered
  ASSERT_TRUE(soon([&] { return server.shown.size() == 2; }));
  EXPECT_EQ(server.shown[1].replaces, 1U);
  EXPECT_EQ(server.shown[1].title, QStringLiteral("Job failed: j-2"));
  EXPECT_TRUE(server.shown[1].actions.contains(QStringLiteral("retry")));
  ASSERT_TRUE(soon([&] {
    if (retry.isEmpty()) server.act(1, "retry");
    return !retry.isEmpty();
  }));
  EXPECT_EQ(retry.front().front().toString(), QStringLiteral("j-2"));
  server.act(1, "default");
  EXPECT_TRUE(soon([&] { return opened.count() == 1; }));
  server.act(77, "default");  // of another program
  notifications.withdraw(pages::Notice::job_failed);
  EXPECT_TRUE(soon([&] { return server.closed == std::vector<uint>{1}; }));
  EXPECT_EQ(opened.count(), 1);
}

TEST(Bus, MarkupOfOthersIsNeverMarkup) {
  SessionBus bus;
  PlayedServer server(bus.connection());
  server.capabilities = {QStringLiteral("body-markup")};
  Notifications notifications(bus.connection());
  notifications.send(failed_job("j-1"), false);
  ASSERT_TRUE(soon([&] { return server.shown.size() == 1; }));
  EXPECT_EQ(server.shown[0].body, QStringLiteral("&lt;i&gt;no&lt;/i&gt; offer"));
  EXPECT_FALSE(server.shown[0].actions.contains(QStringLiteral("retry")));
}

TEST(Bus, WhereNobodyShowsNotificationsItIsSaid) {
  SessionBus bus;
  Notifications notifications(bus.connection());
  QSignalSpy undelivered(&notifications, &Notifications::undelivered);
  notifications.send(failed_job("j-1"), false);
  EXPECT_TRUE(soon([&] { return undelivered.count() == 1; }));
  Notifications unconnected(QDBusConnection(QStringLiteral("no such")));
  QSignalSpy at_once(&unconnected, &Notifications::undelivered);
  unconnected.send(failed_job("j-1"), false);
  EXPECT_EQ(at_once.count(), 1);
}

// The second start is the real program; the first is here.
TEST(Bus, ASecondStartRaisesTheFirstAndHandsOverItsFiles) {
  SessionBus bus;
  SingleInstance first(bus.connection());
  ASSERT_TRUE(first.claim());
  QSignalSpy activated(&first, &SingleInstance::activated);
  QSignalSpy files(&first, &SingleInstance::files_opened);
  const TemporaryFolder folder;
  folder.write("a job ü.json", "{}");
  const QString path = QString::fromStdString((folder.path() / "a job ü.json").string());
  QProcess second;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), bus.address());
  environment.insert(QStringLiteral("XDG_CONFIG_HOME"), QString::fromStdString(folder.path().string()));
  environment.insert(QStringLiteral("XDG_ACTIVATION_TOKEN"), QStringLiteral("token-7"));
  second.setProcessEnvironment(environment);
  second.start(QStringLiteral(QUERN_DESKTOP_APP), {path});
  ASSERT_TRUE(soon([&] { return second.state() == QProcess::NotRunning && files.count() == 1; }));
  EXPECT_EQ(second.exitCode(), 0);
  EXPECT_EQ(files.front().front().toStringList(), QStringList{path});
  ASSERT_EQ(activated.count(), 1);
  EXPECT_EQ(activated.front().front().toString(), QStringLiteral("token-7"));
}

TEST(Bus, EveryStartIsTheFirstWithoutABus) {
  SingleInstance instance(QDBusConnection(QStringLiteral("no such")));
  EXPECT_TRUE(instance.claim());
}

TEST(Bus, TheNameIsFreeAgainWhenTheFirstHasEnded) {
  SessionBus bus;
  {
    SingleInstance first(bus.connection());
    ASSERT_TRUE(first.claim());
    SingleInstance second(bus.connection());
    EXPECT_FALSE(second.claim());
  }
  SingleInstance third(bus.connection());
  EXPECT_TRUE(third.claim());
}

}  // namespace
}  // namespace quern::desktop::app
