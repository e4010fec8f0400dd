// The tasks of this node that wait for one device of a provider, whatever jobs they are of, in the order they came. A
// device does one agreement at a time; while one is at work the next is made, so that the device need not wait.
//
// Small tasks go together. An agreement costs both nodes records, signatures and syncs, as much for one task as for
// many; so whoever's turn it is takes along those behind him that are as small, and all of them are agreed on, run and
// paid for at once. Where nobody waits, nobody is waited for.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "scheduler/engagement/submitter.hpp"

namespace quern::dispatch {

inline constexpr std::uint64_t kTogetherUs = 1'000'000;  // of device time that tasks of one agreement likely take

inline constexpr std::size_t kUnderWayMax = 2;
inline constexpr std::size_t kLinesKept = 1'024;  // of all devices; where there are more, those that are empty go

// What a task asks of its device, by the offer that stands when its turn comes.
struct LineOrder {
  connection::PeerAddresses provider;
  std::uint64_t offer_sequence = 0;
  model::RateCard rates;
  engagement::OrderTask task;
  std::size_t outputs = 0;
  model::Usage usage_max;
  std::uint64_t likely_us = 0;  // of device time
  bool alone = false;           // a trial: what it takes must be its own
};

// What a task is told. The trail is that of the whole agreement.
struct LineEvents {
  std::function<std::optional<LineOrder>()> prepare;  // its turn has come; nullopt: there is no such offer any more
  std::function<void()> taken;                        // from here on it comes to its end, even if it is canceled
  std::function<void(const agreement::Trail&)> agreed;
  std::function<void(const agreement::Trail&, model::Credits owed)> billed;  // with its part of what is owed
  std::function<void(std::uint32_t permille)> progress;
  std::function<void(std::uint64_t offset, runtime::ByteView text)> log;
};

struct LineEnd {
  model::Why why;
  std::shared_ptr<const agreement::Trail> trail;  // null when no agreement was made
  engagement::OrderTaskEnd task;                  // of one that was
  bool kept_back = false;                         // OrderEnd::kept_back
};

// On the runtime's executor. Must outlive its tickets' carry_out().
class DeviceLine {
 public:
  // A task's place in the line: until its end, or until it is given up by being destroyed.
  class Ticket;

  DeviceLine(engagement::Submitter& submitter, std::string device)
      : submitter_(submitter), device_(std::move(device)) {}
  ~DeviceLine() = default;
  DeviceLine(const DeviceLine&) = delete;
  DeviceLine& operator=(const DeviceLine&) = delete;

  // Nobody has a place in it: it may go.
  bool empty() const { return tickets_ == 0; }

 private:
  struct Entry;
  struct Batch;
  class UnderWay;
  using EntryPtr = std::shared_ptr<Entry>;

  std::optional<Batch> next_batch();
  runtime::Task<void> lead();
  runtime::Task<void> carry_out(Batch& batch, UnderWay& under_way);
  static engagement::OrderEvents events_of(const Batch& batch, UnderWay& under_way);
  void put_back(const Batch& batch, bool apart);
  bool may_lead() const;
  void wake_next();

  engagement::Submitter& submitter_;
  std::string device_;
  std::deque<EntryPtr> waiting_;
  std::size_t under_way_ = 0;  // agreements, at most kUnderWayMax
  std::size_t tasks_under_way_ = 0;
  std::size_t tickets_ = 0;
  bool agreeing_ = false;  // the newest of them is not made yet
  bool one_at_a_time_ = false;
};

class DeviceLine::Ticket {
 public:
  Ticket(DeviceLine& line, LineEvents events);
  ~Ticket();
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  // Waits for its turn and carries the task out, with others where they are small. Once.
  runtime::Task<LineEnd> carry_out();
  // The task is to end: soon where it is at work, at its turn where it waits.
  void cancel();

 private:
  DeviceLine& line_;
  EntryPtr entry_;
};

}  // namespace quern::dispatch
