// Pictures of the app in few colours, so that their files are small. Pure.
#pragma once
#include <QImage>

namespace quern::desktop::app {

inline constexpr int kColorsMax = 256;

// `picture` with a palette of at most kColorsMax colours. Those it has most of stay as they are, and every other
// becomes the one that is nearest. Without transparency.
QImage few_colors(const QImage& picture);

}  // namespace quern::desktop::app
