#include "desktop/widgets/plain_text.hpp"

#include <QFontMetricsF>
#include <QTextLayout>
#include <QTextOption>

namespace quern::desktop::widgets {
namespace {

constexpr qsizetype kPiece = 8;  // of a word that may break: the longest
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

QString breakable(const QString& text, qsizetype longest) {
  constexpr QChar kMayBreak(0x200B);
  static const QString kJoins = QStringLiteral("-_/.:,");  // behind these rather than anywhere
  QString broken;
  broken.reserve(text.size() + text.size() / kPiece);
  qsizetype at = 0;
  while (at < text.size()) {
    qsizetype end = at;
    while (end < text.size() && !text[end].isSpace()) ++end;
    const bool is_long = end - at > longest;
    qsizetype unbroken = 0;
    for (qsizetype in_word = 0; at + in_word < end; ++in_word) {
      const QChar c = text[at + in_word];
      // Never between the halves of a pair, nor before a mark that stands on the character before it.
      const bool stands_alone = !c.isLowSurrogate() && !c.isMark();
      const bool joined = in_word > 0 && kJoins.contains(text[at + in_word - 1]) && !kJoins.contains(c);
      if (is_long && (joined || unbroken >= kPiece) && stands_alone) {
        broken += kMayBreak;
        unbroken = 0;
      }
      broken += c;
      ++unbroken;
    }
    if (end < text.size()) broken += text[end];
    at = end + 1;
  }
  return broken;
}

QString elided(const QString& text, const QFont& font, qreal width, Qt::TextElideMode mode) {
  return QFontMetricsF(font).elidedText(one_line(text), mode, width);
}

QStringList wrapped(const QString& text, const QFont& font, qreal width, Qt::LayoutDirection direction, qsizetype most,
                    qreal indent) {
  QTextOption option;
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  option.setTextDirection(direction);
  QStringList lines;
  for (const QString& paragraph : text.split(u'\n')) {
    QTextLayout layout(paragraph, font);
    layout.setTextOption(option);
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid() && lines.size() < most; line = layout.createLine()) {
      line.setLineWidth(lines.isEmpty() ? std::max(0.0, width - indent) : width);
      const bool last = lines.size() + 1 == most;
      lines.append(paragraph.mid(line.textStart(), last ? -1 : line.textLength()).trimmed());
    }
    layout.endLayout();
  }
  return lines;
}

QString tool_tip(const QString& text) {
  if (text.isEmpty()) return {};
  QString escaped = many_lines(text.left(kLineCharacters * 2)).toHtmlEscaped();
  return QStringLiteral("<span>%1</span>").arg(escaped.replace(u'\n', QStringLiteral("<br/>")));
}

}  // namespace quern::desktop::widgets
