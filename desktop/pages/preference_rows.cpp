#include "desktop/pages/preference_rows.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QSlider>
#include <QStyleOptionSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/limit_stops.hpp"
#include "desktop/pages/stray_wheel.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/painting.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

namespace json = boost::json;
using widgets::Ink;

namespace {

constexpr std::chrono::milliseconds kSettleTime{400};
constexpr std::int64_t kFirstBudgetMicro = 10 * widgets::kMicroCredits;  // proposed when a bound is switched on

// Filled from the leading end, where the sheet of styles fills from the left.
class LimitSlider : public QSlider {
 public:
  LimitSlider() : QSlider(Qt::Horizontal) {}

 protected:
  void paintEvent(QPaintEvent*) override {
    constexpr qreal kTrack = 4, kKnob = 14;
    const theme::Tokens& t = theme::tokens();
    QStyleOptionSlider option;
    initStyleOption(&option);
    const QRectF handle = style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this);
    const QPointF at(handle.center().x(), rect().center().y() + 0.5);
    const bool rtl = layoutDirection() == Qt::RightToLeft;
    const QRectF track(0, at.y() - kTrack / 2, width(), kTrack);
    const QColor ink = isEnabled() ? t.accent : t.border_strong;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    widgets::paint_box(painter, track, t.border, t.border, kTrack / 2);
    const QRectF filled =
        rtl ? QRectF(at.x(), track.top(), width() - at.x(), kTrack) : QRectF(0, track.top(), at.x(), kTrack);
    widgets::paint_box(painter, filled, ink, ink, kTrack / 2);
    painter.setPen(QPen(ink, 2));
    painter.setBrush(hasFocus() ? t.accent_soft : t.surface);
    painter.drawEllipse(at, kKnob / 2, kKnob / 2);
  }
};

}  // namespace

PreferenceRow::PreferenceRow(models::DaemonModels& models, const PreferenceText& text)
    : models_(models),
      name_(text.name),
      title_(text.title),
      head_(new QHBoxLayout),
      column_(new QVBoxLayout(this)),
      reset_(new QToolButton),
      fault_(new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad)) {
  column_->setContentsMargins(0, 0, 0, 0);
  column_->setSpacing(theme::kSpaceXs);
  head_->setSpacing(theme::kSpaceS);
  auto* words = new QVBoxLayout;
  words->setSpacing(0);
  words->addWidget(new widgets::ElidedLabel(text.title, theme::FontRole::body_strong));
  if (!text.hint.isEmpty()) {
    words->addWidget(new widgets::TextLabel(text.hint, theme::FontRole::caption, Ink::muted));
  }
  head_->addLayout(words, 1);
  head_->addWidget(reset_, 0, Qt::AlignVCenter);
  column_->addLayout(head_);
  column_->addWidget(fault_);
  reset_->setIcon(theme::icon(theme::Glyph::retry));
  reset_->setAccessibleName(tr("%1: as the configuration says").arg(text.title));
  reset_->setToolTip(tr("As the configuration says"));
  reset_->hide();
  fault_->hide();
  connect(reset_, &QAbstractButton::clicked, this, &PreferenceRow::reset);
  connect(&models_.connection(), &client::Connection::daemon_left, fault_, &QWidget::hide);
}

void PreferenceRow::add_control(QWidget* control) {
  head_->addWidget(control, 0, Qt::AlignVCenter);
}

void PreferenceRow::add_below(QWidget* control) {
  column_->insertWidget(1, control);
}

void PreferenceRow::show_reset() {
  const auto& preferences = models_.preferences();
  reset_->setVisible(preferences && preferences->set.contains(QString::fromLatin1(name_)));
  reset_->setEnabled(live());
}

void PreferenceRow::send(json::value value, std::function<void(bool)> done) {
  call({{name_, std::move(value)}}, std::move(done));
}

void PreferenceRow::reset() {
  call({{"reset", json::array{name_}}}, {});
}

void PreferenceRow::call(json::object params, std::function<void(bool)> done) {
  fault_->hide();
  models_.connection().call("preferences.set", std::move(params), this,
                            [this, done = std::move(done)](const client::Outcome& outcome) {
                              if (!outcome) fault_->set_text(models::failure_text(outcome.error()));
                              fault_->setVisible(!outcome);
                              if (done) done(outcome.has_value());
                            });
}

SwitchRow::SwitchRow(models::DaemonModels& models, const PreferenceText& text)
    : PreferenceRow(models, text), toggle_(new widgets::Toggle) {
  toggle_->setAccessibleName(text.title);
  add_control(toggle_);
  connect(toggle_, &QAbstractButton::clicked, this, [this](bool on) {
    if (on && asks_ && asks_()) {
      show_value(told_);
    } else {
      switch_to(on);
    }
  });
}

void SwitchRow::switch_to(bool on) {
  asked_.ask(on);
  show_value(told_);
  // It can be clicked again meanwhile, and so keeps the focus: the last click counts.
  send(on, [this, call = ++calls_](bool granted) {
    if (call == calls_) answered(asked_, granted, [this] { show_value(told_); });
  });
}

void SwitchRow::show_value(bool on) {
  told_ = on;
  toggle_->setChecked(asked_.shown(on));
  toggle_->setEnabled(live());
  show_reset();
}

LimitRow::LimitRow(models::DaemonModels& models, const PreferenceText& text, Scale scale)
    : PreferenceRow(models, text),
      scale_(std::move(scale)),
      value_(new widgets::ElidedLabel({}, theme::FontRole::body_strong)),
      slider_(new LimitSlider) {
  slider_->setAccessibleName(text.title);
  ignore_stray_wheel(slider_);
  value_->set_tabular(true);
  add_control(value_);
  add_below(slider_);
  settle_.setSingleShot(true);
  settle_.setInterval(kSettleTime);
  connect(slider_, &QSlider::valueChanged, this, &LimitRow::take);
  connect(slider_, &QSlider::sliderReleased, this, [this] {
    if (asked_.pending()) settle_.start();
  });
  connect(&settle_, &QTimer::timeout, this, &LimitRow::send_value);
}

void LimitRow::write(std::int64_t value) {
  const QString amount = scale_.format(value);
  const QString there = scale_.format(there_);
  value_->set_text(there_ > 0 && value > there_         ? tr("%1, there are %2").arg(amount, there)
                   : there_ > 0 && told_.most == there_ ? tr("%1 of %2").arg(amount, there)
                                                        : amount);
  slider_->setAccessibleDescription(value_->text());
}

void LimitRow::show_value(models::PreferencesData::Number number, std::int64_t there) {
  if (there > 0) number.most = std::min(number.most, std::max(there, number.value));
  if (stops_.empty() || number.least != told_.least || number.most != told_.most || there != there_) {
    there_ = there;
    const bool to_the_end = there > 0 && number.most <= there;
    stops_ = (to_the_end ? scale_.machine_stops : scale_.stops)(number.least, number.most);
    const QSignalBlocker silent(slider_);
    slider_->setRange(0, static_cast<int>(stops_.size()) - 1);
    slider_->setPageStep(std::max(1, static_cast<int>(stops_.size()) / 10));
  }
  told_ = number;
  const std::int64_t value = asked_.shown(number.value);
  if (!slider_->isSliderDown()) {
    const QSignalBlocker silent(slider_);
    slider_->setValue(nearest_stop(stops_, value));
  }
  slider_->setEnabled(live());
  write(value);
  show_reset();
}

void LimitRow::take(int place) {
  const auto at = static_cast<std::size_t>(std::clamp(place, 0, static_cast<int>(stops_.size()) - 1));
  asked_.ask(stops_[at]);
  write(stops_[at]);
  if (!slider_->isSliderDown()) settle_.start();
}

void LimitRow::send_value() {
  const std::int64_t value = asked_.shown(told_.value);
  send(value, [this, value](bool granted) {
    if (asked_.shown(told_.value) != value) return;  // moved again meanwhile
    answered(asked_, granted, [this] { show_value(told_, there_); });
  });
}

AmountRow::AmountRow(models::DaemonModels& models, const PreferenceText& text)
    : PreferenceRow(models, text), bounded_(new widgets::Toggle), spin_(new widgets::PriceSpin(text.title)) {
  bounded_->setAccessibleName(tr("%1: bounded").arg(text.title));
  spin_->set_unit(tr("cr"));
  spin_->set_range(0, models::kMicroMax);
  spin_->set_step(widgets::kMicroCredits);
  ignore_stray_wheel(spin_);
  add_control(spin_);
  add_control(bounded_);
  connect(bounded_, &QAbstractButton::clicked, this, [this](bool on) {
    const std::int64_t proposed = spin_->value() > 0 ? spin_->value() : kFirstBudgetMicro;
    set(on ? std::optional(proposed) : std::nullopt);
  });
  connect(spin_, &widgets::PriceSpin::value_changed, this, [this](qint64 micro) { set(micro); });
}

void AmountRow::show_value(const models::PreferencesData::Amount& amount) {
  told_ = amount;
  const auto shown = asked_.shown(amount);
  bounded_->setChecked(shown.micro.has_value());
  bounded_->setEnabled(live());
  spin_->setVisible(shown.micro.has_value());
  spin_->setEnabled(live());
  if (shown.micro && spin_->value() != *shown.micro) spin_->set_value(*shown.micro);
  show_reset();
}

void AmountRow::set(std::optional<std::int64_t> micro) {
  const models::PreferencesData::Amount wanted{micro};
  asked_.ask(wanted);
  show_value(models::PreferencesData::Amount(told_));
  send(micro ? json::value(*micro) : json::value(nullptr), [this, wanted](bool granted) {
    if (asked_.shown(told_) != wanted) return;
    answered(asked_, granted, [this] { show_value(models::PreferencesData::Amount(told_)); });
  });
}

ChoiceRow::ChoiceRow(models::DaemonModels& models, const PreferenceText& text,
                     const QVector<std::pair<QString, QString>>& choices)
    : PreferenceRow(models, text), box_(new QComboBox) {
  box_->setAccessibleName(text.title);
  ignore_stray_wheel(box_);
  for (const auto& [name, words] : choices) box_->addItem(words, name);
  add_below(box_);
  connect(box_, &QComboBox::activated, this, [this](int index) {
    const QString name = box_->itemData(index).toString();
    asked_.ask(name);
    send(json::string(name.toStdString()),
         [this](bool granted) { answered(asked_, granted, [this] { show_value(QString(told_)); }); });
  });
}

void ChoiceRow::show_value(const QString& name) {
  told_ = name;
  const QString shown = asked_.shown(name);
  int index = box_->findData(shown);
  if (index < 0) {
    box_->addItem(shown, shown);
    index = box_->count() - 1;
  }
  box_->setCurrentIndex(index);
  box_->setEnabled(live());
  show_reset();
}

}  // namespace quern::desktop::pages
