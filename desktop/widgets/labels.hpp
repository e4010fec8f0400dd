// Labels of plain text. Both take any text: markup is shown as it is written.
#pragma once
#include <QLabel>
#include <QString>
#include <QWidget>

#include "desktop/theme/theme.hpp"

namespace quern::desktop::widgets {

enum class Ink { text, muted, faint, accent, ok, warn, bad };
Ink ink_of(theme::Tone tone);
QColor ink_color(Ink ink);

// A label that wraps, long words too (breakable() of plain_text.hpp), and is as high as its text needs; of one longer
// than kLabelCharactersMax only the beginning is shown. Its font follows the theme; its text stands where the direction
// of the window wants it, whatever the direction of the text.
inline constexpr qsizetype kLabelCharactersMax = 1'024;
class TextLabel : public QLabel {
  Q_OBJECT
 public:
  explicit TextLabel(const QString& text = {}, theme::FontRole role = theme::FontRole::body, Ink ink = Ink::text,
                     QWidget* parent = nullptr);
  void set_text(const QString& text);
  void set_ink(Ink ink);
  void set_alignment(Qt::Alignment alignment);  // leading, vertically centred by default
  // False: whoever places it by hand gives it the height that heightForWidth() says.
  void set_takes_room(bool takes_room);
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void align();
  bool wraps_from_the_right() const;
  void take_room();

  theme::FontRole role_;
  Qt::Alignment alignment_ = Qt::AlignLeading | Qt::AlignVCenter;
  bool takes_room_ = true;
};

// One line that gets "…" where it does not fit, and then has the whole text as its tool tip. Shrinks to nothing.
class ElidedLabel : public QWidget {
  Q_OBJECT
  Q_PROPERTY(QString text READ text WRITE set_text)
 public:
  explicit ElidedLabel(const QString& text = {}, theme::FontRole role = theme::FontRole::body, Ink ink = Ink::text,
                       QWidget* parent = nullptr);
  const QString& text() const { return text_; }
  void set_text(const QString& text);
  void set_ink(Ink ink);
  void set_elide_mode(Qt::TextElideMode mode);  // ElideMiddle for ids
  void set_alignment(Qt::Alignment alignment);  // leading by default
  void set_tabular(bool tabular);               // digits equally wide
  bool is_elided() const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void retip();

  QString text_;
  theme::FontRole role_;
  Ink ink_;
  Qt::TextElideMode mode_ = Qt::ElideRight;
  Qt::Alignment alignment_ = Qt::AlignLeading | Qt::AlignVCenter;
  bool tabular_ = false;
};

// A state as a word with a dot on a soft ground: "● Running".
class Pill : public QWidget {
  Q_OBJECT
  Q_PROPERTY(QString text READ text)
 public:
  explicit Pill(const QString& text = {}, theme::Tone tone = theme::Tone::neutral, QWidget* parent = nullptr);
  const QString& text() const { return text_; }
  theme::Tone tone() const { return tone_; }
  void set_state(const QString& text, theme::Tone tone);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString text_;
  theme::Tone tone_;
};

}  // namespace quern::desktop::widgets
