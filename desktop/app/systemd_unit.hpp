// A unit of this user's systemd, over D-Bus (org.freedesktop.systemd1). Never blocks; without a bus, without systemd,
// or without the unit it is absent.
#pragma once
#include <QDBusConnection>
#include <QDBusMessage>
#include <QString>
#include <QStringList>
#include <QVariantMap>
#include <functional>

#include "desktop/pages/service_unit.hpp"

namespace quern::desktop::app {

inline const QString kDaemonUnit = QStringLiteral("quernd.service");

class SystemdUnit : public pages::ServiceUnit {
  Q_OBJECT
 public:
  static constexpr int kAnswerMilliseconds = 25'000;  // after that a call has failed

  SystemdUnit(const QDBusConnection& bus, const QString& unit, QObject* parent = nullptr);

  State state() const override { return state_; }
  bool runs(const QString& place) const override;
  bool enabled() const override { return enabled_; }
  void start() override;
  void stop() override;
  void set_enabled(bool enabled) override;

 private Q_SLOTS:
  // By the name that D-Bus gives: connected by signature.
  void take_changes(const QString& interface, const QVariantMap& values, const QStringList& stale);

 private:
  using Then = std::function<void(const QDBusMessage& reply)>;

  QDBusMessage to_systemd(const QString& method) const;
  // `then` gets the reply; an error is told by refused(), or not at all when `silent`.
  void call(const QDBusMessage& message, Then then, bool silent = false);
  void find();
  void read();
  void take(const QVariantMap& values);
  void set_state(State state, bool enabled);

  QDBusConnection bus_;
  QString unit_;
  QString path_;  // its object; empty: not known
  State state_ = State::absent;
  bool enabled_ = false;
};

}  // namespace quern::desktop::app
