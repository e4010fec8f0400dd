#include "desktop/models/node_data.hpp"

#include <algorithm>
#include <map>

namespace quern::desktop::models {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr qsizetype kAddressCharsMax = 512;
constexpr std::int64_t kMicrosecondsMax = std::int64_t{86'400} * 1'000'000;
constexpr std::size_t kTrailBytesMax = std::size_t{16} << 20;

// Sums of absurd days stay within the bounds that each of their figures has.
void add_to(EarningsHistory::Part& sum, const EarningsHistory::Part& part) {
  const auto add = [](std::int64_t& to, std::int64_t amount) { to = std::clamp(to + amount, -kMicroMax, kMicroMax); };
  add(sum.earned_micro, part.earned_micro);
  add(sum.spent_micro, part.spent_micro);
  if (!part.energy_millijoules) return;
  const std::int64_t energy = sum.energy_millijoules.value_or(0) + *part.energy_millijoules;
  sum.energy_millijoules = std::min(energy, kEnergyMaxMillijoules);
}

DonationState donation_from(const Reading& status) {
  using Kind = DonationState::Kind;
  const Reading donation = status.object("donation");
  if (!donation.there()) {
    const Reading provider = status.object("provider");
    const auto enabled = provider.flag("enabled");
    if (!enabled) return {};
    const bool draining = provider.flag_or("draining", false);
    return {.kind = draining ? Kind::draining : *enabled ? Kind::donating : Kind::off, .until_unix_ms = {}, .why = {}};
  }
  static const std::map<QString, Kind> kKinds{{QStringLiteral("donating"), Kind::donating},
                                              {QStringLiteral("paused"), Kind::paused},
                                              {QStringLiteral("draining"), Kind::draining},
                                              {QStringLiteral("off"), Kind::off}};
  const auto found = kKinds.find(donation.text("state"));
  return {.kind = found == kKinds.end() ? Kind::unknown : found->second,
          .until_unix_ms = donation.time_ms("until_unix_ms"),
          .why = why_from(donation.object("why"))};
}

void read_provider(const Reading& provider, StatusData& status) {
  status.provides = provider.flag_or("enabled", false);
  status.working = provider.size_or_zero("working", kCountMax);
  for (const Reading& device : provider.objects("devices", kDevicesMax)) {
    const auto id = device.id("id");
    if (!id) continue;
    status.devices.push_back({.id = *id,
                              .name = device.text("name"),
                              .offered = device.flag_or("offered", false),
                              .why = device.text("why", 1'024)});
  }
}

std::optional<std::int64_t> energy_of(const Reading& read) {
  return read.integer("energy_millijoules", 0, kEnergyMaxMillijoules);
}

ReceiptRow receipt_from(const Reading& receipt, const QString& id) {
  constexpr std::int64_t kNumberMax = std::int64_t{1} << 53;
  const auto device_us = receipt.object("usage").integer("device_time", 0, kDurationMaxMs * 1'000);
  return {.id = id,
          .number = receipt.integer_or("number", 1, kNumberMax, 0),
          .time_unix_ms = receipt.time_ms("when_unix_ms"),
          .earned = receipt.text("role") == QStringLiteral("provider"),
          .peer = receipt.text("peer"),
          .job = receipt.id("job_id").value_or(QString()),
          .name = receipt.text("name"),
          .kind = receipt.text("kind"),
          .device = receipt.text("device"),
          .device_name = {},
          .task = receipt.size_or_zero("task", kCountMax),
          .tasks = receipt.size("tasks", kCountMax).value_or(1),
          .together = receipt.size("together", kCountMax).value_or(1),
          .device_time_ms = device_us ? std::optional(*device_us / 1'000) : std::nullopt,
          .amount_micro = receipt.micro_or_zero("amount_micro"),
          .due_micro = receipt.micro_or_zero("due_micro"),
          .state = receipt.text("state"),
          .end = why_from(receipt.object("end"))};
}

}  // namespace

StatusData status_from(const json::value& value) {
  const Reading read(value);
  StatusData status;
  status.peer = read.id("peer").value_or(QString());
  status.version = read.text("version", 64);
  status.started_unix_ms = read.time_ms("started_unix_ms");
  status.addresses = read.texts("addresses", kAddressesMax, kAddressCharsMax);
  status.peers_connected = read.size_or_zero("peers_connected", kCountMax);
  status.offers = read.size_or_zero("offers", kCountMax);
  read_provider(read.object("provider"), status);
  status.donation = donation_from(read);
  const Reading sandbox = read.object("sandbox");
  status.sandbox_tier = sandbox.text("tier");
  status.sandbox_note = sandbox.text("note", 1'024);
  for (const Reading& kind : sandbox.objects("kinds", kDevicesMax)) {
    status.kinds.push_back(
        {.kind = kind.text("kind"), .held = kind.flag_or("held", false), .why = kind.text("why", 1'024)});
  }
  const Reading jobs = read.object("jobs");
  status.jobs_running = jobs.size_or_zero("running", kCountMax);
  status.jobs_ended = jobs.size_or_zero("ended", kCountMax);
  const Reading balance = read.object("balance");
  status.spent_micro = balance.micro_or_zero("spent_micro");
  status.earned_micro = balance.micro_or_zero("earned_micro");
  status.payable_micro = balance.micro_or_zero("payable_micro");
  status.receivable_micro = balance.micro_or_zero("receivable_micro");
  status.reserved_micro = balance.micro_or_zero("reserved_micro");
  for (const Reading& problem : read.objects("problems", kProblemsMax)) status.problems.push_back(why_from(problem));
  for (QString& capability : read.texts("capabilities", kCapabilitiesMax, 64)) {
    status.capabilities.insert(std::move(capability));
  }
  return status;
}

bool is_relayed(const PeerRow& peer) {
  return peer.connected && !peer.addresses.empty() && peer.addresses.front().contains(QStringLiteral("/p2p-circuit"));
}

std::vector<PeerRow> peers_from(const json::value& value) {
  std::vector<PeerRow> peers;
  for (const Reading& peer : Reading(value).objects("peers", kPeersMax)) {
    const auto id = peer.id("peer");
    if (!id) continue;
    PeerRow& row = peers.emplace_back();
    row.id = *id;
    row.addresses = peer.texts("addresses", kAddressesMax, kAddressCharsMax);
    row.connected = peer.flag_or("connected", false);
    row.configured = peer.flag_or("configured", false);
    row.blocked = peer.flag_or("blocked", false);
    row.round_trip_us = peer.size("rtt_us", kMicrosecondsMax);
    row.agent = peer.text("agent", 128);
  }
  return peers;
}

EarningsData earnings_from(const json::value& value) {
  const Reading read(value);
  const Reading today = read.object("today");
  return {.balance_micro = read.micro_or_zero("balance_micro"),
          .earned_micro = read.micro_or_zero("earned_micro"),
          .spent_micro = read.micro_or_zero("spent_micro"),
          .receivable_micro = read.micro_or_zero("receivable_micro"),
          .payable_micro = read.micro_or_zero("payable_micro"),
          .pending_micro = read.micro_or_zero("pending_micro"),
          .reserved_micro = read.micro_or_zero("reserved_micro"),
          .today_from_unix_ms = today.time_ms("from_unix_ms"),
          .today_earned_micro = today.micro_or_zero("earned_micro"),
          .today_spent_micro = today.micro_or_zero("spent_micro")};
}

EarningsHistory earnings_history_from(const json::value& value) {
  const Reading read(value);
  EarningsHistory history;
  for (const Reading& day : read.objects("days", kDaysMax)) {
    EarningsHistory::Day& row = history.days.emplace_back();
    row.day = day.text("day", 32);
    row.from_unix_ms = day.time_ms("from_unix_ms");
    for (const Reading& part : day.objects("parts", kPartsMax)) {
      row.parts.push_back({.name = part.text("name"),
                           .earned_micro = part.micro_or_zero("earned_micro"),
                           .spent_micro = part.micro_or_zero("spent_micro"),
                           .energy_millijoules = energy_of(part)});
    }
  }
  const Reading totals = read.object("totals");
  history.earned_micro = totals.micro_or_zero("earned_micro");
  history.spent_micro = totals.micro_or_zero("spent_micro");
  return history;
}

std::vector<EarningsHistory::Part> EarningsHistory::parts() const {
  std::map<QString, Part> by_name;
  for (const Day& day : days) {
    for (const Part& part : day.parts) {
      by_name[part.name].name = part.name;
      add_to(by_name[part.name], part);
    }
  }
  std::vector<Part> list;
  list.reserve(by_name.size());
  for (auto& [name, part] : by_name) list.push_back(part);
  return list;
}

EarningsHistory::Part EarningsHistory::measured() const {
  Part sum;
  std::set<QString> known;
  for (const Day& day : days) {
    for (const Part& part : day.parts) {
      if (part.name.isEmpty()) continue;
      if (part.energy_millijoules) known.insert(part.name);
      if (known.contains(part.name)) add_to(sum, part);
    }
  }
  return sum;
}

ReceiptPage receipts_from(const json::value& value) {
  const Reading read(value);
  ReceiptPage page;
  for (const Reading& receipt : read.objects("receipts", kReceiptsMax)) {
    const auto id = receipt.id("id");
    if (id) page.rows.push_back(receipt_from(receipt, *id));
  }
  page.next = read.integer("next", 1, std::numeric_limits<std::int64_t>::max());
  return page;
}

ReceiptDetail receipt_detail_from(const json::value& value) {
  const Reading read(value);
  const Reading receipt = read.object("receipt");
  ReceiptDetail detail;
  detail.receipt = receipt_from(receipt, receipt.id("id").value_or(QString()));
  detail.verified = read.flag("verified");
  detail.why = why_from(read.object("why"));
  for (const Reading& record : read.objects("records", kRecordsMax)) {
    detail.records.push_back({.kind = record.text("kind", 64),
                              .by = record.text("by", 64),
                              .signer = record.text("signer"),
                              .made_unix_ms = record.time_ms("made_unix_ms"),
                              .hash = record.text("hash"),
                              .amount_micro = record.micro("amount_micro")});
  }
  const json::value* const file = read.members() ? read.members()->if_contains("file") : nullptr;
  if (file && file->is_string() && file->get_string().size() <= kTrailBytesMax) {
    detail.file = QByteArray::fromBase64(
        QByteArray(file->get_string().data(), static_cast<qsizetype>(file->get_string().size())));
  }
  return detail;
}

std::vector<WorkRow> works_from(const json::value& value) {
  std::vector<WorkRow> works;
  const Reading by_id = Reading(value).object("work");
  if (!by_id.there()) return works;
  for (const auto& [key, member] : *by_id.members()) {
    const auto id = id_of(key);
    const Reading work(member);
    if (!id || !work.there()) continue;
    if (works.size() == kWorksMax) break;
    works.push_back({.id = *id,
                     .ending = work.text("state") == QStringLiteral("ending"),
                     .name = work.text("name"),
                     .kind = work.text("kind"),
                     .peer = work.text("peer"),
                     .device = work.text("device"),
                     .task = work.size_or_zero("task", kCountMax),
                     .tasks = work.size("tasks", kCountMax).value_or(1),
                     .started_unix_ms = work.time_ms("started_unix_ms"),
                     .walltime_ms = work.integer("walltime_ms", 0, kDurationMaxMs),
                     .progress_permille = work.permille("permille").value_or(0),
                     .earned_micro = work.micro_or_zero("earned_micro"),
                     .max_micro = work.micro("max_micro")});
  }
  return works;
}

}  // namespace quern::desktop::models
