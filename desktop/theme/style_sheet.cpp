#include "desktop/theme/style_sheet.hpp"

#include <utility>
#include <vector>

namespace quern::desktop::theme {
namespace {

// @name: a token; #n#: n pixels at a 13-pixel body.
constexpr const char* kSheet = R"(
QToolTip { background:@tipground; color:@tiptext; border:1px solid @borderstrong; padding:5px 8px; }
QLabel[ink="muted"] { color:@muted; }
QLabel[ink="faint"] { color:@faint; }
QLabel[ink="accent"] { color:@accenttext; }
QLabel[ink="ok"] { color:@ok; }
QLabel[ink="warn"] { color:@warn; }
QLabel[ink="bad"] { color:@bad; }
QPushButton, QToolButton[kind="control"] { background:@surface; color:@text; border:1px solid @borderstrong;
  border-radius:7px; padding:0 14px; min-height:#30#px; font-weight:500; icon-size:#16#px; text-align:center; }
QPushButton[room="narrow"] { padding:0 6px; }
QPushButton:hover, QToolButton[kind="control"]:hover { background:@hover; }
QPushButton:pressed { background:@sunken; }
QPushButton:focus, QToolButton[kind="control"]:focus { border:1px solid @accent; }
QPushButton:disabled { color:@disabled; border-color:@border; }
QPushButton[kind="primary"] { background:@accent; color:@onaccent; border:1px solid @accent; font-weight:600; }
QPushButton[kind="primary"]:hover { background:@accenthover; border-color:@accenthover; }
QPushButton[kind="primary"]:focus { border:2px solid @accenttext; }
QPushButton[kind="primary"]:disabled { background:@sunken; color:@disabled; border-color:@border; }
QPushButton[kind="danger"] { color:@bad; }
QPushButton[kind="danger"]:hover { background:@badsoft; border-color:@bad; }
QPushButton[kind="ghost"], QToolButton { background:transparent; border:1px solid transparent; color:@muted; }
QPushButton[kind="ghost"]:hover, QToolButton:hover { background:@hover; color:@text; }
QPushButton[kind="ghost"]:focus, QToolButton:focus { border:1px solid @accent; }
QToolButton { border-radius:7px; padding:5px; icon-size:#16#px; }
QToolButton[kind="compact"] { padding:3px; }
QPushButton::menu-indicator, QToolButton::menu-indicator { width:0; }
QLineEdit, QAbstractSpinBox, QComboBox { background:@surface; border:1px solid @borderstrong;
  border-radius:7px; padding:0 10px; min-height:#30#px; selection-background-color:@accent;
  selection-color:@onaccent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border:1px solid @accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color:@disabled; background:@sunken; }
QComboBox { padding-right:6px; }
QComboBox::drop-down { border:0; width:#24#px; }
QComboBox::down-arrow { image:url(:/quern/marks/down_@mode.svg); width:#14#px; height:#14#px; }
QComboBox QAbstractItemView { background:@surface; border:1px solid @borderstrong; padding:4px; outline:0;
  selection-background-color:@accentsoft; selection-color:@text; }
QAbstractSpinBox::up-button { border:0; width:#20#px; subcontrol-position:top right; }
QAbstractSpinBox::down-button { border:0; width:#20#px; subcontrol-position:bottom right; }
QAbstractSpinBox::up-arrow { image:url(:/quern/marks/up_@mode.svg); width:#12#px; height:#12#px; }
QAbstractSpinBox::down-arrow { image:url(:/quern/marks/down_@mode.svg); width:#12#px; height:#12#px; }
QCheckBox, QRadioButton { spacing:8px; }
QCheckBox::indicator { width:#16#px; height:#16#px; border:1px solid @borderstrong; border-radius:4px;
  background:@surface; }
QCheckBox::indicator:hover { border-color:@accent; }
QCheckBox::indicator:checked { background:@accent; border-color:@accent; image:url(:/quern/marks/check_@mode.svg); }
QCheckBox::indicator:disabled { border-color:@border; background:@sunken; }
QCheckBox:focus, QRadioButton:focus { color:@accenttext; }
QAbstractItemView { background:@surface; border:0; outline:0; selection-background-color:@accentsoft;
  selection-color:@text; }
QListView[kind="choice"] { border:1px solid @borderstrong; border-radius:7px; padding:4px; }
QListView[kind="choice"]:focus { border:1px solid @accent; }
QListView[kind="choice"]::item { min-height:#30#px; padding:0 8px; border:0; border-radius:5px; }
QListView[kind="choice"]::item:hover { background:@hover; }
QListView[kind="choice"]::item:selected { background:@accentsoft; color:@text; }
QHeaderView::section { background:@surface; color:@muted; border:0; border-bottom:1px solid @border; padding:5px 8px; }
QTableView, QHeaderView[kind="bare"] { background:transparent; border:0; }
QTableCornerButton::section { background:@surface; border:0; }
QScrollBar:vertical { background:transparent; width:10px; margin:2px; }
QScrollBar::handle:vertical { background:@borderstrong; border-radius:3px; min-height:32px; }
QScrollBar::handle:hover { background:@faint; }
QScrollBar:horizontal { background:transparent; height:10px; margin:2px; }
QScrollBar::handle:horizontal { background:@borderstrong; border-radius:3px; min-width:32px; }
QScrollBar::add-line, QScrollBar::sub-line { width:0; height:0; }
QScrollBar::add-page, QScrollBar::sub-page { background:transparent; }
QSlider { min-height:22px; }
QSlider::groove:horizontal { height:4px; background:@border; border-radius:2px; }
QSlider::sub-page:horizontal { background:@accent; border-radius:2px; }
QSlider::handle:horizontal { background:@surface; border:2px solid @accent; width:12px; height:12px;
  margin:-6px 0; border-radius:8px; }
QSlider::handle:horizontal:focus { background:@accentsoft; }
QPlainTextEdit, QTextEdit { background:@surface; color:@text; border:1px solid @borderstrong; border-radius:7px;
  padding:6px; selection-background-color:@accent; selection-color:@onaccent; }
QPlainTextEdit[kind="log"] { background:@logground; color:@logtext; border:1px solid transparent; border-radius:8px; }
QPlainTextEdit[kind="log"]:focus { border:1px solid @accent; }
QScrollArea { border:0; background:transparent; }
QMenu { background:@surface; border:1px solid @borderstrong; padding:6px; }
QMenu::item { padding:6px 22px 6px 12px; border-radius:5px; }
QMenu::item:selected { background:@accentsoft; color:@text; }
QMenu::item:disabled { color:@disabled; }
QMenu::separator { height:1px; background:@border; margin:5px 8px; }
QDialog { background:@window; }
QTabBar::tab { background:transparent; color:@muted; padding:8px 12px; border:0; border-bottom:2px solid transparent; }
QTabBar::tab:selected { color:@text; border-bottom:2px solid @accent; }
)";

// Longer names first where one begins with another.
std::vector<std::pair<const char*, QString>> values(const Tokens& t) {
  return {{"@accentsoft", t.accent_soft.name()},
          {"@accenthover", t.accent_hover.name()},
          {"@accenttext", t.accent_text.name()},
          {"@accent", t.accent.name()},
          {"@onaccent", t.on_accent.name()},
          {"@borderstrong", t.border_strong.name()},
          {"@border", t.border.name()},
          {"@surface", t.surface.name()},
          {"@sunken", t.surface_sunken.name()},
          {"@hover", t.hover.name()},
          {"@window", t.window.name()},
          {"@text", t.text.name()},
          {"@muted", t.muted.name()},
          {"@faint", t.faint.name()},
          {"@disabled", mix(t.faint, t.surface, 0.35).name()},
          {"@ok", t.ok.name()},
          {"@warn", t.warn.name()},
          {"@badsoft", t.bad_soft.name()},
          {"@bad", t.bad.name()},
          {"@tipground", t.tip_ground.name()},
          {"@tiptext", t.tip_text.name()},
          {"@logground", t.log_ground.name()},
          {"@logtext", t.log_text.name()},
          {"@mode", t.dark ? QStringLiteral("dark") : QStringLiteral("light")}};
}

}  // namespace

QString style_sheet(const Tokens& tokens, int body_pixels) {
  QString sheet = QString::fromLatin1(kSheet);
  for (const auto& [name, value] : values(tokens)) sheet.replace(QLatin1StringView(name), value);
  for (const int pixels : {12, 14, 16, 20, 24, 30}) {
    sheet.replace(QStringLiteral("#%1#").arg(pixels), QString::number((pixels * body_pixels + 6) / 13));
  }
  return sheet;
}

QPalette palette(const Tokens& t) {
  QPalette palette;
  const auto set = [&palette](QPalette::ColorRole role, const QColor& color) {
    palette.setColor(QPalette::All, role, color);
  };
  set(QPalette::Window, t.window);
  set(QPalette::WindowText, t.text);
  set(QPalette::Base, t.surface);
  set(QPalette::AlternateBase, t.surface_sunken);
  set(QPalette::Text, t.text);
  set(QPalette::Button, t.surface);
  set(QPalette::ButtonText, t.text);
  set(QPalette::BrightText, t.bad);
  set(QPalette::Highlight, t.accent);
  set(QPalette::HighlightedText, t.on_accent);
  set(QPalette::Link, t.accent_text);
  set(QPalette::LinkVisited, t.series[3]);
  set(QPalette::ToolTipBase, t.tip_ground);
  set(QPalette::ToolTipText, t.tip_text);
  set(QPalette::PlaceholderText, t.faint);
  set(QPalette::Light, t.surface);
  set(QPalette::Midlight, t.surface_sunken);
  set(QPalette::Mid, t.border_strong);
  set(QPalette::Dark, t.border);
  set(QPalette::Shadow, QColor(0, 0, 0, 60));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, mix(t.faint, t.surface, 0.35));
  }
  return palette;
}

}  // namespace quern::desktop::theme
