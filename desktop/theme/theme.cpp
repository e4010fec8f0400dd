#include "desktop/theme/theme.hpp"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QFontInfo>
#include <QPointer>
#include <QStyleFactory>
#include <QWidget>
#include <algorithm>

#include "desktop/theme/icon.hpp"
#include "desktop/theme/style_sheet.hpp"

namespace quern::desktop::theme {
namespace {

struct Step {
  int pixels;
  int weight;
  bool display = false;
};

Step step_of(FontRole role) {
  switch (role) {
    case FontRole::micro:
      return {11, 400};
    case FontRole::micro_strong:
      return {11, 600};
    case FontRole::caption:
      return {12, 400};
    case FontRole::caption_strong:
      return {12, 500};
    case FontRole::body_strong:
      return {13, 600};
    case FontRole::section:
      return {14, 600};
    case FontRole::detail:
      return {15, 600};
    case FontRole::page:
      return {21, 650, true};
    case FontRole::figure:
      return {27, 600, true};
    case FontRole::mono:
      return {12, 400};
    case FontRole::body:
      break;
  }
  return {13, 400};
}

constexpr const char* kInParts = "dressed_in_parts";

// The part that `widget` belongs to, none for one that holds parts. A menu and the list of a combo box belong to that
// of their parent.
QWidget* part_of(QWidget* widget) {
  if (widget->property(kInParts).toBool()) return nullptr;
  while (QWidget* const parent = widget->parentWidget()) {
    if (parent->property(kInParts).toBool()) break;
    widget = parent;
  }
  return widget;
}

// A widget without a parent passes for a window, and Qt polishes many a one before it gets its parent: dressed by then,
// it would be dressed again with that. One that is about to be shown has been created.
bool may_become_a_child(const QWidget& part) {
  return part.windowType() == Qt::Window && !part.testAttribute(Qt::WA_WState_Created);
}

}  // namespace

QStringList text_families() {
  return {QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("Cantarell"),
          QStringLiteral("DejaVu Sans"), QStringLiteral("sans-serif")};
}

QStringList mono_families() {
  return {QStringLiteral("JetBrains Mono"), QStringLiteral("Noto Sans Mono"), QStringLiteral("DejaVu Sans Mono"),
          QStringLiteral("monospace")};
}

Theme& Theme::instance() {
  static QPointer<Theme> theme;
  if (theme.isNull()) theme = new Theme(qApp);
  return *theme;
}

Theme::Theme(QObject* parent) : QObject(parent), tokens_(&light_tokens()) {
  load_icons();
}

void Theme::install() {
  if (!installed_) {
    const int pixels = QFontInfo(QApplication::font()).pixelSize();
    system_pixels_ = std::clamp(pixels, kBodyPixels, kBodyPixelsMax);
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    qApp->installEventFilter(this);
    installed_ = true;
  }
  apply(Reach::all);
}

void Theme::set_mode(Mode mode) {
  mode_ = mode;
  const bool dark = mode == Mode::dark || (mode == Mode::system && system_dark_);
  if (dark == tokens_->dark) return;
  tokens_ = dark ? &dark_tokens() : &light_tokens();
  if (!installed_) return;
  apply(Reach::shown);
  Q_EMIT changed();
}

void Theme::set_system_dark(bool dark) {
  system_dark_ = dark;
  set_mode(mode_);
}

void Theme::set_text_percent(int percent) {
  percent = std::clamp(percent, 100, 200);
  if (percent == percent_) return;
  percent_ = percent;
  if (!installed_) return;
  apply(Reach::all);
  Q_EMIT changed();
}

int Theme::body_pixels() const {
  return std::min(system_pixels_ * percent_ / 100, kBodyPixelsMax);
}

int Theme::scaled(int pixels) const {
  return (pixels * body_pixels() + kBodyPixels / 2) / kBodyPixels;
}

const QFont& Theme::font(FontRole role) const {
  const int key = static_cast<int>(role);
  const auto known = fonts_.constFind(key);
  return known != fonts_.constEnd() ? *known : *fonts_.insert(key, make_font(role));
}

QFont Theme::make_font(FontRole role) const {
  const Step step = step_of(role);
  QFont font;
  if (role == FontRole::mono) {
    font.setFamilies(mono_families());
    font.setStyleHint(QFont::Monospace);
  } else if (step.display && QFontDatabase::hasFamily(QStringLiteral("Inter Display"))) {
    font.setFamilies(QStringList{QStringLiteral("Inter Display")} + text_families());
  } else {
    font.setFamilies(text_families());
  }
  font.setPixelSize(scaled(step.pixels));
  font.setWeight(static_cast<QFont::Weight>(step.weight));
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

void Theme::apply(Reach reach) {
  fonts_.clear();
  sheet_ = style_sheet(*tokens_, body_pixels());
  ++sheets_;
  // Each of these visits every widget.
  if (QApplication::font() != font(FontRole::body)) QApplication::setFont(font(FontRole::body));
  QApplication::setPalette(palette(*tokens_));
  const QList<QObject*> parts = parts_.keys();
  for (QObject* const each : parts) {
    auto* const part = static_cast<QWidget*>(each);
    if (part_of(part) != part) {
      undress(part);  // it has come into another part since
    } else if (reach == Reach::all || part->isVisible()) {
      put_on(part);
    }
  }
}

bool Theme::eventFilter(QObject* watched, QEvent* event) {
  if ((event->type() == QEvent::Polish || event->type() == QEvent::Show) && watched->isWidgetType()) {
    dress(static_cast<QWidget*>(watched));
  }
  return false;
}

void Theme::dress(QWidget* widget) {
  QWidget* const part = part_of(widget);
  if (!part || may_become_a_child(*part)) return;
  const auto worn = parts_.constFind(part);
  if (worn == parts_.constEnd()) {
    connect(part, &QObject::destroyed, this, [this](QObject* gone) { parts_.remove(gone); });
  } else if (*worn == sheets_ || !part->isVisible()) {
    return;
  }
  put_on(part);
}

void Theme::put_on(QWidget* part) {
  parts_[part] = sheets_;
  part->setStyleSheet(sheet_);
}

void Theme::undress(QWidget* former) {
  parts_.remove(former);
  former->disconnect(this);
  former->setStyleSheet({});
}

void dress_in_parts(QWidget* widget) {
  widget->setProperty(kInParts, true);
}

const Tokens& tokens() {
  return Theme::instance().tokens();
}
const QFont& font(FontRole role) {
  return Theme::instance().font(role);
}
int scaled(int pixels) {
  return Theme::instance().scaled(pixels);
}

}  // namespace quern::desktop::theme
