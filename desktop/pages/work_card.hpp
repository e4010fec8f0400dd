// One task of another node's job that runs here: whose, how far, what it has earned, and a way to end it, confirmed on
// the spot.
#pragma once
#include <QString>
#include <QWidget>

#include "desktop/models/daemon_models.hpp"
#include "desktop/widgets/labels.hpp"

class QPushButton;

namespace quern::desktop::widgets {
class KeyValueList;
class ProgressBar;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class WorkCard : public QWidget {
  Q_OBJECT
 public:
  explicit WorkCard(models::DaemonModels& models, QWidget* parent = nullptr);
  void show_work(const models::WorkRow& work);
  const QString& id() const { return id_; }

 private:
  void ask(bool asking);
  void cancel();

  models::DaemonModels& models_;
  QString id_;
  bool ending_ = false;
  widgets::ElidedLabel* name_;
  widgets::ElidedLabel* percent_;
  widgets::ProgressBar* progress_;
  widgets::KeyValueList* rows_;
  QPushButton* end_;
  QWidget* question_;
  QPushButton* keep_;
  QPushButton* sure_;
  widgets::TextLabel* fault_;
};

}  // namespace quern::desktop::pages
