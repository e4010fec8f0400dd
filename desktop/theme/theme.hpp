// The look of the app: Fusion, one palette, one style sheet, fonts and sizes. One object a process, on the GUI thread.
//
//   Theme::instance().install();              // once, after QApplication and before the first widget
//   Theme::instance().set_mode(Mode::system);
//   painter.setPen(tokens().muted);
//   painter.setFont(font(FontRole::caption));
//
// The sheet is not the application's: Qt would match it anew against every widget at a switch. It is worn by parts: a
// part is a window, or a child of a widget that is dressed in parts. It gets the sheet when one of its widgets is first
// polished; a window when it is first shown, for until then it may become a child, and is dressed with its new part. A
// switch of colours leaves hidden parts until they are shown, before they are painted. Other sizes reach all at once.
//
// A new sheet sends StyleChange to every widget of its part; one that paints itself needs no more than that. What keeps
// colours (a pixmap, a text format) listens to changed().
//
// Buttons get a look by the property "kind": "primary", "ghost", "danger"; labels an ink by the property "ink":
// "muted", "faint", "accent", "ok", "warn", "bad". Set both before the widget is shown.
#pragma once
#include <QFont>
#include <QHash>
#include <QObject>

#include "desktop/theme/tokens.hpp"

class QWidget;

namespace quern::desktop::theme {

// Distances in logical pixels; they do not grow with the text.
inline constexpr int kSpaceXs = 4, kSpaceS = 8, kSpaceM = 12, kSpaceL = 16, kSpaceXl = 24;
inline constexpr int kCardRadius = 10;
inline constexpr int kControlRadius = 7;

// Steps of the type scale, in pixels of a 13-pixel body; the real ones follow the user's font (body_pixels).
enum class FontRole {
  micro,           // 11: labels in charts and tiles
  micro_strong,    // 11, 600
  caption,         // 12
  caption_strong,  // 12, 500
  body,            // 13
  body_strong,     // 13, 600
  section,         // 14, 600: head of a card
  detail,          // 15, 600: head of a detail panel
  page,            // 21, 650: head of a page
  figure,          // 27, 600: the one number of a tile
  mono,            // 12: logs and ids
};

enum class Mode { system, light, dark };

class Theme : public QObject {
  Q_OBJECT
 public:
  static constexpr int kBodyPixels = 13;     // smallest body text; all sizes in this code are meant for it
  static constexpr int kBodyPixelsMax = 39;  // three times that

  // Made at the first call; owned by the QApplication, which must exist.
  static Theme& instance();

  // Takes the size of QApplication::font() as the user's wish (within the bounds above) and dresses the application.
  // Works again after the user's font has changed.
  void install();

  Mode mode() const { return mode_; }
  // system follows ColorScheme, and is light while nothing is known.
  void set_mode(Mode mode);
  // What the desktop wants, from ColorScheme::changed; counts in Mode::system only.
  void set_system_dark(bool dark);
  bool dark() const { return tokens_->dark; }
  const Tokens& tokens() const { return *tokens_; }

  // Extra growth of all text and of what must hold text, in percent of the user's size: 100 to 200, else clamped.
  void set_text_percent(int percent);
  // Size of the body text in logical pixels.
  int body_pixels() const;
  // `pixels` at a 13-pixel body, at this one: for heights and widths that hold text.
  int scaled(int pixels) const;
  const QFont& font(FontRole role) const;  // until the next changed()

 Q_SIGNALS:
  void changed();  // colours or sizes; what is on the screen wears the new sheet already

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  enum class Reach { shown, all };
  explicit Theme(QObject* parent);
  void apply(Reach reach);
  void dress(QWidget* widget);
  void put_on(QWidget* part);
  void undress(QWidget* former);
  QFont make_font(FontRole role) const;

  const Tokens* tokens_;
  Mode mode_ = Mode::system;
  bool system_dark_ = false;
  bool installed_ = false;
  int system_pixels_ = kBodyPixels;
  int percent_ = 100;
  QString sheet_;
  int sheets_ = 0;              // made so far
  QHash<QObject*, int> parts_;  // each that lives, with the number of the sheet it wears
  // A font that is kept has its face looked up already; a paint asks for dozens.
  mutable QHash<int, QFont> fonts_;
};

// Each child of `widget` is a part of its own; `widget` itself is no part, and looks as the palette says. For what
// holds many widgets of which few are on the screen. Before `widget` is shown.
void dress_in_parts(QWidget* widget);

// Short for Theme::instance(): these stand in every paint.
const Tokens& tokens();
const QFont& font(FontRole role);
int scaled(int pixels);

// The families asked for in their order; Qt takes the first that is there for every character.
QStringList text_families();
QStringList mono_families();

}  // namespace quern::desktop::theme
