// One of one's own jobs: its log as it is written, its tasks, its files; and what can be done with it.
#pragma once
#include <QString>
#include <QStringList>
#include <functional>

#include "desktop/models/daemon_models.hpp"
#include "desktop/models/steady_proxy.hpp"
#include "desktop/pages/file_fetch.hpp"
#include "desktop/pages/log_save.hpp"
#include "desktop/widgets/card.hpp"

class QCheckBox;
class QPushButton;
class QStackedWidget;
class QStandardItemModel;

namespace quern::desktop::widgets {
class ElidedLabel;
class LogView;
class ProgressBar;
class SegmentedControl;
class Table;
class TextLabel;
}  // namespace quern::desktop::widgets

namespace quern::desktop::pages {

class JobPanel : public widgets::Card {
  Q_OBJECT
 public:
  // Ask a person for a file to write to and for a folder; empty: none was chosen. Given by tests.
  struct Choices {
    std::function<QString(const QString& proposed)> save_file;
    std::function<QString()> folder;
  };

  explicit JobPanel(models::DaemonModels& models, QWidget* parent = nullptr);
  void set_choices(Choices choices) { choices_ = std::move(choices); }
  // Empty: none.
  void set_job(const QString& id);
  const QString& job() const { return focus_.job(); }
  const models::JobFocus& focus() const { return focus_; }

 Q_SIGNALS:
  void retried(const QString& job);  // the new one

 private:
  enum View { kLog, kTasks, kFiles };

  void make_head();
  QWidget* make_log();
  QWidget* make_tasks();
  QWidget* make_files();
  void show_job();
  void show_reason(const models::JobDetail& detail);
  void show_files(const models::JobDetail& detail);
  void show_actions();
  void follow_log();
  void add_log_rows(int first, int last);
  void show_empty_log();
  void save_log();
  void tell_saved_log(const QString& file, quint64 dropped_bytes);
  void save_files(bool trails);
  void stop();
  void retry(bool elsewhere);
  void tell(const QString& text, theme::Tone tone);

  models::DaemonModels& models_;
  models::JobFocus focus_;
  models::SteadyProxy tasks_;
  FileFetch fetch_;
  LogSave log_save_;
  Choices choices_;
  client::Reply action_;
  widgets::ElidedLabel* title_;
  widgets::ElidedLabel* caption_;
  widgets::SegmentedControl* views_;
  QCheckBox* follow_;
  QPushButton* save_;
  QPushButton* stop_;
  QPushButton* retry_;
  QPushButton* elsewhere_;
  widgets::TextLabel* reason_;
  widgets::Banner* message_;
  QStackedWidget* stack_;
  widgets::LogView* log_;
  bool log_failed_ = false;      // of this job, since it was last read
  bool message_of_log_ = false;  // that it cannot be read
  QStandardItemModel* files_;
  widgets::Table* file_table_;
  QPushButton* save_outputs_;
  QPushButton* save_trails_;
  QPushButton* cancel_fetch_;
  widgets::ProgressBar* fetched_;
};

}  // namespace quern::desktop::pages
