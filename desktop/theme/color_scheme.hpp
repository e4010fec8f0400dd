// Whether the desktop wants dark: the setting color-scheme of xdg-desktop-portal, read once and then followed. Qt 6.4
// does not tell. Never blocks; without a session bus, or without a portal, it stays silent.
#pragma once
#include <QDBusConnection>
#include <QDBusVariant>
#include <QObject>
#include <QString>

namespace quern::desktop::theme {

class ColorScheme : public QObject {
  Q_OBJECT
 public:
  static constexpr int kAnswerMilliseconds = 2000;  // after that the portal counts as absent

  explicit ColorScheme(QObject* parent = nullptr);
  ColorScheme(const QDBusConnection& bus, QObject* parent);

 Q_SIGNALS:
  // The first answer and every change. "No preference" is false.
  void changed(bool dark);

 private Q_SLOTS:
  // By the name that D-Bus gives: connected by signature.
  void take_setting(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  void ask(QDBusConnection bus);
  void take(const QVariant& value);
};

}  // namespace quern::desktop::theme
