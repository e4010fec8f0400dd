#include "desktop/widgets/head_row.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/theme/theme.hpp"

namespace quern::desktop::widgets {

namespace {

QWidget* stacked(QWidget* title, QWidget* caption) {
  auto* both = new QWidget;
  auto* column = new QVBoxLayout(both);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(title);
  column->addWidget(caption);
  return both;
}

}  // namespace

HeadRow::HeadRow(QWidget* title, QWidget* caption, int spacing, QWidget* parent)
    : HeadRow(stacked(title, caption), spacing, parent) {}

HeadRow::HeadRow(QWidget* words, int spacing, QWidget* parent)
    : QWidget(parent), words_(words), row_(new QHBoxLayout(this)), actions_(new QHBoxLayout), spacing_(spacing) {
  row_->setContentsMargins(0, 0, 0, 0);
  row_->setSpacing(spacing_);
  row_->addWidget(words_, 1);
  actions_->setSpacing(theme::kSpaceS);
  row_->addLayout(actions_);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
}

void HeadRow::add_action(QWidget* widget) {
  actions_->addWidget(widget, 0, Qt::AlignVCenter);
}

bool HeadRow::event(QEvent* event) {
  const bool done = QWidget::event(event);
  if (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest) arrange();
  return done;
}

void HeadRow::arrange() {
  const int words = std::min(words_->sizeHint().width(), theme::scaled(kWordsMax));
  const bool beside = words + spacing_ + actions_->sizeHint().width() <= width();
  const auto direction = beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom;
  if (row_->direction() == direction) return;
  row_->setDirection(direction);
  row_->setSpacing(beside ? spacing_ : theme::kSpaceS);
  row_->setAlignment(actions_, beside ? Qt::Alignment() : Qt::AlignLeading);
}

}  // namespace quern::desktop::widgets
