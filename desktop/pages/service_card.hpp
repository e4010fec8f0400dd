// The service that runs this user's daemon: how it is, its start and its stop, and whether it starts at the login.
// Hidden where there is none to steer, and while the app is connected to a daemon elsewhere.
#pragma once
#include <QWidget>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/app_settings.hpp"
#include "desktop/pages/service_unit.hpp"
#include "desktop/widgets/card.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class Pill;
class Toggle;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class ServiceCard : public widgets::Card {
  Q_OBJECT
 public:
  // All outlive it.
  ServiceCard(models::DaemonModels& models, ServiceUnit& service, QWidget* parent = nullptr);

 private:
  QWidget* make_question();
  void refresh();
  // Asked on the spot where something would end with it.
  void stop();
  void ask(int running);

  models::DaemonModels& models_;
  ServiceUnit& service_;
  widgets::Pill* state_;
  widgets::TextLabel* text_;
  widgets::Toggle* at_login_;
  QPushButton* start_;
  QPushButton* stop_;
  widgets::TextLabel* ends_;
  QPushButton* sure_;
  QWidget* question_;
};

}  // namespace quern::desktop::pages
