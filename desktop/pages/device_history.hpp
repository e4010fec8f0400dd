// Load, temperature and power of each device over the last ten minutes, one reading every two seconds. Pure, bounded.
#pragma once
#include <QHash>
#include <QString>
#include <QVector>
#include <chrono>
#include <vector>

#include "desktop/models/machine_data.hpp"

namespace quern::desktop::pages {

inline constexpr std::chrono::milliseconds kReadingPace{2'000};
inline constexpr int kReadingsMax = 300;

class DeviceHistory {
 public:
  enum class Of { load, temperature, power };

  // A reading of each device; devices that are gone are forgotten. What a device does not say is a gap.
  void add(const std::vector<models::DeviceData>& devices);
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

}  // namespace quern::desktop::pages
