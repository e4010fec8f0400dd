// A spin box of money: integer micro-credits in and out, decimals only as text.
#pragma once
#include <QAbstractSpinBox>
#include <QString>
#include <optional>

namespace quern::desktop::widgets {

inline constexpr qint64 kMicroCredits = 1'000'000;  // in one credit

// "0.42", "1284.600001": as many decimals as needed, at least two, with the locale's point and no groups.
QString micro_text(qint64 micro, const QLocale& locale);
// Nullopt: not a number, more than six decimals, or out of int64. Takes the locale's point and a full stop.
std::optional<qint64> micro_from_text(const QString& text, const QLocale& locale);

class PriceSpin : public QAbstractSpinBox {
  Q_OBJECT
 public:
  explicit PriceSpin(const QString& accessible_name, QWidget* parent = nullptr);
  qint64 value() const { return value_; }
  // A person is at it: it has the focus, or what was typed is not taken yet. What it shows is not to be replaced.
  bool is_edited() const;
  void set_value(qint64 micro);  // clamped; silently
  void set_range(qint64 low, qint64 high);
  void set_step(qint64 micro);
  // What a person sets becomes a multiple of it, the nearest in the range. A price an hour that is held a second has
  // one.
  void set_grain(qint64 micro);
  void set_unit(const QString& unit);  // "cr/h", shown behind the number

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }
  void stepBy(int steps) override;
  QValidator::State validate(QString& input, int& position) const override;
  void fixup(QString& input) const override;

 Q_SIGNALS:
  void value_changed(qint64 micro);  // by the user, when the text is finished or a step was made

 protected:
  StepEnabled stepEnabled() const override;
  void focusInEvent(QFocusEvent* event) override;

 private:
  QString shown(qint64 micro) const;
  QString without_unit(const QString& text) const;
  void take(qint64 micro);

  qint64 value_ = 0;
  qint64 low_ = 0;
  qint64 high_ = 1'000'000 * kMicroCredits;
  qint64 step_ = kMicroCredits / 100;
  qint64 grain_ = 1;
  QString unit_;
};

}  // namespace quern::desktop::widgets
