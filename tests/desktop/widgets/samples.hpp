// Machines, peers and texts for the tests and benchmarks of the widgets.
#pragma once
#include <QString>
#include <QVector>

#include "desktop/widgets/peer_map.hpp"
#include "desktop/widgets/topology.hpp"

namespace quern::desktop::widgets::samples {

// Not random, but uneven: 0..999.
inline int uneven(int seed) {
  const unsigned mixed = (static_cast<unsigned>(seed) + 17U) * 2654435761U;
  return static_cast<int>((mixed ^ (mixed >> 13)) % 1000U);
}

inline TopologyDevice device(const QString& id, const QString& name, bool offered, int load) {
  TopologyDevice device;
  device.id = id;
  device.name = name;
  device.offered = offered;
  device.price = offered ? QStringLiteral("0.42 cr/h") : QStringLiteral("not offered");
  device.load_permille = load;
  device.load = QStringLiteral("%1 %").arg(load / 10);
  device.memory_permille = 700;
  device.memory = QStringLiteral("17.0 / 24 GB");
  device.temperature = QStringLiteral("68 °C");
  device.temperature_tone = load > 800 ? theme::Tone::warn : theme::Tone::neutral;
  device.power = QStringLiteral("342 / 450 W");
  device.work = load > 100 ? QStringLiteral("sd-xl finetune") : QStringLiteral("idle");
  return device;
}

inline TopologyCache cache(int first, int cores, bool busy) {
  TopologyCache cache{.title = QStringLiteral("L3 32 MB"), .cores = {}};
  for (int core = first; core < first + cores; ++core) {
    const int load = busy ? 350 + uneven(core) * 65 / 100 : uneven(core) * 45 / 100;
    cache.cores.append({.label = QString::number(core),
                        .load_permille = load,
                        .jobs_permille = busy ? 1000 : 0,
                        .price_permille = uneven(core * 3)});
  }
  return cache;
}

// packages × numas × caches × cores, and a device at every node of the first `devices`.
inline Topology machine(int packages, int numas, int caches, int cores, int devices) {
  Topology topology{.host = QStringLiteral("rig-01"),
                    .system = QStringLiteral("Debian 12 · Linux 6.1"),
                    .packages = {},
                    .devices = {}};
  int first = 0;
  int given = 0;
  for (int p = 0; p < packages; ++p) {
    TopologyPackage package{.title = QStringLiteral("Package %1").arg(p),
                            .detail = QStringLiteral("AMD EPYC 7543"),
                            .count = QStringLiteral("%1 cores").arg(numas * caches * cores),
                            .numas = {}};
    for (int n = 0; n < numas; ++n) {
      TopologyNuma numa{.title = QStringLiteral("NUMA %1").arg(p * numas + n),
                        .detail = QStringLiteral("128 GB"),
                        .used = QStringLiteral("66 GB used"),
                        .used_permille = 515,
                        .caches = {},
                        .devices = {}};
      for (int c = 0; c < caches; ++c, first += cores) numa.caches.append(cache(first, cores, (c + n + p) % 3 == 0));
      if (given < devices) {
        numa.devices.append(device(QStringLiteral("gpu-%1").arg(given), QStringLiteral("GeForce RTX 4090"),
                                   given % 4 != 3, (given * 311 + 930) % 1000));
        ++given;
      }
      package.numas.append(numa);
    }
    topology.packages.append(package);
  }
  return topology;
}

inline Topology workstation() {
  return machine(2, 2, 2, 8, 4);
}
inline Topology giant() {
  return machine(64, 2, 4, 16, 64);
}  // 8,192 cores

inline QVector<PeerMark> peers(int count) {
  const QStringList names{QStringLiteral("lunar-forge"), QStringLiteral("ember-fox"),   QStringLiteral("river-stone"),
                          QStringLiteral("silent-lake"), QStringLiteral("amber-comet"), QStringLiteral("north-owl")};
  QVector<PeerMark> peers;
  for (int at = 0; at < count; ++at) {
    const int kind = uneven(at * 7) % 10;
    PeerMark peer;
    peer.id = QStringLiteral("12D3KooW%1").arg(uneven(at) * 1000 + at);
    peer.name = names[at % names.size()] + (at < names.size() ? QString() : QString::number(at));
    peer.rtt_milliseconds = 2 + uneven(at * 3) * uneven(at * 3) / 4500;
    peer.kind = kind < 5 ? PeerKind::provider : kind < 6 ? PeerKind::relay : PeerKind::other;
    peer.devices = peer.kind == PeerKind::provider ? 1 + uneven(at * 5) % 8 : 0;
    peer.relayed = uneven(at * 11) % 4 == 0;
    peers.append(peer);
  }
  return peers;
}

// What a hostile peer may call itself.
inline QStringList hostile_texts() {
  return {QString(),
          QString(10'000, u'W'),
          QString(200, QChar(0x0301)),
          QStringLiteral("<img src='file:///etc/passwd'><b>bold</b>&amp;"),
          QStringLiteral("line\nbreak\ttab") + QChar(0) + QChar(7) + QChar(27) + QStringLiteral("[31m"),
          QString(QChar(0x202E)) + QStringLiteral("gpj.exe") + QChar(0x2066),
          QString(QChar(0xD800)) + QStringLiteral("lone surrogate"),
          QStringLiteral("%1 %2 %n %%1"),
          QStringLiteral("שלום عالم مرحبا")};
}

}  // namespace quern::desktop::widgets::samples
