#include "desktop/app/single_instance.hpp"

#include <QDBusArgument>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusReply>
#include <QUrl>
#include <QVariantList>
#include <QVariantMap>
#include <algorithm>

#include "desktop/app/options.hpp"

namespace quern::desktop::app {
namespace {

const QString kPath = QStringLiteral("/org/quern/Desktop");
const QString kInterface = QStringLiteral("org.freedesktop.Application");
const QString kPageAction = QStringLiteral("show-page");
constexpr qsizetype kPageNameMax = 64;

QDBusMessage to_first(const QString& method) {
  return QDBusMessage::createMethodCall(kAppId, kPath, kInterface, method);
}

QVariantMap platform_data() {
  QVariantMap data;
  const QString token = qEnvironmentVariable("XDG_ACTIVATION_TOKEN");
  if (!token.isEmpty()) data.insert(QStringLiteral("activation-token"), token);
  return data;
}

}  // namespace

SingleInstance::SingleInstance(const QDBusConnection& bus, QObject* parent) : QDBusVirtualObject(parent), bus_(bus) {}

SingleInstance::~SingleInstance() {
  if (!owned_) return;
  bus_.unregisterService(kAppId);
  bus_.unregisterObject(kPath);
}

bool SingleInstance::claim() {
  if (!bus_.isConnected() || !bus_.interface()) return true;
  // First the object, then the name: who finds the name finds the object.
  if (!bus_.registerVirtualObject(kPath, this)) return true;
  const QDBusReply<QDBusConnectionInterface::RegisterServiceReply> reply = bus_.interface()->registerService(
      kAppId, QDBusConnectionInterface::DontQueueService, QDBusConnectionInterface::DontAllowReplacement);
  owned_ = reply.isValid() && reply.value() == QDBusConnectionInterface::ServiceRegistered;
  if (owned_) return true;
  bus_.unregisterObject(kPath);
  return !reply.isValid();
}

bool SingleInstance::hand_over(const QStringList& files, const QString& page) {
  const auto tell = [this](const QDBusMessage& message) {
    return bus_.call(message, QDBus::Block, kAnswerMilliseconds).type() == QDBusMessage::ReplyMessage;
  };
  if (!page.isEmpty()) {
    QDBusMessage action = to_first(QStringLiteral("ActivateAction"));
    action << kPageAction << QVariant(QVariantList{page}) << platform_data();
    if (!tell(action)) return false;
  }
  if (files.isEmpty()) {
    QDBusMessage activate = to_first(QStringLiteral("Activate"));
    activate << platform_data();
    return tell(activate);
  }
  QStringList addresses;
  addresses.reserve(files.size());
  for (const QString& file : files) addresses << QUrl::fromLocalFile(file).toString(QUrl::FullyEncoded);
  QDBusMessage open = to_first(QStringLiteral("Open"));
  open << addresses << platform_data();
  return tell(open);
}

QString SingleInstance::introspect(const QString&) const {
  return QStringLiteral(
      "<interface name=\"org.freedesktop.Application\">"
      "<method name=\"Activate\"><arg type=\"a{sv}\" direction=\"in\"/></method>"
      "<method name=\"Open\"><arg type=\"as\" direction=\"in\"/><arg type=\"a{sv}\" direction=\"in\"/></method>"
      "<method name=\"ActivateAction\"><arg type=\"s\" direction=\"in\"/><arg type=\"av\" direction=\"in\"/>"
      "<arg type=\"a{sv}\" direction=\"in\"/></method></interface>");
}

void SingleInstance::open(const QStringList& addresses) {
  QStringList files;
  const qsizetype count = std::min(addresses.size(), kFilesMax);
  files.reserve(count);
  for (qsizetype at = 0; at < count; ++at) {
    const QUrl address(addresses[at]);
    if (address.isLocalFile()) files << address.toLocalFile();
  }
  if (!files.isEmpty()) Q_EMIT files_opened(files);
}

bool SingleInstance::handleMessage(const QDBusMessage& message, const QDBusConnection& bus) {
  if (message.interface() != kInterface) return false;
  const QVariantList arguments = message.arguments();
  const QString method = message.member();
  if (method != QStringLiteral("Activate") && method != QStringLiteral("Open") &&
      method != QStringLiteral("ActivateAction")) {
    return false;
  }
  const auto data = qdbus_cast<QVariantMap>(arguments.isEmpty() ? QVariant() : arguments.last());
  bus.send(message.createReply());
  if (method == QStringLiteral("Open")) open(arguments.value(0).toStringList());
  if (method == QStringLiteral("ActivateAction") && arguments.value(0).toString() == kPageAction) {
    const auto values = qdbus_cast<QVariantList>(arguments.value(1));
    Q_EMIT page_wanted(values.value(0).toString().left(kPageNameMax));
  }
  Q_EMIT activated(data.value(QStringLiteral("activation-token")).toString());
  return true;
}

}  // namespace quern::desktop::app
