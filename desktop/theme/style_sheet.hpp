// The one style sheet of the application, and the palette beside it. Only controls of Qt are dressed by the sheet:
// cards, cells, toggles and charts paint themselves, which is cheaper.
#pragma once
#include <QPalette>
#include <QString>

#include "desktop/theme/tokens.hpp"

namespace quern::desktop::theme {

// `body_pixels`: the size that the sheet's heights follow.
QString style_sheet(const Tokens& tokens, int body_pixels);
QPalette palette(const Tokens& tokens);

}  // namespace quern::desktop::theme
