#include "desktop/pages/drop_zone.hpp"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QUrl>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/theme.hpp"
#include "desktop/widgets/labels.hpp"

namespace quern::desktop::pages {

namespace {

constexpr qsizetype kPathsMax = 64;

QStringList paths_of(const QMimeData& data) {
  QStringList paths;
  for (const QUrl& url : data.urls().mid(0, kPathsMax)) {
    if (url.isLocalFile()) paths.append(url.toLocalFile());
  }
  return paths;
}

}  // namespace

DropZone::DropZone(const QString& text, QWidget* parent)
    : QWidget(parent),
      text_(new widgets::TextLabel(text, theme::FontRole::body, widgets::Ink::muted)),
      choose_(new QPushButton(theme::icon(theme::Glyph::folder, theme::Tint::text), tr("Choose…"))) {
  setAcceptDrops(true);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(theme::kSpaceL, theme::kSpaceM, theme::kSpaceL, theme::kSpaceM);
  row->setSpacing(theme::kSpaceM);
  row->addWidget(text_, 1);
  row->addWidget(choose_);
  connect(choose_, &QPushButton::clicked, this, &DropZone::choose_clicked);
}

void DropZone::set_text(const QString& text) {
  text_->set_text(text);
}

void DropZone::dragEnterEvent(QDragEnterEvent* event) {
  if (paths_of(*event->mimeData()).isEmpty()) return;
  event->acceptProposedAction();
  over_ = true;
  update();
}

void DropZone::dragLeaveEvent(QDragLeaveEvent*) {
  over_ = false;
  update();
}

void DropZone::dropEvent(QDropEvent* event) {
  over_ = false;
  update();
  const QStringList paths = paths_of(*event->mimeData());
  if (paths.isEmpty()) return;
  event->acceptProposedAction();
  Q_EMIT dropped(paths);
}

void DropZone::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const theme::Tokens& t = theme::tokens();
  painter.setBrush(over_ ? t.accent_soft : t.surface);
  painter.setPen(QPen(over_ ? t.accent : t.border_strong, 1.5, Qt::DashLine));
  painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), theme::kCardRadius, theme::kCardRadius);
}

}  // namespace quern::desktop::pages
