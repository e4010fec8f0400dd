#include "desktop/widgets/plain_text.hpp"

#include <QFontMetricsF>

namespace quern::desktop::widgets {
namespace {

constexpr QChar kEllipsis(0x2026);
constexpr QChar kReplacement(0xFFFD);

// Those that reorder what stands around them: a name must not be able to dress up as another.
bool turns_direction(QChar c) {
  const char16_t u = c.unicode();
  return (u >= 0x202A && u <= 0x202E) || (u >= 0x2066 && u <= 0x2069);
}

QString cleaned(const QString& text, qsizetype limit, bool keep_breaks) {
  QString clean = text.left(limit);
  for (QChar& c : clean) {
    const bool is_break = c == u'\n' || c == u'\r' || c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
    if (is_break) {
      c = keep_breaks && c != u'\r' ? QChar(u'\n') : QChar(u' ');
    } else if (c == u'\t') {
      c = u' ';
    } else if (c.category() == QChar::Other_Control || turns_direction(c)) {
      c = kReplacement;
    }
  }
  if (text.size() <= limit) return clean;
  if (clean.back().isHighSurrogate()) clean.chop(1);
  return clean + kEllipsis;
}

}  // namespace

QString one_line(const QString& text) {
  return cleaned(text, kLineCharacters, false);
}

QString many_lines(const QString& text) {
  return cleaned(text, kTextCharacters, true);
}

QString elided(const QString& text, const QFont& font, qreal width, Qt::TextElideMode mode) {
  return QFontMetricsF(font).elidedText(one_line(text), mode, width);
}

QString tool_tip(const QString& text) {
  if (text.isEmpty()) return {};
  QString escaped = many_lines(text.left(kLineCharacters * 2)).toHtmlEscaped();
  return QStringLiteral("<span>%1</span>").arg(escaped.replace(u'\n', QStringLiteral("<br/>")));
}

}  // namespace quern::desktop::widgets
