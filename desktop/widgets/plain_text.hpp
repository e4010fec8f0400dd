// Text of others, made fit to be shown: peers choose their names, jobs write what they like.
#pragma once
#include <QFont>
#include <QString>
#include <QStringList>

class QFontMetricsF;

namespace quern::desktop::widgets {

inline constexpr qsizetype kLineCharacters = 512;       // of a text that is shown in one line
inline constexpr qsizetype kTextCharacters = 16 << 10;  // of one that wraps

// One line: line breaks and tabs become spaces, other control characters and those that turn the direction of writing
// U+FFFD; what is longer than kLineCharacters ends in "…".
QString one_line(const QString& text);
// The same, but line breaks stay, and the limit is kTextCharacters.
QString many_lines(const QString& text);
// Words of more than `longest` characters may break (U+200B is put in) behind their hyphens, dots and the like, and
// after every few characters without: a digest, a path, or what a hostile peer calls itself has no blank to break at,
// and would be cut.
QString breakable(const QString& text, qsizetype longest);
// one_line(), then cut to `width` logical pixels.
QString elided(const QString& text, const QFont& font, qreal width, Qt::TextElideMode mode = Qt::ElideRight);
// The lines that `text` takes at `width` logical pixels, broken between words where that is possible, without the
// blanks at their ends. Of at most `most`: all that is left of its paragraph stands on the last, which may be too long
// for it. The first begins `indent` further on.
QStringList wrapped(const QString& text, const QFont& font, qreal width, Qt::LayoutDirection direction,
                    qsizetype most = kTextCharacters, qreal indent = 0);
// Of a tool tip: Qt takes a tip that looks like HTML for HTML; this never is.
QString tool_tip(const QString& text);

}  // namespace quern::desktop::widgets
