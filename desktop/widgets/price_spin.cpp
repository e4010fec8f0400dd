#include "desktop/widgets/price_spin.hpp"

#include <QLineEdit>
#include <QLocale>
#include <algorithm>
#include <limits>

#include "desktop/theme/theme.hpp"

namespace quern::desktop::widgets {
namespace {

constexpr int kDecimals = 6;
constexpr int kDecimalsShown = 2;
constexpr qsizetype kInputCharacters = 32;

}  // namespace

QString micro_text(qint64 micro, const QLocale& locale) {
  // Of the lowest value the positive does not exist in int64.
  const quint64 size = micro < 0 ? quint64{0} - static_cast<quint64>(micro) : static_cast<quint64>(micro);
  QString decimals = QString::number(size % kMicroCredits).rightJustified(kDecimals, u'0');
  while (decimals.size() > kDecimalsShown && decimals.endsWith(u'0')) decimals.chop(1);
  const QString sign = micro < 0 ? QStringLiteral("-") : QString();
  return sign + QString::number(size / kMicroCredits) + locale.decimalPoint() + decimals;
}

std::optional<qint64> micro_from_text(const QString& text, const QLocale& locale) {
  QString plain = text.trimmed();
  if (plain.isEmpty() || plain.size() > kInputCharacters) return std::nullopt;
  plain.replace(locale.decimalPoint(), QStringLiteral("."));
  const bool negative = plain.startsWith(u'-');
  if (negative) plain.remove(0, 1);
  const qsizetype point = plain.indexOf(u'.');
  const QString whole = point < 0 ? plain : plain.left(point);
  const QString decimals = point < 0 ? QString() : plain.mid(point + 1);
  if (decimals.size() > kDecimals || (whole.isEmpty() && decimals.isEmpty())) return std::nullopt;
  constexpr qint64 kMax = std::numeric_limits<qint64>::max();
  qint64 value = 0;
  for (const QChar c : whole + decimals.leftJustified(kDecimals, u'0')) {
    if (c < u'0' || c > u'9') return std::nullopt;
    const int digit = c.unicode() - u'0';
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

PriceSpin::PriceSpin(const QString& accessible_name, QWidget* parent) : QAbstractSpinBox(parent) {
  setAccessibleName(accessible_name);
  lineEdit()->setAccessibleName(accessible_name);
  setAccelerated(true);
  setCorrectionMode(QAbstractSpinBox::CorrectToPreviousValue);
  lineEdit()->setText(shown(value_));
  connect(this, &QAbstractSpinBox::editingFinished, this, [this] {
    const std::optional<qint64> typed = micro_from_text(without_unit(lineEdit()->text()), locale());
    take(typed.value_or(value_));
  });
}

bool PriceSpin::is_edited() const {
  return hasFocus() || lineEdit()->isModified();
}

void PriceSpin::set_value(qint64 micro) {
  value_ = std::clamp(micro, low_, high_);
  lineEdit()->setText(shown(value_));
}

void PriceSpin::set_range(qint64 low, qint64 high) {
  low_ = low;
  high_ = std::max(low, high);
  set_value(value_);
}

void PriceSpin::set_step(qint64 micro) {
  step_ = std::max<qint64>(1, micro);
}

void PriceSpin::set_grain(qint64 micro) {
  grain_ = std::max<qint64>(1, micro);
}

void PriceSpin::set_unit(const QString& unit) {
  unit_ = unit;
  lineEdit()->setText(shown(value_));
  updateGeometry();
}

QSize PriceSpin::sizeHint() const {
  const QFontMetrics metrics(theme::font(theme::FontRole::body));
  return {metrics.horizontalAdvance(QStringLiteral("8888.88 ") + unit_) + theme::scaled(46), theme::scaled(32)};
}

void PriceSpin::stepBy(int steps) {
  const auto wide = static_cast<__int128>(value_) + static_cast<__int128>(step_) * steps;
  take(static_cast<qint64>(std::clamp<__int128>(wide, low_, high_)));
  lineEdit()->selectAll();
}

QValidator::State PriceSpin::validate(QString& input, int&) const {
  const QString number = without_unit(input);
  if (number.isEmpty() || number == QStringLiteral("-")) return QValidator::Intermediate;
  const std::optional<qint64> value = micro_from_text(number, locale());
  if (!value) return QValidator::Invalid;
  return *value < low_ || *value > high_ ? QValidator::Intermediate : QValidator::Acceptable;
}

void PriceSpin::fixup(QString& input) const {
  const std::optional<qint64> value = micro_from_text(without_unit(input), locale());
  input = shown(std::clamp(value.value_or(value_), low_, high_));
}

QAbstractSpinBox::StepEnabled PriceSpin::stepEnabled() const {
  StepEnabled enabled = StepNone;
  if (value_ > low_) enabled |= StepDownEnabled;
  if (value_ < high_) enabled |= StepUpEnabled;
  return enabled;
}

void PriceSpin::focusInEvent(QFocusEvent* event) {
  QAbstractSpinBox::focusInEvent(event);
  lineEdit()->setSelection(0, static_cast<int>(micro_text(value_, locale()).size()));
}

QString PriceSpin::shown(qint64 micro) const {
  const QString number = micro_text(micro, locale());
  return unit_.isEmpty() ? number : number + u' ' + unit_;
}

QString PriceSpin::without_unit(const QString& text) const {
  QString number = text.trimmed();
  if (!unit_.isEmpty() && number.endsWith(unit_)) number.chop(unit_.size());
  return number.trimmed();
}

void PriceSpin::take(qint64 micro) {
  const qint64 before = value_;
  const auto nearest = (static_cast<__int128>(micro) + grain_ / 2) / grain_ * grain_;
  set_value(static_cast<qint64>(std::clamp<__int128>(nearest, low_, high_)));
  if (value_ != before) Q_EMIT value_changed(value_);
}

}  // namespace quern::desktop::widgets
