// All that the app knows of the daemon it is connected to: what pages are made of. Filled while the connection is live,
// and kept as it was while it is not.
#pragma once
#include <QHash>
#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <functional>
#include <optional>

#include "desktop/client/connection.hpp"
#include "desktop/models/history.hpp"
#include "desktop/models/job_models.hpp"
#include "desktop/models/log_model.hpp"
#include "desktop/models/machine_data.hpp"
#include "desktop/models/market_models.hpp"
#include "desktop/models/node_data.hpp"
#include "desktop/models/node_models.hpp"
#include "desktop/models/older_jobs.hpp"
#include "desktop/models/quantity_text.hpp"
#include "desktop/models/topic_watch.hpp"
#include "desktop/models/touched_elements.hpp"
#include "desktop/models/turn.hpp"

namespace quern::desktop::models {

class DaemonModels : public QObject {
  Q_OBJECT
 public:
  // Milliseconds since 1970.
  using Now = std::function<std::int64_t()>;

  DaemonModels(client::Connection& connection, QuantityText text, Now now, QObject* parent = nullptr);

  client::Connection& connection() { return connection_; }
  const QuantityText& text() const { return text_; }
  std::int64_t now_unix_ms() const { return now_(); }

  // Empty values before the first answer; has_status() says which.
  bool has_status() const { return has_status_; }
  const StatusData& status() const { return status_; }
  PeerModel& peers() { return peers_; }
  OfferModel& offers() { return offers_; }
  JobModel& jobs() { return jobs_; }   // submitted here
  WorkModel& work() { return work_; }  // of others, running here
  // Of jobs submitted here, also those that are not in the table.
  int jobs_running() const;
  int jobs_kept() const;
  OlderJobs& older_jobs() { return older_jobs_; }
  // Absent where the daemon has no such topic: show no page or control for it.
  const std::optional<MachineData>& machine() const { return machine_; }
  const std::optional<EarningsData>& earnings() const { return earnings_; }
  const std::optional<PreferencesData>& preferences() const { return preferences_; }
  // From the connection on, whatever is shown; what it did not tell while it was away is a gap. Of another node, anew.
  const DeviceHistory& device_history() const { return device_history_; }
  const RoundTrips& round_trips() const { return round_trips_; }
  // Timers do it every kReadingPace and kRoundTripPace.
  void take_device_readings();
  void take_round_trips();
  // Of a device of this machine, by its id; the end of the id where there is none.
  QString device_name(const QString& id) const;
  // Of the device that a receipt is for, which may be another machine's with an id that is here, too: then as its
  // provider offers it. Empty: not known.
  QString device_known_as(const ReceiptRow& receipt) const;
  const QHash<QString, QString>& device_names() const { return device_names_; }

 Q_SIGNALS:
  void status_changed();
  void machine_changed();
  void earnings_changed();
  void preferences_changed();
  void peers_changed();
  void offers_changed();
  void jobs_changed();
  void work_changed();
  void device_names_changed();
  void device_readings_taken();
  void round_trips_taken();

 private:
  TopicWatch* watch(const char* topic, TopicWatch::Take take);
  void take_status(const boost::json::value& value);
  void take_peers(const boost::json::value& value);
  void watch_offers();
  void take_offers(const boost::json::value& value);
  template <class Data>
  void watch_optional(const char* topic, std::optional<Data>& data, Data (*parse)(const boost::json::value&),
                      void (DaemonModels::*changed)());
  void share_device_names();
  void begin_histories();
  void tick();

  client::Connection& connection_;
  QuantityText text_;
  Now now_;
  StatusData status_;
  bool has_status_ = false;
  PeerModel peers_;
  OfferModel offers_;
  JobModel jobs_;
  OlderJobs older_jobs_;
  WorkModel work_;
  QHash<QString, QString> device_names_;
  std::optional<MachineData> machine_;
  std::optional<EarningsData> earnings_;
  std::optional<PreferencesData> preferences_;
  DeviceHistory device_history_;
  RoundTrips round_trips_;
  bool has_readings_ = false;
  bool has_round_trips_ = false;
  TouchedElements touched_offers_{"offers"};
  Turn offers_of_peers_;
  QTimer clock_;
  QTimer device_readings_;
  QTimer round_trip_readings_;
  std::int64_t offers_minute_ = -1;
};

// One job: its topic, its tasks and its log.
class JobFocus : public QObject {
  Q_OBJECT
 public:
  JobFocus(client::Connection& connection, QuantityText text, QObject* parent = nullptr);

  // Empty: none.
  void set_job(const QString& id);
  const QString& job() const { return id_; }
  // Absent until the daemon has told it, and when it has forgotten it.
  const std::optional<JobDetail>& detail() const { return detail_; }
  TaskModel& tasks() { return tasks_; }
  LogModel& log() { return log_; }
  LogFollower& follower() { return follower_; }

 Q_SIGNALS:
  void changed();

 private:
  void take(const boost::json::value& value);

  client::Connection& connection_;
  TaskModel tasks_;
  LogModel log_;
  LogFollower follower_;
  QString id_;
  std::optional<JobDetail> detail_;
  TopicWatch* watch_ = nullptr;
};

}  // namespace quern::desktop::models
