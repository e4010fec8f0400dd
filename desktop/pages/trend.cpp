#include "desktop/pages/trend.hpp"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "desktop/widgets/charts.hpp"

namespace quern::desktop::pages {

using widgets::ElidedLabel;
using widgets::Ink;

Trend::Trend(const QString& name, int series, int readings, QWidget* parent)
    : QWidget(parent),
      name_(new ElidedLabel(name, theme::FontRole::caption, Ink::muted)),
      value_(new ElidedLabel({}, theme::FontRole::body_strong)),
      line_(new widgets::Sparkline(name)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceXs);
  auto* head = new QHBoxLayout;
  head->setSpacing(theme::kSpaceS);
  head->addWidget(name_, 1);
  head->addWidget(value_);
  value_->set_tabular(true);
  value_->set_alignment(Qt::AlignTrailing | Qt::AlignVCenter);
  line_->set_series(series);
  line_->set_slots(readings);
  line_->setFixedHeight(theme::scaled(36));
  column->addLayout(head);
  column->addWidget(line_);
  hide();
}

void Trend::show_values(const QString& now, const QVector<qreal>& values, Ink ink) {
  setVisible(!values.isEmpty());
  if (values.isEmpty()) return;
  value_->set_text(now);
  value_->set_ink(ink);
  line_->set_values(values);
  setAccessibleName(QStringLiteral("%1: %2").arg(name_->text(), now));
}

void Trend::set_range(qreal low, qreal high) {
  line_->set_range(low, high);
}

}  // namespace quern::desktop::pages
