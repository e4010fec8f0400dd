// All about one device of this machine, at the trailing side of the machine's page: its switch and price, what others
// ask for the like, its last ten minutes, what runs on it, what it earned. Changes go to the daemon at once; what it
// refuses is said below the control, which goes back.
#pragma once
#include <QHash>
#include <QString>
#include <cstdint>
#include <vector>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/newest_receipts.hpp"
#include "desktop/pages/topology_of.hpp"
#include "desktop/widgets/card.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class KeyValueList;
class PriceSpin;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class DeviceControl;
class PriceProposal;
class Trend;
class WorkCard;

class DevicePanel : public widgets::DetailPanel {
  Q_OBJECT
 public:
  static constexpr int kWorksShown = 8;
  static constexpr int kReceiptsShown = 5;
  static constexpr std::int64_t kReceiptsAsked = 100;

  // Both outlive it.
  explicit DevicePanel(models::DaemonModels& models, QWidget* parent = nullptr);

  // A device that is not there shows nothing but its heading.
  void show_device(const QString& id);
  const QString& device() const { return id_; }  // empty: a part is shown
  void show_part(const PartText& part, theme::Glyph glyph);
  // Writes what is shown again: after a reading, a change of topics.
  void refresh();

 private:
  void add_controls();
  void add_trends();
  void add_work();
  void show_controls(const models::DeviceData& device);
  void show_similar(const models::DeviceData& device);
  void show_trends(const models::DeviceData& device);
  void show_facts(const models::DeviceData& device);
  void show_work();
  void show_receipts();
  void set_paused(bool paused);

  models::DaemonModels& models_;
  QString id_;
  bool pausing_ = false;
  NewestReceipts* receipts_;

  DeviceControl* control_ = nullptr;
  QWidget* of_device_;
  widgets::KeyValueList* of_part_;
  widgets::Toggle* offer_;
  widgets::TextLabel* why_;
  QWidget* price_row_;
  widgets::PriceSpin* price_;
  PriceProposal* proposal_;
  widgets::TextLabel* similar_;
  QPushButton* pause_;
  widgets::TextLabel* fault_;
  QVector<Trend*> trends_;
  widgets::KeyValueList* facts_;
  QVector<WorkCard*> works_;
  QWidget* receipts_box_;
  widgets::KeyValueList* receipt_rows_;
};

}  // namespace quern::desktop::pages
