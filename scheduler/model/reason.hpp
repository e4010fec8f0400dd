// The one list of reasons: every cause for which a node rejects, refuses, suspends, ends or fails. Numbers are those of
// reason.proto. Wherever a reason is shown it has the same name and the same text.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace quern::model {

enum class Reason : std::uint16_t {
  unspecified = 0,

  kind_not_offered = 100,
  device_type,
  global_memory,
  allocation_size,
  local_memory,
  opencl_version,
  extension_missing,
  host_memory,
  cpu_cores,
  scratch_space,
  walltime_limit,
  input_size,
  output_size,
  price_too_high,
  offer_expired,
  offer_withdrawn,
  work_unknown,
  peer_excluded,
  no_device,
  own_device,
  no_offer,
  walltime_too_short,

  busy = 200,
  draining,
  sandbox_unavailable,
  manifest_invalid,
  offer_unknown,
  demand_expired,
  bid_expired,
  terms_differ,
  submitter_denied,
  credit_exhausted,
  budget_exceeded,
  rate_limited,
  agreement_unknown,

  completed = 300,
  canceled,
  preempted,
  build_failed,
  kernel_not_found,
  kernel_arguments,
  kernel_failed,
  walltime_exceeded,
  device_time_exceeded,
  cpu_time_exceeded,
  memory_exceeded,
  scratch_exceeded,
  output_exceeded,
  log_exceeded,
  processes_exceeded,
  call_forbidden,
  worker_crashed,
  command_failed,
  input_missing,
  input_corrupt,
  output_missing,
  device_lost,
  device_unresponsive,
  retries_exhausted,
  job_failed,

  signature_invalid = 400,
  record_malformed,
  record_duplicate,
  record_out_of_order,
  record_late,
  chain_broken,
  wrong_party,
  usage_shrank,
  amount_wrong,
  overcharged,
  voucher_missing,
  voucher_too_small,
  output_wrong,
  trail_incomplete,

  provider_lost = 500,
  submitter_lost,
  provider_restarted,
  submitter_restarted,
  disk_full,
  shutting_down,
  internal,
  clocks_differ,
  database_damaged,
};

// Whose doing it is: decides who pays for what was used, and whether another node is tried.
enum class Fault : std::uint8_t { nobody, job, provider, submitter };

struct ReasonText {
  Reason reason;
  std::string_view name;  // "price_too_high": in JSON, tables, receipts
  Fault fault;
  std::string_view text;    // a sentence without a full stop
  std::string_view remedy;  // what would have to change; empty when nothing can be done
};
const ReasonText& text_of(Reason reason);
// All reasons but `unspecified`, in the order of their numbers.
std::span<const ReasonText> reasons();
std::optional<Reason> reason_from_name(std::string_view name);
// nullopt for numbers that this version does not know.
std::optional<Reason> reason_from_number(std::uint32_t number);

// A reason with its particulars: "global_memory: 8 GiB wanted, 4 GiB there".
struct Why {
  Reason reason = Reason::unspecified;
  std::string detail;  // values, limits, names; at most kDetailBytesMax
  bool operator==(const Why&) const = default;
};
inline constexpr std::size_t kDetailBytesMax = 1024;
// "global_memory: the device has too little memory (8 GiB wanted, 4 GiB there)"
std::string to_text(const Why& why);

}  // namespace quern::model
