// Jobs submitted here, and those of others that run here.
#pragma once
#include <QString>
#include <QTimer>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/job_list.hpp"
#include "desktop/pages/job_panel.hpp"
#include "desktop/widgets/card.hpp"

class QPushButton;
class QStackedWidget;

namespace quern::desktop::widgets {
class SegmentedControl;
class Table;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class WorkPanel;

class JobsPage : public widgets::PageFrame {
  Q_OBJECT
 public:
  explicit JobsPage(models::DaemonModels& models, QWidget* parent = nullptr);

  // Selects it, also one that the daemon has not told of yet: then as soon as it has.
  void show_job(const QString& id);
  JobPanel& panel() { return *panel_; }

 Q_SIGNALS:
  void new_job_wanted();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  enum Side { kMine, kHere };

  void make_actions();
  QWidget* make_lists();
  QWidget* make_older();
  void show_older();
  void show_side(int side);
  void show_counts();
  void select_wanted();
  void ask_places();

  models::DaemonModels& models_;
  JobFilter jobs_;
  models::SteadyProxy work_;
  JobPlaces places_;
  widgets::SegmentedControl* side_;
  widgets::SegmentedControl* show_;
  QStackedWidget* lists_;
  QStackedWidget* panels_;
  widgets::Table* job_table_;
  widgets::Table* work_table_;
  QWidget* older_ = nullptr;  // below the jobs: that there are more
  widgets::TextLabel* older_text_ = nullptr;
  QPushButton* show_older_ = nullptr;
  JobPanel* panel_;
  WorkPanel* work_panel_;
  QString wanted_;  // to be selected once it is there
  QTimer places_timer_;
  QTimer waiting_timer_;
};

}  // namespace quern::desktop::pages
