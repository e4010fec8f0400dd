// What a person may set: of the daemon's machine, and of this app. Everything applies at once; what the daemon does not
// offer is not there.
#pragma once
#include <QPair>
#include <QString>
#include <QVector>
#include <QWidget>

#include "desktop/models/daemon_models.hpp"
#include "desktop/pages/app_settings.hpp"
#include "desktop/pages/service_unit.hpp"
#include "desktop/widgets/card.hpp"

class QComboBox;
class QVBoxLayout;

namespace quern::desktop::widgets {
class Toggle;
}

namespace quern::desktop::pages {

class AmountRow;
class ChoiceRow;
class DeviceRow;
class LimitRow;
class ShareQuestion;
class SwitchRow;

class PreferencesPage : public widgets::PageFrame {
  Q_OBJECT
 public:
  static constexpr int kBlockedShown = 50;

  // All outlive it.
  PreferencesPage(models::DaemonModels& models, AppSettings& settings, ServiceUnit& service, QWidget* parent = nullptr);
  // Codes and names ("de", "Deutsch") of what the app speaks; without any there is no choice.
  void set_languages(const QVector<QPair<QString, QString>>& languages);

 Q_SIGNALS:
  void daemon_choice_wanted();

 private:
  QWidget* make_sharing();
  QWidget* make_limits();
  QWidget* make_jobs();
  QWidget* make_blocked();
  QWidget* make_app();
  QWidget* make_notices();
  void add_app_switches(QVBoxLayout* column);
  template <class Get, class Set, class Changed>
  void add_switch(QVBoxLayout* column, const QString& title, const QString& hint, Get get, Set set, Changed changed);
  QWidget* make_proposed_budget();
  QWidget* make_daemon();
  void refresh();
  void show_devices();
  void show_limits();
  void show_blocked();
  void unblock(const QString& peer);

  models::DaemonModels& models_;
  AppSettings& settings_;
  QVBoxLayout* leading_;
  QVBoxLayout* trailing_;
  QWidget* sharing_;
  SwitchRow* share_;
  ShareQuestion* share_question_;
  QVBoxLayout* device_rows_;
  QVector<DeviceRow*> devices_;
  QWidget* limits_;
  QVector<LimitRow*> limit_rows_;
  QWidget* jobs_;
  AmountRow* job_budget_;
  AmountRow* budget_;
  ChoiceRow* strategy_;
  QWidget* blocked_;
  QVBoxLayout* blocked_rows_;
  QStringList blocked_ids_;
  widgets::TextLabel* unblock_fault_;
  QWidget* language_row_;
  QComboBox* language_;
};

}  // namespace quern::desktop::pages
