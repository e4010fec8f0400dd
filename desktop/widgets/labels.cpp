#include "desktop/widgets/labels.hpp"

#include <QEvent>
#include <QPainter>
#include <QStyle>
#include <algorithm>

#include "desktop/theme/tabular.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr qsizetype kWord = 24;  // characters of one that does not break

QString ink_name(Ink ink) {
  switch (ink) {
    case Ink::muted:
      return QStringLiteral("muted");
    case Ink::faint:
      return QStringLiteral("faint");
    case Ink::accent:
      return QStringLiteral("accent");
    case Ink::ok:
      return QStringLiteral("ok");
    case Ink::warn:
      return QStringLiteral("warn");
    case Ink::bad:
      return QStringLiteral("bad");
    case Ink::text:
      break;
  }
  return {};
}

}  // namespace

Ink ink_of(theme::Tone tone) {
  switch (tone) {
    case theme::Tone::accent:
      return Ink::accent;
    case theme::Tone::ok:
      return Ink::ok;
    case theme::Tone::warn:
      return Ink::warn;
    case theme::Tone::bad:
      return Ink::bad;
    case theme::Tone::neutral:
      break;
  }
  return Ink::text;
}

QColor ink_color(Ink ink) {
  const theme::Tokens& t = theme::tokens();
  switch (ink) {
    case Ink::muted:
      return t.muted;
    case Ink::faint:
      return t.faint;
    case Ink::accent:
      return t.accent_text;
    case Ink::ok:
      return t.ok;
    case Ink::warn:
      return t.warn;
    case Ink::bad:
      return t.bad;
    case Ink::text:
      break;
  }
  return t.text;
}

TextLabel::TextLabel(const QString& text, theme::FontRole role, Ink ink, QWidget* parent)
    : QLabel(parent), role_(role) {
  setTextFormat(Qt::PlainText);
  setTextInteractionFlags(Qt::NoTextInteraction);
  setWordWrap(true);
  setFont(theme::font(role));
  setProperty("ink", ink_name(ink));
  set_text(text);
  align();
}

void TextLabel::set_text(const QString& text) {
  const bool fits = text.size() <= kLabelCharactersMax;
  const QString shown = fits ? text : text.first(kLabelCharactersMax - 1) + QChar(0x2026);
  setText(breakable(many_lines(shown), kWord));
  take_room();
}

// From right to left QLabel breaks lines elsewhere than it measured, and moves one that ends with a blank to the left
// by that, out of its room.
bool TextLabel::wraps_from_the_right() const {
  return wordWrap() && layoutDirection() == Qt::RightToLeft && textInteractionFlags() == Qt::NoTextInteraction;
}

// Of its own: QLabel answers no less than the minimum that take_room() has set, and measures a text of letters from
// right to left as one from left to right, which breaks elsewhere.
int TextLabel::heightForWidth(int width) const {
  if (!wordWrap()) return QLabel::heightForWidth(width);
  const QMargins margins = contentsMargins();
  const int across = std::max(0, width - margins.left() - margins.right());
  const int around = margins.top() + margins.bottom();
  if (wraps_from_the_right()) {
    const auto lines = static_cast<int>(wrapped(text(), font(), across, layoutDirection()).size());
    return lines * fontMetrics().height() + around;
  }
  constexpr int kHighest = 1 << 20;
  const QRect room(0, 0, across, kHighest);
  const auto measured = [&](int flags) {
    return fontMetrics().boundingRect(room, Qt::TextWordWrap | flags, text()).height();
  };
  int height = measured(Qt::AlignLeft);
  if (layoutDirection() == Qt::RightToLeft) {
    height = std::max(height, measured(Qt::TextForceRightToLeft | Qt::AlignRight));
  }
  return height + around;
}

void TextLabel::paintEvent(QPaintEvent* event) {
  if (!wraps_from_the_right()) return QLabel::paintEvent(event);
  const QStringList lines = wrapped(text(), font(), contentsRect().width(), layoutDirection());
  const int high = fontMetrics().height();
  const QSize all(contentsRect().width(), static_cast<int>(lines.size()) * high);
  QRect line = QStyle::alignedRect(Qt::LeftToRight, alignment(), all, contentsRect());
  line.setHeight(high);
  const int flags = static_cast<int>(alignment().toInt()) | Qt::TextSingleLine | Qt::TextForceRightToLeft;
  QPainter painter(this);
  for (const QString& words : lines) {
    style()->drawItemText(&painter, line, flags, palette(), isEnabled(), words, foregroundRole());
    line.translate(0, high);
  }
}

QSize TextLabel::sizeHint() const {
  const QSize hint = QLabel::sizeHint();
  return wordWrap() ? QSize(hint.width(), heightForWidth(hint.width())) : hint;
}

QSize TextLabel::minimumSizeHint() const {
  const QSize hint = QLabel::minimumSizeHint();
  return wordWrap() ? QSize(hint.width(), heightForWidth(QWIDGETSIZE_MAX)) : hint;
}

void TextLabel::set_takes_room(bool takes_room) {
  takes_room_ = takes_room;
  if (!takes_room_) setMinimumHeight(0);
}

// Layouts in layouts do not always ask how high it is for its width.
void TextLabel::take_room() {
  if (!takes_room_ || !wordWrap() || width() <= 0 || !isVisible()) return;
  const int height = text().isEmpty() ? 0 : heightForWidth(width());
  if (height != minimumHeight()) setMinimumHeight(height);
}

void TextLabel::resizeEvent(QResizeEvent* event) {
  QLabel::resizeEvent(event);
  take_room();
}

void TextLabel::set_ink(Ink ink) {
  if (property("ink").toString() == ink_name(ink)) return;
  setProperty("ink", ink_name(ink));
  style()->unpolish(this);
  style()->polish(this);
}

void TextLabel::set_alignment(Qt::Alignment alignment) {
  alignment_ = alignment;
  align();
}

// QLabel itself goes by the letters of its text.
void TextLabel::align() {
  setAlignment(QStyle::visualAlignment(layoutDirection(), alignment_) | Qt::AlignAbsolute);
}

void TextLabel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LayoutDirectionChange) align();
  if (event->type() == QEvent::StyleChange && font() != theme::font(role_)) setFont(theme::font(role_));
  QLabel::changeEvent(event);
}

ElidedLabel::ElidedLabel(const QString& text, theme::FontRole role, Ink ink, QWidget* parent)
    : QWidget(parent), role_(role), ink_(ink) {
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  set_text(text);
}

void ElidedLabel::set_text(const QString& text) {
  const QString line = one_line(text);
  if (line == text_ && !accessibleName().isNull()) return;
  text_ = line;
  setAccessibleName(text_);
  updateGeometry();
  retip();
  update();
}

void ElidedLabel::set_ink(Ink ink) {
  ink_ = ink;
  update();
}

void ElidedLabel::set_elide_mode(Qt::TextElideMode mode) {
  mode_ = mode;
  update();
}

void ElidedLabel::set_alignment(Qt::Alignment alignment) {
  alignment_ = alignment;
  update();
}

void ElidedLabel::set_tabular(bool tabular) {
  tabular_ = tabular;
  updateGeometry();
  update();
}

bool ElidedLabel::is_elided() const {
  return sizeHint().width() > width();
}

QSize ElidedLabel::sizeHint() const {
  const QFont face = theme::font(role_);
  const QFontMetricsF metrics(face);
  const qreal width = tabular_ ? theme::tabular_width(text_, face) : metrics.horizontalAdvance(text_);
  const QMargins margins = contentsMargins();
  return {text_.isEmpty() ? 0 : static_cast<int>(width) + 2 + margins.left() + margins.right(),
          static_cast<int>(metrics.height()) + 1 + margins.top() + margins.bottom()};
}

QSize ElidedLabel::minimumSizeHint() const {
  return {0, sizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(theme::font(role_));
  painter.setPen(isEnabled() ? ink_color(ink_) : theme::mix(theme::tokens().faint, theme::tokens().surface, 0.35));
  if (tabular_ && !is_elided()) {
    theme::draw_tabular(painter, contentsRect(), QStyle::visualAlignment(layoutDirection(), alignment_), text_);
  } else {
    paint_text(painter, contentsRect(), alignment_, text_, layoutDirection(), mode_);
  }
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
  retip();
  QWidget::resizeEvent(event);
}

void ElidedLabel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::StyleChange) retip();
  QWidget::changeEvent(event);
}

void ElidedLabel::retip() {
  setToolTip(is_elided() ? tool_tip(text_) : QString());
}

Pill::Pill(const QString& text, theme::Tone tone, QWidget* parent) : QWidget(parent), tone_(tone) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  set_state(text, tone);
}

void Pill::set_state(const QString& text, theme::Tone tone) {
  text_ = one_line(text);
  tone_ = tone;
  setAccessibleName(text_);
  setToolTip(text_.size() > 40 ? tool_tip(text_) : QString());
  updateGeometry();
  update();
}

QSize Pill::sizeHint() const {
  const QSize whole = pill_size(text_).toSize() + QSize(1, 0);
  return {std::min(whole.width(), theme::scaled(240)), whole.height()};
}

QSize Pill::minimumSizeHint() const {
  return {std::min(sizeHint().width(), theme::scaled(60)), sizeHint().height()};
}

void Pill::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_pill(painter, rect(), text_, tone_, layoutDirection());
}

}  // namespace quern::desktop::widgets
