#include "scheduler/agreement/record_codec.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "scheduler/agreement/records.pb.h"
#include "scheduler/model/offer.hpp"

namespace quern::agreement {
namespace {

using runtime::Bytes;
using runtime::bytes_of;
using runtime::ByteView;

// How the messages name the dimensions, in the order of model::Dimension.
template <class Message, class Number>
struct Fields {
  using Get = Number (Message::*)() const;
  using Set = void (Message::*)(Number);
  static constexpr std::array<Get, model::kDimensions> kGet{
      &Message::setup,     &Message::device_time, &Message::cpu_time,      &Message::memory_time, &Message::bytes_in,
      &Message::bytes_out, &Message::tokens_in,   &Message::tokens_cached, &Message::tokens_out};
  static constexpr std::array<Set, model::kDimensions> kSet{
      &Message::set_setup,       &Message::set_device_time,   &Message::set_cpu_time,
      &Message::set_memory_time, &Message::set_bytes_in,      &Message::set_bytes_out,
      &Message::set_tokens_in,   &Message::set_tokens_cached, &Message::set_tokens_out};
};
using UsageFields = Fields<wire::agreement::Usage, std::uint64_t>;
using RateFields = Fields<wire::agreement::RateCard, std::int64_t>;

std::string string_of(ByteView bytes) {
  return std::string(runtime::text_of(bytes));
}

void write(const model::Usage& usage, wire::agreement::Usage& out) {
  for (std::size_t i = 0; i < model::kDimensions; ++i)
    if (usage.quantity[i] != 0) (out.*UsageFields::kSet[i])(usage.quantity[i]);
}

void write(const Demand& demand, wire::agreement::Demand& out) {
  out.set_id(string_of(demand.id));
  out.set_submitter(string_of(demand.submitter.bytes()));
  out.set_provider(string_of(demand.provider.bytes()));
  for (const TaskRef& task : demand.tasks) {
    auto& added = *out.add_tasks();
    added.set_job(string_of(task.job));
    added.set_shard(task.shard);
    added.set_shards(task.shards);
    added.set_max_total(task.max_total.micro);
  }
  out.set_device(demand.device);
  out.set_offer_sequence(demand.offer_sequence);
  write(demand.usage_max, *out.mutable_usage_max());
  out.set_max_total(demand.max_total.micro);
  out.set_deadline_unix_ms(demand.deadline_unix_ms);
}

void write(const Bid& bid, wire::agreement::Bid& out) {
  out.set_demand(string_of(bid.demand));
  auto& rates = *out.mutable_rates();
  for (std::size_t i = 0; i < model::kDimensions; ++i)
    if (bid.rates.rate[i] != 0) (rates.*RateFields::kSet[i])(bid.rates.rate[i]);
  out.set_cost_low(bid.cost_low.micro);
  out.set_cost_likely(bid.cost_likely.micro);
  out.set_cost_high(bid.cost_high.micro);
  out.set_max_total(bid.max_total.micro);
  out.set_valid_until_unix_ms(bid.valid_until_unix_ms);
  out.set_credit_limit(bid.credit_limit.micro);
  out.set_note_interval_ms(bid.note_interval_ms);
  out.set_walltime_ms(bid.walltime_ms);
}

void write(const Agreement& agreement, wire::agreement::Agreement& out) {
  out.set_bid(string_of(agreement.bid));
}

void write(const Acceptance& acceptance, wire::agreement::Acceptance& out) {
  out.set_agreement(string_of(acceptance.agreement));
}

void write(const UsageNote& note, wire::agreement::UsageNote& out) {
  out.set_sequence(note.sequence);
  write(note.usage, *out.mutable_usage());
  out.set_amount(note.amount.micro);
  out.set_before(string_of(note.before));
}

void write(const Voucher& voucher, wire::agreement::Voucher& out) {
  out.set_sequence(voucher.sequence);
  out.set_amount(voucher.amount.micro);
  out.set_note(string_of(voucher.note));
  out.set_before(string_of(voucher.before));
}

void write(const TaskEnd& task, wire::agreement::TaskEnd& out) {
  out.set_reason(static_cast<std::uint32_t>(task.reason));
  write(task.usage, *out.mutable_usage());
  for (const OutputDigest& output : task.outputs) {
    auto& added = *out.add_outputs();
    added.set_digest(string_of(output.digest));
    added.set_size(output.bytes);
  }
}

void write(const Receipt& receipt, wire::agreement::Receipt& out) {
  for (const TaskEnd& task : receipt.tasks) write(task, *out.add_tasks());
  write(receipt.usage, *out.mutable_usage());
  out.set_amount(receipt.amount.micro);
  out.set_note(string_of(receipt.note));
  out.set_voucher(string_of(receipt.voucher));
}

void write(const ReceiptAcknowledgement& acknowledgement, wire::agreement::ReceiptAcknowledgement& out) {
  out.set_receipt(string_of(acknowledgement.receipt));
}

// Reads the fields of one message and keeps the first fault.
class Reading {
 public:
  const std::string& fault() const { return fault_; }

  void require(bool holds, std::string_view field, std::string_view what) {
    if (!holds && fault_.empty()) fault_ = std::string(field) + " " + std::string(what);
  }

  template <class Number>
  Number number(std::string_view field, Number value, std::type_identity_t<Number> min,
                std::type_identity_t<Number> max) {
    if (value < min || value > max) {
      require(false, field,
              "is " + std::to_string(value) + ", must be " + std::to_string(min) + " to " + std::to_string(max));
    }
    return value;
  }
  std::int64_t time(std::string_view field, std::int64_t unix_ms) {
    return number(field, unix_ms, kTimeMinUnixMs, kTimeMaxUnixMs - 1);
  }
  model::Credits amount(std::string_view field, std::int64_t micro) {
    return {number(field, micro, 0, kAmountMax.micro)};
  }

  template <std::size_t Size>
  std::array<std::byte, Size> bytes(std::string_view field, std::string_view value) {
    std::array<std::byte, Size> out{};
    if (value.size() == Size)
      std::ranges::copy(bytes_of(value), out.begin());
    else
      require(false, field, "has " + std::to_string(value.size()) + " bytes, must have " + std::to_string(Size));
    return out;
  }
  Hash hash(std::string_view field, std::string_view value) { return bytes<std::tuple_size_v<Hash>>(field, value); }

  model::Usage usage(const wire::agreement::Usage& message) {
    known(message);
    model::Usage usage;
    for (std::size_t i = 0; i < model::kDimensions; ++i)
      usage.quantity[i] = number(name_of(i), (message.*UsageFields::kGet[i])(), 0, model::kQuantityMax);
    return usage;
  }
  model::RateCard rates(const wire::agreement::RateCard& message) {
    known(message);
    model::RateCard rates;
    for (std::size_t i = 0; i < model::kDimensions; ++i)
      rates.rate[i] = number(name_of(i), (message.*RateFields::kGet[i])(), 0, model::kRateMax);
    return rates;
  }

  template <class Message>
  void known(const Message& message) {
    if (!message.unknown_fields().empty()) require(false, "the message", "has a field that this version does not know");
  }

 private:
  static std::string_view name_of(std::size_t dimension) {
    return model::text_of(static_cast<model::Dimension>(dimension)).name;
  }

  std::string fault_;
};

using Decoded = std::expected<Body, std::string>;

TaskRef read(Reading& reading, const wire::agreement::Task& message) {
  reading.known(message);
  TaskRef task{.job = reading.hash("job", message.job())};
  task.shards = reading.number("shards", message.shards(), 1, kShardsMax);
  task.shard = reading.number("shard", message.shard(), 0, std::max(1u, task.shards) - 1);
  task.max_total = reading.amount("task max_total", message.max_total());
  return task;
}

Decoded read(Reading& reading, const wire::agreement::Demand& message, std::int64_t made) {
  auto submitter = identity::PeerId::from_bytes(bytes_of(message.submitter()));
  auto provider = identity::PeerId::from_bytes(bytes_of(message.provider()));
  if (!submitter) return std::unexpected("submitter is no peer id");
  if (!provider) return std::unexpected("provider is no peer id");
  reading.require(*submitter != *provider, "provider", "is the submitter itself");
  Demand demand{.made_unix_ms = made, .submitter = *std::move(submitter), .provider = *std::move(provider)};
  demand.id = reading.bytes<kDemandIdBytes>("id", message.id());
  reading.number("tasks", static_cast<std::size_t>(message.tasks_size()), 1, kTasksMax);
  demand.tasks.reserve(static_cast<std::size_t>(message.tasks_size()));
  model::Credits sum;
  for (const auto& task : message.tasks()) {
    demand.tasks.push_back(read(reading, task));
    sum = model::add(sum, demand.tasks.back().max_total).value_or(sum);
  }
  demand.device = message.device();
  const std::size_t size = reading.number("device size", demand.device.size(), 1, model::kNameBytesMax);
  reading.require(model::is_device_id(demand.device), "device",
                  "has characters among its " + std::to_string(size) + " that are not visible ASCII");
  demand.offer_sequence = message.offer_sequence();
  demand.usage_max = reading.usage(message.usage_max());
  demand.max_total = reading.amount("max_total", message.max_total());
  reading.require(demand.max_total == sum, "max_total", "is not the sum of the tasks'");
  demand.deadline_unix_ms = reading.time("deadline_unix_ms", message.deadline_unix_ms());
  reading.number("deadline_unix_ms", demand.deadline_unix_ms, made, made + kDemandValidityMaxMs);
  return demand;
}

Decoded read(Reading& reading, const wire::agreement::Bid& message, std::int64_t made) {
  Bid bid{.made_unix_ms = made};
  bid.demand = reading.hash("demand", message.demand());
  bid.rates = reading.rates(message.rates());
  bid.cost_low = reading.amount("cost_low", message.cost_low());
  bid.cost_likely = reading.amount("cost_likely", message.cost_likely());
  bid.cost_high = reading.amount("cost_high", message.cost_high());
  reading.require(bid.cost_low <= bid.cost_likely, "cost_low", "is above cost_likely");
  reading.require(bid.cost_likely <= bid.cost_high, "cost_likely", "is above cost_high");
  bid.max_total = reading.amount("max_total", message.max_total());
  bid.valid_until_unix_ms = reading.time("valid_until_unix_ms", message.valid_until_unix_ms());
  reading.number("valid_until_unix_ms", bid.valid_until_unix_ms, made, made + kDemandValidityMaxMs);
  bid.credit_limit = reading.amount("credit_limit", message.credit_limit());
  bid.note_interval_ms =
      reading.number("note_interval_ms", message.note_interval_ms(), kNoteIntervalMinMs, kNoteIntervalMaxMs);
  bid.walltime_ms = reading.number("walltime_ms", message.walltime_ms(), 1, kWalltimeMaxMs);
  return bid;
}

Decoded read(Reading& reading, const wire::agreement::Agreement& message, std::int64_t made) {
  return Agreement{.made_unix_ms = made, .bid = reading.hash("bid", message.bid())};
}

Decoded read(Reading& reading, const wire::agreement::Acceptance& message, std::int64_t made) {
  return Acceptance{.made_unix_ms = made, .agreement = reading.hash("agreement", message.agreement())};
}

constexpr std::uint32_t kSequenceMax = std::numeric_limits<std::uint32_t>::max();

Decoded read(Reading& reading, const wire::agreement::UsageNote& message, std::int64_t made) {
  UsageNote note{.made_unix_ms = made};
  note.sequence = reading.number("sequence", message.sequence(), 1, kSequenceMax);
  note.usage = reading.usage(message.usage());
  note.amount = reading.amount("amount", message.amount());
  note.before = reading.hash("before", message.before());
  return note;
}

Decoded read(Reading& reading, const wire::agreement::Voucher& message, std::int64_t made) {
  Voucher voucher{.made_unix_ms = made};
  voucher.sequence = reading.number("sequence", message.sequence(), 1, kSequenceMax);
  voucher.amount = reading.amount("amount", message.amount());
  voucher.note = reading.hash("note", message.note());
  voucher.before = reading.hash("before", message.before());
  return voucher;
}

TaskEnd read(Reading& reading, const wire::agreement::TaskEnd& message) {
  reading.known(message);
  TaskEnd task;
  const auto reason = model::reason_from_number(message.reason());
  reading.require(reason && *reason != model::Reason::unspecified, "reason",
                  std::to_string(message.reason()) + " is none that this version knows");
  task.reason = reason.value_or(model::Reason::unspecified);
  task.usage = reading.usage(message.usage());
  reading.number("outputs", static_cast<std::size_t>(message.outputs_size()), 0, model::kFilesMax);
  for (const auto& output : message.outputs()) {
    reading.known(output);
    task.outputs.push_back({.digest = reading.hash("output digest", output.digest()),
                            .bytes = reading.number("output size", output.size(), 0, model::kFileBytesMax)});
  }
  return task;
}

Decoded read(Reading& reading, const wire::agreement::Receipt& message, std::int64_t made) {
  Receipt receipt{.made_unix_ms = made};
  reading.number("tasks", static_cast<std::size_t>(message.tasks_size()), 1, kTasksMax);
  receipt.usage = reading.usage(message.usage());
  receipt.amount = reading.amount("amount", message.amount());
  model::Usage sum;
  std::size_t outputs = 0;
  receipt.tasks.reserve(static_cast<std::size_t>(message.tasks_size()));
  for (const auto& task : message.tasks()) {
    receipt.tasks.push_back(read(reading, task));
    outputs += receipt.tasks.back().outputs.size();
    for (std::size_t i = 0; i < model::kDimensions; ++i)
      sum.quantity[i] += receipt.tasks.back().usage.quantity[i];  // at most kTasksMax times kQuantityMax
  }
  reading.number("outputs", outputs, 0, kOutputsMax);
  reading.require(sum == receipt.usage, "usage", "is not the sum of the tasks'");
  receipt.note = reading.hash("note", message.note());
  receipt.voucher = reading.hash("voucher", message.voucher());
  return receipt;
}

Decoded read(Reading& reading, const wire::agreement::ReceiptAcknowledgement& message, std::int64_t made) {
  return ReceiptAcknowledgement{.made_unix_ms = made, .receipt = reading.hash("receipt", message.receipt())};
}

template <class Message>
Decoded decode(ByteView payload) {
  Message message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return std::unexpected("the payload is no protobuf message");
  // First of all: a later version may mean anything by the other fields.
  if (message.version() != kRecordVersion) {
    return std::unexpected("version is " + std::to_string(message.version()) + ", this node knows version " +
                           std::to_string(kRecordVersion));
  }
  Reading reading;
  reading.known(message);
  const std::int64_t made = reading.time("made_unix_ms", message.made_unix_ms());
  Decoded body = reading.fault().empty() ? read(reading, message, made) : Decoded(std::unexpected(reading.fault()));
  if (body && !reading.fault().empty()) return std::unexpected(reading.fault());
  return body;
}

template <class Message, class Value>
Bytes encode(const Value& value) {
  Message message;
  message.set_version(kRecordVersion);
  message.set_made_unix_ms(value.made_unix_ms);
  write(value, message);
  return runtime::copy_of(bytes_of(message.SerializeAsString()));
}

// The message of each kind of body.
template <class Value>
struct MessageOf;
template <>
struct MessageOf<Demand> : std::type_identity<wire::agreement::Demand> {};
template <>
struct MessageOf<Bid> : std::type_identity<wire::agreement::Bid> {};
template <>
struct MessageOf<Agreement> : std::type_identity<wire::agreement::Agreement> {};
template <>
struct MessageOf<Acceptance> : std::type_identity<wire::agreement::Acceptance> {};
template <>
struct MessageOf<UsageNote> : std::type_identity<wire::agreement::UsageNote> {};
template <>
struct MessageOf<Voucher> : std::type_identity<wire::agreement::Voucher> {};
template <>
struct MessageOf<Receipt> : std::type_identity<wire::agreement::Receipt> {};
template <>
struct MessageOf<ReceiptAcknowledgement> : std::type_identity<wire::agreement::ReceiptAcknowledgement> {};

// In the order of RecordKind, as the alternatives of Body are.
template <std::size_t... Index>
Decoded decode_kind(RecordKind kind, ByteView payload, std::index_sequence<Index...> /*all*/) {
  using Decode = Decoded (*)(ByteView);
  static constexpr std::array<Decode, sizeof...(Index)> kDecode{
      &decode<typename MessageOf<std::variant_alternative_t<Index, Body>>::type>...};
  return kDecode.at(static_cast<std::size_t>(kind))(payload);
}

}  // namespace

Bytes encode_body(const Body& body) {
  return std::visit([]<class Value>(const Value& value) { return encode<typename MessageOf<Value>::type>(value); },
                    body);
}

Decoded decode_body(RecordKind kind, ByteView payload) {
  return decode_kind(kind, payload, std::make_index_sequence<kRecordKinds>());
}

}  // namespace quern::agreement
