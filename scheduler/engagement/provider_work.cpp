// Provider: the work of an agreement, and the stream on which its submitter follows it.
#include <algorithm>
#include <utility>

#include "overlay/protocols/length_delimited.hpp"
#include "overlay/runtime/deadline.hpp"
#include "scheduler/agreement/drafts.hpp"
#include "scheduler/engagement/provider_engagement.hpp"

namespace quern::engagement {

using agreement::RecordKind;
using agreement::Stage;
using connection::PeerStream;
using connection::PeerStreamPtr;
using model::Reason;
using model::Why;
using runtime::Bytes;
using runtime::Result;
using runtime::Task;

// Bills what the run uses, and holds it while that is not paid for.
class Provider::WorkMeter final : public Meter {
 public:
  WorkMeter(Provider& provider, EngagementPtr engagement)
      : provider_(provider), engagement_(std::move(engagement)), began_(provider.runtime_.clock().now()) {}

  Task<bool> used(model::Usage total, std::uint32_t permille) override {
    Engagement& engagement = *engagement_;
    const auto device_time = std::chrono::microseconds(total[model::Dimension::device_time]);
    if (!setup_ && device_time.count() > 0) {
      const runtime::Duration passed = provider_.runtime_.clock().now() - began_;
      setup_ = std::max(passed - device_time, runtime::Duration{0});
    }
    engagement.permille = std::max(engagement.permille, std::min<std::uint32_t>(permille, 1000));
    engagement.changed.wake_all();
    if (!model::has_grown(total, engagement.demand().usage_max)) {
      engagement.why = Why{Reason::device_time_exceeded, "more than the demand allows"};
    }
    if (costs_too_much(total)) {
      engagement.why =
          Why{Reason::budget_exceeded,
              "more than the " + model::to_text(engagement.trail.bid().max_total) + " that were agreed on"};
    }
    if (must_note(total) && !engagement.why && !co_await note(total)) co_return false;
    while (!engagement.cancel && !engagement.why && !engagement.trail.may_work(total)) co_await wait_for_voucher();
    co_return !engagement.cancel && !engagement.why;
  }

  // Until the first kernel; nothing when none has run.
  const std::optional<runtime::Duration>& setup() const { return setup_; }

  void log(runtime::ByteView text) override {
    Engagement& engagement = *engagement_;
    const std::size_t room = kLogBytesMax - engagement.log.size();
    runtime::append(engagement.log, text.first(std::min(text.size(), room)));
    engagement.log_dropped += text.size() - std::min(text.size(), room);
    engagement.changed.wake_all();
  }

 private:
  // No voucher could make up for it.
  bool costs_too_much(const model::Usage& total) const {
    const agreement::Bid& bid = engagement_->trail.bid();
    const auto cost = model::cost(bid.rates, total);
    return !cost || *cost > bid.max_total;
  }

  // In time, and early enough for the voucher to come before the credit is used up.
  bool must_note(const model::Usage& total) const {
    const agreement::Bid& bid = engagement_->trail.bid();
    const auto interval = std::chrono::milliseconds(bid.note_interval_ms);
    const std::int64_t unpaid = agreement::amount_due(bid, total).micro - engagement_->trail.authorised().micro;
    return engagement_->trail.stage() == Stage::running &&
           (provider_.runtime_.clock().now() - engagement_->noted >= interval || unpaid > bid.credit_limit.micro / 2) &&
           engagement_->trail.billable(total) != engagement_->trail.usage();
  }

  Task<bool> note(model::Usage total) {
    engagement_->noted = provider_.runtime_.clock().now();
    const auto body = draft_usage_note(engagement_->trail, total, provider_.now());
    co_return co_await provider_.take(engagement_, seal_record(provider_.key_, body));
  }

  Task<void> wait_for_voucher() {
    const std::size_t before = engagement_->trail.voucher_count();
    const auto wait = [](Engagement& engagement) -> Task<Result<void>> {
      co_await engagement.changed.wait();
      co_return Result<void>();
    };
    const auto until = provider_.runtime_.clock().now() + provider_.config_.voucher_timeout;
    while (engagement_->trail.voucher_count() == before && !engagement_->cancel && !engagement_->why) {
      const auto woken = co_await runtime::with_deadline(provider_.runtime_.clock(), until, wait(*engagement_));
      if (!woken) engagement_->why = Why{Reason::voucher_missing, {}};
    }
  }

  Provider& provider_;
  EngagementPtr engagement_;
  runtime::Time began_;
  std::optional<runtime::Duration> setup_;
};

Task<void> Provider::work(EngagementPtr engagement) {
  engagement->noted = runtime_.clock().now();
  Finished finished = co_await fetch_and_run(engagement);
  if (const auto& why = engagement->why; why.has_value()) {
    finished.why = *why;
  } else if (engagement->cancel && finished.why.reason != Reason::completed) {
    finished.why = {.reason = Reason::canceled, .detail = {}};
  }
  co_await end(engagement, std::move(finished));
}

Task<Finished> Provider::fetch_and_run(EngagementPtr engagement) {
  const auto submitter = engagement->demand().submitter;
  for (const model::Input& input : engagement->job.inputs) {
    const auto fetched = co_await fetch(submitter, input);
    if (engagement->cancel) co_return Finished{.why = {Reason::canceled, {}}, .usage = {}, .outputs = {}};
    if (!fetched) {
      const Reason reason = fetched.error() == blobs::Errc::corrupt ? Reason::input_corrupt : Reason::input_missing;
      co_return Finished{.why = {reason, input.path + ": " + fetched.error().message()}, .usage = {}, .outputs = {}};
    }
  }
  WorkMeter meter(*this, engagement);
  Finished finished = co_await runner_.run({.submitter = submitter.text(),
                                            .job = engagement->job,
                                            .shard = engagement->demand().shard,
                                            .shards = engagement->demand().shards,
                                            .device = engagement->demand().device},
                                           meter);
  const auto& setup = meter.setup();
  if (setup && finished.why.reason == Reason::completed) {
    setup_ms_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(*setup / std::chrono::milliseconds(1), 1)));
  }
  co_return finished;
}

Task<Result<std::uint64_t>> Provider::fetch(identity::PeerId submitter, model::Input input) {
  const std::uint64_t there = store_.size_of(input.digest).value_or(store_.part_size(input.digest));
  const runtime::Time began = runtime_.clock().now();
  auto fetched = co_await blobs::fetch_blob(host_, store_, std::move(submitter), input.digest, input.bytes);
  const auto took_us = static_cast<std::uint64_t>((runtime_.clock().now() - began) / std::chrono::microseconds(1));
  if (fetched && *fetched >= there + kLinkSampleBytes) {
    link_bytes_per_second_.add((*fetched - there) * 1'000'000 / std::max<std::uint64_t>(took_us, 1));
  }
  co_return fetched;
}

Task<void> Provider::end(EngagementPtr engagement, Finished finished) {
  if (finished.why.reason != Reason::completed) finished.outputs.clear();
  if (finished.why.reason == Reason::unspecified) finished.why = {Reason::internal, "the run ended without a reason"};
  while (engagement->stuck) co_await engagement->changed.wait();
  const auto body =
      draft_receipt(engagement->trail, finished.why.reason, finished.usage, std::move(finished.outputs), now());
  engagement->kept_until = runtime_.clock().now() + config_.receipt_kept;
  std::ignore = co_await take(engagement, seal_record(key_, body));
}

Task<void> Provider::receive(EngagementPtr engagement) {
  while (auto record = co_await engagement->inbox.pop()) {
    std::ignore = co_await take(engagement, *std::move(record));  // what it refuses leaves nothing behind
    if (engagement->trail.stage() == Stage::closed) break;
  }
  engagement->inbox.close();
}

// One after the other: the disk keeps the order of the trail.
Task<bool> Provider::take(EngagementPtr engagement, Bytes record) {
  while (engagement->taking) co_await engagement->changed.wait();
  if (engagement->stuck) co_return false;
  const bool closed = engagement->trail.stage() == Stage::closed;
  engagement->taking = true;
  const auto taken = co_await journal_.take(engagement->trail, std::move(record));
  engagement->taking = false;
  if (!taken && taken.error().reason == Reason::disk_full) {
    engagement->stuck = true;
    engagement->why = taken.error();
    tasks_.spawn(store_again(engagement));
  }
  engagement->changed.wake_all();
  if (!closed && engagement->trail.stage() == Stage::closed) over(engagement);
  co_return taken.has_value();
}

// A full disk ends the work, and nothing more is said before there is room: then the agreement can come to its end.
Task<void> Provider::store_again(EngagementPtr engagement) {
  do {
    co_await runtime_.clock().sleep_for(kDiskAgain);
  } while (!co_await journal_.mend(engagement->trail));
  engagement->stuck = false;
  engagement->changed.wake_all();
}

// Until the other ends the stream: what it has sent and nobody reads would reset it, and the refusal would be lost.
Task<void> Provider::hear_out(PeerStream& stream) {
  const auto read_all = [](PeerStream& from) -> Task<Result<void>> {
    while (co_await protocols::read_message(from, exchange::kJobMessageBytesMax)) {
    }
    co_return Result<void>();
  };
  std::ignore = co_await runtime::with_timeout(runtime_.clock(), kRefusalHeard, read_all(stream));
}

Task<void> Provider::follow(PeerStreamPtr stream) {
  const auto first = co_await protocols::read_message(*stream, exchange::kJobMessageBytesMax);
  const auto message = first ? exchange::decode_job_message(*first) : std::nullopt;
  const auto* asked = message ? std::get_if<exchange::Follow>(&*message) : nullptr;
  if (!asked) {
    stream->abort();
    co_return;
  }
  const auto found = engagements_.find(asked->demand);
  const bool known = found != engagements_.end() && found->second->trail.stage() >= Stage::running &&
                     found->second->demand().submitter == stream->peer();
  if (!known) {
    const exchange::JobMessage refusal = exchange::RefusalMessage{{Reason::agreement_unknown, {}}};
    std::ignore = co_await protocols::write_message(*stream, exchange::encode(refusal));
    stream->shutdown_write();
    co_await hear_out(*stream);
    co_return;
  }
  const EngagementPtr engagement = found->second;
  co_await runtime::with_group<void>([&](runtime::TaskGroup& group) -> Task<void> {
    group.spawn(tell(*stream, engagement, *asked));
    co_await listen(*stream, engagement);
  });
}

// Sends what the submitter lacks, as it comes.
Task<void> Provider::tell(PeerStream& stream, EngagementPtr engagement, exchange::Follow follow) {
  std::uint32_t permille = 0;
  agreement::Progress sent = follow.has;
  std::uint64_t log_sent = std::min<std::uint64_t>(follow.log_offset, engagement->log.size());
  while (!engagement->stuck) {
    Bytes out;
    const auto add = [&out](const exchange::JobMessage& message) {
      protocols::append_message(out, exchange::encode(message));
    };
    if (!engagement->taking) {
      for (const runtime::ByteView record : engagement->trail.lacking(sent)) {
        add(exchange::RecordMessage{runtime::copy_of(record)});
      }
      sent = engagement->trail.progress();
    }
    while (log_sent < engagement->log.size()) {
      const auto piece = runtime::ByteView(engagement->log)
                             .subspan(static_cast<std::size_t>(log_sent))
                             .first(std::min<std::size_t>(exchange::kLogPieceBytesMax,
                                                          engagement->log.size() - static_cast<std::size_t>(log_sent)));
      add(exchange::LogPiece{.offset = log_sent, .text = runtime::copy_of(piece)});
      log_sent += piece.size();
    }
    if (permille != engagement->permille) add(exchange::ProgressMessage{permille = engagement->permille});
    if (!out.empty() && !co_await stream.write(out)) co_return;
    const bool all_sent = !engagement->taking && sent == engagement->trail.progress();
    if (all_sent && engagement->trail.stage() == Stage::closed) break;
    if (out.empty()) co_await engagement->changed.wait();
  }
  stream.shutdown_write();
}

Task<void> Provider::listen(PeerStream& stream, EngagementPtr engagement) {
  for (;;) {
    const auto bytes = co_await protocols::read_message(stream, exchange::kJobMessageBytesMax);
    if (!bytes) co_return;
    const auto message = exchange::decode_job_message(*bytes);
    if (message && std::holds_alternative<exchange::CancelMessage>(*message)) {
      engagement->cancel = true;
      engagement->changed.wake_all();
      continue;
    }
    const auto* record = message ? std::get_if<exchange::RecordMessage>(&*message) : nullptr;
    if (!record) {
      stream.abort();
      co_return;
    }
    if (!co_await engagement->inbox.push(record->envelope)) co_return;
  }
}

}  // namespace quern::engagement
