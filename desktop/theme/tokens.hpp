// The colours of the app by what they mean. Nothing names a colour itself: it names a token, so that light and dark
// stay two tables. tests/desktop/theme holds every pair that is read to the contrast of WCAG 2 (text 4.5:1, charts
// 3:1).
#pragma once
#include <QColor>
#include <array>

namespace quern::desktop::theme {

inline constexpr int kSeries = 6;  // colours of charts; the last is the neutral one, for "all others"

struct Tokens {
  bool dark = false;
  // Grounds, from the back to the front: the window, the list on its left, a card, a box on a card, what the mouse is
  // on.
  QColor window, sidebar, surface, surface_sunken, hover;
  QColor border, border_strong;
  QColor text, muted, faint;  // on any ground
  // accent: a filled button, a bar. on_accent: text on it. accent_soft: a selected row; accent_text: text on that.
  QColor accent, accent_hover, accent_soft, on_accent, accent_text;
  QColor ok, ok_soft, warn, warn_soft, bad, bad_soft;
  QColor heat_low, heat_high;  // ends of the one-hue ramp of loads
  QColor log_ground, log_text;
  QColor tip_ground, tip_text;
  std::array<QColor, kSeries> series;
};

const Tokens& light_tokens();
const Tokens& dark_tokens();

// What a state means; the colour follows from it.
enum class Tone { neutral, accent, ok, warn, bad };
struct ToneColors {
  QColor ink;   // text, dot, bar
  QColor soft;  // the ground of a pill or a banner
};
ToneColors tone_colors(const Tokens& tokens, Tone tone);

// `part` of the way from `from` to `to`, in [0, 1].
QColor mix(const QColor& from, const QColor& to, double part);
// WCAG 2: 1 (the same) to 21 (black on white).
double contrast(const QColor& one, const QColor& other);
// The ramp of loads. permille is clamped to [0, 1000].
QColor heat(const Tokens& tokens, int permille);
// Text on any ground, at least 4.5:1: the token text or its opposite, and where neither does, black or white.
QColor ink_on(const Tokens& tokens, const QColor& ground);

}  // namespace quern::desktop::theme
