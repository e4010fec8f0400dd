#include "desktop/app/few_colors.hpp"

#include <QHash>
#include <QVector>
#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace quern::desktop::app {

namespace {

constexpr int kApart = 24;  // of colours that are chosen first, so that rare ones are not left to many of one shade

int distance(QRgb one, QRgb other) {
  return std::abs(qRed(one) - qRed(other)) + std::abs(qGreen(one) - qGreen(other)) +
         std::abs(qBlue(one) - qBlue(other));
}

int nearest(const QVector<QRgb>& palette, QRgb color) {
  const auto found = std::ranges::min_element(palette, {}, [color](QRgb each) { return distance(each, color); });
  return static_cast<int>(found - palette.begin());
}

// Colours and how many pixels have them, the most first; equally many in the order of their numbers.
std::vector<std::pair<QRgb, int>> counted(const QImage& picture) {
  QHash<QRgb, int> counts;
  for (int y = 0; y < picture.height(); ++y) {
    const auto* const line = reinterpret_cast<const QRgb*>(picture.constScanLine(y));
    for (int x = 0; x < picture.width(); ++x) ++counts[line[x]];
  }
  std::vector<std::pair<QRgb, int>> colors(counts.keyValueBegin(), counts.keyValueEnd());
  std::ranges::sort(colors, [](const auto& one, const auto& other) {
    return one.second != other.second ? one.second > other.second : one.first < other.first;
  });
  return colors;
}

QVector<QRgb> palette_of(const std::vector<std::pair<QRgb, int>>& colors) {
  QVector<QRgb> palette;
  const auto choose = [&](int apart) {
    for (const auto& [color, count] : colors) {
      if (palette.size() >= kColorsMax) return;
      if (palette.isEmpty() || distance(palette[nearest(palette, color)], color) > apart) palette.append(color);
    }
  };
  if (colors.size() > static_cast<std::size_t>(kColorsMax)) choose(kApart);
  choose(0);
  return palette;
}

}  // namespace

QImage few_colors(const QImage& picture) {
  const QImage opaque = picture.convertToFormat(QImage::Format_RGB32);
  const auto colors = counted(opaque);
  const QVector<QRgb> palette = palette_of(colors);
  QHash<QRgb, int> places;
  for (const auto& [color, count] : colors) places.insert(color, nearest(palette, color));
  QImage reduced(opaque.size(), QImage::Format_Indexed8);
  reduced.setColorTable(palette);
  for (int y = 0; y < opaque.height(); ++y) {
    const auto* const line = reinterpret_cast<const QRgb*>(opaque.constScanLine(y));
    uchar* const to = reduced.scanLine(y);
    for (int x = 0; x < opaque.width(); ++x) to[x] = static_cast<uchar>(places.value(line[x]));
  }
  return reduced;
}

}  // namespace quern::desktop::app
