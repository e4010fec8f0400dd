// Banner, PageFrame and DetailPanel of card.hpp.
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "desktop/widgets/card.hpp"
#include "desktop/widgets/head_row.hpp"
#include "desktop/widgets/painting.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kBannerIcon = 18;

theme::Glyph banner_glyph(theme::Tone tone) {
  switch (tone) {
    case theme::Tone::ok:
      return theme::Glyph::check;
    case theme::Tone::warn:
      return theme::Glyph::warning;
    case theme::Tone::bad:
      return theme::Glyph::error;
    case theme::Tone::accent:
    case theme::Tone::neutral:
      break;
  }
  return theme::Glyph::info;
}

// Takes the keyboard while there is something to scroll to: texts below the last control are reached by nothing else.
class PanelArea : public QScrollArea {
 public:
  PanelArea() : ring_(new Ring(*this)) {
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setAutoFillBackground(false);
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this,
            [this](int, int most) { setFocusPolicy(most > 0 ? Qt::TabFocus : Qt::NoFocus); });
  }

 protected:
  void resizeEvent(QResizeEvent* event) override {
    QScrollArea::resizeEvent(event);
    ring_->setGeometry(rect());
    ring_->raise();
  }
  void focusInEvent(QFocusEvent* event) override {
    QScrollArea::focusInEvent(event);
    ring_->update();
  }
  void focusOutEvent(QFocusEvent* event) override {
    QScrollArea::focusOutEvent(event);
    ring_->update();
  }
  void keyPressEvent(QKeyEvent* event) override {
    if (event->key() == Qt::Key_Home) return verticalScrollBar()->setValue(0);
    if (event->key() == Qt::Key_End) return verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    QScrollArea::keyPressEvent(event);
  }

 private:
  class Ring : public QWidget {
   public:
    explicit Ring(QScrollArea& area) : QWidget(&area), area_(area) { setAttribute(Qt::WA_TransparentForMouseEvents); }

   protected:
    void paintEvent(QPaintEvent*) override {
      if (!shows_focus(area_)) return;
      QPainter painter(this);
      painter.setRenderHint(QPainter::Antialiasing);
      paint_focus(painter, rect(), theme::kCardRadius);
    }

   private:
    QScrollArea& area_;
  };
  Ring* ring_;
};

}  // namespace

Banner::Banner(QWidget* parent)
    : QWidget(parent),
      message_(new TextLabel),
      action_(new QPushButton),
      second_action_(new QPushButton),
      close_(new QToolButton) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(theme::kSpaceM, theme::kSpaceS, theme::kSpaceS, theme::kSpaceS);
  row->setSpacing(theme::kSpaceS);
  row->addSpacing(theme::scaled(kBannerIcon) + theme::kSpaceS);  // painted
  row->addWidget(message_, 1);
  row->addWidget(second_action_);
  row->addWidget(action_);
  row->addWidget(close_);
  close_->setIcon(theme::icon(theme::Glyph::close));
  close_->setAccessibleName(tr("Close the message"));
  close_->setToolTip(tr("Close"));
  close_->hide();
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
  connect(action_, &QPushButton::clicked, this, &Banner::action_triggered);
  connect(second_action_, &QPushButton::clicked, this, &Banner::second_action_triggered);
  connect(close_, &QToolButton::clicked, this, [this] {
    hide();
    Q_EMIT closed();
  });
  hide();
}

void Banner::show_message(theme::Tone tone, const QString& message, const QString& action,
                          const QString& second_action) {
  tone_ = tone;
  message_->set_text(message);
  setAccessibleName(message_->text());
  action_->setText(action);
  action_->setVisible(!action.isEmpty());
  second_action_->setText(second_action);
  second_action_->setVisible(!second_action.isEmpty());
  show();
  update();
}

void Banner::set_closable(bool closable) {
  close_->setVisible(closable);
}

QString Banner::message() const {
  return message_->text();
}

void Banner::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const theme::ToneColors colors = theme::tone_colors(theme::tokens(), tone_);
  paint_box(painter, rect(), colors.soft, theme::mix(colors.soft, colors.ink, 0.3), theme::kCardRadius);
  const int side = theme::scaled(kBannerIcon);
  const QRect icon(theme::kSpaceM, (height() - side) / 2, side, side);
  theme::paint_icon(painter, QStyle::visualRect(layoutDirection(), rect(), icon), banner_glyph(tone_), colors.ink);
}

PageFrame::PageFrame(const QString& title, QWidget* parent)
    : QWidget(parent),
      title_(new ElidedLabel(title, theme::FontRole::page)),
      subtitle_(new ElidedLabel({}, theme::FontRole::body, Ink::muted)),
      head_(new HeadRow(title_, subtitle_, theme::kSpaceL)),
      banner_(new Banner),
      body_(new QVBoxLayout) {
  setAccessibleName(title);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(theme::kSpaceXl, theme::kSpaceL + theme::kSpaceXs, theme::kSpaceXl, theme::kSpaceXl);
  column->setSpacing(theme::kSpaceL);
  body_->setSpacing(theme::kSpaceL);
  column->addWidget(head_);
  column->addWidget(banner_);
  column->addLayout(body_, 1);
}

void PageFrame::set_title(const QString& title) {
  title_->set_text(title);
  setAccessibleName(title);
}

void PageFrame::set_subtitle(const QString& subtitle) {
  subtitle_->set_text(subtitle);
}

void PageFrame::add_action(QWidget* widget) {
  head_->add_action(widget);
}

DetailPanel::DetailPanel(QWidget* parent)
    : Card(parent, 1),
      icon_(new QLabel),
      title_(new TextLabel({}, theme::FontRole::detail)),
      subtitle_(new TextLabel({}, theme::FontRole::caption, Ink::muted)),
      content_(new QVBoxLayout) {
  auto* area = new PanelArea;
  area->setAccessibleName(tr("Details"));
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(theme::kSpaceL - 1, theme::kSpaceM, theme::kSpaceL - 1, theme::kSpaceL);
  column->setSpacing(theme::kSpaceS);
  auto* head = new QHBoxLayout;
  head->setSpacing(theme::kSpaceS);
  head->addWidget(icon_, 0, Qt::AlignTop);
  head->addWidget(title_, 1);
  icon_->hide();
  content_->setSpacing(theme::kSpaceS);
  column->addLayout(head);
  column->addWidget(subtitle_);
  column->addLayout(content_);
  column->addStretch(1);
  area->setWidget(page);
  page->setAutoFillBackground(false);  // setWidget() has set it
  body()->addWidget(area);
  setFixedWidth(theme::scaled(kWidth));
}

void DetailPanel::set_heading(const QString& title, const QString& subtitle, std::optional<theme::Glyph> glyph) {
  title_->set_text(title);
  subtitle_->set_text(subtitle);
  subtitle_->setVisible(!subtitle.isEmpty());
  setAccessibleName(title_->text());
  icon_->setVisible(glyph.has_value());
  icon_->setProperty("glyph", glyph ? static_cast<int>(*glyph) : -1);
  if (!glyph) return;
  const int side = theme::scaled(20);
  icon_->setPixmap(theme::icon(*glyph).pixmap(QSize(side, side), devicePixelRatioF()));
}

void DetailPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::StyleChange) {
    setFixedWidth(theme::scaled(kWidth));
    const int glyph = icon_->property("glyph").toInt();
    const int side = theme::scaled(20);
    if (icon_->isVisibleTo(this) && glyph >= 0) {
      icon_->setPixmap(theme::icon(static_cast<theme::Glyph>(glyph)).pixmap(QSize(side, side), devicePixelRatioF()));
    }
  }
  Card::changeEvent(event);
}

}  // namespace quern::desktop::widgets
