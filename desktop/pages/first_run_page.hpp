// The way into Quern: the daemon is found or started, its devices are listed with a price, and nothing is offered until
// a person says so. Two clicks where the service is not running yet, one where it is.
#pragma once
#include <QHash>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <optional>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/app_settings.hpp"
#include "desktop/pages/service_unit.hpp"

class QPushButton;
class QVBoxLayout;

namespace quern::desktop::widgets {
class Card;
class PageFrame;
class Pill;
class PriceSpin;
class SectionTitle;
class TextLabel;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class FirstRunPage : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kDevicesShown = 16;  // the rest is counted, and switched off before anything is shared

  // All outlive it.
  FirstRunPage(models::DaemonModels& models, AppSettings& settings, ServiceUnit& service, QWidget* parent = nullptr);

 Q_SIGNALS:
  // The person is through, or wants to go on without donating. AppSettings::welcomed() is true from now on.
  void finished();
  void daemon_choice_wanted();

 private:
  struct Row {
    QString id;
    widgets::Toggle* offer;
    widgets::PriceSpin* price;  // nullptr where the daemon takes none
    widgets::TextLabel* hint;
    bool touched = false;  // the price, by the person: a new suggestion leaves it alone
    bool decided = false;  // the switch
  };

  QWidget* make_daemon_card();
  QWidget* make_devices_card();
  QWidget* make_foot();
  void show_daemon();
  void show_devices();
  void show_foot();
  void show_most();
  void rebuild_rows(const models::MachineData& machine, qsizetype shown);
  void add_row(const models::MachineData& machine, const models::DeviceData& device);
  void suggest(Row& row, const models::DeviceData& device);
  bool shares() const;
  bool can_donate() const;
  boost::json::object rates_of(const Row& row) const;
  void donate();
  void withdraw_rest();
  void call(const char* method, boost::json::object params);
  void leave();
  void say(const QString& fault);

  models::DaemonModels& models_;
  AppSettings& settings_;
  ServiceUnit& service_;
  widgets::PageFrame* frame_;
  widgets::Pill* daemon_state_;
  widgets::TextLabel* daemon_text_;
  QPushButton* start_service_;
  QPushButton* choose_;
  widgets::Toggle* at_login_;
  widgets::SectionTitle* devices_title_;
  widgets::TextLabel* devices_text_;
  QVBoxLayout* rows_layout_;
  QWidget* rows_box_ = nullptr;
  std::vector<Row> rows_;
  widgets::TextLabel* most_;  // what they would earn
  QStringList row_ids_;
  bool rows_priced_ = false;
  widgets::TextLabel* safety_;
  QPushButton* later_;
  QPushButton* donate_;
  int pending_ = 0;      // calls of donate()
  QString fault_;        // the first of them
  bool unsure_ = false;  // the banner says that nobody knows whether sharing has begun
};

}  // namespace quern::desktop::pages
