#include "desktop/widgets/head_row.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/theme/theme.hpp"
#include "desktop/widgets/labels.hpp"

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

// Words that can be cut ask for no more than words keep: a caption may be the reason why something is not known.
int room_of(const QWidget& action) {
  const int width = action.sizeHint().width();
  return qobject_cast<const ElidedLabel*>(&action) ? std::min(width, theme::scaled(HeadRow::kWordsMax)) : width;
}

}  // namespace

HeadRow::HeadRow(QWidget* title, QWidget* caption, int spacing, QWidget* parent)
    : HeadRow(stacked(title, caption), spacing, parent) {}

HeadRow::HeadRow(QWidget* words, int spacing, QWidget* parent)
    : QWidget(parent),
      words_(words),
      row_(new QHBoxLayout(this)),
      lines_(new QVBoxLayout),
      line_{new QHBoxLayout, new QHBoxLayout},
      spacing_(spacing) {
  row_->setContentsMargins(0, 0, 0, 0);
  row_->setSpacing(spacing_);
  row_->addWidget(words_, 1);
  lines_->setSpacing(theme::kSpaceS);
  for (QHBoxLayout* const line : line_) {
    line->setSpacing(theme::kSpaceS);
    lines_->addLayout(line);
    lines_->setAlignment(line, Qt::AlignLeading);
  }
  row_->addLayout(lines_);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
}

void HeadRow::add_action(QWidget* widget) {
  line_.front()->addWidget(widget, 0, Qt::AlignVCenter);
  actions_.push_back(widget);
  break_actions(actions_.size());
}

bool HeadRow::event(QEvent* event) {
  const bool done = QWidget::event(event);
  if (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest) arrange();
  return done;
}

// Of those actions, on one line.
int HeadRow::width_of(std::size_t first, std::size_t end) const {
  int width = 0;
  for (std::size_t i = first; i < end; ++i) {
    if (!actions_[i]->isHidden()) width += room_of(*actions_[i]) + (width > 0 ? theme::kSpaceS : 0);
  }
  return width;
}

// How many, from the first.
std::size_t HeadRow::actions_within(int width) const {
  std::size_t count = actions_.size();
  while (count > 0 && width_of(0, count) > width) --count;
  return count;
}

QSize HeadRow::minimumSizeHint() const {
  int actions = width_of(0, actions_.size());
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    actions = std::min(actions, std::max(width_of(0, i), width_of(i, actions_.size())));
  }
  return {std::max(words_->minimumSizeHint().width(), actions), QWidget::minimumSizeHint().height()};
}

void HeadRow::break_actions(std::size_t on_first) {
  if (on_first == on_first_) return;
  on_first_ = on_first;
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    for (QHBoxLayout* const line : line_) line->removeWidget(actions_[i]);
    line_[i < on_first ? 0 : 1]->addWidget(actions_[i], 0, Qt::AlignVCenter);
  }
}

void HeadRow::arrange() {
  const int words = std::min(words_->sizeHint().width(), theme::scaled(kWordsMax));
  const bool beside = words + spacing_ + width_of(0, actions_.size()) <= width();
  words_->setMinimumWidth(beside ? words : 0);  // a caption would push a title out
  break_actions(beside ? actions_.size() : actions_within(width()));
  const auto direction = beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom;
  if (row_->direction() == direction) return;
  row_->setDirection(direction);
  row_->setSpacing(beside ? spacing_ : theme::kSpaceS);
  row_->setAlignment(lines_, beside ? Qt::Alignment() : Qt::AlignLeading);
}

}  // namespace quern::desktop::widgets
