// Which daemons the app knows how to reach.
#pragma once
#include <QObject>
#include <QString>
#include <QStringList>
#include <cstddef>
#include <expected>
#include <optional>
#include <vector>

#include "desktop/client/settings_store.hpp"
#include "desktop/client/transport.hpp"

namespace quern::desktop::client {

// One daemon. A remote one is reached by wss://, or by a Unix socket that SSH forwards.
struct Profile {
  QString name;                                 // for people, and unique; 1 to kProfileNameMax characters
  QString socket_path;                          // absolute; exactly one of path and url is not empty
  QString url;                                  // "wss://host:port/", or "ws://" to a loopback address
  QString token_file;                           // absolute; needed with a url
  QString ca_file = {};                         // absolute: see WebSocketTransport; only with wss://, and may be empty
  bool local() const { return url.isEmpty(); }  // by a socket, whosever it is
  QString place() const;                        // as Transport::place
  bool operator==(const Profile&) const = default;
};
inline constexpr qsizetype kProfileNameMax = 64;
inline constexpr qsizetype kProfileTextMax = 4096;
inline constexpr std::size_t kProfilesMax = 64;

// What is wrong with it, naming value and way out; nullopt when it can be used. Nothing is opened.
std::optional<QString> fault_of(const Profile& profile);
// The daemon of this user on this machine, where it is when nobody says otherwise (rpc::default_socket).
Profile own_daemon();
// Every attempt reads token and authorities anew.
TransportFactory transport_of(const Profile& profile);

// The list, kept in settings that outlive it. The first is own_daemon() unless a person has changed it. What is stored
// and cannot be used is left out, said by faults(), and stays stored. Only what is changed is written: another window
// on the same settings loses nothing of its own.
class Profiles : public QObject {
  Q_OBJECT
 public:
  explicit Profiles(SettingsStore& settings, QObject* parent = nullptr);

  const std::vector<Profile>& list() const { return list_; }  // one at least
  const Profile* find(const QString& name) const;
  const Profile& current() const;
  // Which of the list the app is connected by: the current one, unless the command line has led elsewhere; nullptr:
  // none.
  const Profile* connected() const { return find(connected_); }
  // What the command line leads to: one of the list, one that leads to the same, or none.
  void set_connected(const Profile& profile);
  // What people call the daemon at a place: the name of the one connected by, another's that leads there, else the
  // place.
  QString name_of(const QString& place) const;
  const std::vector<QString>& faults() const { return faults_; }
  // Removes what faults() is about from where it is stored.
  void forget_faulty();

  // Puts a new one at the end, or replaces the one called `old_name`. The error is a text for people.
  std::expected<void, QString> put(const Profile& profile, const QString& old_name = {});
  // The last one stays: false.
  bool remove(const QString& name);
  // A person's wish to be connected to it, which is also the current one from now on.
  bool choose(const QString& name);

 Q_SIGNALS:
  void changed();
  // Another one is to be connected to, or the one connected by leads elsewhere than before.
  void connected_changed();

 private:
  // Where one of the list is stored.
  struct Place {
    QString group;  // below "profiles"; empty: it is not stored yet
    int order = 0;
  };

  void load();
  void save_new();
  void store(std::size_t at);
  void store_current();
  std::size_t place_of(const QString& name) const;

  SettingsStore& settings_;
  std::vector<Profile> list_;
  std::vector<Place> places_;  // of each of them
  std::vector<QString> faults_;
  QStringList faulty_;  // their groups
  QString current_;
  QString connected_;  // empty: none of them
};

}  // namespace quern::desktop::client
