// Which jobs a list shows, and where each of those that are seen runs.
#pragma once
#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>

#include "desktop/models/daemon_models.hpp"
#include "desktop/models/steady_proxy.hpp"

namespace quern::desktop::pages {

class JobFilter : public models::SteadyProxy {
  Q_OBJECT
 public:
  enum class Show { all, running, finished, failed };

  // `jobs` outlives it.
  explicit JobFilter(models::JobModel& jobs, QObject* parent = nullptr);
  void set_show(Show show);
  Show show() const { return show_; }

 protected:
  bool filterAcceptsRow(int source_row, const QModelIndex& source_parent) const override;

 private:
  models::JobModel& jobs_;
  Show show_ = Show::all;
};

// Asks job.get for the rows that are seen, a few at a time, and again when one has gone on.
class JobPlaces : public QObject {
  Q_OBJECT
 public:
  static constexpr int kAtOnce = 4;
  static constexpr int kWantedMax = 64;

  explicit JobPlaces(models::DaemonModels& models, QObject* parent = nullptr);
  // Ids of rows that are seen now; replaces what waited.
  void want(const QStringList& ids);
  // What those that do not run yet wait for may be another by now: the list of jobs does not tell of it.
  void ask_again_of_waiting();

 private:
  static QString stage_of(const models::JobRow& job);
  bool knows(const models::JobRow& job) const;
  void ask_next();

  models::DaemonModels& models_;
  QStringList waiting_;
  QHash<QString, QString> known_;  // the stage of the job that its place is of
  QStringList asked_;              // not answered yet
};

}  // namespace quern::desktop::pages
