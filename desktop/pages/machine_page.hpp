// The machine: what it is made of and how warm each part is, what of it is offered, and the switches for it.
#pragma once
#include <QWidget>

#include "desktop/models/daemon_models.hpp"
#include "desktop/widgets/card.hpp"
#include "desktop/widgets/topology_view.hpp"

class QStackedWidget;

namespace quern::desktop::widgets {
class HeatLegend;
class SegmentedControl;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class DevicePanel;
class TopologyTree;

class MachinePage : public widgets::PageFrame {
  Q_OBJECT
 public:
  // `models` outlives it.
  explicit MachinePage(models::DaemonModels& models, QWidget* parent = nullptr);

 private:
  void add_actions();
  void add_body();
  void show_machine();
  void show_donation();
  void show_heat(int heat);
  void show_form(int form);
  void choose(const widgets::TopologyPart& part);
  void choose_first();
  void show_chosen();

  models::DaemonModels& models_;
  widgets::TopologyPart chosen_;
  bool has_chosen_ = false;

  QStackedWidget* stack_;
  QWidget* shown_;
  widgets::EmptyState* nothing_;
  QStackedWidget* forms_;
  widgets::TopologyView* view_;
  TopologyTree* tree_;
  QWidget* foot_;
  widgets::HeatLegend* legend_;
  DevicePanel* panel_;
  widgets::SegmentedControl* heat_;
  widgets::SegmentedControl* form_;
};

}  // namespace quern::desktop::pages
