#include "desktop/models/daemon_models.hpp"

#include <algorithm>
#include <utility>

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kTick{1'000};

}  // namespace

DaemonModels::DaemonModels(client::Connection& connection, QuantityText text, Now now, QObject* parent)
    : QObject(parent),
      connection_(connection),
      text_(std::move(text)),
      now_(std::move(now)),
      peers_(text_),
      offers_(text_),
      jobs_(text_),
      older_jobs_(connection, jobs_),
      work_(text_),
      offers_of_peers_([this] {
        peers_.set_offers(offers_.rows());
        Q_EMIT peers_changed();
      }) {
  watch("status", [this](const json::value& value) { take_status(value); });
  watch("peers", [this](const json::value& value) { take_peers(value); });
  watch_offers();
  watch("jobs", [this](const json::value& value) {
    if (value.is_null()) older_jobs_.forget();
    older_jobs_.topic_taken(jobs_.take(value));
    Q_EMIT jobs_changed();
  });
  connect(&older_jobs_, &OlderJobs::changed, this, &DaemonModels::jobs_changed);
  watch("work", [this](const json::value& value) {
    work_.take(value);
    Q_EMIT work_changed();
  });
  watch_optional("machine", machine_, machine_from, &DaemonModels::machine_changed);
  watch_optional("earnings", earnings_, earnings_from, &DaemonModels::earnings_changed);
  watch_optional("preferences", preferences_, preferences_from, &DaemonModels::preferences_changed);
  connect(this, &DaemonModels::machine_changed, this, &DaemonModels::share_device_names);
  clock_.setInterval(kTick);
  connect(&clock_, &QTimer::timeout, this, &DaemonModels::tick);
  clock_.start();
  tick();
  begin_histories();
}

// Each begins with the first value, not a pace later.
void DaemonModels::begin_histories() {
  connect(this, &DaemonModels::machine_changed, this, [this] {
    if (!has_readings_ && machine_) take_device_readings();
  });
  connect(this, &DaemonModels::peers_changed, this, [this] {
    if (!has_round_trips_ && !peers_.rows().empty()) take_round_trips();
  });
  device_readings_.setInterval(kReadingPace);
  round_trip_readings_.setInterval(kRoundTripPace);
  connect(&device_readings_, &QTimer::timeout, this, &DaemonModels::take_device_readings);
  connect(&round_trip_readings_, &QTimer::timeout, this, &DaemonModels::take_round_trips);
  device_readings_.start();
  round_trip_readings_.start();
}

void DaemonModels::take_device_readings() {
  if (connection_.live() && machine_) {
    device_history_.add(machine_->devices);
    has_readings_ = true;
  } else {
    device_history_.add_gap();
  }
  Q_EMIT device_readings_taken();
}

void DaemonModels::take_round_trips() {
  if (connection_.live()) {
    round_trips_.add(peers_.rows());
    has_round_trips_ = has_round_trips_ || !peers_.rows().empty();
  } else {
    round_trips_.add_gap();
  }
  Q_EMIT round_trips_taken();
}

TopicWatch* DaemonModels::watch(const char* topic, TopicWatch::Take take) {
  return new TopicWatch(connection_, QString::fromLatin1(topic), std::move(take), kCoalesceTime, this);
}

void DaemonModels::watch_offers() {
  const TopicWatch* const watched = watch("offers", [this](const json::value& value) { take_offers(value); });
  connect(&watched->subscription(), &client::Subscription::told, this, [this](const json::array* patch) {
    if (patch) {
      touched_offers_.add(*patch);
    } else {
      touched_offers_.add_everything();
    }
  });
}

template <class Data>
void DaemonModels::watch_optional(const char* topic, std::optional<Data>& data, Data (*parse)(const json::value&),
                                  void (DaemonModels::*changed)()) {
  TopicWatch* const watched = watch(topic, [this, &data, parse, changed](const json::value& value) {
    std::optional<Data> read;
    if (!value.is_null()) read = parse(value);
    if (read == data) return;
    data = std::move(read);
    Q_EMIT(this->*changed)();
  });
  // Another daemon may have no such topic.
  connect(watched, &TopicWatch::state_changed, this, [this, watched, &data, changed] {
    if (!watched->refused() || !data) return;
    data.reset();
    Q_EMIT(this->*changed)();
  });
}

QString DaemonModels::device_name(const QString& id) const {
  return device_names_.value(id, short_id(id));
}

QString DaemonModels::device_known_as(const ReceiptRow& receipt) const {
  if (receipt.earned || receipt.peer == status_.peer) return device_names_.value(receipt.device);
  const OfferRow* const offer = offers_.find(offer_id(receipt.peer, receipt.device));
  return offer ? offer->name : QString();
}

void DaemonModels::take_status(const json::value& value) {
  StatusData status = status_from(value);
  const bool has_status = !value.is_null();
  if (has_status == has_status_ && status == status_) return;
  if (!has_status) {  // another daemon's begins
    device_history_ = {};
    round_trips_ = {};
    has_readings_ = has_round_trips_ = false;
  }
  has_status_ = has_status;
  status_ = std::move(status);
  if (has_status) jobs_.set_under_way(status_.jobs_running);
  older_jobs_.set_running(status_.jobs_running);
  share_device_names();
  Q_EMIT status_changed();
}

// The table is told of jobs that have just begun before the status is, and has no room for all.
int DaemonModels::jobs_running() const {
  return std::max(jobs_.running(), static_cast<int>(status_.jobs_running));
}

int DaemonModels::jobs_kept() const {
  return std::max(jobs_.rowCount(), static_cast<int>(status_.jobs_running + status_.jobs_ended));
}

void DaemonModels::take_peers(const json::value& value) {
  peers_.take(value);
  QHash<QString, std::uint64_t> round_trips;
  for (const PeerRow& peer : peers_.rows()) {
    if (peer.connected && peer.round_trip_us) round_trips.insert(peer.id, *peer.round_trip_us);
  }
  offers_.set_round_trips(std::move(round_trips));
  Q_EMIT peers_changed();
}

void DaemonModels::take_offers(const json::value& value) {
  offers_.take(value, touched_offers_);
  touched_offers_.clear();
  Q_EMIT offers_changed();
  offers_of_peers_.ask();
}

// Equal ones are numbered in the order of the machine: "GeForce RTX 4090 #1".
void DaemonModels::share_device_names() {
  QHash<QString, QString> names;
  QStringList ids;
  const auto add = [&](const auto& devices) {
    for (const auto& device : devices) {
      if (names.contains(device.id)) continue;
      ids << device.id;
      names.insert(device.id, device.name);
    }
  };
  if (machine_) add(machine_->devices);
  add(status_.devices);
  QHash<QString, int> alike;
  for (const QString& id : ids) ++alike[names.value(id)];
  QHash<QString, int> numbers;
  for (const QString& id : ids) {
    QString& name = names[id];
    if (alike.value(name) > 1) name = tr("%1 #%2").arg(name).arg(++numbers[name]);
  }
  if (names == device_names_) return;
  device_names_ = std::move(names);
  work_.set_device_names(device_names_);
  Q_EMIT device_names_changed();
}

void DaemonModels::tick() {
  const std::int64_t now = now_();
  jobs_.set_now(now);
  work_.set_now(now);
  // "in 5 min": a minute is soon enough, and there may be thousands.
  constexpr std::int64_t kMinuteMs = 60'000;
  if (now / kMinuteMs == offers_minute_) return;
  offers_minute_ = now / kMinuteMs;
  offers_.set_now(now);
}

JobFocus::JobFocus(client::Connection& connection, QuantityText text, QObject* parent)
    : QObject(parent), connection_(connection), tasks_(std::move(text)), follower_(connection, log_) {}

void JobFocus::set_job(const QString& id) {
  if (id == id_) return;
  id_ = id;
  delete std::exchange(watch_, nullptr);
  detail_.reset();
  tasks_.replace({});
  follower_.follow(id_);
  if (!id_.isEmpty()) {
    watch_ = new TopicWatch(
        connection_, QStringLiteral("job/") + id_, [this](const json::value& value) { take(value); }, kCoalesceTime,
        this);
  }
  Q_EMIT changed();
}

void JobFocus::take(const json::value& value) {
  detail_.reset();
  if (value.is_object()) detail_ = job_detail_from(value);
  tasks_.replace(detail_ ? detail_->tasks : std::vector<TaskRow>());
  if (detail_) follower_.set_progress(detail_->log_bytes, is_end(detail_->job.state));
  Q_EMIT changed();
}

}  // namespace quern::desktop::models
