// One window a person: who starts the app a second time raises the first, and hands over what it was to open. The name
// on the session bus decides (org.quern.Desktop, interface org.freedesktop.Application). Without a bus every start is
// the first.
#pragma once
#include <QDBusConnection>
#include <QDBusVirtualObject>
#include <QString>
#include <QStringList>

namespace quern::desktop::app {

inline const QString kAppId = QStringLiteral("org.quern.Desktop");

class SingleInstance : public QDBusVirtualObject {
  Q_OBJECT
 public:
  static constexpr int kAnswerMilliseconds = 2'000;  // that the first has to answer a second start

  explicit SingleInstance(const QDBusConnection& bus, QObject* parent = nullptr);
  ~SingleInstance() override;
  SingleInstance(const SingleInstance&) = delete;
  SingleInstance& operator=(const SingleInstance&) = delete;

  // True: this is the first, or there is nobody to ask. Waits for the bus, before there is a window.
  bool claim();
  // To the first: show yourself, and open these (absolute paths). False: it did not answer.
  bool hand_over(const QStringList& files, const QString& page);

  QString introspect(const QString& path) const override;
  bool handleMessage(const QDBusMessage& message, const QDBusConnection& bus) override;

 Q_SIGNALS:
  // `token`: what a Wayland compositor wants to see before it raises a window; may be empty.
  void activated(const QString& token);
  void files_opened(const QStringList& files);
  void page_wanted(const QString& page);

 private:
  void open(const QStringList& addresses);

  QDBusConnection bus_;
  bool owned_ = false;
};

}  // namespace quern::desktop::app
