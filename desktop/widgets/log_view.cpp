#include "desktop/widgets/log_view.hpp"

#include <QEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextCursor>
#include <algorithm>
#include <utility>

#include "desktop/theme/theme.hpp"
#include "desktop/widgets/plain_text.hpp"

namespace quern::desktop::widgets {
namespace {

QTextCharFormat format_of(LogLevel level) {
  const theme::Tokens& t = theme::tokens();
  QTextCharFormat format;
  switch (level) {
    case LogLevel::debug:
      format.setForeground(t.faint);
      break;
    case LogLevel::warning:
      format.setForeground(t.warn);
      break;
    case LogLevel::error:
      format.setForeground(t.bad);
      break;
    case LogLevel::info:
      format.setForeground(t.log_text);
      break;
  }
  return format;
}

// Keeps what one_line() would cut shorter: a line of a log is longer than a name.
QString cleaned(const QString& text) {
  const QString line = many_lines(text.left(LogView::kLineCharacters));
  QString flat = line;
  flat.replace(u'\n', u' ');
  return text.size() > LogView::kLineCharacters ? flat + QChar(0x2026) : flat;
}

}  // namespace

LogView::LogView(const QString& accessible_name, QWidget* parent) : QPlainTextEdit(parent) {
  setAccessibleName(accessible_name);
  setProperty("kind", QStringLiteral("log"));
  setReadOnly(true);
  setUndoRedoEnabled(false);
  setLineWrapMode(QPlainTextEdit::NoWrap);
  setMaximumBlockCount(kLinesMax);
  setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  setFont(theme::font(theme::FontRole::mono));
  setFrameShape(QFrame::NoFrame);
  setLayoutDirection(Qt::LeftToRight);  // what programs write is read from the left everywhere
  batch_.setSingleShot(true);
  batch_.setInterval(kBatchMilliseconds);
  connect(&batch_, &QTimer::timeout, this, &LogView::flush);
  connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
    if (writing_) return;
    const bool at_end = value >= verticalScrollBar()->maximum();
    if (at_end == follows_) return;
    follows_ = at_end;
    Q_EMIT follow_changed(follows_);
  });
}

void LogView::append_lines(const QVector<LogLine>& lines) {
  for (const LogLine& line : lines.mid(std::max<qsizetype>(0, lines.size() - kLinesMax))) {
    lines_.push_back({.time = one_line(line.time), .level = line.level, .text = cleaned(line.text)});
  }
  forgotten_ += std::max<qsizetype>(0, lines.size() - kLinesMax);
  unshown_ += lines.size();
  while (lines_.size() > static_cast<std::size_t>(kLinesMax)) {
    lines_.pop_front();
    ++forgotten_;
  }
  unshown_ = std::min<qsizetype>(unshown_, static_cast<qsizetype>(lines_.size()));
  if (unshown_ > 0 && !batch_.isActive()) batch_.start();
  describe();
}

void LogView::clear_lines() {
  lines_.clear();
  unshown_ = 0;
  forgotten_ = 0;
  batch_.stop();
  clear();
  describe();
}

void LogView::set_placeholder(const QString& text) {
  const QString wanted = one_line(text);
  if (wanted == placeholder_) return;
  placeholder_ = wanted;
  describe();
  viewport()->update();
}

QString LogView::shown_placeholder() const {
  return lines_.empty() ? placeholder_ : QString();
}

void LogView::describe() {
  setAccessibleDescription(shown_placeholder());
}

void LogView::set_follow(bool follow) {
  const bool before = std::exchange(follows_, follow);
  if (follow) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
  if (before != follow) Q_EMIT follow_changed(follow);
}

QString LogView::all_text() const {
  QString text;
  for (const LogLine& line : lines_) {
    if (!line.time.isEmpty()) text += line.time + QStringLiteral("  ");
    text += line.text + u'\n';
  }
  return text;
}

void LogView::flush() {
  if (unshown_ == 0) return;
  const qsizetype first = static_cast<qsizetype>(lines_.size()) - unshown_;
  const int position = verticalScrollBar()->value();
  const bool was_writing = std::exchange(writing_, true);
  if (first == 0) clear();
  write(first);
  if (!follows_) verticalScrollBar()->setValue(position);
  writing_ = was_writing;
}

void LogView::write(qsizetype first) {
  QTextCharFormat time_format;
  time_format.setForeground(theme::tokens().faint);
  QTextCursor cursor(document());
  cursor.beginEditBlock();
  cursor.movePosition(QTextCursor::End);
  bool empty = document()->isEmpty();
  for (auto line = lines_.begin() + first; line != lines_.end(); ++line) {
    if (!empty) cursor.insertBlock();
    empty = false;
    if (!line->time.isEmpty()) cursor.insertText(line->time + QStringLiteral("  "), time_format);
    cursor.insertText(line->text, format_of(line->level));
  }
  cursor.endEditBlock();
  unshown_ = 0;
  if (follows_) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void LogView::paintEvent(QPaintEvent* event) {
  QPlainTextEdit::paintEvent(event);
  const QString text = shown_placeholder();
  if (text.isEmpty()) return;
  QPainter painter(viewport());
  painter.setPen(theme::tokens().faint);
  painter.setFont(theme::font(theme::FontRole::body));
  const QRect box = viewport()->rect().adjusted(theme::kSpaceL, 0, -theme::kSpaceL, 0);
  painter.drawText(box, static_cast<int>(Qt::AlignCenter) | Qt::TextWordWrap, text);
}

void LogView::changeEvent(QEvent* event) {
  QPlainTextEdit::changeEvent(event);
  if (event->type() != QEvent::StyleChange) return;
  if (font() != theme::font(theme::FontRole::mono)) setFont(theme::font(theme::FontRole::mono));
  // The colours are in the text: written anew, but not within the switch of the theme.
  unshown_ = static_cast<qsizetype>(lines_.size());
  if (unshown_ > 0) batch_.start();
}

}  // namespace quern::desktop::widgets
