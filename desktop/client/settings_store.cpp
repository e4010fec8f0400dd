#include "desktop/client/settings_store.hpp"

#include <QSaveFile>
#include <QSettings>
#include <utility>

namespace quern::desktop::client {
namespace {

// QSettings does not say why.
QString reason_of(const QString& file) {
  QSaveFile probe(file);
  if (!probe.open(QIODevice::WriteOnly)) return probe.errorString();
  probe.cancelWriting();
  return SettingsStore::tr("the disk is full, or cannot be written to");
}

QString write_settings(const QString& file, const SettingsStore::Changes& changes) {
  QSettings settings(file, QSettings::IniFormat);
  for (auto at = changes.begin(); at != changes.end(); ++at) {
    at->isValid() ? settings.setValue(at.key(), *at) : settings.remove(at.key());
  }
  settings.sync();
  if (settings.status() != QSettings::AccessError) return {};
  return SettingsStore::tr("The app's settings cannot be saved in \"%1\": %2").arg(file, reason_of(file));
}

}  // namespace

SettingsStore::SettingsStore(const QString& file, Write write)
    : SettingsStore(QSettings(file, QSettings::IniFormat), std::move(write)) {}

SettingsStore::SettingsStore(const QSettings& read, Write write)
    : file_(read.fileName()), write_(write ? std::move(write) : Write(write_settings)) {
  const QStringList keys = read.allKeys();
  values_.reserve(keys.size());
  for (const QString& key : keys) values_.insert(key, read.value(key));
  writer_.setMaxThreadCount(1);
}

SettingsStore::~SettingsStore() {
  hand_over();
  writer_.waitForDone();
}

QStringList SettingsStore::groups(const QString& key) const {
  const QString below = key + QLatin1Char('/');
  QStringList names;
  for (auto at = values_.cbegin(); at != values_.cend(); ++at) {
    if (!at.key().startsWith(below)) continue;
    const auto end = at.key().indexOf(QLatin1Char('/'), below.size());
    if (end > 0) names << at.key().mid(below.size(), end - below.size());
  }
  names.removeDuplicates();
  names.sort();
  return names;
}

void SettingsStore::set_value(const QString& key, const QVariant& value) {
  const auto had = values_.constFind(key);
  if (had != values_.constEnd() && *had == value) return;
  values_.insert(key, value);
  change(key, value);
}

void SettingsStore::remove(const QString& key) {
  const QString below = key + QLatin1Char('/');
  const QStringList keys = values_.keys();
  for (const QString& each : keys) {
    if (each != key && !each.startsWith(below)) continue;
    values_.remove(each);
    change(each, {});
  }
}

void SettingsStore::change(const QString& key, const QVariant& value) {
  if (collected_.isEmpty()) QMetaObject::invokeMethod(this, &SettingsStore::hand_over, Qt::QueuedConnection);
  collected_.insert(key, value);
}

void SettingsStore::hand_over() {
  if (collected_.isEmpty()) return;
  {
    const std::scoped_lock lock(mutex_);
    waiting_.insert(std::exchange(collected_, {}));
  }
  start_writing();
}

void SettingsStore::start_writing() {
  const std::scoped_lock lock(mutex_);
  is_fresh_ = true;
  if (std::exchange(is_writing_, true)) return;
  writer_.start([this] { write_all(); });
}

void SettingsStore::write_all() {
  std::unique_lock lock(mutex_);
  while (std::exchange(is_fresh_, false)) {
    Changes changes = std::exchange(waiting_, {});
    lock.unlock();
    const QString fault = write_(file_, changes);
    lock.lock();
    if (fault.isEmpty()) {
      fault_.clear();
      continue;
    }
    // What came meanwhile is newer.
    changes.insert(std::exchange(waiting_, {}));
    waiting_ = std::move(changes);
    if (std::exchange(fault_, fault) != fault) tell(fault);
  }
  is_writing_ = false;
}

QString SettingsStore::finish() {
  hand_over();
  writer_.waitForDone();
  if (!waiting_.isEmpty()) {  // the last attempt failed
    start_writing();
    writer_.waitForDone();
  }
  return waiting_.isEmpty() ? QString() : fault_;
}

void SettingsStore::tell(const QString& fault) {
  QMetaObject::invokeMethod(this, [this, fault] { Q_EMIT failed(fault); }, Qt::QueuedConnection);
}

}  // namespace quern::desktop::client
