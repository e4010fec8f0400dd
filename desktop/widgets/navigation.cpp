// SideNavigation and StatusCard of controls.hpp.
#include <QEvent>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/flow_layout.hpp"
#include "desktop/widgets/key_value_list.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kRowHeight = 38;
constexpr int kGap = 10;  // between icon and words
constexpr int kIcon = 18;
constexpr int kBadgeCharacters = 6;

class Entry : public QRadioButton {
 public:
  explicit Entry(const NavigationItem& item) : glyph_(item.glyph) {
    setText(one_line(item.text));
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    rename();
  }

  void set_badge(const QString& badge) {
    badge_ = one_line(badge).left(kBadgeCharacters);
    rename();
    update();
  }

  QSize sizeHint() const override {
    const int words = QFontMetrics(theme::font(theme::FontRole::body_strong)).horizontalAdvance(text());
    return {theme::kSpaceM + theme::scaled(kIcon) + kGap + words + theme::kSpaceS, theme::scaled(kRowHeight)};
  }
  QSize minimumSizeHint() const override { return {theme::scaled(60), sizeHint().height()}; }

 protected:
  bool hitButton(const QPoint& position) const override { return rect().contains(position); }

  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Tokens& t = theme::tokens();
    const Qt::LayoutDirection direction = layoutDirection();
    if (isChecked()) {
      paint_box(painter, rect(), t.dark ? t.hover : t.surface, t.border, 8);
    } else if (underMouse()) {
      paint_box(painter, rect(), theme::mix(t.sidebar, t.hover, 0.8), Qt::transparent, 8);
    }
    const int side = theme::scaled(kIcon);
    const QRect icon(theme::kSpaceM, (height() - side) / 2, side, side);
    theme::paint_icon(painter, QStyle::visualRect(direction, rect(), icon), glyph_,
                      isChecked() ? t.accent_text : t.muted);
    const int badge = paint_badge(painter);
    painter.setFont(theme::font(isChecked() ? theme::FontRole::body_strong : theme::FontRole::body));
    painter.setPen(isChecked() ? t.text : t.muted);
    const int left = icon.right() + kGap;
    const QRect words(left, 0, width() - left - theme::kSpaceS - badge, height());
    paint_text(painter, QStyle::visualRect(direction, rect(), words), Qt::AlignLeft | Qt::AlignVCenter, text(),
               direction);
    if (shows_focus(*this)) paint_focus(painter, rect(), 8);
  }

 private:
  void rename() {
    setAccessibleName(badge_.isEmpty() ? text() : QStringLiteral("%1, %2").arg(text(), badge_));
    setToolTip(tool_tip(text()));
  }

  // Returns the width that it takes.
  int paint_badge(QPainter& painter) const {
    if (badge_.isEmpty()) return 0;
    const theme::Tokens& t = theme::tokens();
    painter.setFont(theme::font(theme::FontRole::micro_strong));
    const int high = theme::scaled(18);
    const int wide = std::max(high + 2, painter.fontMetrics().horizontalAdvance(badge_) + 12);
    const QRect box(width() - wide - 10, (height() - high) / 2, wide, high);
    const QRectF seen = QStyle::visualRect(layoutDirection(), rect(), box);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.accent_soft);
    painter.drawRoundedRect(seen, high / 2.0, high / 2.0);
    painter.setPen(t.accent_text);
    painter.drawText(seen, Qt::AlignCenter, badge_);
    return wide + 10;
  }

  theme::Glyph glyph_;
  QString badge_;
};

}  // namespace

SideNavigation::SideNavigation(const QString& app_name, const QIcon& app_icon, QWidget* parent)
    : QWidget(parent), list_(new QVBoxLayout), foot_(new QVBoxLayout) {
  setAccessibleName(tr("Pages"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(theme::kSpaceM, theme::kSpaceL, theme::kSpaceM + 1, theme::kSpaceL);
  column->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(theme::kSpaceS + 1, 0, 0, theme::kSpaceM + 2);
  head->setSpacing(10);
  auto* icon = new QLabel;
  const int side = theme::scaled(24);
  icon->setPixmap(app_icon.pixmap(QSize(side, side), devicePixelRatioF()));
  head->addWidget(icon);
  head->addWidget(new ElidedLabel(app_name, theme::FontRole::detail), 1);
  list_->setSpacing(0);
  foot_->setSpacing(theme::kSpaceS);
  column->addLayout(head);
  column->addLayout(list_);
  column->addStretch(1);
  column->addLayout(foot_);
  setFixedWidth(theme::scaled(kWidth));
}

void SideNavigation::set_items(const QVector<NavigationItem>& items) {
  qDeleteAll(items_);
  items_.clear();
  for (int index = 0; index < items.size(); ++index) {
    auto* entry = new Entry(items[index]);
    items_.append(entry);
    list_->addWidget(entry);
    connect(entry, &QRadioButton::toggled, this, [this, index](bool on) {
      stop_tab_at_chosen(items_);
      if (on) Q_EMIT current_changed(index);
    });
  }
  set_current(0);
}

void SideNavigation::set_badge(int index, const QString& badge) {
  if (index >= 0 && index < items_.size()) static_cast<Entry*>(items_[index])->set_badge(badge);
}

int SideNavigation::current() const {
  const auto on = std::ranges::find_if(items_, [](const QRadioButton* entry) { return entry->isChecked(); });
  return on == items_.end() ? -1 : static_cast<int>(on - items_.begin());
}

void SideNavigation::set_current(int index) {
  const bool was_blocked = blockSignals(true);
  if (index >= 0 && index < items_.size()) items_[index]->setChecked(true);
  if (const int was = current(); index == -1 && was != -1) {
    // One of a group is always on, unless it is no group for a moment.
    items_[was]->setAutoExclusive(false);
    items_[was]->setChecked(false);
    items_[was]->setAutoExclusive(true);
  }
  blockSignals(was_blocked);
}

int SideNavigation::count() const {
  return static_cast<int>(items_.size());
}

QSize SideNavigation::sizeHint() const {
  return {theme::scaled(kWidth), 480};
}

void SideNavigation::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme::tokens().sidebar);
  const QRect edge(width() - 1, 0, 1, height());
  painter.fillRect(QStyle::visualRect(layoutDirection(), rect(), edge), theme::tokens().border);
}

void SideNavigation::changeEvent(QEvent* event) {
  if (event->type() == QEvent::StyleChange) setFixedWidth(theme::scaled(kWidth));
  QWidget::changeEvent(event);
}

StatusCard::StatusCard(QWidget* parent)
    : Card(parent, theme::kSpaceM),
      state_(new Pill),
      mode_(new QToolButton),
      choose_(new QToolButton),
      rows_(new KeyValueList(nullptr, theme::FontRole::caption)) {
  auto* buttons = new QWidget;
  auto* pair = new QHBoxLayout(buttons);
  pair->setContentsMargins(0, 0, 0, 0);
  pair->setSpacing(0);
  for (QToolButton* const button : {mode_, choose_}) {
    button->setProperty("kind", QStringLiteral("compact"));
    pair->addWidget(button);
  }
  auto* head = new FlowLayout(nullptr, theme::kSpaceXs);  // a longer state has a line of its own
  head->set_last_trails(true);
  head->addWidget(state_);
  head->addWidget(buttons);
  choose_->setIcon(theme::icon(theme::Glyph::server));
  choose_->setToolTip(tr("Choose another daemon"));
  choose_->setAccessibleName(choose_->toolTip());
  connect(choose_, &QToolButton::clicked, this, &StatusCard::daemon_choice_wanted);
  body()->setContentsMargins(theme::kSpaceM - 1, theme::kSpaceS, theme::kSpaceM - 1, theme::kSpaceM - 2);
  body()->setSpacing(6);
  body()->addLayout(head);
  body()->addWidget(rows_);
  connect(mode_, &QToolButton::clicked, this,
          [this] { Q_EMIT mode_requested(theme::Theme::instance().dark() ? theme::Mode::light : theme::Mode::dark); });
  show_mode();
}

void StatusCard::set_state(const QString& state, theme::Tone tone) {
  state_->set_state(state, tone);
}

void StatusCard::set_rows(const QVector<KeyValue>& rows) {
  rows_->set_rows(rows);
}

void StatusCard::changeEvent(QEvent* event) {
  if (event->type() == QEvent::StyleChange) show_mode();
  Card::changeEvent(event);
}

void StatusCard::show_mode() {
  const bool dark = theme::Theme::instance().dark();
  mode_->setIcon(theme::icon(dark ? theme::Glyph::sun : theme::Glyph::moon));
  const QString text = dark ? tr("Switch to light colours") : tr("Switch to dark colours");
  mode_->setToolTip(text);
  mode_->setAccessibleName(text);
}

}  // namespace quern::desktop::widgets
