#include "desktop/pages/machine_page.hpp"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "desktop/pages/device_panel.hpp"
#include "desktop/pages/topology_of.hpp"
#include "desktop/pages/topology_tree.hpp"
#include "desktop/theme/icon.hpp"
#include "desktop/widgets/charts.hpp"
#include "desktop/widgets/controls.hpp"
#include "desktop/widgets/flow_layout.hpp"

namespace quern::desktop::pages {

using models::DonationState;
using widgets::PartKind;

namespace {

bool has_device(const models::MachineData& machine, const QString& id) {
  return std::ranges::find(machine.devices, id, &models::DeviceData::id) != machine.devices.end();
}

theme::Glyph part_glyph(PartKind kind) {
  if (kind == PartKind::machine) return theme::Glyph::server;
  return kind == PartKind::numa ? theme::Glyph::memory : theme::Glyph::cpu;
}

}  // namespace

MachinePage::MachinePage(models::DaemonModels& models, QWidget* parent)
    : PageFrame(tr("Machine"), parent),
      models_(models),
      stack_(new QStackedWidget),
      shown_(new QWidget),
      nothing_(new widgets::EmptyState(theme::Glyph::machine, {}, {})),
      forms_(new QStackedWidget),
      view_(new widgets::TopologyView(tr("Parts of the machine"))),
      tree_(new TopologyTree(tr("Parts of the machine"), models.text())),
      foot_(new QWidget),
      legend_(new widgets::HeatLegend),
      panel_(new DevicePanel(models)),
      heat_(new widgets::SegmentedControl(tr("Colour of the cores"))),
      form_(new widgets::SegmentedControl(tr("Form"))) {
  add_actions();
  add_body();
  connect(&models_, &models::DaemonModels::machine_changed, this, &MachinePage::show_machine);
  connect(&models_, &models::DaemonModels::status_changed, this, &MachinePage::show_machine);
  connect(&models_, &models::DaemonModels::status_changed, this, &MachinePage::show_donation);
  connect(&models_.connection(), &client::Connection::state_changed, this, [this] {
    show_donation();
    panel_->refresh();
  });
  connect(&models_, &models::DaemonModels::device_readings_taken, panel_, &DevicePanel::refresh);
  show_heat(0);
  show_machine();
  show_donation();
}

void MachinePage::add_actions() {
  form_->set_segments({tr("Map"), tr("List")});
  heat_->set_segments({tr("Load"), tr("Jobs"), tr("Price")});
  for (QWidget* each : {form_, heat_}) add_action(each);
  connect(form_, &widgets::SegmentedControl::current_changed, this, &MachinePage::show_form);
  connect(heat_, &widgets::SegmentedControl::current_changed, this, &MachinePage::show_heat);
}

void MachinePage::add_body() {
  auto* card = new widgets::Card;
  card->body()->addWidget(forms_, 1);
  card->body()->addWidget(foot_);
  forms_->addWidget(view_);
  forms_->addWidget(tree_);
  auto* foot = new widgets::FlowLayout(foot_, theme::kSpaceS);  // a longer hint has a line of its own
  foot->set_last_trails(true);
  foot->addWidget(legend_);
  auto* hint =
      new widgets::ElidedLabel(tr("Ctrl + wheel zooms, arrows move"), theme::FontRole::caption, widgets::Ink::muted);
  hint->set_alignment(Qt::AlignTrailing | Qt::AlignVCenter);
  foot->addWidget(hint);
  auto* row = new QHBoxLayout(shown_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(theme::kSpaceL);
  row->addWidget(card, 1);
  row->addWidget(panel_);
  stack_->addWidget(shown_);
  stack_->addWidget(nothing_);
  body()->addWidget(stack_, 1);
  connect(view_, &widgets::TopologyView::selected_changed, this, &MachinePage::choose);
  connect(tree_, &TopologyTree::selected_changed, this, &MachinePage::choose);
}

void MachinePage::show_machine() {
  const auto& machine = models_.machine();
  stack_->setCurrentWidget(machine ? shown_ : nothing_);
  form_->setVisible(machine.has_value());
  heat_->setVisible(machine.has_value() && form_->current() == 0);
  if (!machine) {
    set_subtitle({});
    const bool live = models_.connection().live() && models_.has_status();
    nothing_->set_text(
        live ? tr("This service does not tell of its machine") : tr("Nothing is known of the machine yet"),
        live ? tr("A newer one does.") : tr("It is shown as soon as the service answers."));
    return;
  }
  set_subtitle(machine_subtitle(*machine, models_.text()));
  const widgets::Topology topology = topology_of(*machine, models_.text());
  view_->set_topology(topology);
  if (forms_->currentWidget() == tree_) tree_->set_topology(topology);
  const bool there = has_chosen_ && (chosen_.kind != PartKind::device || has_device(*machine, chosen_.device_id));
  there ? show_chosen() : choose_first();
}

// The first device that is offered, else the first, else the machine.
void MachinePage::choose_first() {
  const auto& machine = models_.machine();
  if (!machine) return;
  const auto& devices = machine->devices;
  auto first = std::ranges::find_if(devices, &models::DeviceData::offered);
  if (first == devices.end()) first = devices.begin();
  widgets::TopologyPart part{.kind = PartKind::machine};
  if (first != devices.end()) part = {.kind = PartKind::device, .device_id = first->id};
  choose(part);
}

void MachinePage::choose(const widgets::TopologyPart& part) {
  chosen_ = part;
  has_chosen_ = true;
  show_chosen();
}

void MachinePage::show_chosen() {
  if (chosen_.kind == PartKind::device) {
    view_->select_device(chosen_.device_id);
    panel_->show_device(chosen_.device_id);
  } else {
    panel_->show_part(part_text(view_->topology(), chosen_, models_.text()), part_glyph(chosen_.kind));
  }
}

void MachinePage::show_heat(int heat) {
  using widgets::HeatBy;
  view_->set_heat(heat == 1 ? HeatBy::jobs : heat == 2 ? HeatBy::price : HeatBy::load);
  switch (heat) {
    case 1:
      return legend_->set_texts(tr("Given to jobs"), tr("nothing"), tr("all"));
    case 2:
      return legend_->set_texts(tr("Price"), tr("lowest"), tr("highest"));
    default:
      return legend_->set_texts(tr("Core load"), models_.text().percent(0), models_.text().percent(1'000));
  }
}

void MachinePage::show_form(int form) {
  const bool as_tree = form == 1;
  if (as_tree) tree_->set_topology(view_->topology());
  if (as_tree && chosen_.kind == PartKind::device) tree_->select_device(chosen_.device_id);
  forms_->setCurrentWidget(as_tree ? static_cast<QWidget*>(tree_) : view_);
  heat_->setVisible(!as_tree);
  foot_->setVisible(!as_tree);
}

// The window around has the button; here stands what it means for what is shown.
void MachinePage::show_donation() {
  const DonationState& donation = models_.status().donation;
  if (donation.kind != DonationState::Kind::paused) return banner()->hide();
  const auto& until = donation.until_unix_ms;
  banner()->show_message(theme::Tone::warn,
                         until ? tr("Donating is paused until %1. What runs goes on.").arg(models_.text().time(*until))
                               : tr("Donating is paused until you resume it. What runs goes on."));
}

}  // namespace quern::desktop::pages
