// What a daemon says of its node, its peers and its money, as values. Texts are harmless (plain_text) and bounded.
// Pure.
#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "desktop/models/json_reading.hpp"

namespace quern::desktop::models {

inline constexpr std::size_t kPeersMax = 4'096;
inline constexpr std::size_t kAddressesMax = 64;
inline constexpr std::size_t kDevicesMax = 64;  // of one machine
inline constexpr std::size_t kCapabilitiesMax = 256;

// Whether the node works for others, and if not, why.
struct DonationState {
  enum class Kind { unknown, donating, paused, draining, off };
  Kind kind = Kind::unknown;
  std::optional<std::int64_t> until_unix_ms;  // of a pause with an end
  QString why;
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
  std::optional<std::uint64_t> round_trip_us;
  QString agent;
  // What later daemons say.
  std::optional<bool> relayed;
  std::optional<bool> inbound;
  std::optional<std::uint64_t> bytes_in;
  std::optional<std::uint64_t> bytes_out;
  std::optional<std::int64_t> connected_unix_ms;
  // Of the offers this node has, filled in by PeerModel.
  std::uint32_t devices = 0;
  std::uint32_t gpus = 0;
  std::optional<std::int64_t> cheapest_per_hour_micro;
  bool operator==(const PeerRow&) const = default;
};
std::vector<PeerRow> peers_from(const boost::json::value& value);

// Topic "earnings".
struct EarningsData {
  std::int64_t balance_micro = 0;
  std::int64_t settled_micro = 0;
  std::int64_t pending_micro = 0;
  std::int64_t today_micro = 0;
  std::int64_t spent_today_micro = 0;
  bool operator==(const EarningsData&) const = default;
};
EarningsData earnings_from(const boost::json::value& value);

// Method earnings.get: what was earned and spent, a day at a time, by device, peer or kind.
struct EarningsHistory {
  struct Part {
    QString name;
    std::int64_t earned_micro = 0;
    std::int64_t spent_micro = 0;
    bool operator==(const Part&) const = default;
  };
  struct Day {
    QString day;  // "2026-11-21", of the time zone that was asked for
    std::vector<Part> parts;
    bool operator==(const Day&) const = default;
  };
  std::vector<Day> days;     // in their order
  std::vector<Part> totals;  // of all days, by name
  bool operator==(const EarningsHistory&) const = default;
};
inline constexpr std::size_t kDaysMax = 3'700;
inline constexpr std::size_t kPartsMax = 256;  // of a day
EarningsHistory earnings_history_from(const boost::json::value& value);

// Method receipt.list.
struct ReceiptRow {
  QString id;
  std::optional<std::int64_t> time_unix_ms;
  QString job;
  QString peer;
  QString device;
  QString device_name;
  QString kind;
  bool earned = false;  // or spent
  std::int64_t amount_micro = 0;
  std::optional<std::int64_t> duration_ms;
  QString state;   // "settled", "pending"
  QString reason;  // how it ended, by the list of reasons
  bool operator==(const ReceiptRow&) const = default;
};
inline constexpr std::size_t kReceiptsMax = 10'000;
std::vector<ReceiptRow> receipts_from(const boost::json::value& value);

}  // namespace quern::desktop::models
