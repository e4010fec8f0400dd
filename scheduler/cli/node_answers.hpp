// What quernd says of its node, of peers, offers and balances, as values. Texts are as they came: print them through
// visible() only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/cli/job_answers.hpp"
#include "scheduler/model/credits.hpp"

namespace quern::scheduler::cli {

// Whether the node offers its devices just now.
struct DonationAnswer {
  std::string state;                          // "donating", "paused", "draining", "off"
  std::optional<std::int64_t> until_unix_ms;  // when a pause ends by itself
  std::optional<std::string> detail;          // of why not
  std::uint64_t working = 0;
};

struct StatusAnswer {
  struct Device {
    std::string id;
    std::string name;
    bool offered = false;
    std::optional<std::string> why;  // when it is not
  };
  struct Kind {
    std::string kind;
    bool held = false;  // by the sandbox
    std::optional<std::string> why;
  };
  std::string peer;
  std::string version;
  std::int64_t started_unix_ms = 0;
  std::vector<std::string> addresses;
  std::uint64_t peers_connected = 0;
  std::uint64_t offers = 0;
  std::vector<WhyAnswer> problems;  // older daemons do not tell
  bool provides = false;
  bool draining = false;
  std::uint64_t working = 0;
  std::optional<DonationAnswer> donation;  // older daemons do not tell
  std::vector<Device> devices;
  std::string sandbox_tier;
  std::string sandbox_note;
  std::int64_t landlock_abi = 0;
  std::vector<Kind> kinds;
  std::uint64_t jobs_running = 0;
  std::uint64_t jobs_ended = 0;
  model::Credits spent;
  model::Credits earned;
  model::Credits payable;
  model::Credits receivable;
  model::Credits reserved;
  std::vector<std::string> capabilities;
};

struct PeersAnswer {
  struct Peer {
    std::string peer;
    std::vector<std::string> addresses;
    bool connected = false;
    bool configured = false;
    std::optional<std::uint64_t> rtt_us;
    std::optional<std::string> agent;
  };
  std::vector<Peer> peers;
};

struct OffersAnswer {
  struct Device {
    std::string id;
    std::string name;
    std::string type;
    std::uint64_t compute_units = 0;
    std::uint64_t global_memory_bytes = 0;
    std::uint64_t fp32_flops = 0;  // a second; 0: not measured
    model::Credits per_hour;       // of the device's time alone
    model::Credits setup;          // once a task
  };
  struct Offer {
    std::string provider;
    bool own = false;
    std::int64_t until_unix_ms = 0;
    std::vector<Device> devices;
  };
  std::vector<Offer> offers;
};

struct BalancesAnswer {
  std::vector<std::pair<std::string, model::Credits>> accounts;
  model::Credits reserved;
};

struct EntriesAnswer {
  struct Entry {
    std::uint64_t number = 0;
    std::string time;
    std::string kind;
    std::string peer;
    std::string job;     // a digest; empty where it has none
    std::string job_id;  // of a job submitted there; likewise
    model::Credits amount;
  };
  std::vector<Entry> entries;
  std::uint64_t last = 0;  // the number of the newest there is
};

void read_fields(const Fields& fields, DonationAnswer& answer);
void read_fields(const Fields& fields, StatusAnswer& answer);
void read_fields(const Fields& fields, PeersAnswer& answer);
void read_fields(const Fields& fields, OffersAnswer& answer);
void read_fields(const Fields& fields, BalancesAnswer& answer);
void read_fields(const Fields& fields, EntriesAnswer& answer);

}  // namespace quern::scheduler::cli
