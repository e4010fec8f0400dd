#include "desktop/theme/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace quern::desktop::theme {
namespace {

constexpr double kReadable = 4.5;

QColor rgb(unsigned value) {
  return QColor::fromRgb(value);
}

Tokens make_light() {
  Tokens t;
  t.window = rgb(0xF6F7F9), t.sidebar = rgb(0xEEF0F4), t.surface = rgb(0xFFFFFF);
  t.surface_sunken = rgb(0xF3F5F8), t.hover = rgb(0xF0F2F7);
  t.border = rgb(0xE1E5EB), t.border_strong = rgb(0xC9D0DB);
  t.text = rgb(0x171A21), t.muted = rgb(0x566070), t.faint = rgb(0x626B7A);
  t.accent = rgb(0x3B5BDB), t.accent_hover = rgb(0x324DC0), t.accent_soft = rgb(0xE8EDFE);
  t.on_accent = rgb(0xFFFFFF), t.accent_text = rgb(0x2F4AC0);
  t.ok = rgb(0x0F7A50), t.ok_soft = rgb(0xE1F4EA);
  t.warn = rgb(0x9A5B00), t.warn_soft = rgb(0xFCF0DA);
  t.bad = rgb(0xBF2A36), t.bad_soft = rgb(0xFCE7E8);
  t.heat_low = rgb(0xE4E9F3), t.heat_high = rgb(0x2F4AC0);
  t.log_ground = rgb(0xF3F5F8), t.log_text = rgb(0x2B313C);
  t.tip_ground = rgb(0x171A21), t.tip_text = rgb(0xFFFFFF);
  t.series = {rgb(0x3B5BDB), rgb(0x0B9A95), rgb(0xD96A00), rgb(0x8E4EC6), rgb(0xD6409F), rgb(0x6D7786)};
  return t;
}

Tokens make_dark() {
  Tokens t;
  t.dark = true;
  t.window = rgb(0x111319), t.sidebar = rgb(0x0C0E13), t.surface = rgb(0x181B22);
  t.surface_sunken = rgb(0x20242D), t.hover = rgb(0x1F232C);
  t.border = rgb(0x2A2F3A), t.border_strong = rgb(0x404858);
  t.text = rgb(0xE8EBF0), t.muted = rgb(0xA3ABB9), t.faint = rgb(0x8F98A8);
  t.accent = rgb(0x5B7BFA), t.accent_hover = rgb(0x7391FF), t.accent_soft = rgb(0x1E274A);
  t.on_accent = rgb(0x0B0D12), t.accent_text = rgb(0x9DB1FF);
  t.ok = rgb(0x45CF8E), t.ok_soft = rgb(0x142A21);
  t.warn = rgb(0xF0B04A), t.warn_soft = rgb(0x2D2313);
  t.bad = rgb(0xFF7A82), t.bad_soft = rgb(0x341B1F);
  t.heat_low = rgb(0x2B303C), t.heat_high = rgb(0x5B7BFA);
  t.log_ground = rgb(0x0D0F14), t.log_text = rgb(0xC9D0DC);
  t.tip_ground = rgb(0x2A2F3A), t.tip_text = rgb(0xE8EBF0);
  t.series = {rgb(0x6E8BFF), rgb(0x2BC4BC), rgb(0xF59A3C), rgb(0xB07CE8), rgb(0xEE6DBB), rgb(0x8891A1)};
  return t;
}

double linear(double channel) {
  return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

}  // namespace

const Tokens& light_tokens() {
  static const Tokens tokens = make_light();
  return tokens;
}

const Tokens& dark_tokens() {
  static const Tokens tokens = make_dark();
  return tokens;
}

ToneColors tone_colors(const Tokens& tokens, Tone tone) {
  switch (tone) {
    case Tone::accent:
      return {.ink = tokens.accent_text, .soft = tokens.accent_soft};
    case Tone::ok:
      return {.ink = tokens.ok, .soft = tokens.ok_soft};
    case Tone::warn:
      return {.ink = tokens.warn, .soft = tokens.warn_soft};
    case Tone::bad:
      return {.ink = tokens.bad, .soft = tokens.bad_soft};
    case Tone::neutral:
      break;
  }
  return {.ink = tokens.muted, .soft = tokens.surface_sunken};
}

QColor mix(const QColor& from, const QColor& to, double part) {
  const auto at = [part](double a, double b) { return static_cast<float>(a + (b - a) * std::clamp(part, 0.0, 1.0)); };
  return QColor::fromRgbF(at(from.redF(), to.redF()), at(from.greenF(), to.greenF()), at(from.blueF(), to.blueF()));
}

double contrast(const QColor& one, const QColor& other) {
  const auto [dark, light] = std::minmax({luminance(one), luminance(other)});
  return (light + 0.05) / (dark + 0.05);
}

QColor heat(const Tokens& tokens, int permille) {
  const double part = std::clamp(permille, 0, 1000) / 1000.0;
  // Steeper than linear: a busy core must stand out among half-busy ones.
  return mix(tokens.heat_low, tokens.heat_high, part < 0.02 ? 0 : 0.08 + 0.92 * std::pow(part, 1.25));
}

QColor ink_on(const Tokens& tokens, const QColor& ground) {
  const QColor opposite = tokens.dark ? tokens.on_accent : QColor(Qt::white);
  const QColor ink = contrast(ground, tokens.text) >= contrast(ground, opposite) ? tokens.text : opposite;
  if (contrast(ground, ink) >= kReadable) return ink;
  // On a middle grey only black or white is left: one of them always reaches 4.58.
  return contrast(ground, Qt::black) >= contrast(ground, Qt::white) ? QColor(Qt::black) : QColor(Qt::white);
}

}  // namespace quern::desktop::theme
