// The tone of a cell, from the models' words to the theme's.
#pragma once
#include <QModelIndex>

#include "desktop/models/roles.hpp"
#include "desktop/theme/tokens.hpp"

namespace quern::desktop::pages {

inline theme::Tone tone_of(models::Tone tone) {
  switch (tone) {
    case models::Tone::good:
      return theme::Tone::ok;
    case models::Tone::warn:
      return theme::Tone::warn;
    case models::Tone::bad:
      return theme::Tone::bad;
    case models::Tone::accent:
      return theme::Tone::accent;
    case models::Tone::plain:
    case models::Tone::muted:
      break;
  }
  return theme::Tone::neutral;
}

// By kToneRole; neutral where the cell has none.
inline theme::Tone cell_tone(const QModelIndex& index) {
  const QVariant tone = index.data(models::kToneRole);
  return tone.isValid() ? tone_of(static_cast<models::Tone>(tone.toInt())) : theme::Tone::neutral;
}

}  // namespace quern::desktop::pages
