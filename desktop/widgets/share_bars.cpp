// ShareBars of charts.hpp.
#include <QFontMetricsF>
#include <QPainter>
#include <QStyle>
#include <algorithm>

#include "desktop/theme/tabular.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

int row_height() {
  return QFontMetrics(theme::font(theme::FontRole::body)).height() + theme::scaled(6) + 4 + theme::kSpaceL;
}

}  // namespace

ShareBars::ShareBars(const QString& accessible_name, QWidget* parent) : QWidget(parent) {
  setAccessibleName(accessible_name);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ShareBars::set_shares(const QVector<Share>& shares) {
  shares_ = shares.mid(0, kSharesMax);
  for (Share& share : shares_) {
    share.name = one_line(share.name);
    share.amount = one_line(share.amount);
    share.value = std::max<qint64>(0, share.value);
  }
  items_changed(this);
  updateGeometry();
  update();
}

QString ShareBars::item_text(int item) const {
  if (item < 0 || item >= shares_.size()) return {};
  return shares_[item].name + u' ' + shares_[item].amount;
}

QRect ShareBars::item_rect(int item) const {
  return {0, item * row_height(), width(), row_height()};
}

QSize ShareBars::sizeHint() const {
  return {theme::scaled(160), static_cast<int>(shares_.size()) * row_height()};
}

void ShareBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const theme::Tokens& t = theme::tokens();
  const Qt::LayoutDirection direction = layoutDirection();
  const bool rtl = direction == Qt::RightToLeft;
  const int high = QFontMetrics(theme::font(theme::FontRole::body)).height();
  qint64 most = 1;
  for (const Share& share : shares_) most = std::max(most, share.value);
  for (int at = 0; at < shares_.size(); ++at) {
    const Share& share = shares_[at];
    const QRect row = item_rect(at);
    const QRectF words(row.left(), row.top(), row.width(), high);
    painter.setFont(theme::font(theme::FontRole::body_strong));
    const qreal amount = std::min<qreal>(theme::tabular_width(share.amount, painter.font()), width() / 2.0);
    painter.setPen(t.text);
    theme::draw_tabular(painter, words, rtl ? Qt::AlignLeft : Qt::AlignRight, share.amount);
    painter.setFont(theme::font(theme::FontRole::body));
    paint_text(painter, rtl ? words.adjusted(amount + 8, 0, 0, 0) : words.adjusted(0, 0, -amount - 8, 0),
               Qt::AlignLeft | Qt::AlignVCenter, share.name, direction);
    const QRectF bar(row.left(), words.bottom() + 4, row.width(), theme::scaled(6));
    const auto permille = static_cast<int>(1000.0 * static_cast<double>(share.value) / static_cast<double>(most));
    const QColor color = t.series.at(static_cast<std::size_t>(at % theme::kSeries));
    paint_bar(painter, bar, permille, t.border, color, direction);
  }
}

}  // namespace quern::desktop::widgets
