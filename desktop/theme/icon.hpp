// The app's icons: 24-pixel stroke drawings, tinted when they are painted, so a change of theme or scale needs nothing.
#pragma once
#include <QColor>
#include <QIcon>
#include <QRectF>
#include <QString>

class QPainter;

namespace quern::desktop::theme {

// Each is icons/NAME.svg.
enum class Glyph {
  machine,
  peers,
  market,
  jobs,
  earnings,
  settings,  // the pages
  search,
  plus,
  minus,
  close,
  check,
  more,
  filter,  // controls
  chevron_down,
  chevron_up,
  chevron_right,
  chevron_left,  // chevrons do not mirror: name the side you mean
  play,
  pause,
  stop,
  retry,
  refresh,
  download,
  folder,
  file,
  copy,
  columns,
  table,
  map,
  sun,
  moon,
  system_mode,
  gpu,
  cpu,
  server,
  memory,
  network,
  link,
  terminal,
  kernel,
  spark,
  receipt,
  wallet,
  shield,
  lock,
  clock,
  bolt,
  temperature,
  calendar,
  bell,
  plug,
  info,
  warning,
  error,
  user,
  help,
  external,
  trash,
};
inline constexpr int kGlyphs = static_cast<int>(Glyph::trash) + 1;

// "machine"; the name of the file without its end.
QString glyph_name(Glyph glyph);

// muted: follows the mode of the icon (disabled, hovered, selected). The others are one token.
enum class Tint { muted, text, accent, on_accent, ok, warn, bad };

QIcon icon(Glyph glyph, Tint tint = Tint::muted);
// Into the largest centred square of `box`, in `color`. Kept in QPixmapCache by size, scale and colour.
void paint_icon(QPainter& painter, const QRectF& box, Glyph glyph, const QColor& color);
// Makes the icons known: they lie in a static library, whose resources nobody else loads. Theme does it.
void load_icons();

}  // namespace quern::desktop::theme
