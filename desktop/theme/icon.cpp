#include "desktop/theme/icon.hpp"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <algorithm>
#include <array>

#include "desktop/theme/theme.hpp"

// Outside of any namespace: the macro declares a function of the global one.
static void load_theme_resource() {
  Q_INIT_RESOURCE(theme);
}

namespace quern::desktop::theme {
namespace {

constexpr std::array<const char*, kGlyphs> kNames = {
    "machine",      "peers",   "market",  "jobs",   "earnings", "settings",     "search",     "plus",
    "minus",        "close",   "check",   "more",   "filter",   "chevron_down", "chevron_up", "chevron_right",
    "chevron_left", "play",    "pause",   "stop",   "retry",    "refresh",      "download",   "folder",
    "file",         "copy",    "columns", "table",  "map",      "sun",          "moon",       "system_mode",
    "gpu",          "cpu",     "server",  "memory", "network",  "link",         "terminal",   "kernel",
    "spark",        "receipt", "wallet",  "shield", "lock",     "clock",        "bolt",       "temperature",
    "calendar",     "bell",    "plug",    "info",   "warning",  "error",        "user",       "help",
    "external",     "trash"};

constexpr int kSideMax = 1024;  // device pixels; larger is drawn scaled

QPixmap drawn(Glyph glyph, int side, const QColor& color) {
  const QString key = QStringLiteral("quern-%1-%2-%3").arg(static_cast<int>(glyph)).arg(side).arg(color.rgba(), 0, 16);
  QPixmap pixmap;
  if (QPixmapCache::find(key, &pixmap)) return pixmap;
  pixmap = QPixmap(side, side);
  pixmap.fill(Qt::transparent);
  QSvgRenderer drawing(QStringLiteral(":/quern/icons/%1.svg").arg(glyph_name(glyph)));
  QPainter painter(&pixmap);
  drawing.render(&painter, QRectF(0, 0, side, side));
  painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
  painter.fillRect(pixmap.rect(), color);
  painter.end();
  QPixmapCache::insert(key, pixmap);
  return pixmap;
}

QColor color_of(Tint tint, QIcon::Mode mode) {
  const Tokens& t = tokens();
  if (mode == QIcon::Disabled) return mix(t.faint, t.surface, 0.35);
  switch (tint) {
    case Tint::text:
      return t.text;
    case Tint::accent:
      return t.accent_text;
    case Tint::on_accent:
      return t.on_accent;
    case Tint::ok:
      return t.ok;
    case Tint::warn:
      return t.warn;
    case Tint::bad:
      return t.bad;
    case Tint::muted:
      break;
  }
  return mode == QIcon::Selected ? t.accent_text : mode == QIcon::Active ? t.text : t.muted;
}

class Engine : public QIconEngine {
 public:
  Engine(Glyph glyph, Tint tint) : glyph_(glyph), tint_(tint) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    paint_icon(*painter, rect, glyph_, color_of(tint_, mode));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
    return drawn(glyph_, std::clamp(std::min(size.width(), size.height()), 1, kSideMax), color_of(tint_, mode));
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
    return pixmap(size, mode, state);
  }
  QIconEngine* clone() const override { return new Engine(glyph_, tint_); }

 private:
  Glyph glyph_;
  Tint tint_;
};

}  // namespace

QString glyph_name(Glyph glyph) {
  return QString::fromLatin1(kNames.at(static_cast<std::size_t>(glyph)));
}

QIcon icon(Glyph glyph, Tint tint) {
  return QIcon(new Engine(glyph, tint));
}

void paint_icon(QPainter& painter, const QRectF& box, Glyph glyph, const QColor& color) {
  const qreal side = std::min(box.width(), box.height());
  if (side <= 0) return;
  // The painter may itself be scaled (a zoomed view), on top of the device.
  const qreal scale = painter.device()->devicePixelRatioF() * std::max(0.1, painter.worldTransform().m22());
  const QPixmap pixmap = drawn(glyph, std::clamp(qRound(side * scale), 1, kSideMax), color);
  const QRectF target(box.center().x() - side / 2, box.center().y() - side / 2, side, side);
  painter.save();
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.drawPixmap(target, pixmap, pixmap.rect());
  painter.restore();
}

void load_icons() {
  load_theme_resource();
}

}  // namespace quern::desktop::theme
