#include "desktop/pages/preferences_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <array>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "desktop/models/failure_text.hpp"
#include "desktop/pages/device_row.hpp"
#include "desktop/pages/limit_stops.hpp"
#include "desktop/pages/preference_rows.hpp"
#include "desktop/pages/service_card.hpp"
#include "desktop/pages/share_question.hpp"
#include "desktop/pages/stray_wheel.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/price_spin.hpp"

namespace quern::desktop::pages {

using models::PreferencesData;
using widgets::Ink;

namespace {

constexpr std::int64_t kFirstProposalMicro = 10 * widgets::kMicroCredits;  // when a proposal is switched on
constexpr std::array<int, 6> kTextSizes{100, 110, 125, 150, 175, 200};
using Number = std::optional<PreferencesData::Number>;
// In the order of their rows.
constexpr std::array<Number PreferencesData::*, 6> kLimits{
    &PreferencesData::cpu_cores,   &PreferencesData::memory_bytes, &PreferencesData::scratch_bytes,
    &PreferencesData::walltime_ms, &PreferencesData::input_bytes,  &PreferencesData::output_bytes};

widgets::Card* make_card(const QString& title, const QString& text = {}) {
  auto* card = new widgets::Card;
  card->body()->setSpacing(theme::kSpaceM);
  card->body()->addWidget(new widgets::SectionTitle(title));
  if (!text.isEmpty()) card->body()->addWidget(new widgets::TextLabel(text, theme::FontRole::caption, Ink::muted));
  return card;
}

// A title with a hint below, and a control at the trailing side.
QWidget* make_row(const QString& title, widgets::TextLabel* hint, QWidget* control) {
  auto* box = new QWidget;
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceM);
  auto* words = new QVBoxLayout;
  words->setSpacing(0);
  words->addWidget(new widgets::ElidedLabel(title, theme::FontRole::body_strong));
  if (hint) words->addWidget(hint);
  row->addLayout(words, 1);
  row->addWidget(control, 0, Qt::AlignVCenter);
  control->setAccessibleName(title);
  return box;
}

QWidget* make_row(const QString& title, const QString& hint, QWidget* control) {
  auto* words = hint.isEmpty() ? nullptr : new widgets::TextLabel(hint, theme::FontRole::caption, Ink::muted);
  return make_row(title, words, control);
}

}  // namespace

PreferencesPage::PreferencesPage(models::DaemonModels& models, AppSettings& settings, ServiceUnit& service,
                                 QWidget* parent)
    : PageFrame(tr("Preferences"), parent), models_(models), settings_(settings) {
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  area->viewport()->setAutoFillBackground(false);
  auto* page = new QWidget;
  auto* columns = new QHBoxLayout(page);
  columns->setContentsMargins(0, 0, theme::kSpaceS, 0);
  columns->setSpacing(theme::kSpaceL);
  leading_ = new QVBoxLayout;
  trailing_ = new QVBoxLayout;
  for (QVBoxLayout* column : {leading_, trailing_}) {
    column->setSpacing(theme::kSpaceL);
    columns->addLayout(column, 1);
  }
  leading_->addWidget(make_sharing());
  leading_->addWidget(make_jobs());
  leading_->addWidget(make_blocked());
  leading_->addWidget(new ServiceCard(models_, service));
  leading_->addWidget(make_notices());
  leading_->addStretch(1);
  trailing_->addWidget(make_limits());
  trailing_->addWidget(make_app());
  trailing_->addStretch(1);
  area->setWidget(page);
  page->setAutoFillBackground(false);
  body()->addWidget(area, 1);
  connect(&models_, &models::DaemonModels::preferences_changed, this, &PreferencesPage::refresh);
  connect(&models_, &models::DaemonModels::machine_changed, this, &PreferencesPage::show_devices);
  connect(&models_, &models::DaemonModels::machine_changed, this, &PreferencesPage::show_limits);
  connect(&models_, &models::DaemonModels::peers_changed, this, &PreferencesPage::show_blocked);
  connect(&models_, &models::DaemonModels::status_changed, this, &PreferencesPage::refresh);
  connect(&models_.connection(), &client::Connection::state_changed, this, &PreferencesPage::refresh);
  refresh();
}

QWidget* PreferencesPage::make_sharing() {
  auto* card = make_card(tr("Sharing"));
  share_ = new SwitchRow(models_, {"share", tr("Share this machine"),
                                   tr("Others may run jobs on the devices below, inside of a sandbox")});
  card->body()->addWidget(share_);
  share_question_ = new ShareQuestion(models_);
  card->body()->addWidget(share_question_);
  share_->set_question([this] { return share_question_->asks(); });
  connect(share_question_, &ShareQuestion::answered, this, [this] { share_->switch_to(true); });
  device_rows_ = new QVBoxLayout;
  device_rows_->setSpacing(theme::kSpaceM);
  card->body()->addLayout(device_rows_);
  return sharing_ = card;
}

QWidget* PreferencesPage::make_limits() {
  auto* card = make_card(tr("Limits"), tr("The most that one job of others may use. What runs goes on."));
  const models::QuantityText& text = models_.text();
  const auto count = [text](std::int64_t number) { return text.count(number); };
  const auto bytes = [text](std::int64_t number) { return text.bytes(static_cast<std::uint64_t>(number)); };
  const auto time = [text](std::int64_t number) { return text.duration(number); };
  const auto add = [&](const char* name, const QString& title, LimitRow::Scale scale) {
    limit_rows_.append(new LimitRow(models_, {name, title, {}}, std::move(scale)));
    card->body()->addWidget(limit_rows_.back());
  };
  add("cpu_cores", tr("Cores"), {count_stops, count_stops, count});
  add("memory_bytes", tr("Memory"), {byte_stops, even_byte_stops, bytes});
  add("scratch_bytes", tr("Disk"), {byte_stops, even_byte_stops, bytes});
  add("walltime_ms", tr("Longest task"), {time_stops, time_stops, time});
  add("input_bytes", tr("Files in"), {byte_stops, even_byte_stops, bytes});
  add("output_bytes", tr("Files out"), {byte_stops, even_byte_stops, bytes});
  return limits_ = card;
}

QWidget* PreferencesPage::make_jobs() {
  auto* card = make_card(tr("My jobs"));
  job_budget_ = new AmountRow(models_, {"job_budget_micro", tr("Budget of a job"),
                                        tr("Where a job names none; without a bound it costs what it costs")});
  budget_ = new AmountRow(models_, {"budget_micro", tr("Budget of all jobs"), tr("All that this node may spend")});
  strategy_ = new ChoiceRow(models_, {"strategy", tr("Choose providers"), {}},
                            {{QStringLiteral("cheapest"), tr("The cheapest")},
                             {QStringLiteral("fastest"), tr("The fastest")},
                             {QStringLiteral("balanced"), tr("Price and time in balance")},
                             {QStringLiteral("spread"), tr("Spread over many")},
                             {QStringLiteral("weighted-random"), tr("By chance, the better more often")},
                             {QStringLiteral("round-robin"), tr("In turn")}});
  for (QWidget* row : std::initializer_list<QWidget*>{job_budget_, budget_, strategy_}) card->body()->addWidget(row);
  return jobs_ = card;
}

QWidget* PreferencesPage::make_blocked() {
  auto* card = make_card(tr("Blocked peers"), tr("They get no connection, no work, and no jobs of yours."));
  blocked_rows_ = new QVBoxLayout;
  blocked_rows_->setSpacing(theme::kSpaceS);
  card->body()->addLayout(blocked_rows_);
  unblock_fault_ = new widgets::TextLabel({}, theme::FontRole::caption, Ink::bad);
  unblock_fault_->hide();
  connect(&models_.connection(), &client::Connection::daemon_left, unblock_fault_, &QWidget::hide);
  card->body()->addWidget(unblock_fault_);
  return blocked_ = card;
}

QWidget* PreferencesPage::make_app() {
  auto* card = make_card(tr("This app"), tr("On this computer only."));
  auto* mode = new QComboBox;
  mode->addItem(tr("Follow the system"), static_cast<int>(theme::Mode::system));
  mode->addItem(tr("Light"), static_cast<int>(theme::Mode::light));
  mode->addItem(tr("Dark"), static_cast<int>(theme::Mode::dark));
  auto* size = new QComboBox;
  for (const int percent : kTextSizes) size->addItem(models_.text().percent(std::int64_t{percent} * 10), percent);
  const auto show = [this, mode, size] {
    mode->setCurrentIndex(mode->findData(static_cast<int>(settings_.mode())));
    size->setCurrentIndex(size->findData(settings_.text_percent()));
  };
  show();
  connect(mode, &QComboBox::activated, this,
          [this, mode] { settings_.set_mode(static_cast<theme::Mode>(mode->currentData().toInt())); });
  connect(size, &QComboBox::activated, this, [this, size] { settings_.set_text_percent(size->currentData().toInt()); });
  connect(&settings_, &AppSettings::mode_changed, this, show);
  connect(&settings_, &AppSettings::text_percent_changed, this, show);
  language_ = new QComboBox;
  connect(language_, &QComboBox::activated, this,
          [this] { settings_.set_language(language_->currentData().toString()); });
  card->body()->addWidget(make_daemon());
  card->body()->addWidget(make_row(tr("Colours"), nullptr, mode));
  card->body()->addWidget(make_row(tr("Text size"), nullptr, size));
  language_row_ = make_row(tr("Language"), tr("Counts from the next start on"), language_);
  card->body()->addWidget(language_row_);
  language_row_->hide();
  for (QComboBox* box : {mode, size, language_}) ignore_stray_wheel(box);
  card->body()->addWidget(make_proposed_budget());
  add_app_switches(card->body());
  return card;
}

QWidget* PreferencesPage::make_daemon() {
  auto* place = new widgets::TextLabel({}, theme::FontRole::caption, Ink::muted);
  auto* choose = new QPushButton(tr("Choose daemon…"));
  const auto show = [this, place] { place->set_text(models_.connection().place()); };
  show();
  connect(&models_.connection(), &client::Connection::state_changed, place, show);
  connect(choose, &QPushButton::clicked, this, &PreferencesPage::daemon_choice_wanted);
  QWidget* const row = make_row(tr("Connected to"), place, choose);
  choose->setAccessibleName(tr("Choose daemon…"));
  return row;
}

// What the form of a new job begins with: this app's own, not the node's bound.
QWidget* PreferencesPage::make_proposed_budget() {
  const QString title = tr("Proposed budget");
  auto* controls = new QWidget;
  auto* row = new QHBoxLayout(controls);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceS);
  auto* spin = new widgets::PriceSpin(title);
  spin->set_unit(tr("cr"));
  spin->set_range(0, AppSettings::kBudgetMaxMicro);
  spin->set_step(widgets::kMicroCredits);
  ignore_stray_wheel(spin);
  auto* toggle = new widgets::Toggle;
  row->addWidget(spin);
  row->addWidget(toggle);
  const auto show = [this, spin, toggle] {
    const auto micro = settings_.proposed_budget_micro();
    toggle->setChecked(micro.has_value());
    spin->setVisible(micro.has_value());
    if (micro) spin->set_value(*micro);
  };
  show();
  connect(toggle, &QAbstractButton::clicked, this, [this](bool on) {
    settings_.set_proposed_budget_micro(on ? std::optional(kFirstProposalMicro) : std::nullopt);
  });
  connect(spin, &widgets::PriceSpin::value_changed, this,
          [this](qint64 micro) { settings_.set_proposed_budget_micro(micro); });
  connect(&settings_, &AppSettings::proposed_budget_changed, controls, show);
  QWidget* const box = make_row(title, tr("In the form of a new job; off: what the service allows a job"), controls);
  toggle->setAccessibleName(tr("%1: in use").arg(title));
  return box;
}

template <class Get, class Set, class Changed>
void PreferencesPage::add_switch(QVBoxLayout* column, const QString& title, const QString& hint, Get get, Set set,
                                 Changed changed) {
  auto* toggle = new widgets::Toggle;
  const auto show = [toggle, get] { toggle->setChecked(get()); };
  show();
  connect(toggle, &QAbstractButton::clicked, this, set);
  connect(&settings_, changed, toggle, show);
  column->addWidget(make_row(title, hint, toggle));
}

void PreferencesPage::add_app_switches(QVBoxLayout* column) {
  add_switch(
      column, tr("Start with the desktop"), tr("Hidden in the tray where there is one"),
      [this] { return settings_.autostart(); }, [this](bool on) { settings_.set_autostart(on); },
      &AppSettings::autostart_changed);
  add_switch(
      column, tr("Keep in the tray"), tr("Closing the window leaves the app there; the service runs either way"),
      [this] { return settings_.keep_in_tray(); }, [this](bool on) { settings_.set_keep_in_tray(on); },
      &AppSettings::keep_in_tray_changed);
}

QWidget* PreferencesPage::make_notices() {
  auto* card = make_card(tr("Notifications"));
  const std::array<std::pair<Notice, QString>, kNotices> notices{
      {{Notice::job_ended, tr("Tell when a job has ended")},
       {Notice::job_failed, tr("Tell when a job has failed")},
       {Notice::device_lost, tr("Tell when a device is lost")},
       {Notice::connection_lost, tr("Tell when the service is gone")}}};
  for (const auto& [notice, title] : notices) {
    const Notice which = notice;
    add_switch(
        card->body(), title, QString(), [this, which] { return settings_.notifies(which); },
        [this, which](bool on) { settings_.set_notifies(which, on); }, &AppSettings::notifies_changed);
  }
  return card;
}

void PreferencesPage::set_languages(const QVector<QPair<QString, QString>>& languages) {
  language_->clear();
  language_->addItem(tr("The system's"), QString());
  for (const auto& [code, name] : languages) language_->addItem(name, code);
  language_->setCurrentIndex(std::max(0, language_->findData(settings_.language())));
  language_row_->setVisible(!languages.isEmpty());
}

void PreferencesPage::show_limits() {
  const PreferencesData data = models_.preferences().value_or(PreferencesData());
  const models::MachineData machine = models_.machine().value_or(models::MachineData());
  std::int64_t threads = 0;
  for (const models::CoreData& core : machine.cores) threads += static_cast<std::int64_t>(core.threads.size());
  bool any = false;
  for (std::size_t at = 0; at < kLimits.size(); ++at) {
    const Number number = data.*kLimits.at(at);
    LimitRow* const row = limit_rows_[static_cast<qsizetype>(at)];
    row->setVisible(number.has_value());
    any = any || number;
    if (!number) continue;
    const auto there = kLimits.at(at) == &PreferencesData::cpu_cores ? threads
                       : kLimits.at(at) == &PreferencesData::memory_bytes
                           ? static_cast<std::int64_t>(machine.memory_bytes)
                           : 0;
    row->show_value(*number, there);
  }
  limits_->setVisible(any);
}

void PreferencesPage::refresh() {
  const auto& preferences = models_.preferences();
  const bool there = preferences.has_value();
  set_subtitle(!there                        ? tr("Nothing is known of the service's preferences")
               : preferences->host.isEmpty() ? tr("Changes apply at once")
                                             : tr("Changes apply at once to %1").arg(preferences->host));
  const PreferencesData data = preferences.value_or(PreferencesData());
  share_->setVisible(data.share.has_value());
  if (data.share) share_->show_value(*data.share);
  if (data.share.value_or(true) || !models_.connection().live()) share_question_->hide();
  show_limits();
  job_budget_->setVisible(data.job_budget.has_value());
  if (data.job_budget) job_budget_->show_value(*data.job_budget);
  budget_->setVisible(data.budget.has_value());
  if (data.budget) budget_->show_value(*data.budget);
  strategy_->setVisible(data.strategy.has_value());
  if (data.strategy) strategy_->show_value(*data.strategy);
  jobs_->setVisible(data.job_budget || data.budget || data.strategy);
  show_devices();
  show_blocked();
}

void PreferencesPage::show_devices() {
  const auto& machine = models_.machine();
  std::vector<QString> ids;
  if (machine && models_.status().can("device.set")) {
    ids.reserve(machine->devices.size());
    for (const models::DeviceData& device : machine->devices) ids.push_back(device.id);
  }
  const auto count = static_cast<qsizetype>(ids.size());
  while (devices_.size() > count) delete devices_.takeLast();
  while (devices_.size() < count) {
    devices_.append(new DeviceRow(models_));
    device_rows_->addWidget(devices_.back());
  }
  for (qsizetype at = 0; at < count; ++at) devices_[at]->set_device(ids[static_cast<std::size_t>(at)]);
  sharing_->setVisible(count > 0 || !share_->isHidden());
}

void PreferencesPage::show_blocked() {
  QStringList ids;
  for (const models::PeerRow& peer : models_.peers().rows()) {
    if (peer.blocked && ids.size() < kBlockedShown) ids << peer.id;
  }
  blocked_->setVisible(models_.status().can("peer.block") && (!ids.isEmpty() || !unblock_fault_->isHidden()));
  if (ids == blocked_ids_) return;
  blocked_ids_ = ids;
  while (QLayoutItem* const item = blocked_rows_->takeAt(0)) {
    item->widget()->deleteLater();
    delete item;
  }
  for (const QString& id : ids) {
    auto* button = new QPushButton(tr("Unblock"));
    connect(button, &QPushButton::clicked, this, [this, id] { unblock(id); });
    QWidget* const row = make_row(models::short_id(id), nullptr, button);
    button->setAccessibleName(tr("Unblock %1").arg(models::short_id(id)));
    row->setToolTip(id);
    blocked_rows_->addWidget(row);
  }
}

void PreferencesPage::unblock(const QString& peer) {
  unblock_fault_->hide();
  models_.connection().call("peer.unblock", {{"peer", peer.toStdString()}}, this,
                            [this](const client::Outcome& outcome) {
                              if (outcome) return;
                              unblock_fault_->set_text(models::failure_text(outcome.error()));
                              unblock_fault_->show();
                            });
}

}  // namespace quern::desktop::pages
