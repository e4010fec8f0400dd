// From what the daemon knows of its peers to marks on the map and words. Pure.
#pragma once
#include <QHash>
#include <QString>
#include <QVector>
#include <chrono>
#include <vector>

#include "desktop/models/node_data.hpp"
#include "desktop/widgets/peer_map.hpp"

namespace quern::desktop::pages {

// Of a multiaddress: "TCP", "QUIC", "WebSocket", "relay"; empty when it is none of them.
QString address_kind(const QString& address);
bool is_relayed(const models::PeerRow& peer);

// Those that are connected. A provider is who offers a device now.
QVector<widgets::PeerMark> peer_marks(const std::vector<models::PeerRow>& peers);
// "34 connected · 19 providers · 8 through a relay"
QString peers_subtitle(const std::vector<models::PeerRow>& peers);

// Round trips of the last half hour, one reading every ten seconds, of at most kPeersMax peers.
inline constexpr std::chrono::milliseconds kRoundTripPace{10'000};
inline constexpr int kRoundTripsMax = 180;

class RoundTrips {
 public:
  static constexpr qsizetype kPeersMax = 2'000;
  // A gap for peers without a round trip; those that are not in the list are forgotten.
  void add(const std::vector<models::PeerRow>& peers);
  // Milliseconds, the oldest first. Empty where none was ever known.
  QVector<qreal> values(const QString& peer) const;

 private:
  QHash<QString, QVector<qreal>> past_;
};

}  // namespace quern::desktop::pages
