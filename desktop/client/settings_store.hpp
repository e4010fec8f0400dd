// The settings of the app: read once, kept in memory, and written to their file off the GUI thread, for a disk may
// take its time. What one event has changed is written together, in order, and joined while the disk is busy. Only
// what was changed is written: another app on the same file keeps its own changes.
#pragma once
#include <QHash>
#include <QMap>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <QVariant>
#include <functional>
#include <mutex>

class QSettings;

namespace quern::desktop::client {

class SettingsStore : public QObject {
  Q_OBJECT
 public:
  // By key what is to be in the file; an invalid value: nothing is.
  using Changes = QMap<QString, QVariant>;
  // Runs on a thread of the store, one at a time, and may block. What went wrong, for people; empty: it is on the disk.
  using Write = std::function<QString(const QString& file, const Changes& changes)>;

  explicit SettingsStore(const QString& file, Write write = {});
  // With the values that `read` has from elsewhere (of the system's administrator). Written is its file.
  explicit SettingsStore(const QSettings& read, Write write = {});
  // Waits as finish() does; what has failed already is not tried again.
  ~SettingsStore() override;
  SettingsStore(const SettingsStore&) = delete;
  SettingsStore& operator=(const SettingsStore&) = delete;

  QVariant value(const QString& key, const QVariant& otherwise = {}) const { return values_.value(key, otherwise); }
  // The names that lie right below it, each once and in order: of "profiles", "1" where there is "profiles/1/name".
  QStringList groups(const QString& key) const;
  void set_value(const QString& key, const QVariant& value);
  // With all that lies below it: "profiles" takes "profiles/1/name" along.
  void remove(const QString& key);

  // Waits until everything is written. What could not be written, for people; empty: nothing is lost.
  QString finish();

 Q_SIGNALS:
  // Once, until something could be written again. What could not be written is tried again with the next change.
  void failed(const QString& why);

 private:
  void change(const QString& key, const QVariant& value);
  void hand_over();
  void start_writing();
  void write_all();
  void tell(const QString& fault);

  QString file_;
  Write write_;
  QHash<QString, QVariant> values_;
  Changes collected_;  // by the event that is running

  std::mutex mutex_;       // of all below, but the pool
  Changes waiting_;        // to be written
  bool is_fresh_ = false;  // some of it was not tried yet
  bool is_writing_ = false;
  QString fault_;  // of the last attempt
  QThreadPool writer_;
};

}  // namespace quern::desktop::client
