// From what the daemon knows of its peers to marks on the map and words. Pure.
#pragma once
#include <QString>
#include <QVector>
#include <vector>

#include "desktop/models/node_data.hpp"
#include "desktop/widgets/peer_map.hpp"

namespace quern::desktop::pages {

// Of a multiaddress: "TCP", "QUIC", "WebSocket", "relay"; empty when it is none of them.
QString address_kind(const QString& address);

// Those that are connected. A provider is who offers a device now.
QVector<widgets::PeerMark> peer_marks(const std::vector<models::PeerRow>& peers);
// "34 connected · 19 providers · 8 through a relay"
QString peers_subtitle(const std::vector<models::PeerRow>& peers);

}  // namespace quern::desktop::pages
