// What a daemon says of its node, its peers and its money, as values. Texts are harmless (plain_text) and bounded.
// Pure.
#pragma once
#include <QByteArray>
#include <QString>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "desktop/models/json_reading.hpp"
#include "desktop/models/why_data.hpp"

namespace quern::desktop::models {

inline constexpr std::size_t kPeersMax = 4'096;
inline constexpr std::size_t kAddressesMax = 64;
inline constexpr std::size_t kDevicesMax = 64;  // of one machine
inline constexpr std::size_t kCapabilitiesMax = 256;
inline constexpr std::size_t kProblemsMax = 4;

// Whether the node works for others, and if not, why.
struct DonationState {
  enum class Kind { unknown, donating, paused, draining, off };
  Kind kind = Kind::unknown;
  std::optional<std::int64_t> until_unix_ms;  // of a pause with an end
  WhyData why;
  bool operator==(const DonationState&) const = default;
};

struct StatusData {
  struct Device {
    QString id;
    QString name;
    bool offered = false;
    QString why;  // when it is not
    bool operator==(const Device&) const = default;
  };
  struct Kind {
    QString kind;
    bool held = false;
    QString why;
    bool operator==(const Kind&) const = default;
  };
  QString peer;
  QString version;
  std::optional<std::int64_t> started_unix_ms;
  std::vector<QString> addresses;
  std::uint64_t peers_connected = 0;
  std::uint64_t offers = 0;
  bool provides = false;
  std::uint64_t working = 0;  // jobs of others that run here
  std::vector<Device> devices;
  DonationState donation;  // of a daemon without donation methods: what provider.enabled and draining say
  QString sandbox_tier;
  QString sandbox_note;
  std::vector<Kind> kinds;
  std::uint64_t jobs_running = 0;
  std::uint64_t jobs_ended = 0;
  std::int64_t spent_micro = 0;
  std::int64_t earned_micro = 0;
  std::int64_t payable_micro = 0;
  std::int64_t receivable_micro = 0;
  std::int64_t reserved_micro = 0;
  std::vector<WhyData> problems;  // of the node, that somebody has to do something about
  std::set<QString> capabilities;
  bool can(const char* capability) const { return capabilities.contains(QString::fromLatin1(capability)); }
  bool operator==(const StatusData&) const = default;
};
StatusData status_from(const boost::json::value& value);

struct PeerRow {
  QString id;
  std::vector<QString> addresses;
  bool connected = false;
  bool configured = false;
  bool blocked = false;
  std::optional<std::uint64_t> round_trip_us;
  QString agent;
  // Of the offers this node has, filled in by PeerModel.
  std::uint32_t devices = 0;
  std::uint32_t gpus = 0;
  std::optional<std::int64_t> cheapest_per_hour_micro;
  bool operator==(const PeerRow&) const = default;
};
std::vector<PeerRow> peers_from(const boost::json::value& value);
// By its first address: that of the connection, or the one it was added with.
bool is_relayed(const PeerRow& peer);

// Topic "earnings".
struct EarningsData {
  std::int64_t balance_micro = 0;  // earned without spent
  std::int64_t earned_micro = 0;
  std::int64_t spent_micro = 0;
  std::int64_t receivable_micro = 0;
  std::int64_t payable_micro = 0;
  std::int64_t pending_micro = 0;  // of work that is not settled
  std::int64_t reserved_micro = 0;
  std::optional<std::int64_t> today_from_unix_ms;
  std::int64_t today_earned_micro = 0;
  std::int64_t today_spent_micro = 0;
  bool operator==(const EarningsData&) const = default;
};
EarningsData earnings_from(const boost::json::value& value);

// Method earnings.get: what was earned and spent, a day at a time, by device, peer or kind.
struct EarningsHistory {
  struct Part {
    QString name;  // empty: what is not known, and the rest
    std::int64_t earned_micro = 0;
    std::int64_t spent_micro = 0;
    // That the part's devices took while they worked for others; absent where nothing was measured. Devices only.
    std::optional<std::int64_t> energy_millijoules;
    bool operator==(const Part&) const = default;
  };
  struct Day {
    QString day;  // "2026-11-21", where it was asked for
    std::optional<std::int64_t> from_unix_ms;
    std::vector<Part> parts;
    bool operator==(const Day&) const = default;
  };
  std::vector<Day> days;  // in their order
  std::int64_t earned_micro = 0;
  std::int64_t spent_micro = 0;
  std::vector<Part> parts() const;  // of all days, by name
  // What energy brought: the sum of each named part from its first day with energy on. Work is paid for when it is
  // settled, which may be on a later day than that of its energy. Without energy where no such part has any.
  Part measured() const;
  bool operator==(const EarningsHistory&) const = default;
};
inline constexpr std::int64_t kEnergyMaxMillijoules = std::int64_t{1} << 60;
inline constexpr std::size_t kDaysMax = 1'000;
inline constexpr std::size_t kPartsMax = 64;  // of a day
EarningsHistory earnings_history_from(const boost::json::value& value);

// A row of receipt.list: one agreement.
struct ReceiptRow {
  QString id;
  std::int64_t number = 0;  // for `before` of receipt.list
  std::optional<std::int64_t> time_unix_ms;
  bool earned = false;  // as its provider; else it was paid
  QString peer;         // the other party
  QString job;          // its id, where it was submitted here
  QString name;
  QString kind;
  QString device;
  QString device_name;         // filled in by ReceiptModel; empty: not known
  std::uint64_t task = 0;      // of its first task, from 0: the shard
  std::uint64_t tasks = 1;     // and of how many of its job
  std::uint64_t together = 1;  // tasks that the agreement is for
  std::optional<std::int64_t> device_time_ms;
  std::int64_t amount_micro = 0;  // what is owed
  std::int64_t due_micro = 0;
  QString state;  // "pending", "settled", "unpaid"
  WhyData end;
  bool is_open() const { return state == QStringLiteral("pending"); }  // its work is not over
  bool operator==(const ReceiptRow&) const = default;
};
inline constexpr std::size_t kReceiptsMax = 10'000;
struct ReceiptPage {
  std::vector<ReceiptRow> rows;
  std::optional<std::int64_t> next;  // `before` of the next page; absent: there are no more
};
ReceiptPage receipts_from(const boost::json::value& value);

// Of receipt.get.
struct ReceiptDetail {
  struct Record {
    QString kind;    // "usage note"
    QString by;      // "provider"
    QString signer;  // peer id
    std::optional<std::int64_t> made_unix_ms;
    QString hash;
    std::optional<std::int64_t> amount_micro;
    bool operator==(const Record&) const = default;
  };
  ReceiptRow receipt;
  std::optional<bool> verified;  // absent: the trail is not kept any more
  WhyData why;                   // it does not hold
  std::vector<Record> records;
  QByteArray file;  // what `quern verify` reads
};
inline constexpr std::size_t kRecordsMax = 10'000;
ReceiptDetail receipt_detail_from(const boost::json::value& value);

// A task of another node's job that runs here: topic "work".
struct WorkRow {
  QString id;
  bool ending = false;
  QString name;
  QString kind;
  QString peer;
  QString device;
  std::uint64_t task = 0;
  std::uint64_t tasks = 1;
  std::optional<std::int64_t> started_unix_ms;
  std::optional<std::int64_t> walltime_ms;  // the longest that it may run
  std::int64_t progress_permille = 0;
  std::int64_t earned_micro = 0;
  std::optional<std::int64_t> max_micro;
  bool operator==(const WorkRow&) const = default;
};
inline constexpr std::size_t kWorksMax = 4'096;
std::vector<WorkRow> works_from(const boost::json::value& value);

}  // namespace quern::desktop::models
