#include "scheduler/model/reason.hpp"

#include <algorithm>
#include <array>

namespace quern::model {

namespace {

using enum Reason;

constexpr auto kReasons = std::to_array<ReasonText>({
    {kind_not_offered, "kind_not_offered", Fault::nobody, "the node does not take jobs of this kind",
     "use another node"},
    {device_type, "device_type", Fault::nobody, "the device is not of the type the job asks for",
     "allow it in resources.deviceType"},
    {global_memory, "global_memory", Fault::nobody, "the device has too little memory",
     "lower resources.minGlobalMemBytes or make the buffers smaller"},
    {allocation_size, "allocation_size", Fault::nobody, "a buffer is larger than the device allocates in one piece",
     "split the buffer"},
    {local_memory, "local_memory", Fault::nobody, "the device has too little local memory for a work-group",
     "make local arguments smaller"},
    {opencl_version, "opencl_version", Fault::nobody, "the device speaks an older OpenCL than the job asks for",
     "lower resources.minOpenCLVersion"},
    {extension_missing, "extension_missing", Fault::nobody, "the device lacks an extension the job asks for",
     "take it out of resources.extensions"},
    {host_memory, "host_memory", Fault::nobody, "the job asks for more host memory than the node grants",
     "lower resources.memoryBytes"},
    {cpu_cores, "cpu_cores", Fault::nobody, "the job asks for more processor cores than the node grants",
     "lower resources.cpuCores"},
    {scratch_space, "scratch_space", Fault::nobody, "the job asks for more scratch space than the node grants",
     "lower resources.scratchBytes"},
    {walltime_limit, "walltime_limit", Fault::nobody, "the job asks for more time than the node grants",
     "lower resources.walltimeSeconds or split the job"},
    {input_size, "input_size", Fault::nobody, "the inputs are larger than the node takes", "make the inputs smaller"},
    {output_size, "output_size", Fault::nobody, "the outputs are larger than the node returns",
     "lower outputs[].maxBytes or split the job"},
    {price_too_high, "price_too_high", Fault::nobody, "the job is expected to cost more there than it may",
     "raise what bounds it: --max-price, price.maxTotal or submitter.max_price"},
    {offer_expired, "offer_expired", Fault::nobody, "the node's offer is no longer valid", "wait for its next offer"},
    {offer_withdrawn, "offer_withdrawn", Fault::nobody, "the node has withdrawn its offer",
     "wait until it offers again"},
    {work_unknown, "work_unknown", Fault::nobody, "nothing says how much work the job is, so no price can be given",
     "say it in work, or let a trial shard run"},
    {peer_excluded, "peer_excluded", Fault::nobody, "the node is excluded by the submitter",
     "change --exclude, --only or submitter.exclude, or unblock it"},
    {no_device, "no_device", Fault::nobody, "the node offers no device", "use another node"},
    {own_device, "own_device", Fault::nobody, "the device is this node's own, and a node does not buy of itself",
     "connect to other nodes, or submit the job at another node"},
    {no_offer, "no_offer", Fault::nobody, "no offer is known",
     "look at `quern peers`, and name nodes to connect to in overlay.peers"},
    {walltime_too_short, "walltime_too_short", Fault::nobody, "the job is expected to run longer there than it may",
     "raise resources.walltimeSeconds or split the job into more shards"},

    {busy, "busy", Fault::nobody, "the device is taken", "try again later"},
    {draining, "draining", Fault::nobody, "the node takes no new work because it is about to stop", "use another node"},
    {sandbox_unavailable, "sandbox_unavailable", Fault::provider, "the node's sandbox cannot hold a job of this kind",
     "its operator finds the missing part in `quern status`"},
    {manifest_invalid, "manifest_invalid", Fault::job, "the job's manifest is not valid", "correct it"},
    {offer_unknown, "offer_unknown", Fault::nobody, "the demand refers to an offer that the node does not have",
     "fetch the node's offers again"},
    {demand_expired, "demand_expired", Fault::nobody, "the demand came after the time it was valid for", "ask again"},
    {bid_expired, "bid_expired", Fault::nobody, "the bid was accepted after the time it was binding for", "ask again"},
    {terms_differ, "terms_differ", Fault::nobody, "the terms are not those that were offered",
     "fetch the node's offers again"},
    {submitter_denied, "submitter_denied", Fault::nobody, "the node does not work for this submitter",
     "ask its operator"},
    {credit_exhausted, "credit_exhausted", Fault::submitter, "the submitter owes the node as much as it may",
     "settle, or use another node"},
    {budget_exceeded, "budget_exceeded", Fault::submitter, "the job costs more than its submitter allows, or may do so",
     "correct or leave out `work`, raise the job's highest price, or raise submitter.budget (what is owed uses it up "
     "as "
     "well, and stays owed: see `quern ledger`)"},
    {rate_limited, "rate_limited", Fault::nobody, "too many requests", "ask more slowly"},
    {agreement_unknown, "agreement_unknown", Fault::nobody, "the node knows of no such agreement", "ask again"},

    {completed, "completed", Fault::nobody, "the job has done what it was to do", ""},
    {canceled, "canceled", Fault::submitter, "the submitter canceled the job", ""},
    {preempted, "preempted", Fault::provider, "the node needed the device itself", "the job runs again elsewhere"},
    {build_failed, "build_failed", Fault::job, "the program does not compile", "read the build log"},
    {kernel_not_found, "kernel_not_found", Fault::job, "the program has no kernel of that name",
     "correct steps[].kernel"},
    {kernel_arguments, "kernel_arguments", Fault::job, "the arguments do not fit the kernel", "correct steps[].args"},
    {kernel_failed, "kernel_failed", Fault::job, "the device refused or broke off a kernel",
     "read the log; work sizes and buffer bounds are the usual causes"},
    {walltime_exceeded, "walltime_exceeded", Fault::job, "the job ran longer than it may",
     "raise resources.walltimeSeconds or split the job"},
    {device_time_exceeded, "device_time_exceeded", Fault::job, "the job used more device time than was agreed",
     "raise --max-price or split the job"},
    {cpu_time_exceeded, "cpu_time_exceeded", Fault::job, "the job used more processor time than it may",
     "raise resources.walltimeSeconds or resources.cpuCores"},
    {memory_exceeded, "memory_exceeded", Fault::job, "the job used more memory than it may",
     "raise resources.memoryBytes"},
    {scratch_exceeded, "scratch_exceeded", Fault::job, "the job filled its scratch space",
     "raise resources.scratchBytes"},
    {output_exceeded, "output_exceeded", Fault::job, "an output is larger than was declared",
     "raise outputs[].maxBytes"},
    {log_exceeded, "log_exceeded", Fault::job, "the job wrote more log than it may", "print less"},
    {processes_exceeded, "processes_exceeded", Fault::job, "the job started more processes than it may", "start fewer"},
    {call_forbidden, "call_forbidden", Fault::job, "the job made a system call that the sandbox forbids",
     "do without it"},
    {worker_crashed, "worker_crashed", Fault::job, "the process that ran the job died",
     "out-of-bounds accesses of a kernel are the usual cause"},
    {command_failed, "command_failed", Fault::job, "the command ended with an error", "read the log"},
    {input_missing, "input_missing", Fault::submitter, "an input was not delivered", "submit the job again"},
    {input_corrupt, "input_corrupt", Fault::submitter, "an input is not what its digest says", "submit the job again"},
    {output_missing, "output_missing", Fault::job, "a declared output was not written", "correct outputs[]"},
    {device_lost, "device_lost", Fault::provider, "the device is gone", "the job runs again elsewhere"},
    {device_unresponsive, "device_unresponsive", Fault::provider, "the device does not answer",
     "the job runs again elsewhere"},
    {retries_exhausted, "retries_exhausted", Fault::nobody, "every node that was tried has failed",
     "read the attempts' reasons"},
    {job_failed, "job_failed", Fault::submitter, "another task of the job has failed", "read that task's reason"},

    {signature_invalid, "signature_invalid", Fault::nobody, "a signature does not hold", ""},
    {record_malformed, "record_malformed", Fault::nobody, "a record is not one", ""},
    {record_duplicate, "record_duplicate", Fault::nobody, "a record came twice", ""},
    {record_out_of_order, "record_out_of_order", Fault::nobody, "a record came before one that it follows", ""},
    {record_late, "record_late", Fault::nobody, "a record came after the agreement had ended", ""},
    {chain_broken, "chain_broken", Fault::nobody, "a record does not follow the one before it", ""},
    {wrong_party, "wrong_party", Fault::nobody, "a record was signed by another than the one it binds", ""},
    {usage_shrank, "usage_shrank", Fault::provider, "a usage note says less than the one before", ""},
    {amount_wrong, "amount_wrong", Fault::provider, "an amount is not what the rates and the usage make it", ""},
    {overcharged, "overcharged", Fault::provider, "a usage note is above what was agreed or can be", ""},
    {voucher_missing, "voucher_missing", Fault::submitter, "the submitter did not acknowledge usage in time",
     "check the submitter's connection"},
    {voucher_too_small, "voucher_too_small", Fault::submitter, "a voucher is for less than the usage it acknowledges",
     ""},
    {output_wrong, "output_wrong", Fault::provider, "an output is not what the receipt says",
     "the job runs again elsewhere"},
    {trail_incomplete, "trail_incomplete", Fault::nobody, "records are missing at the end of the trail", ""},

    {provider_lost, "provider_lost", Fault::provider, "the provider is out of reach", "the job runs again elsewhere"},
    {submitter_lost, "submitter_lost", Fault::submitter, "the submitter is out of reach", ""},
    {provider_restarted, "provider_restarted", Fault::provider, "the provider was restarted while the job ran",
     "the job runs again elsewhere"},
    {submitter_restarted, "submitter_restarted", Fault::submitter,
     "the submitter was restarted before the job had ended", "submit the job again"},
    {disk_full, "disk_full", Fault::nobody, "the disk is full",
     "free space in the data directory of the node that says so"},
    {shutting_down, "shutting_down", Fault::nobody, "the node is stopping", "try again when it runs"},
    {internal, "internal", Fault::provider, "the node met a defect of its own", "report it with the log"},
    {clocks_differ, "clocks_differ", Fault::nobody, "the clocks of two nodes differ by too much",
     "set the clock that is wrong (`timedatectl` shows a machine's)"},
    {database_damaged, "database_damaged", Fault::nobody, "the node's database is damaged",
     "stop the node, move the files quern.sqlite* out of its data directory and start it: what the agreements on the "
     "disk say is entered again; the list of jobs and older receipts are lost"},
});

constexpr ReasonText kUnspecified{unspecified, "unspecified", Fault::nobody, "no reason was given", ""};

}  // namespace

const ReasonText& text_of(Reason reason) {
  const auto found = std::ranges::find(kReasons, reason, &ReasonText::reason);
  return found == kReasons.end() ? kUnspecified : *found;
}

std::span<const ReasonText> reasons() {
  return kReasons;
}

std::optional<Reason> reason_from_name(std::string_view name) {
  const auto found = std::ranges::find(kReasons, name, &ReasonText::name);
  if (found == kReasons.end()) return std::nullopt;
  return found->reason;
}

std::optional<Reason> reason_from_number(std::uint32_t number) {
  const auto found = std::ranges::find(kReasons, static_cast<Reason>(number), &ReasonText::reason);
  if (number > UINT16_MAX || found == kReasons.end()) return std::nullopt;
  return found->reason;
}

std::string to_text(const Why& why) {
  const ReasonText& known = text_of(why.reason);
  std::string text = std::string(known.name) + ": " + std::string(known.text);
  if (!why.detail.empty()) text += " (" + why.detail + ")";
  return text;
}

}  // namespace quern::model
