// The icon in a real tray of D-Bus: what a panel reads of it, and what a click in its menu does. Runs in a session of
// its own (tests/desktop/in_session); where there is no tray is tested elsewhere.
#include "desktop/app/tray.hpp"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QDBusVirtualObject>
#include <QMutex>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QThread>

#include "desktop/app/application.hpp"
#include "tests/desktop/app/shell.hpp"

namespace quern::desktop::app {
namespace {

const QString kWatcher = QStringLiteral("org.kde.StatusNotifierWatcher");
const QString kProperties = QStringLiteral("org.freedesktop.DBus.Properties");
const QString kPanelBus = QStringLiteral("panel");
const QString kMenu = QStringLiteral("com.canonical.dbusmenu");

// A panel's side of the tray, in a thread of its own: Qt asks it and waits.
class Panel : public QDBusVirtualObject {
 public:
  QString introspect(const QString&) const override {
    return QStringLiteral(
        "<interface name=\"org.kde.StatusNotifierWatcher\">"
        "<method name=\"RegisterStatusNotifierItem\"><arg type=\"s\" direction=\"in\"/></method>"
        "<property name=\"IsStatusNotifierHostRegistered\" type=\"b\" access=\"read\"/></interface>");
  }
  bool handleMessage(const QDBusMessage& message, const QDBusConnection& bus) override {
    if (message.interface() == kProperties) {
      bus.send(message.createReply(QVariant::fromValue(QDBusVariant(true))));
      return true;
    }
    if (message.member() != QStringLiteral("RegisterStatusNotifierItem")) return false;
    const QMutexLocker lock(&mutex_);
    items_ << message.service();
    bus.send(message.createReply());
    return true;
  }
  QStringList items() {
    const QMutexLocker lock(&mutex_);
    return items_;
  }

 private:
  QMutex mutex_;
  QStringList items_;
};

struct Desktop {
  Desktop() {
    panel.moveToThread(&thread);
    thread.start();
    start_panel();
  }
  ~Desktop() {
    end_panel();
    thread.quit();
    thread.wait();
  }
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;

  void start_panel() {
    in_thread([this] {
      auto bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, kPanelBus);
      ASSERT_TRUE(bus.registerVirtualObject(QStringLiteral("/StatusNotifierWatcher"), &panel));
      ASSERT_TRUE(bus.registerService(kWatcher));
    });
  }
  void end_panel() {
    in_thread([] { QDBusConnection::disconnectFromBus(kPanelBus); });
  }
  template <class Work>
  void in_thread(const Work& work) {
    QMetaObject::invokeMethod(&panel, work, Qt::BlockingQueuedConnection);
  }

  Panel panel;
  QThread thread;
};

struct Entry {
  int id = 0;
  QString text;
  bool visible = true;
  bool enabled = true;
  std::vector<Entry> children;
};

Entry read_entry(const QDBusArgument& argument) {
  Entry entry;
  QVariantMap values;
  QVariantList children;
  argument.beginStructure();
  argument >> entry.id >> values >> children;
  argument.endStructure();
  entry.text = values.value(QStringLiteral("label")).toString();
  entry.visible = values.value(QStringLiteral("visible"), true).toBool();
  entry.enabled = values.value(QStringLiteral("enabled"), true).toBool();
  for (const QVariant& child : children) entry.children.push_back(read_entry(child.value<QDBusArgument>()));
  return entry;
}

const Entry* find(const Entry& entry, const QString& text) {
  if (entry.text == text) return &entry;
  for (const Entry& child : entry.children) {
    if (const Entry* const found = find(child, text)) return found;
  }
  return nullptr;
}

QDBusMessage ask(const QString& service, const QString& path, const QString& interface, const QString& method,
                 const QVariantList& arguments) {
  QDBusMessage message = QDBusMessage::createMethodCall(service, path, interface, method);
  message.setArguments(arguments);
  QDBusPendingCall call = QDBusConnection::sessionBus().asyncCall(message);
  EXPECT_TRUE(QTest::qWaitFor([&] { return call.isFinished(); }, kSoonMs));
  EXPECT_FALSE(call.isError()) << call.error().message().toStdString();
  return call.reply();
}

Entry menu_of(const QString& service) {
  const QDBusMessage reply =
      ask(service, QStringLiteral("/MenuBar"), kMenu, QStringLiteral("GetLayout"), {0, -1, QStringList{}});
  return read_entry(reply.arguments().value(1).value<QDBusArgument>());
}

void click(const QString& service, int id) {
  ask(service, QStringLiteral("/MenuBar"), kMenu, QStringLiteral("Event"),
      {id, QStringLiteral("clicked"), QVariant::fromValue(QDBusVariant(0)), 0U});
}

// The bus has answered whatever it was asked before.
void hear_bus() {
  ask(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/"), QStringLiteral("org.freedesktop.DBus"),
      QStringLiteral("ListNames"), {});
}

// Before any other of this process, for Qt keeps the first answer to whether trays are on D-Bus.
TEST(ATray, ThatComesLaterShowsTheIcon) {
  Shell shell;
  Tray tray(shell.models, shell.donation, QDBusConnection::sessionBus());
  hear_bus();
  EXPECT_FALSE(tray.there());
  Desktop desktop;
  ASSERT_TRUE(QTest::qWaitFor([&] { return tray.there(); }, kSoonMs));
  EXPECT_TRUE(QTest::qWaitFor([&] { return desktop.panel.items().size() == 1; }, kSoonMs));
}

TEST(ATray, ShowsItsMenuToAPanelAndAClickPauses) {
  Desktop desktop;
  Shell shell;
  Tray tray(shell.models, shell.donation, QDBusConnection::sessionBus());
  ASSERT_TRUE(QTest::qWaitFor([&] { return tray.there(); }, kSoonMs));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !desktop.panel.items().isEmpty(); }, kSoonMs));
  const QString item = desktop.panel.items().front();
  const Entry menu = menu_of(item);
  ASSERT_FALSE(menu.children.empty());
  EXPECT_TRUE(menu.children.front().text.startsWith(QStringLiteral("Donating")))
      << menu.children.front().text.toStdString();
  EXPECT_FALSE(menu.children.front().enabled);
  EXPECT_NE(find(menu, QStringLiteral("Open Quern")), nullptr);
  EXPECT_NE(find(menu, QStringLiteral("Quit window (service keeps running)")), nullptr);
  ASSERT_NE(find(menu, QStringLiteral("New job…")), nullptr);
  EXPECT_FALSE(find(menu, QStringLiteral("New job…"))->visible);  // there is no page for it
  const Entry* const hour = find(menu, QStringLiteral("For 1 hour"));
  ASSERT_NE(hour, nullptr);
  click(item, hour->id);
  const rpc::Request* const call = shell.called("donation.pause");
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->params.at("for_ms"), 3'600'000);

  shell.put("status", status_of(paused_until(kNow + 3'600'000)));
  ASSERT_TRUE(QTest::qWaitFor([&] { return tray.tool_tip().contains(QStringLiteral("Paused")); }, kSoonMs));
  EXPECT_TRUE(tray.tool_tip().contains(QStringLiteral("in 1 h")));
  const Entry paused = menu_of(item);
  const Entry* const resume = find(paused, QStringLiteral("Resume donating"));
  ASSERT_NE(resume, nullptr);
  EXPECT_TRUE(resume->visible);
  EXPECT_FALSE(find(paused, QStringLiteral("Pause donating"))->visible);
  click(item, resume->id);
  EXPECT_NE(shell.called("donation.resume"), nullptr);

  QSignalSpy quit(&tray, &Tray::quit_wanted);
  click(item, find(paused, QStringLiteral("Quit window (service keeps running)"))->id);
  EXPECT_TRUE(QTest::qWaitFor([&] { return quit.count() == 1; }, kSoonMs));
}

TEST(ATray, WhosePanelStartsAgainHasItsIconAgainAndIsNotGone) {
  Shell shell;
  Desktop desktop;
  Tray tray(shell.models, shell.donation, QDBusConnection::sessionBus());
  QSignalSpy gone(&tray, &Tray::gone);
  ASSERT_TRUE(QTest::qWaitFor([&] { return desktop.panel.items().size() == 1; }, kSoonMs));
  desktop.end_panel();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !tray.there(); }, kSoonMs));
  desktop.start_panel();
  ASSERT_TRUE(QTest::qWaitFor([&] { return tray.there(); }, kSoonMs));
  EXPECT_TRUE(QTest::qWaitFor([&] { return desktop.panel.items().size() == 2; }, kSoonMs));
  EXPECT_EQ(gone.count(), 0);
}

TEST(ATray, ThatGoesGivesTheHiddenWindowBack) {
  QTemporaryDir folder;
  client::SettingsStore settings(folder.filePath(QStringLiteral("app.conf")));
  Desktop desktop;
  Options options;
  options.hidden = true;
  options.socket = folder.filePath(QStringLiteral("nobody.socket"));
  Application app(options, settings, QDBusConnection::sessionBus());
  ASSERT_TRUE(app.start());
  ASSERT_TRUE(QTest::qWaitFor([&] { return app.tray().there(); }, kSoonMs));
  EXPECT_FALSE(app.window().isVisible());
  app.tray().set_restart(std::chrono::milliseconds(1));
  desktop.end_panel();
  EXPECT_TRUE(QTest::qWaitFor([&] { return app.window().isVisible(); }, kSoonMs));
}

}  // namespace
}  // namespace quern::desktop::app
