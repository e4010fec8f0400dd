#include "desktop/app/few_colors.hpp"

#include <QColor>

#include <gtest/gtest.h>

namespace quern::desktop::app {
namespace {

TEST(FewColors, APictureOfFewStaysAsItIs) {
  QImage picture(64, 64, QImage::Format_RGB32);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) picture.setPixel(x, y, qRgb(x * 4, y / 16 * 60, 7));
  }
  const QImage reduced = few_colors(picture);
  EXPECT_EQ(reduced.format(), QImage::Format_Indexed8);
  EXPECT_EQ(reduced.colorCount(), 256);
  EXPECT_EQ(reduced.convertToFormat(QImage::Format_RGB32), picture);
}

TEST(FewColors, OfManyTheGroundStaysAndARareColourIsNotLostAmongShades) {
  QImage picture(256, 256, QImage::Format_ARGB32);
  picture.fill(QColor(0xf6, 0xf7, 0xf9));
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 64; ++y) picture.setPixel(x, y, qRgb(x, x, (x + y) % 256));
  }
  picture.setPixel(100, 200, qRgb(0xbf, 0x2a, 0x36));
  const QImage reduced = few_colors(picture);
  EXPECT_LE(reduced.colorCount(), kColorsMax);
  EXPECT_EQ(reduced.pixel(10, 250), qRgb(0xf6, 0xf7, 0xf9));
  EXPECT_EQ(reduced.pixel(100, 200), qRgb(0xbf, 0x2a, 0x36));
}

TEST(FewColors, AnEmptyPictureIsEmpty) {
  EXPECT_TRUE(few_colors(QImage()).isNull());
}

}  // namespace
}  // namespace quern::desktop::app
