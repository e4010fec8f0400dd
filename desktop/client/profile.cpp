#include "desktop/client/profile.hpp"

#include <QDir>
#include <QHostAddress>
#include <QUrl>
#include <algorithm>
#include <utility>

#include "desktop/client/local_transport.hpp"
#include "desktop/client/websocket_transport.hpp"
#include "scheduler/rpc/paths.hpp"

namespace quern::desktop::client {

namespace {

constexpr int kUnixPathBytesMax = 107;  // of sockaddr_un, without the byte behind it

QString key_of(const QString& group, const char* what) {
  return QStringLiteral("profiles/%1/%2").arg(group, QString::fromLatin1(what));
}

// Groups were numbered from 1 once, as those of an array, and those that still are have their number for an order.
int order_of(const SettingsStore& settings, const QString& group) {
  return settings.value(key_of(group, "order"), group.toInt()).toInt();
}

// Whatever they are called.
bool lead_to_the_same(const Profile& one, Profile other) {
  other.name = one.name;
  return one == other;
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
  if (auto fault = fault_of_path(profile.token_file, Profiles::tr("the token file"))) return fault;
  if (profile.ca_file.isEmpty()) return std::nullopt;
  if (QUrl(profile.url).scheme() != QStringLiteral("wss")) {
    return Profiles::tr("a CA file is of use with wss:// only: \"%1\" shows no certificate").arg(profile.url);
  }
  return fault_of_path(profile.ca_file, Profiles::tr("the CA file"));
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
  return [url = QUrl(profile.url), token = profile.token_file, authorities = profile.ca_file] {
    return std::make_unique<WebSocketTransport>(url, token, authorities);
  };
}

Profiles::Profiles(SettingsStore& settings, QObject* parent) : QObject(parent), settings_(settings) {
  load();
}

void Profiles::load() {
  QStringList groups = settings_.groups(QStringLiteral("profiles"));
  std::ranges::sort(groups, {}, [this](const QString& group) { return std::pair(order_of(settings_, group), group); });
  for (const QString& group : groups) {
    if (list_.size() >= kProfilesMax) break;
    const auto text = [this, &group](const char* what) { return settings_.value(key_of(group, what)).toString(); };
    Profile profile{text("name"), text("socket"), text("url"), text("token_file"), text("ca_file")};
    const auto fault = fault_of(profile);
    if (fault || find(profile.name)) {
      faults_.push_back(fault.value_or(tr("there are two profiles called \"%1\"").arg(profile.name)));
      faulty_ << group;
    } else {
      list_.push_back(std::move(profile));
      places_.push_back({.group = group, .order = order_of(settings_, group)});
    }
  }
  if (list_.empty()) {
    list_.push_back(own_daemon());
    places_.push_back({});
  }
  current_ = settings_.value(QStringLiteral("profile")).toString();
  if (!find(current_)) current_ = list_.front().name;
  connected_ = current_;
}

// A new one has its name for a group: what another window adds meanwhile has another.
void Profiles::store(std::size_t at) {
  const Profile& profile = list_[at];
  Place& place = places_[at];
  if (place.group.isEmpty()) {
    const QString name = QString::fromLatin1(QUrl::toPercentEncoding(profile.name));
    const QStringList taken = settings_.groups(QStringLiteral("profiles"));
    place.group = QStringLiteral("of ") + name;
    for (int more = 2; taken.contains(place.group); ++more)
      place.group = QStringLiteral("of %1 %2").arg(name).arg(more);
  }
  settings_.set_value(key_of(place.group, "name"), profile.name);
  settings_.set_value(key_of(place.group, "socket"), profile.socket_path);
  settings_.set_value(key_of(place.group, "url"), profile.url);
  settings_.set_value(key_of(place.group, "token_file"), profile.token_file);
  settings_.set_value(key_of(place.group, "ca_file"), profile.ca_file);
  settings_.set_value(key_of(place.group, "order"), place.order);
}

// This computer, which nobody has stored yet, stays the first when others come.
void Profiles::save_new() {
  for (std::size_t at = 0; at < list_.size(); ++at) {
    if (places_[at].group.isEmpty()) store(at);
  }
}

void Profiles::store_current() {
  settings_.set_value(QStringLiteral("profile"), current_);
}

std::size_t Profiles::place_of(const QString& name) const {
  return static_cast<std::size_t>(std::ranges::find(list_, name, &Profile::name) - list_.begin());
}

const Profile* Profiles::find(const QString& name) const {
  const auto found = std::ranges::find(list_, name, &Profile::name);
  return found == list_.end() ? nullptr : &*found;
}

const Profile& Profiles::current() const {
  const Profile* const found = find(current_);
  return found ? *found : list_.front();
}

void Profiles::set_connected(const Profile& profile) {
  auto found = std::ranges::find(list_, profile);
  if (found == list_.end()) {
    found = std::ranges::find_if(list_, [&](const Profile& each) { return lead_to_the_same(each, profile); });
  }
  connected_ = found == list_.end() ? QString() : found->name;
}

QString Profiles::name_of(const QString& place) const {
  const Profile& likely = connected() ? *connected() : current();
  if (place.isEmpty() || likely.place() == place) return likely.name;
  const auto found = std::ranges::find(list_, place, &Profile::place);
  return found == list_.end() ? place : found->name;
}

std::expected<void, QString> Profiles::put(const Profile& profile, const QString& old_name) {
  if (auto fault = fault_of(profile)) return std::unexpected(*std::move(fault));
  if (profile.name != old_name && find(profile.name)) {
    return std::unexpected(tr("there is a profile called \"%1\" already: choose another name").arg(profile.name));
  }
  std::size_t at = place_of(old_name);
  const bool was_current = at < list_.size() && current_ == old_name;
  const bool was_connected = at < list_.size() && connected_ == old_name;
  bool leads_elsewhere = false;
  if (at < list_.size()) {
    leads_elsewhere = !lead_to_the_same(list_[at], profile);
    list_[at] = profile;
  } else if (list_.size() >= kProfilesMax) {
    return std::unexpected(tr("there are %1 profiles already: remove one first").arg(kProfilesMax));
  } else {
    list_.push_back(profile);
    places_.push_back({.group = {}, .order = places_.back().order + 1});
    at = list_.size() - 1;
  }
  store(at);
  save_new();
  if (was_current) current_ = profile.name;
  if (was_current) store_current();
  if (was_connected) connected_ = profile.name;
  Q_EMIT changed();
  if (was_connected && leads_elsewhere) Q_EMIT connected_changed();
  return {};
}

bool Profiles::remove(const QString& name) {
  const std::size_t at = place_of(name);
  if (list_.size() == 1 || at == list_.size()) return false;
  if (!places_[at].group.isEmpty()) settings_.remove(QStringLiteral("profiles/") + places_[at].group);
  list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(at));
  places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(at));
  const bool was_current = current_ == name;
  if (was_current) current_ = list_.front().name;
  if (was_current) store_current();
  const bool was_connected = connected_ == name;
  if (was_connected) connected_ = current_;
  Q_EMIT changed();
  if (was_connected) Q_EMIT connected_changed();
  return true;
}

void Profiles::forget_faulty() {
  for (const QString& group : std::exchange(faulty_, {})) settings_.remove(QStringLiteral("profiles/") + group);
  faults_.clear();
  Q_EMIT changed();
}

bool Profiles::choose(const QString& name) {
  if (!find(name)) return false;
  if (std::exchange(current_, name) != name) store_current();
  if (std::exchange(connected_, name) != name) Q_EMIT connected_changed();
  return true;
}

}  // namespace quern::desktop::client
