#include "desktop/pages/first_run_page.hpp"

#include <QHBoxLayout>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/suggested_price.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

using client::Connection;
using widgets::Ink;
using widgets::TextLabel;

namespace {

constexpr int kPriceWidth = 150;
constexpr int kWidest = 920;
constexpr int kMostStretch = 1'000;  // against what lies beside

// The processor is what everything else runs on: beside a graphics card it is offered on purpose only. Before anything
// is shared a switch that is on is nobody's purpose.
bool is_proposed(const models::MachineData& machine, const models::DeviceData& device, bool shares) {
  const auto is_card = [](const models::DeviceData& each) { return each.kind != QStringLiteral("cpu"); };
  if (shares && device.wanted) return true;
  return !device.hindered() && (is_card(device) || std::ranges::none_of(machine.devices, is_card));
}

// As high as what it holds where there is room: what follows stands right below.
class SnugScrollArea : public QScrollArea {
 public:
  SnugScrollArea() { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred); }
  QSize sizeHint() const override {
    const QWidget* const held = widget();
    if (!held || !held->layout()) return QScrollArea::sizeHint();
    const int high = held->layout()->totalHeightForWidth(viewport()->width());
    return {held->sizeHint().width(), high < 0 ? held->sizeHint().height() : high};
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
    return QScrollArea::eventFilter(watched, event);
  }
  void resizeEvent(QResizeEvent* event) override {
    QScrollArea::resizeEvent(event);
    if (event->size().width() != event->oldSize().width()) updateGeometry();
  }
};

QPushButton* button(const QString& text, const char* kind) {
  auto* made = new QPushButton(text);
  made->setProperty("kind", QString::fromLatin1(kind));
  return made;
}

}  // namespace

FirstRunPage::FirstRunPage(models::DaemonModels& models, AppSettings& settings, ServiceUnit& service, QWidget* parent)
    : QWidget(parent),
      models_(models),
      settings_(settings),
      service_(service),
      frame_(new widgets::PageFrame(tr("Welcome to Quern"))) {
  frame_->set_subtitle(tr("Lend what your computer does not need, and earn credits that run your own jobs elsewhere"));
  // Names and prices belong together: a wide window does not draw them apart.
  frame_->setMaximumWidth(theme::scaled(kWidest));
  auto* whole = new QHBoxLayout(this);
  whole->setContentsMargins(0, 0, 0, 0);
  whole->addStretch(1);
  whole->addWidget(frame_, kMostStretch);
  whole->addStretch(1);
  auto* inner = new QWidget;
  auto* column = new QVBoxLayout(inner);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceL);
  column->addWidget(make_daemon_card());
  column->addWidget(make_devices_card());
  auto* area = new SnugScrollArea;
  area->setWidgetResizable(true);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  area->setWidget(inner);
  inner->setAutoFillBackground(false);  // setWidget() has set it
  area->viewport()->setAutoFillBackground(false);
  frame_->body()->addWidget(area);
  frame_->body()->addWidget(make_foot());
  frame_->body()->addStretch(1);

  connect(&models_.connection(), &Connection::state_changed, this, &FirstRunPage::show_daemon);
  connect(&models_, &models::DaemonModels::status_changed, this, &FirstRunPage::show_daemon);
  connect(&models_, &models::DaemonModels::status_changed, this, &FirstRunPage::show_devices);
  connect(&models_.connection(), &Connection::daemon_left, frame_->banner(), &QWidget::hide);
  connect(&service_, &ServiceUnit::changed, this, &FirstRunPage::show_daemon);
  connect(&models_, &models::DaemonModels::machine_changed, this, &FirstRunPage::show_devices);
  connect(&models_, &models::DaemonModels::offers_changed, this, &FirstRunPage::show_devices);
  connect(&models_, &models::DaemonModels::preferences_changed, this, &FirstRunPage::show_devices);
  show_daemon();
  show_devices();
}

QWidget* FirstRunPage::make_daemon_card() {
  auto* card = new widgets::Card;
  auto* title = new widgets::SectionTitle(tr("1. The service"));
  daemon_state_ = new widgets::Pill;
  title->add_action(daemon_state_);
  daemon_text_ = new TextLabel({}, theme::FontRole::body, Ink::muted);
  at_login_ = new widgets::Toggle(tr("Start the service when I log in"));
  start_service_ = button(tr("Start the service"), "primary");
  choose_ = button(tr("Choose daemon…"), "control");
  auto* line = new QHBoxLayout;
  line->setSpacing(theme::kSpaceM);
  line->addWidget(daemon_text_, 1);
  line->addWidget(choose_);
  line->addWidget(start_service_);
  card->body()->setSpacing(theme::kSpaceM);
  card->body()->addWidget(title);
  card->body()->addLayout(line);
  card->body()->addWidget(at_login_);
  connect(start_service_, &QPushButton::clicked, &service_, &ServiceUnit::start);
  connect(choose_, &QPushButton::clicked, this, &FirstRunPage::daemon_choice_wanted);
  connect(at_login_, &widgets::Toggle::clicked, &service_, &ServiceUnit::set_enabled);
  connect(&service_, &ServiceUnit::refused, this, [this](const QString& why) {
    say(why);
    show_daemon();
  });
  return card;
}

QWidget* FirstRunPage::make_devices_card() {
  auto* card = new widgets::Card;
  devices_title_ = new widgets::SectionTitle(tr("2. What this machine can offer"));
  devices_text_ = new TextLabel({}, theme::FontRole::body, Ink::muted);
  rows_layout_ = new QVBoxLayout;
  rows_layout_->setSpacing(0);
  card->body()->setSpacing(theme::kSpaceM);
  card->body()->addWidget(devices_title_);
  card->body()->addWidget(devices_text_);
  card->body()->addLayout(rows_layout_);
  most_ = new TextLabel({}, theme::FontRole::body_strong);
  most_->hide();
  card->body()->addWidget(most_);
  return card;
}

QWidget* FirstRunPage::make_foot() {
  auto* foot = new QWidget;
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceM);
  safety_ = new TextLabel({}, theme::FontRole::caption, Ink::muted);
  later_ = button(tr("Not now"), "ghost");
  donate_ = button(tr("Start donating"), "primary");
  row->addWidget(safety_, 1);
  row->addWidget(later_);
  row->addWidget(donate_);
  connect(later_, &QPushButton::clicked, this, &FirstRunPage::leave);
  connect(donate_, &QPushButton::clicked, this, &FirstRunPage::donate);
  return foot;
}

void FirstRunPage::show_daemon() {
  const Connection& connection = models_.connection();
  const bool steered = service_.runs(connection.place()) && service_.there();
  const bool starting = steered && service_.state() == ServiceUnit::State::starting;
  if (connection.live()) {
    daemon_state_->set_state(tr("Running"), theme::Tone::ok);
    daemon_text_->set_text(tr("Connected to %1").arg(connection.place()));
  } else if (starting || connection.state() == Connection::State::connecting) {
    daemon_state_->set_state(starting ? tr("Starting") : tr("Connecting"), theme::Tone::neutral);
    daemon_text_->set_text(connection.place());
  } else {
    daemon_state_->set_state(tr("Not found"), theme::Tone::warn);
    const client::LossText& loss = connection.loss();
    const QString reason = models::as_sentence(loss.reason);
    daemon_text_->set_text(loss.remedy.isEmpty() ? reason : tr("%1: %2").arg(reason, loss.remedy));
  }
  start_service_->setVisible(steered && !connection.live());
  start_service_->setEnabled(!starting);
  at_login_->setVisible(steered);
  at_login_->setChecked(service_.enabled());
  show_foot();
}

void FirstRunPage::show_devices() {
  if (shares() && std::exchange(unsure_, false)) frame_->banner()->hide();
  const auto& told = models_.machine();
  if (!told) {
    devices_text_->set_text(models_.connection().live() ? tr("This daemon does not tell what its machine has")
                                                        : tr("Shown as soon as the service runs"));
    rebuild_rows({}, 0);
    show_foot();
    return;
  }
  const models::MachineData& machine = *told;
  const auto shown = std::min<qsizetype>(static_cast<qsizetype>(machine.devices.size()), kDevicesShown);
  rebuild_rows(machine, shown);
  for (qsizetype at = 0; at < shown; ++at) {
    Row& row = rows_[static_cast<std::size_t>(at)];
    const models::DeviceData& device = machine.devices[static_cast<std::size_t>(at)];
    if (!row.decided) row.offer->setChecked(is_proposed(machine, device, shares()));
    suggest(row, device);
  }
  const auto more = static_cast<int>(static_cast<qsizetype>(machine.devices.size()) - shown);
  if (machine.devices.empty()) {
    devices_text_->set_text(tr("No device was found that could compute for others"));
  } else if (shares()) {
    devices_text_->set_text(tr("Shared already; what you confirm replaces what is set"));
  } else if (more > 0) {
    devices_text_->set_text(tr("Nothing is offered until you confirm; %n more on the page Machine", nullptr, more));
  } else {
    devices_text_->set_text(tr("Nothing is offered until you confirm"));
  }
  show_foot();
}

void FirstRunPage::rebuild_rows(const models::MachineData& machine, qsizetype shown) {
  QStringList ids;
  ids.reserve(shown);
  for (qsizetype at = 0; at < shown; ++at) ids << machine.devices[static_cast<std::size_t>(at)].id;
  const bool priced = models_.status().can("device.set");
  if (ids == row_ids_ && priced == rows_priced_) return;
  row_ids_ = ids;
  rows_priced_ = priced;
  rows_.clear();
  delete std::exchange(rows_box_, new QWidget);
  auto* column = new QVBoxLayout(rows_box_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(theme::kSpaceS);
  rows_layout_->addWidget(rows_box_);
  rows_.reserve(static_cast<std::size_t>(shown));
  for (qsizetype at = 0; at < shown; ++at) add_row(machine, machine.devices[static_cast<std::size_t>(at)]);
}

void FirstRunPage::add_row(const models::MachineData& machine, const models::DeviceData& device) {
  auto* line = new QHBoxLayout;
  line->setSpacing(theme::kSpaceM);
  auto* words = new QVBoxLayout;
  words->setSpacing(0);
  const QString called = models_.device_name(device.id);
  auto* name = new widgets::ElidedLabel(called, theme::FontRole::body_strong);
  auto* hint = new TextLabel({}, theme::FontRole::caption, Ink::muted);
  words->addWidget(name);
  words->addWidget(hint);
  Row row{.id = device.id, .offer = new widgets::Toggle, .price = nullptr, .hint = hint};
  row.offer->setAccessibleName(tr("Offer %1").arg(called));
  row.offer->setChecked(is_proposed(machine, device, shares()));
  const std::size_t place = rows_.size();
  connect(row.offer, &widgets::Toggle::clicked, this, [this, place] {
    rows_[place].decided = true;
    show_foot();
  });
  line->addLayout(words, 1);
  if (rows_priced_) {
    row.price = new widgets::PriceSpin(tr("Price of %1").arg(called));
    row.price->set_unit(tr("cr/h"));
    row.price->set_range(kLeastPerHourMicro, kMostPerHourMicro);
    row.price->set_grain(kSecondsPerHour);
    row.price->setFixedWidth(theme::scaled(kPriceWidth));
    connect(row.price, &widgets::PriceSpin::value_changed, this, [this, place] {
      rows_[place].touched = true;
      show_most();
    });
    line->addWidget(row.price);
  }
  line->addWidget(row.offer);
  static_cast<QVBoxLayout*>(rows_box_->layout())->addLayout(line);
  rows_.push_back(row);
}

void FirstRunPage::suggest(Row& row, const models::DeviceData& device) {
  const SuggestedPrice price = suggested_price(device, models_.offers().rows());
  if (row.price && !row.touched && !row.price->is_edited() && row.price->value() != price.per_hour_micro) {
    row.price->set_value(price.per_hour_micro);
  }
  QStringList parts;
  if (device.hindered()) parts << device.why.advice();
  row.hint->set_ink(device.hindered() ? Ink::warn : Ink::muted);
  if (device.memory_bytes > 0) parts << models_.text().bytes(device.memory_bytes);
  if (device.fp32_flops > 0) parts << models_.text().flops(device.fp32_flops);
  const QString amount = models_.text().credits_per_hour(price.per_hour_micro);
  switch (price.from) {
    case SuggestedPrice::From::similar:
      parts << tr("%1 is the median of similar devices").arg(amount);
      break;
    case SuggestedPrice::From::speed:
      parts << tr("%1 is the median of others, by speed").arg(amount);
      break;
    case SuggestedPrice::From::own:
      parts << tr("%1 is its price now").arg(amount);
      break;
    case SuggestedPrice::From::reckoned:
      parts << tr("%1 to begin with: nobody offers anything similar yet").arg(amount);
      break;
  }
  row.hint->set_text(parts.join(QStringLiteral(" · ")));
}

bool FirstRunPage::shares() const {
  const auto& preferences = models_.preferences();
  return preferences && preferences->share.value_or(false);
}

bool FirstRunPage::can_donate() const {
  const auto& preferences = models_.preferences();
  const bool known = models_.connection().live() && models_.machine() && preferences && preferences->share.has_value();
  return known && pending_ == 0 && std::ranges::any_of(rows_, [](const Row& row) { return row.offer->isChecked(); });
}

// What the switched-on devices ask an hour: all that can be said of earnings before anybody has come.
void FirstRunPage::show_most() {
  std::int64_t sum = 0;
  for (const Row& row : rows_) {
    if (row.price && row.offer->isChecked()) sum += row.price->value();
  }
  most_->setVisible(sum > 0);
  most_->set_text(tr("Up to %1 while all of it works for others").arg(models_.text().credits_per_hour(sum)));
}

void FirstRunPage::show_foot() {
  show_most();
  donate_->setEnabled(can_donate());
  const models::StatusData& status = models_.status();
  safety_->set_text(status.sandbox_tier.isEmpty()
                        ? tr("Jobs of others run in a sandbox without network; you can pause at any time")
                        : tr("Jobs of others run in a sandbox without network (%1); you can pause at any time")
                              .arg(status.sandbox_tier));
}

boost::json::object FirstRunPage::rates_of(const Row& row) const {
  boost::json::object rates;
  // The card is set as a whole: what else it says stays.
  if (const auto& machine = models_.machine()) {
    const auto device = std::ranges::find(machine->devices, row.id, &models::DeviceData::id);
    if (device != machine->devices.end()) {
      for (const auto& [name, micro] : device->rates) rates[name.toStdString()] = micro;
    }
  }
  rates["device_second"] = per_second_micro(row.price->value());
  return rates;
}

void FirstRunPage::donate() {
  if (!can_donate()) return;
  fault_.clear();
  if (models_.status().can("device.set")) {
    for (const Row& row : rows_) {
      boost::json::object params{{"device", row.id.toStdString()}, {"offered", row.offer->isChecked()}};
      if (row.price && row.offer->isChecked()) params.emplace("rates", rates_of(row));
      call("device.set", std::move(params));
    }
    withdraw_rest();
  }
  // Last, so that nothing is offered with another price or against the person's will.
  if (pending_ == 0) call("preferences.set", {{"share", true}});
  show_foot();
}

// A device that the daemon was told nothing of is offered as soon as the node shares: nobody has seen these, or a price
// of theirs. What is shared already stays so.
void FirstRunPage::withdraw_rest() {
  const auto& machine = models_.machine();
  if (!machine || shares()) return;
  for (const models::DeviceData& device : machine->devices) {
    if (row_ids_.contains(device.id)) continue;
    call("device.set", {{"device", device.id.toStdString()}, {"offered", false}});
  }
}

void FirstRunPage::call(const char* method, boost::json::object params) {
  ++pending_;
  const bool is_last = params.contains("share");
  models_.connection().call(method, std::move(params), this, [this, is_last](const client::Outcome& outcome) {
    --pending_;
    if (!outcome && fault_.isEmpty()) fault_ = models::failure_text(outcome.error());
    if (pending_ > 0) return;
    if (!fault_.isEmpty()) {
      const bool unsure = is_last && models::may_be_done(outcome.error());
      say((unsure ? tr("It is not known whether sharing has begun: %1") : tr("Nothing is offered: %1")).arg(fault_));
      unsure_ = unsure;
      show_devices();
    } else if (is_last) {
      leave();
    } else {
      call("preferences.set", {{"share", true}});
    }
  });
}

void FirstRunPage::say(const QString& fault) {
  unsure_ = false;
  frame_->banner()->show_message(theme::Tone::bad, fault);
}

void FirstRunPage::leave() {
  settings_.set_welcomed(true);
  Q_EMIT finished();
}

}  // namespace quern::desktop::pages
