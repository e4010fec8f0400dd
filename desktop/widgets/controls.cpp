#include "desktop/widgets/controls.hpp"

#include <QHBoxLayout>
#include <QPainter>
#include <QStyle>
#include <algorithm>

#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kToggleWidth = 36;
constexpr int kToggleHeight = 20;
constexpr int kSegmentHeight = 32;
constexpr int kSegmentPadding = 13;

QRect toggle_track(const QWidget& widget, bool has_text) {
  const int width = theme::scaled(kToggleWidth);
  const int height = theme::scaled(kToggleHeight);
  const int x = has_text ? widget.width() - width : 0;
  const QRect track(x, (widget.height() - height) / 2, width, height);
  return QStyle::visualRect(widget.layoutDirection(), widget.rect(), track);
}

// One of SegmentedControl. A radio button, so arrow keys move the choice and a screen reader says which is on.
class Segment : public QRadioButton {
 public:
  Segment(const QString& text, bool first, bool last) : first_(first), last_(last) {
    setText(one_line(text));
    setCursor(Qt::PointingHandCursor);
  }

  QSize sizeHint() const override {
    const QFontMetrics metrics(theme::font(theme::FontRole::body_strong));
    return {metrics.horizontalAdvance(text()) + 2 * theme::scaled(kSegmentPadding), theme::scaled(kSegmentHeight)};
  }
  QSize minimumSizeHint() const override { return {theme::scaled(28), sizeHint().height()}; }

 protected:
  bool hitButton(const QPoint& position) const override { return rect().contains(position); }

  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Tokens& t = theme::tokens();
    // The ends are round: the box is drawn longer where it is not an end, and clipped.
    const bool rtl = layoutDirection() == Qt::RightToLeft;
    const bool round_left = rtl ? last_ : first_;
    const bool round_right = rtl ? first_ : last_;
    const qreal over = theme::kControlRadius + 2;
    const QRectF box = QRectF(rect()).adjusted(round_left ? 0 : -over, 0, round_right ? 0 : over, 0);
    paint_box(painter, box,
              isChecked()    ? t.accent_soft
              : underMouse() ? t.hover
                             : t.surface,
              t.border_strong, theme::kControlRadius);
    painter.setPen(QPen(t.border_strong, 1));
    if (!round_left) painter.drawLine(QPointF(0.5, 1), QPointF(0.5, height() - 1));
    painter.setPen(isEnabled() ? (isChecked() ? t.accent_text : t.muted) : theme::mix(t.faint, t.surface, 0.35));
    painter.setFont(theme::font(isChecked() ? theme::FontRole::body_strong : theme::FontRole::body));
    paint_text(painter, rect().adjusted(4, 0, -4, 0), Qt::AlignCenter, text(), layoutDirection());
    if (shows_focus(*this)) paint_focus(painter, QRectF(rect()).adjusted(1, 1, -1, -1), theme::kControlRadius - 1);
  }

 private:
  bool first_;
  bool last_;
};

}  // namespace

Toggle::Toggle(const QString& text, QWidget* parent) : QCheckBox(text, parent) {
  setCursor(Qt::PointingHandCursor);
  if (!text.isEmpty()) setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

QSize Toggle::sizeHint() const {
  const QFontMetrics metrics(theme::font(theme::FontRole::body));
  const int words = text().isEmpty() ? 0 : metrics.horizontalAdvance(one_line(text())) + theme::kSpaceM;
  return {words + theme::scaled(kToggleWidth),
          std::max(metrics.height(), theme::scaled(kToggleHeight)) + theme::kSpaceXs};
}

void Toggle::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const theme::Tokens& t = theme::tokens();
  const QRectF track = toggle_track(*this, !text().isEmpty());
  const qreal radius = track.height() / 2;
  const QColor off = theme::mix(t.surface_sunken, t.border_strong, t.dark ? 0.0 : 0.55);
  const QColor ground = isChecked() ? (underMouse() ? t.accent_hover : t.accent) : off;
  paint_box(painter, track, isEnabled() ? ground : t.surface_sunken, isChecked() ? ground : t.border_strong, radius);
  const bool right = isChecked() != (layoutDirection() == Qt::RightToLeft);
  const qreal side = track.height() - 6;
  const QRectF knob(right ? track.right() - side - 3 : track.left() + 3, track.top() + 3, side, side);
  painter.setPen(Qt::NoPen);
  painter.setBrush(isChecked() ? t.on_accent : t.dark ? t.faint : t.surface);
  painter.drawEllipse(knob);
  if (shows_focus(*this)) {
    painter.setPen(QPen(t.accent_text, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(track.adjusted(-0.5, -0.5, 0.5, 0.5), radius, radius);
  }
  if (text().isEmpty()) return;
  painter.setPen(isEnabled() ? t.text : theme::mix(t.faint, t.surface, 0.35));
  painter.setFont(theme::font(theme::FontRole::body));
  const QRect words(0, 0, width() - static_cast<int>(track.width()) - theme::kSpaceM, height());
  paint_text(painter, QStyle::visualRect(layoutDirection(), rect(), words), Qt::AlignLeft | Qt::AlignVCenter, text(),
             layoutDirection());
}

bool Toggle::hitButton(const QPoint& position) const {
  return rect().contains(position);
}

SegmentedControl::SegmentedControl(const QString& accessible_name, QWidget* parent) : QWidget(parent) {
  setAccessibleName(accessible_name);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

// Qt moves the stop with the focus only, not when a page is opened by other ways.
void stop_tab_at_chosen(const QVector<QRadioButton*>& group) {
  const bool any = std::ranges::any_of(group, &QRadioButton::isChecked);
  for (QRadioButton* const each : group) {
    each->setFocusPolicy(any && !each->isChecked() ? Qt::ClickFocus : Qt::StrongFocus);
  }
}

void SegmentedControl::set_segments(const QStringList& texts) {
  qDeleteAll(segments_);
  segments_.clear();
  const int count = static_cast<int>(std::min<qsizetype>(texts.size(), kSegmentsMax));
  for (int index = 0; index < count; ++index) {
    auto* segment = new Segment(texts[index], index == 0, index == count - 1);
    segments_.append(segment);
    layout()->addWidget(segment);
    // toggled, not clicked: arrow keys choose too.
    connect(segment, &QRadioButton::toggled, this, [this, index](bool on) {
      stop_tab_at_chosen(segments_);
      if (on) Q_EMIT current_changed(index);
    });
  }
  set_current(0);
}

int SegmentedControl::current() const {
  const auto on = std::ranges::find_if(segments_, [](const QRadioButton* segment) { return segment->isChecked(); });
  return on == segments_.end() ? -1 : static_cast<int>(on - segments_.begin());
}

void SegmentedControl::set_current(int index) {
  if (index < 0 || index >= segments_.size()) return;
  const bool was_blocked = blockSignals(true);
  segments_[index]->setChecked(true);
  blockSignals(was_blocked);
}

int SegmentedControl::count() const {
  return static_cast<int>(segments_.size());
}

ProgressBar::ProgressBar(QWidget* parent) : QProgressBar(parent) {
  setRange(0, 1000);
  setTextVisible(false);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ProgressBar::set_permille(int permille) {
  if (maximum() == 0) setRange(0, 1000);
  setValue(std::clamp(permille, 0, 1000));
}

void ProgressBar::set_open_ended() {
  setRange(0, 0);
}

void ProgressBar::set_tone(theme::Tone tone) {
  tone_ = tone;
  update();
}

QSize ProgressBar::sizeHint() const {
  return {theme::scaled(120), theme::scaled(6)};
}

void ProgressBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const theme::Tokens& t = theme::tokens();
  const QColor fill = tone_ == theme::Tone::accent ? t.accent : theme::tone_colors(t, tone_).ink;
  const qreal high = std::min<qreal>(height(), theme::scaled(6));
  const QRectF bar(0, (height() - high) / 2, width(), high);
  paint_bar(painter, bar, maximum() == 0 ? -1 : value(), t.border, fill, layoutDirection());
}

}  // namespace quern::desktop::widgets
