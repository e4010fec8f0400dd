#include "desktop/models/node_models.hpp"

#include <QDateTime>
#include <QSet>
#include <algorithm>
#include <functional>
#include <utility>

#include "desktop/models/progress_pace.hpp"

namespace quern::desktop::models {

namespace {

QVariant number(std::int64_t value) {
  return QVariant::fromValue(static_cast<qlonglong>(value));
}

template <class T>
QVariant number(const std::optional<T>& value) {
  return value ? number(static_cast<std::int64_t>(*value)) : QVariant();
}

QString peer_state(const PeerRow& peer) {
  if (peer.blocked) return PeerModel::tr("Blocked");
  if (is_relayed(peer)) return PeerModel::tr("Connected through a relay");
  return peer.connected ? PeerModel::tr("Connected") : PeerModel::tr("Not connected");
}

QString receipt_state(const ReceiptRow& receipt) {
  if (receipt.state == QStringLiteral("settled")) return ReceiptModel::tr("Settled");
  if (receipt.state == QStringLiteral("pending")) return ReceiptModel::tr("Pending");
  return receipt.state == QStringLiteral("unpaid") ? ReceiptModel::tr("Unpaid") : receipt.state;
}

Tone receipt_tone(const ReceiptRow& receipt) {
  if (receipt.state == QStringLiteral("settled")) return Tone::good;
  return receipt.state == QStringLiteral("pending") ? Tone::warn : Tone::bad;
}

QString csv_cell(const QString& text) {
  // A cell that begins so is a formula to spreadsheets: names are of strangers.
  const bool formula = !text.isEmpty() && QStringLiteral("=+-@").contains(text.front());
  QString quoted = formula ? QLatin1Char('\'') + text : text;
  quoted.replace(QLatin1Char('"'), QStringLiteral("\"\""));
  return QLatin1Char('"') + quoted + QLatin1Char('"');
}

QString utc(const std::optional<std::int64_t>& unix_ms) {
  return unix_ms ? QDateTime::fromMSecsSinceEpoch(*unix_ms, Qt::UTC).toString(Qt::ISODateWithMs) : QString();
}

}  // namespace

PeerModel::PeerModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

void PeerModel::take(const boost::json::value& value) {
  std::vector<PeerRow> peers = peers_from(value);
  fill_in(peers);
  replace(std::move(peers));
}

void PeerModel::set_offers(const std::vector<OfferRow>& offers) {
  offered_.clear();
  offered_.reserve(static_cast<qsizetype>(offers.size()));
  for (const OfferRow& offer : offers) {
    Offered& sum = offered_[offer.provider];
    ++sum.devices;
    if (offer.type == DeviceType::gpu) ++sum.gpus;
    if (!offer.per_hour_micro) continue;
    sum.cheapest_per_hour_micro =
        std::min(sum.cheapest_per_hour_micro.value_or(*offer.per_hour_micro), *offer.per_hour_micro);
  }
  std::vector<PeerRow> peers = rows();
  fill_in(peers);
  replace(std::move(peers));
}

void PeerModel::fill_in(std::vector<PeerRow>& peers) const {
  for (PeerRow& peer : peers) {
    const Offered offered = offered_.value(peer.id);
    peer.devices = offered.devices;
    peer.gpus = offered.gpus;
    peer.cheapest_per_hour_micro = offered.cheapest_per_hour_micro;
  }
}

int PeerModel::connected() const {
  return static_cast<int>(std::ranges::count_if(rows(), &PeerRow::connected));
}

QString PeerModel::title(int column) {
  switch (column) {
    case kPeer:
      return tr("Peer");
    case kState:
      return tr("State");
    case kRoundTrip:
      return tr("Round trip");
    case kDevices:
      return tr("Devices");
    case kCheapest:
      return tr("Cheapest");
    case kAddress:
      return tr("Address");
    case kAgent:
      return tr("Agent");
    default:
      return {};
  }
}

QString PeerModel::display(const PeerRow& peer, int column) const {
  switch (column) {
    case kPeer:
      return short_id(peer.id);
    case kState:
      return peer_state(peer);
    case kRoundTrip:
      return peer.round_trip_us ? text_.round_trip(*peer.round_trip_us) : QuantityText::none();
    case kDevices:
      return text_.count(peer.devices);
    case kCheapest:
      return peer.cheapest_per_hour_micro ? text_.credits_per_hour(*peer.cheapest_per_hour_micro)
                                          : QuantityText::none();
    case kAddress:
      return peer.addresses.empty() ? QuantityText::none() : peer.addresses.front();
    case kAgent:
      return peer.agent;
    default:
      return {};
  }
}

QVariant PeerModel::sort_key(const PeerRow& peer, int column) const {
  switch (column) {
    case kState:
      return peer_state(peer);
    case kRoundTrip:
      return number(peer.round_trip_us);
    case kDevices:
      return number(peer.devices);
    case kCheapest:
      return number(peer.cheapest_per_hour_micro);
    case kAddress:
      return peer.addresses.empty() ? QVariant() : QVariant(peer.addresses.front());
    case kAgent:
      return peer.agent;
    default:
      return peer.id;
  }
}

QVariant PeerModel::other(const PeerRow& peer, int column, int role) const {
  switch (role) {
    case kConnectedRole:
      return peer.connected;
    case kRoundTripUsRole:
      return number(peer.round_trip_us);
    case kGpusRole:
      return number(peer.gpus);
    case kWholeTextRole:
    case Qt::ToolTipRole:
      return column == kPeer ? QVariant(peer.id) : QVariant();
    case kToneRole:
      if (column != kState) return {};
      return static_cast<int>(peer.blocked ? Tone::bad : peer.connected ? Tone::good : Tone::muted);
    default:
      return {};
  }
}

ReceiptModel::ReceiptModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

bool ReceiptModel::add(ReceiptPage page) {
  QSet<QString> told;
  for (const ReceiptRow& row : page.rows) told.insert(row.id);
  std::vector<ReceiptRow> all = std::move(page.rows);
  for (const ReceiptRow& row : rows()) {
    if (!told.contains(row.id)) all.push_back(row);
  }
  const bool too_many = all.size() > kReceiptsMax;
  if (too_many) {
    std::ranges::sort(all, std::ranges::greater(), &ReceiptRow::number);
    all.resize(kReceiptsMax);
  }
  show(std::move(all));
  return too_many;
}

void ReceiptModel::begin(ReceiptPage page) {
  show(std::move(page.rows));
}

void ReceiptModel::show(std::vector<ReceiptRow> receipts) {
  for (ReceiptRow& row : receipts) row.device_name = name_of(row);
  replace(std::move(receipts));
  int decimals = QuantityText::kCreditDecimals;
  for (const ReceiptRow& row : rows()) decimals = QuantityText::credits_decimals(row.amount_micro, decimals);
  if (std::exchange(decimals_, decimals) != decimals) tell_columns(kAmount, kAmount);
}

void ReceiptModel::set_naming(Naming naming) {
  naming_ = std::move(naming);
  rename();
}

QString ReceiptModel::name_of(const ReceiptRow& receipt) const {
  QString name = naming_ ? naming_(receipt) : QString();
  if (!name.isEmpty() || receipt.earned) return name;
  const ReceiptRow* const known = find(receipt.id);
  return known && !known->earned ? known->device_name : name;
}

void ReceiptModel::rename() {
  std::vector<ReceiptRow> renamed;
  for (const ReceiptRow& row : rows()) {
    QString name = name_of(row);
    if (name != row.device_name) renamed.emplace_back(row).device_name = std::move(name);
  }
  if (!renamed.empty()) update(std::move(renamed));
}

QString ReceiptModel::csv_head() {
  return QStringLiteral(
      "receipt,time_utc,role,peer,job,name,kind,device,device_time_ms,amount_micro,due_micro,state,end\r\n");
}

QString ReceiptModel::csv_of(const std::vector<ReceiptRow>& receipts) {
  QString text;
  for (const ReceiptRow& row : receipts) {
    const QStringList cells{csv_cell(row.id),
                            utc(row.time_unix_ms),
                            row.earned ? QStringLiteral("provider") : QStringLiteral("submitter"),
                            csv_cell(row.peer),
                            csv_cell(row.job),
                            csv_cell(row.name),
                            csv_cell(row.kind),
                            csv_cell(row.device),
                            row.device_time_ms ? QString::number(*row.device_time_ms) : QString(),
                            QString::number(row.amount_micro),
                            QString::number(row.due_micro),
                            csv_cell(row.state),
                            csv_cell(row.end.reason)};
    text += cells.join(QLatin1Char(',')) + QStringLiteral("\r\n");
  }
  return text;
}

QString ReceiptModel::title(int column) {
  switch (column) {
    case kTime:
      return tr("When");
    case kJob:
      return tr("Job");
    case kPeer:
      return tr("Peer");
    case kDevice:
      return tr("Device");
    case kDuration:
      return tr("Time");
    case kAmount:
      return tr("Credits");
    case kState:
      return tr("State");
    default:
      return {};
  }
}

QString ReceiptModel::display(const ReceiptRow& receipt, int column) const {
  switch (column) {
    case kTime:
      return receipt.time_unix_ms ? text_.time(*receipt.time_unix_ms) : QuantityText::none();
    case kJob:
      return receipt.name.isEmpty() ? short_id(receipt.id) : receipt.name;
    case kPeer:
      return short_id(receipt.peer);
    case kDevice:
      return receipt.device_name.isEmpty() ? short_id(receipt.device) : receipt.device_name;
    case kDuration:
      return receipt.device_time_ms ? text_.duration(*receipt.device_time_ms) : QuantityText::none();
    case kAmount:
      return text_.credits_signed(receipt.earned ? receipt.amount_micro : -receipt.amount_micro, decimals_);
    case kState:
      return receipt_state(receipt);
    default:
      return {};
  }
}

QVariant ReceiptModel::sort_key(const ReceiptRow& receipt, int column) const {
  switch (column) {
    case kTime:
      return number(receipt.time_unix_ms);
    case kDuration:
      return number(receipt.device_time_ms);
    case kAmount:
      return number(receipt.earned ? receipt.amount_micro : -receipt.amount_micro);
    case kPeer:
      return receipt.peer;
    default:
      return display(receipt, column);
  }
}

QVariant ReceiptModel::other(const ReceiptRow& receipt, int column, int role) const {
  switch (role) {
    case kAmountMicroRole:
      return number(receipt.amount_micro);
    case kEarnedRole:
      return receipt.earned;
    case kWholeTextRole:
    case Qt::ToolTipRole:
      if (column == kPeer) return receipt.peer;
      if (column == kAmount) return text_.credits_exact(receipt.amount_micro);
      return column == kState && receipt.end.there() ? QVariant(receipt.end.sentence()) : QVariant();
    case kToneRole:
      if (column == kState) return static_cast<int>(receipt_tone(receipt));
      return column == kAmount && receipt.earned ? QVariant(static_cast<int>(Tone::good)) : QVariant();
    default:
      return {};
  }
}

WorkModel::WorkModel(QuantityText text, QObject* parent) : RowTable(parent), text_(std::move(text)) {}

void WorkModel::take(const boost::json::value& value) {
  replace(works_from(value));
}

void WorkModel::set_device_names(QHash<QString, QString> names) {
  if (device_names_ == names) return;
  device_names_ = std::move(names);
  tell_columns(kDevice, kDevice);
}

void WorkModel::set_now(std::int64_t unix_ms) {
  now_unix_ms_ = unix_ms;
  tell_columns(kElapsed, kElapsed);
}

QString WorkModel::title(int column) {
  switch (column) {
    case kName:
      return tr("Job");
    case kState:
      return tr("State");
    case kProgress:
      return tr("Progress");
    case kDevice:
      return tr("Device");
    case kPeer:
      return tr("For");
    case kElapsed:
      return tr("Elapsed");
    case kEarned:
      return tr("Earned");
    default:
      return {};
  }
}

QString WorkModel::display(const WorkRow& work, int column) const {
  switch (column) {
    case kName:
      return work.name.isEmpty() ? short_id(work.id) : work.name;
    case kState:
      return work.ending ? tr("Ending") : tr("Running");
    case kProgress:
      return text_.percent(work.progress_permille);
    case kDevice:
      return device_names_.value(work.device, short_id(work.device));
    case kPeer:
      return short_id(work.peer);
    case kElapsed:
      return work.started_unix_ms && now_unix_ms_ > 0 ? text_.duration(now_unix_ms_ - *work.started_unix_ms)
                                                      : QuantityText::none();
    case kEarned:
      return text_.credits(work.earned_micro);
    default:
      return {};
  }
}

QVariant WorkModel::sort_key(const WorkRow& work, int column) const {
  switch (column) {
    case kProgress:
      return number(work.progress_permille);
    case kElapsed:
      return work.started_unix_ms ? number(-*work.started_unix_ms) : QVariant();
    case kEarned:
      return number(work.earned_micro);
    case kPeer:
      return work.peer;
    default:
      return display(work, column);
  }
}

QString WorkModel::second_line(const WorkRow& work, int column) const {
  if (column == kName && work.tasks > 1) {
    return tr("task %1, of %2 in all")
        .arg(text_.count(static_cast<std::int64_t>(work.task)), text_.count(static_cast<std::int64_t>(work.tasks)));
  }
  if (column != kElapsed || !work.started_unix_ms || now_unix_ms_ <= 0) return {};
  constexpr std::int64_t kWhole = 1'000;
  constexpr std::int64_t kSecondMs = 1'000;
  const auto left =
      left_of(now_unix_ms_ - *work.started_unix_ms, work.progress_permille, kWhole - work.progress_permille);
  return left ? tr("%1 left").arg(text_.duration((*left + kSecondMs - 1) / kSecondMs * kSecondMs)) : QString();
}

QVariant WorkModel::other(const WorkRow& work, int column, int role) const {
  switch (role) {
    case kAmountMicroRole:
      return number(work.earned_micro);
    case kDeviceIdRole:
      return work.device;
    case kProgressRole:
      return column == kProgress ? number(work.progress_permille) : QVariant();
    case kSubTextRole:
      return second_line(work, column);
    case kWholeTextRole:
    case Qt::ToolTipRole:
      return column == kPeer ? QVariant(work.peer) : QVariant();
    case kToneRole:
      return column == kState ? QVariant(static_cast<int>(work.ending ? Tone::warn : Tone::accent)) : QVariant();
    default:
      return {};
  }
}

}  // namespace quern::desktop::models
