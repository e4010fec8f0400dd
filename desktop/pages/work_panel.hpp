// One task of another's job that runs here: what it is, what it earns, and the button that ends it.
#pragma once
#include <QString>

#include "desktop/models/daemon_models.hpp"
#include "desktop/widgets/card.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class KeyValueList;
}

namespace quern::desktop::pages {

class WorkPanel : public widgets::Card {
  Q_OBJECT
 public:
  explicit WorkPanel(models::DaemonModels& models, QWidget* parent = nullptr);
  // Empty: none.
  void set_work(const QString& id);

 private:
  void show_work();
  void end();

  models::DaemonModels& models_;
  QString id_;
  client::Reply action_;
  widgets::SectionTitle* title_;
  QPushButton* end_;
  widgets::Banner* message_;
  widgets::KeyValueList* rows_;
};

}  // namespace quern::desktop::pages
