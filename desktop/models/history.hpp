// The recent past of what the daemon tells only as it is now. Pure, bounded.
#pragma once
#include <QHash>
#include <QString>
#include <QVector>
#include <chrono>
#include <vector>

#include "desktop/models/machine_data.hpp"
#include "desktop/models/node_data.hpp"

namespace quern::desktop::models {

// Load, temperature and power of each device over the last ten minutes, one reading every two seconds.
inline constexpr std::chrono::milliseconds kReadingPace{2'000};
inline constexpr int kReadingsMax = 300;

class DeviceHistory {
 public:
  enum class Of { load, temperature, power };

  // A reading of each device; devices that are gone are forgotten. What a device does not say is a gap.
  void add(const std::vector<DeviceData>& devices);
  // A gap in all: nothing is known of this time.
  void add_gap();
  // The oldest first; permille, degrees, watts, and not-a-number where it is not known. Empty where none ever was.
  QVector<qreal> values(const QString& device, Of of) const;

 private:
  struct Past {
    QVector<qreal> load, temperature, power;
  };
  QHash<QString, Past> past_;
};

// Round trips of the last half hour, one reading every ten seconds, of at most kPeersMax peers.
inline constexpr std::chrono::milliseconds kRoundTripPace{10'000};
inline constexpr int kRoundTripsMax = 180;

class RoundTrips {
 public:
  static constexpr qsizetype kPeersMax = 2'000;
  // A gap for peers without a round trip; those that are not in the list are forgotten.
  void add(const std::vector<PeerRow>& peers);
  // A gap in all: nothing is known of this time.
  void add_gap();
  // Milliseconds, the oldest first. Empty where none was ever known.
  QVector<qreal> values(const QString& peer) const;

 private:
  QHash<QString, QVector<qreal>> past_;
};

}  // namespace quern::desktop::models
