#include "desktop/client/profile.hpp"

#include <QDir>
#include <QHostAddress>
#include <QUrl>
#include <algorithm>

#include "desktop/client/local_transport.hpp"
#include "desktop/client/websocket_transport.hpp"
#include "scheduler/rpc/paths.hpp"

namespace quern::desktop::client {

namespace {

constexpr int kUnixPathBytesMax = 107;  // of sockaddr_un, without the byte behind it

// As QSettings names what is in an array.
const QString kCount = QStringLiteral("profiles/size");
QString key_of(int at, const char* what) {
  return QStringLiteral("profiles/%1/%2").arg(at + 1).arg(QString::fromLatin1(what));
}

bool is_loopback(const QString& host) {
  return host == QStringLiteral("localhost") || QHostAddress(host).isLoopback();
}

std::optional<QString> fault_of_path(const QString& path, const QString& what) {
  if (path.size() > kProfileTextMax)
    return Profiles::tr("%1 is longer than %2 characters").arg(what).arg(kProfileTextMax);
  if (!QDir::isAbsolutePath(path)) {
    return Profiles::tr("%1 \"%2\" is not an absolute path: it must begin with a slash").arg(what, path);
  }
  return std::nullopt;
}

std::optional<QString> fault_of_url(const QString& text) {
  if (text.size() > kProfileTextMax) {
    return Profiles::tr("the address is longer than %1 characters").arg(kProfileTextMax);
  }
  const QUrl url(text, QUrl::StrictMode);
  const QString scheme = url.scheme();
  const bool known = scheme == QStringLiteral("wss") || scheme == QStringLiteral("ws");
  if (!url.isValid() || !known || url.host().isEmpty()) {
    return Profiles::tr("the address \"%1\" is none of a daemon: write wss://host:port/").arg(text);
  }
  if (!url.userInfo().isEmpty()) {
    return Profiles::tr("the address holds a name or a password: put the token into a file instead");
  }
  if (scheme == QStringLiteral("ws") && !is_loopback(url.host())) {
    return Profiles::tr(
               "ws://%1 would send the token readable by all: use wss://, or forward the daemon's socket with SSH")
        .arg(url.host());
  }
  return std::nullopt;
}

}  // namespace

std::optional<QString> fault_of(const Profile& profile) {
  if (profile.name.trimmed().isEmpty() || profile.name.size() > kProfileNameMax) {
    return Profiles::tr("the name \"%1\" must have 1 to %2 characters")
        .arg(profile.name.left(kProfileNameMax))
        .arg(kProfileNameMax);
  }
  if (profile.socket_path.isEmpty() == profile.url.isEmpty()) {
    return Profiles::tr("\"%1\" needs either a socket or an address").arg(profile.name);
  }
  if (profile.local()) {
    if (auto fault = fault_of_path(profile.socket_path, Profiles::tr("the socket"))) return fault;
    if (QFile::encodeName(profile.socket_path).size() > kUnixPathBytesMax) {
      return Profiles::tr("the socket's path is longer than %1 bytes: %2")
          .arg(kUnixPathBytesMax)
          .arg(profile.socket_path);
    }
    return std::nullopt;
  }
  if (auto fault = fault_of_url(profile.url)) return fault;
  if (profile.token_file.isEmpty()) {
    return Profiles::tr("\"%1\" needs the daemon's token file: rpc.websocket.token_file names it").arg(profile.name);
  }
  return fault_of_path(profile.token_file, Profiles::tr("the token file"));
}

QString Profile::place() const {
  return local() ? socket_path : QUrl(url).toDisplayString();
}

Profile own_daemon() {
  const rpc::Environment environment = rpc::environment();
  const auto path = rpc::default_socket(environment, rpc::default_data_directory(environment));
  return {.name = Profiles::tr("This computer"),
          .socket_path = QFile::decodeName(QByteArray::fromStdString(path.string())),
          .url = {},
          .token_file = {}};
}

TransportFactory transport_of(const Profile& profile) {
  if (profile.local()) {
    return [path = profile.socket_path] { return std::make_unique<LocalTransport>(path); };
  }
  return [url = QUrl(profile.url), token = profile.token_file] {
    return std::make_unique<WebSocketTransport>(url, token);
  };
}

Profiles::Profiles(SettingsStore& settings, QObject* parent) : QObject(parent), settings_(settings) {
  load();
}

void Profiles::load() {
  const int count = settings_.value(kCount).toInt();
  for (int at = 0; at < count && list_.size() < kProfilesMax; ++at) {
    const auto text = [this, at](const char* what) { return settings_.value(key_of(at, what)).toString(); };
    Profile profile{text("name"), text("socket"), text("url"), text("token_file")};
    const auto fault = fault_of(profile);
    if (fault) {
      faults_.push_back(*fault);
    } else if (find(profile.name)) {
      faults_.push_back(tr("there are two profiles called \"%1\"").arg(profile.name));
    } else {
      list_.push_back(std::move(profile));
    }
  }
  if (list_.empty()) list_.push_back(own_daemon());
  current_ = settings_.value(QStringLiteral("profile")).toString();
  if (!find(current_)) current_ = list_.front().name;
}

void Profiles::save() {
  settings_.remove(QStringLiteral("profiles"));
  settings_.set_value(kCount, static_cast<int>(list_.size()));
  for (int at = 0; const Profile& profile : list_) {
    settings_.set_value(key_of(at, "name"), profile.name);
    settings_.set_value(key_of(at, "socket"), profile.socket_path);
    settings_.set_value(key_of(at, "url"), profile.url);
    settings_.set_value(key_of(at, "token_file"), profile.token_file);
    ++at;
  }
  settings_.set_value(QStringLiteral("profile"), current_);
}

const Profile* Profiles::find(const QString& name) const {
  const auto found = std::ranges::find(list_, name, &Profile::name);
  return found == list_.end() ? nullptr : &*found;
}

const Profile& Profiles::current() const {
  const Profile* const found = find(current_);
  return found ? *found : list_.front();
}

QString Profiles::name_of(const QString& place) const {
  if (place.isEmpty() || current().place() == place) return current().name;
  const auto found = std::ranges::find(list_, place, &Profile::place);
  return found == list_.end() ? place : found->name;
}

std::expected<void, QString> Profiles::put(const Profile& profile, const QString& old_name) {
  if (auto fault = fault_of(profile)) return std::unexpected(*std::move(fault));
  if (profile.name != old_name && find(profile.name)) {
    return std::unexpected(tr("there is a profile called \"%1\" already: choose another name").arg(profile.name));
  }
  const auto old = std::ranges::find(list_, old_name, &Profile::name);
  const bool was_current = old != list_.end() && current_ == old_name;
  if (old != list_.end()) {
    *old = profile;
  } else if (list_.size() >= kProfilesMax) {
    return std::unexpected(tr("there are %1 profiles already: remove one first").arg(kProfilesMax));
  } else {
    list_.push_back(profile);
  }
  if (was_current) current_ = profile.name;
  save();
  Q_EMIT changed();
  if (was_current) Q_EMIT current_changed();
  return {};
}

bool Profiles::remove(const QString& name) {
  if (list_.size() == 1 || std::erase_if(list_, [&](const Profile& each) { return each.name == name; }) == 0)
    return false;
  const bool was_current = current_ == name;
  if (was_current) current_ = list_.front().name;
  save();
  Q_EMIT changed();
  if (was_current) Q_EMIT current_changed();
  return true;
}

bool Profiles::choose(const QString& name) {
  if (!find(name)) return false;
  if (current_ == name) return true;
  current_ = name;
  save();
  Q_EMIT current_changed();
  return true;
}

}  // namespace quern::desktop::client
