// Submitter: what a provider says of its work, held against what was asked for; and the outputs.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "overlay/runtime/deadline.hpp"
#include "scheduler/engagement/pace.hpp"
#include "scheduler/engagement/submitter_following.hpp"

namespace quern::engagement {

using model::Reason;
using model::Why;
using runtime::Result;
using runtime::Task;

namespace {

// nullopt: it is not for want of room that an output is not here.
std::optional<Why> no_room_for(std::size_t number, const agreement::OutputDigest& output, const runtime::Error& error) {
  const std::string what = "output " + std::to_string(number + 1) + " of " + std::to_string(output.bytes) + " bytes: ";
  if (error == blobs::Errc::store_full) {
    return Why{Reason::disk_full, what + "store.blob_bytes of this node has no room for it: " + error.detail()};
  }
  if (error == runtime::Errc::no_space) {
    return Why{Reason::disk_full, what + "the disk of this node's data directory has no room for it"};
  }
  return std::nullopt;
}

}  // namespace

// What no trail can see: the time, and what was asked for. Whether it is signed, and follows, the trail says.
std::optional<Why> Submitter::fault_of_claim(const Following& following, runtime::ByteView record) const {
  const auto claim = agreement::reopen_record(record);
  if (!claim) return std::nullopt;
  const auto* const note = std::get_if<agreement::UsageNote>(&claim->body);
  const auto* const receipt = std::get_if<agreement::Receipt>(&claim->body);
  if (!note && !receipt) return std::nullopt;
  if (const auto since = following.known.since) {
    const runtime::Duration passed = passed_between(*since, instant_of(runtime_.clock()));
    if (auto fault = fault_of_usage(note ? note->usage : receipt->usage, following.known.pace, passed)) return fault;
  }
  const std::size_t tasks = receipt ? std::min(receipt->tasks.size(), following.cancels.size()) : 0;
  for (std::size_t task = 0; task < tasks; ++task) {
    const bool asked = following.cancels[task]->asked() || following.full.asked();
    if (receipt->tasks[task].reason != Reason::canceled || asked) continue;
    return Why{Reason::internal, "the provider says that task " + std::to_string(task + 1) +
                                     " was canceled, and nobody has asked for that"};
  }
  return std::nullopt;
}

// Held against what was asked for before a byte of them is fetched.
std::optional<Why> Submitter::fault_of_outputs(const Following& following) {
  const std::vector<agreement::TaskEnd>& ends = following.trail.receipt().tasks;
  std::uint64_t all = 0;  // at most kOutputsMax times kFileBytesMax
  for (std::size_t task = 0; task < ends.size(); ++task) {
    const auto& outputs = ends[task].outputs;
    for (const agreement::OutputDigest& output : outputs) all += output.bytes;
    const bool done = ends[task].reason == Reason::completed;
    if (!done && !outputs.empty()) return Why{Reason::output_wrong, "outputs of a task that did not complete"};
    if (!done || following.known.output_bytes.empty()) continue;
    const std::vector<std::uint64_t>& wanted = following.known.output_bytes[task];
    if (outputs.size() != wanted.size()) {
      return Why{Reason::output_wrong,
                 std::to_string(outputs.size()) + " outputs, not " + std::to_string(wanted.size())};
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (outputs[i].bytes == wanted[i]) continue;
      return Why{Reason::output_wrong, "output " + std::to_string(i + 1) + " has " + std::to_string(outputs[i].bytes) +
                                           " bytes, not " + std::to_string(wanted[i])};
    }
  }
  const std::uint64_t most = following.trail.demand().usage_max[model::Dimension::bytes_out];
  if (all <= most) return std::nullopt;
  return Why{Reason::output_wrong, std::to_string(all) + " bytes of outputs, at most " + std::to_string(most)};
}

Task<Result<void>> Submitter::fetch_outputs(Following& following) {
  following.why = fault_of_outputs(following);
  if (following.why) co_return Result<void>();
  following.no_room.clear();
  const std::vector<agreement::TaskEnd>& ends = following.trail.receipt().tasks;
  for (std::size_t task = 0; task < ends.size() && !following.why; ++task)
    CO_CHECK(co_await fetch_outputs_of(following, task));
  co_return Result<void>();
}

// One that this node cannot keep is no fault of its provider, who is acknowledged: the others may have room.
Task<Result<void>> Submitter::fetch_outputs_of(Following& following, std::size_t task) {
  const std::vector<agreement::OutputDigest>& outputs = following.trail.receipt().tasks[task].outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const agreement::OutputDigest& output = outputs[i];
    auto fetched = co_await runtime::with_deadline(
        runtime_.clock(), following.leave_at,
        blobs::fetch_blob(host_, store_, following.provider.peer, output.digest, output.bytes));
    if (fetched && *fetched == output.bytes) continue;
    if (auto no_room = fetched ? std::nullopt : no_room_for(i, output, fetched.error())) {
      following.no_room.emplace(task, *std::move(no_room));
      co_return Result<void>();
    }
    const bool wrong = fetched || fetched.error() == blobs::Errc::corrupt ||
                       fetched.error() == blobs::Errc::not_found || fetched.error() == blobs::Errc::too_large;
    if (!wrong) co_return std::unexpected(std::move(fetched).error());
    following.why = Why{Reason::output_wrong, fetched ? "another size" : fetched.error().message()};
    co_return Result<void>();
  }
  co_return Result<void>();
}

}  // namespace quern::engagement
