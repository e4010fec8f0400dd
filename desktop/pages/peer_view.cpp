#include "desktop/pages/peer_view.hpp"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

#include "desktop/models/quantity_text.hpp"

namespace quern::desktop::pages {

namespace {

struct PeerViewText {
  Q_DECLARE_TR_FUNCTIONS(PeerViewText)
};

constexpr std::uint64_t kMicrosecondsMax = 3'600'000'000;  // an hour is as far as anything can be

}  // namespace

QString address_kind(const QString& address) {
  const auto has = [&](const char* part) {
    const QString whole = u'/' + QString::fromLatin1(part);
    return address.endsWith(whole) || address.contains(whole + u'/');
  };
  if (has("p2p-circuit")) return PeerViewText::tr("relay");
  if (has("quic-v1") || has("quic")) return PeerViewText::tr("QUIC");
  if (has("ws") || has("wss")) return PeerViewText::tr("WebSocket");
  return has("tcp") ? PeerViewText::tr("TCP") : QString();
}

QVector<widgets::PeerMark> peer_marks(const std::vector<models::PeerRow>& peers) {
  QVector<widgets::PeerMark> marks;
  for (const models::PeerRow& peer : peers) {
    if (!peer.connected) continue;
    widgets::PeerMark mark{.id = peer.id, .name = models::short_id(peer.id)};
    if (const auto& trip = peer.round_trip_us) {
      mark.rtt_milliseconds = static_cast<int>(std::min(*trip, kMicrosecondsMax) / 1'000);
    }
    mark.devices = static_cast<int>(std::min<std::uint32_t>(peer.devices, models::kDevicesMax));
    mark.kind = peer.devices > 0 ? widgets::PeerKind::provider : widgets::PeerKind::other;
    mark.relayed = models::is_relayed(peer);
    marks.append(mark);
  }
  return marks;
}

QString peers_subtitle(const std::vector<models::PeerRow>& peers) {
  const auto count = [&](auto holds) { return static_cast<int>(std::ranges::count_if(peers, holds)); };
  QStringList parts{PeerViewText::tr("%Ln connected", nullptr, count(&models::PeerRow::connected))};
  parts << PeerViewText::tr("%Ln providers", nullptr,
                            count([](const models::PeerRow& peer) { return peer.connected && peer.devices > 0; }));
  if (const int relayed = count(models::is_relayed)) parts << PeerViewText::tr("%Ln through a relay", nullptr, relayed);
  if (const int blocked = count(&models::PeerRow::blocked)) parts << PeerViewText::tr("%Ln blocked", nullptr, blocked);
  return parts.join(QStringLiteral(" · "));
}

}  // namespace quern::desktop::pages
