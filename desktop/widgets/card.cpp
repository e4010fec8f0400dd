#include "desktop/widgets/card.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/head_row.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {

Card::Card(QWidget* parent, int margin) : QWidget(parent), body_(new QVBoxLayout(this)) {
  body_->setContentsMargins(margin, margin, margin, margin);
  body_->setSpacing(theme::kSpaceS);
}

void Card::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_box(painter, rect(), theme::tokens().surface, theme::tokens().border, theme::kCardRadius);
}

SectionTitle::SectionTitle(const QString& title, QWidget* parent)
    : QWidget(parent),
      title_(new ElidedLabel(title, theme::FontRole::section)),
      caption_(new ElidedLabel({}, theme::FontRole::caption, Ink::muted)),
      row_(new HeadRow(title_, theme::kSpaceS)) {
  auto* whole = new QVBoxLayout(this);
  whole->setContentsMargins(0, 0, 0, 0);
  whole->addWidget(row_);
  row_->add_action(caption_);
  caption_->hide();
}

void SectionTitle::set_title(const QString& title) {
  title_->set_text(title);
}

void SectionTitle::set_caption(const QString& caption) {
  caption_->set_text(caption);
  caption_->setVisible(!caption.isEmpty());
}

void SectionTitle::add_action(QWidget* widget) {
  row_->add_action(widget);
}

Separator::Separator(QWidget* parent) : QWidget(parent) {
  setFixedHeight(1);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Separator::paintEvent(QPaintEvent*) {
  QPainter(this).fillRect(rect(), theme::tokens().border);
}

// Has the height of a line.
const QString kNoNote(QChar::Nbsp);
// Of a note: a tile is as high as the highest beside it, and a reason may be a page of text.
constexpr qsizetype kNoteCharacters = 96;

KpiTile::KpiTile(const QString& label, QWidget* parent)
    : Card(parent),
      label_(new ElidedLabel(label, theme::FontRole::body, Ink::muted)),
      figure_(new ElidedLabel({}, theme::FontRole::figure)),
      unit_(new ElidedLabel({}, theme::FontRole::body, Ink::muted)),
      note_(new TextLabel(kNoNote, theme::FontRole::caption_strong, Ink::muted)),
      past_(new Sparkline(tr("The recent past"))) {
  setAccessibleName(label);
  body()->setContentsMargins(theme::kSpaceL, theme::kSpaceM, theme::kSpaceL, theme::kSpaceM);
  auto* across = new QHBoxLayout;
  across->setSpacing(theme::kSpaceM);
  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  auto* number = new QHBoxLayout;
  number->setSpacing(6);
  number->addWidget(figure_, 0, Qt::AlignBottom);
  number->addWidget(unit_, 0, Qt::AlignBottom);
  number->addStretch(1);
  words->addWidget(label_);
  words->addLayout(number);
  words->addWidget(note_);
  words->addStretch(1);
  across->addLayout(words, 1);
  across->addWidget(past_, 0, Qt::AlignVCenter);
  body()->addLayout(across);
  unit_->setContentsMargins(0, 0, 0, 4);
  past_->setFixedSize(theme::scaled(84), theme::scaled(40));
  past_->hide();
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void KpiTile::set_label(const QString& label) {
  label_->set_text(label);
  rename();
}

void KpiTile::set_figure(const QString& figure, const QString& unit) {
  figure_->set_text(figure);
  unit_->set_text(unit);
  rename();
}

void KpiTile::set_note(const QString& note, Ink ink) {
  noted_ = one_line(note);
  const bool whole = noted_.size() <= kNoteCharacters;
  const QString shown = whole ? noted_ : noted_.first(kNoteCharacters - 1).trimmed() + QChar(0x2026);
  note_->set_text(shown.isEmpty() ? kNoNote : shown);
  note_->setToolTip(whole ? QString() : tool_tip(note));
  note_->set_ink(ink);
  rename();
}

void KpiTile::set_past(const QVector<qreal>& values) {
  past_->set_values(values);
  past_->setVisible(!values.isEmpty());
}

void KpiTile::rename() {
  setAccessibleName(QStringLiteral("%1: %2 %3, %4").arg(label_->text(), figure_->text(), unit_->text(), noted_));
}

EmptyState::EmptyState(theme::Glyph glyph, const QString& title, const QString& text, QWidget* parent)
    : QWidget(parent),
      title_(new TextLabel(title, theme::FontRole::detail)),
      text_(new TextLabel(text, theme::FontRole::body, Ink::muted)),
      action_(new QPushButton) {
  auto* column = new QVBoxLayout(this);
  column->setSpacing(theme::kSpaceS);
  auto* drawing = new QLabel;
  const int side = theme::scaled(40);
  drawing->setPixmap(theme::icon(glyph).pixmap(QSize(side, side), devicePixelRatioF()));
  connect(&theme::Theme::instance(), &theme::Theme::changed, drawing, [drawing, glyph, side] {
    drawing->setPixmap(theme::icon(glyph).pixmap(QSize(side, side), drawing->devicePixelRatioF()));
  });
  column->addStretch(1);
  column->addWidget(drawing, 0, Qt::AlignHCenter);
  for (TextLabel* label : {title_, text_}) {
    label->set_alignment(Qt::AlignHCenter);
    column->addWidget(label);
  }
  column->addSpacing(theme::kSpaceS);
  column->addWidget(action_, 0, Qt::AlignHCenter);
  column->addStretch(1);
  action_->hide();
  connect(action_, &QPushButton::clicked, this, &EmptyState::action_triggered);
}

void EmptyState::set_text(const QString& title, const QString& text) {
  title_->set_text(title);
  text_->set_text(text);
}

void EmptyState::set_action(const QString& action) {
  action_->setText(action);
  action_->setVisible(!action.isEmpty());
}

}  // namespace quern::desktop::widgets
