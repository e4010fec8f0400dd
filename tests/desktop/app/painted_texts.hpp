// What a window really writes on the screen: every text that is painted, by labels, cells and hand alike, with its
// place and its colour. Found by painting each widget once more, on a device that keeps the texts and nothing else.
#pragma once
#include <QColor>
#include <QFontMetricsF>
#include <QHash>
#include <QImage>
#include <QPaintDevice>
#include <QPaintEngine>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <QVector>
#include <QWidget>
#include <algorithm>

#include "desktop/theme/tokens.hpp"

namespace quern::desktop::app {

struct PaintedText {
  const QWidget* widget = nullptr;
  QString text;
  QRectF line;    // of the window: as high as its font
  QRectF glyphs;  // as high as what is written
  QRectF seen;    // of its widget: what no scroll area hides
  QRectF room;    // that its widget leaves it
  QColor ink;     // with its opacity
};

class TextKeeper final : public QPaintEngine {
 public:
  TextKeeper(const QWidget& widget, const QWidget& window, QVector<PaintedText>& texts)
      : QPaintEngine(AllFeatures), widget_(widget), window_(window), texts_(texts) {}

  bool begin(QPaintDevice*) override { return true; }
  bool end() override { return true; }
  Type type() const override { return User; }
  void updateState(const QPaintEngineState&) override {}
  void drawPixmap(const QRectF&, const QPixmap&, const QRectF&) override {}
  void drawImage(const QRectF&, const QImage&, const QRectF&, Qt::ImageConversionFlags) override {}
  void drawTiledPixmap(const QRectF&, const QPixmap&, const QPointF&) override {}
  void drawPath(const QPainterPath&) override {}
  void drawPolygon(const QPointF*, int, PolygonDrawMode) override {}
  void drawTextItem(const QPointF& at, const QTextItem& item) override {
    if (item.text().trimmed().isEmpty()) return;
    const QTransform place = state->transform();
    const QPointF origin(widget_.mapTo(&window_, QPoint()));
    QRectF room(widget_.rect());
    if (painter()->hasClipping()) room &= place.mapRect(painter()->clipBoundingRect());
    const QRectF line(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent());
    QRectF glyphs = QFontMetricsF(item.font()).tightBoundingRect(item.text()).translated(at);
    glyphs.setLeft(line.left());
    glyphs.setRight(line.right());
    QColor ink = state->pen().color();
    ink.setAlphaF(static_cast<float>(ink.alphaF() * state->opacity()));
    texts_.append({.widget = &widget_,
                   .text = item.text(),
                   .line = place.mapRect(line).translated(origin),
                   .glyphs = place.mapRect(glyphs).translated(origin),
                   .seen = QRectF(),
                   .room = room.translated(origin),
                   .ink = ink});
  }

 private:
  const QWidget& widget_;
  const QWidget& window_;
  QVector<PaintedText>& texts_;
};

class TextDevice final : public QPaintDevice {
 public:
  TextDevice(const QWidget& widget, const QWidget& window, QVector<PaintedText>& texts)
      : widget_(widget), keeper_(widget, window, texts) {}
  QPaintEngine* paintEngine() const override { return &keeper_; }

 protected:
  int metric(PaintDeviceMetric metric) const override {
    switch (metric) {
      case PdmWidth:
        return widget_.width();
      case PdmHeight:
        return widget_.height();
      case PdmDevicePixelRatio:
        return 1;
      case PdmDevicePixelRatioScaled:
        return static_cast<int>(devicePixelRatioFScale());
      case PdmDpiX:
      case PdmPhysicalDpiX:
        return widget_.logicalDpiX();
      case PdmDpiY:
      case PdmPhysicalDpiY:
        return widget_.logicalDpiY();
      case PdmDepth:
        return 32;
      default:
        return 0;
    }
  }

 private:
  const QWidget& widget_;
  mutable TextKeeper keeper_;
};

// Of everything that can be seen now; what is scrolled out of sight is not.
inline QVector<PaintedText> painted_texts(QWidget& window) {
  QVector<PaintedText> texts;
  QVector<QWidget*> widgets{&window};
  for (QWidget* const each : window.findChildren<QWidget*>()) {
    if (each->isVisibleTo(&window) && !each->isWindow()) widgets.append(each);
  }
  for (QWidget* const each : widgets) {
    const QRegion seen = each->visibleRegion();
    if (seen.isEmpty()) continue;
    QVector<PaintedText> own;
    TextDevice device(*each, window, own);
    each->render(&device, QPoint(), QRegion(), QWidget::RenderFlags());
    const QRectF visible = QRectF(seen.boundingRect()).translated(each->mapTo(&window, QPoint()));
    for (PaintedText& text : own) {
      text.seen = visible;
      if (visible.intersects(text.glyphs) && text.room.intersects(text.glyphs)) texts.append(text);
    }
  }
  return texts;
}

// The colour that most of the box has, the ink apart: what a text stands on.
inline QColor ground_of(const PaintedText& text, const QImage& window) {
  const QRect box =
      text.line.intersected(text.room).intersected(text.seen).adjusted(-1, 0, 1, 0).toAlignedRect() & window.rect();
  QHash<QRgb, int> counts;
  for (int y = box.top(); y <= box.bottom(); ++y) {
    for (int x = box.left(); x <= box.right(); ++x) ++counts[window.pixel(x, y) | 0xFF000000U];
  }
  if (text.ink.alpha() == 255 && counts.size() > 1) counts.remove(text.ink.rgb());
  QRgb most = 0;
  int count = 0;
  for (auto at = counts.cbegin(); at != counts.cend(); ++at) {
    if (at.value() <= count) continue;
    most = at.key();
    count = at.value();
  }
  return QColor(most);
}

inline double contrast_of(const PaintedText& text, const QImage& window) {
  const QColor ground = ground_of(text, window);
  QColor ink = text.ink;
  ink.setAlpha(255);
  return theme::contrast(theme::mix(ground, ink, text.ink.alphaF()), ground);
}

}  // namespace quern::desktop::app
