#include <limits>

#include <boost/json/value_to.hpp>

#include "overlay/multiformats/multibase.hpp"
#include "overlay/runtime/hex.hpp"
#include "scheduler/agreement/verify.hpp"
#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/machine_json.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/daemon/receipt_table.hpp"
#include "scheduler/daemon/trail_text.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

constexpr std::size_t kListedDefault = 100;
constexpr std::int64_t kExampleDay = 1'795'046'400'000;  // midnight UTC
constexpr std::string_view kExampleId = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kZeroes = "0000000000000000000000000000000000000000000000000000000000000000";

std::int64_t number_in(const json::object& params, std::string_view key, std::int64_t otherwise) {
  const auto* value = params.if_contains(key);
  return value ? value->to_number<std::int64_t>() : otherwise;
}

Task<Answer> earnings(Node& node, json::object params) {
  const EarningsQuery query{.from_unix_ms = number_in(params, "from_unix_ms", 0),
                            .until_unix_ms = number_in(params, "until_unix_ms", 0),
                            .utc_offset_minutes = number_in(params, "utc_offset_minutes", 0)};
  if (const auto good = check(query); !good) co_return rpc::fail(Code::invalid_params, good.error());
  const auto name = json::value_to<std::string>(params.at("by"));
  const auto by = name == "device" ? EarningsBy::device : name == "peer" ? EarningsBy::peer : EarningsBy::kind;
  const auto read =
      co_await node.with_ledger([query, by](ledger::Ledger& ledger) { return read_earnings(ledger, query, by); });
  if (!read) co_return std::unexpected(rpc::failure_of(read.error()));
  co_return to_json(*read);
}

// The trail that memory has: also of work that is under way.
const agreement::Trail* trail_of(const Node& node, const jobs::DemandId& demand) {
  if (const agreement::Trail* trail = node.provider().trail(demand)) return trail;
  return node.trail(demand);
}

// A row as of now: one that is pending has gone on since it was written.
json::object row_json(const Node& node, ReceiptRow row) {
  const agreement::Trail* trail = trail_of(node, row.demand);
  if (row.state == ReceiptState::pending && trail) {
    row.usage = trail->usage();
    row.owed = trail->owed();
    row.due = trail->due();
    if (trail->stage() >= agreement::Stage::ended) row.end = trail->receipt().reason();
  }
  node.name_job(row);
  return to_json(row);
}

Task<Answer> list(Node& node, json::object params) {
  const auto before = number_in(params, "before", std::numeric_limits<std::int64_t>::max());
  const auto count = static_cast<std::size_t>(number_in(params, "limit", kListedDefault));
  const auto rows = co_await node.with_ledger(
      [before, count](ledger::Ledger& ledger) { return load_receipts(ledger.database(), before, count); });
  if (!rows) co_return std::unexpected(rpc::failure_of(rows.error()));
  json::array list;
  list.reserve(rows->size());
  for (const ReceiptRow& row : *rows) list.emplace_back(row_json(node, row));
  const bool more = rows->size() == count && !rows->empty() && rows->back().number > 1;
  co_return json::object{{"receipts", std::move(list)},
                         {"next", more ? json::value(rows->back().number) : json::value()}};
}

// What an offline verifier says of the trail, and what stands in it. Takes 60 us a record.
json::object looked_into(const agreement::Trail& trail) {
  const runtime::Bytes file = agreement::write_trail(trail);
  const auto verified = agreement::verify(file);
  return {{"verified", verified.has_value()},
          {"why", verified ? json::value() : json::value(why_json(verified.error().why))},
          {"records", records_json(trail)},
          {"file", multiformats::encode_base(multiformats::Base::base64_pad, file)}};
}

Task<Answer> get(Node& node, json::object params) {
  const auto id = json::value_to<std::string>(params.at("id"));
  const auto demand = demand_from(id);
  const auto unknown = [&] {
    return rpc::fail(Code::not_found, "receipt " + id, "receipt.list names those there are");
  };
  if (!demand) co_return unknown();
  const auto found =
      co_await node.with_ledger([id = *demand](ledger::Ledger& ledger) { return find_receipt(ledger.database(), id); });
  if (!found) co_return std::unexpected(rpc::failure_of(found.error()));
  const std::optional<ReceiptRow>& row = *found;
  if (!row) co_return unknown();
  json::object answer{{"receipt", row_json(node, *row)},
                      {"verified", nullptr},
                      {"why", nullptr},
                      {"records", json::array()},
                      {"file", nullptr}};
  const auto kept = co_await node.find_trail(*demand);
  const auto* trail = kept ? std::get_if<agreement::Trail>(&*kept) : nullptr;
  if (!trail) co_return answer;
  for (auto& [key, value] : co_await runtime::offload(node.runtime(), [copy = *trail] { return looked_into(copy); })) {
    answer.insert_or_assign(key, std::move(value));
  }
  co_return answer;
}

json::object example_row() {
  return {{"number", 17},
          {"id", kExampleId},
          {"when_unix_ms", kExampleDay},
          {"role", "provider"},
          {"peer", "12D3KooW"},
          {"job", kZeroes},
          {"job_id", nullptr},
          {"name", "mandelbrot"},
          {"kind", "OpenCLKernel"},
          {"device", "qd1-0123456789abcdef0123456789abcdef"},
          {"task", 0},
          {"tasks", 8},
          {"together", 1},
          {"usage", json::object{{"device_time", 2'000'000}}},
          {"amount_micro", 20'000},
          {"due_micro", 20'000},
          {"state", "settled"},
          {"end", json::object{{"reason", "completed"}, {"text", "the work is done"}}}};
}

void add_earnings(rpc::Registry& registry, Node& node) {
  const json::object amounts{{"earned_micro", 20'000}, {"spent_micro", 0}, {"energy_millijoules", 90'000'000}};
  json::object part = amounts;
  part["name"] = "qd1-0123456789abcdef0123456789abcdef";
  registry.add(
      {.name = "earnings.get",
       .summary = "What was earned and spent by the ledger, day by day, and the energy that was measured; at most 400 "
                  "days. Days sum up to totals, and parts to their day; of energy only where parts are devices",
       .params = {{"from_unix_ms", "included", rpc::integer(0, ledger::kTimeMaxMs)},
                  {"until_unix_ms", "excluded", rpc::integer(0, ledger::kTimeMaxMs)},
                  {"by", "what the parts of a day are: devices (ids), peers, or kinds of job",
                   rpc::one_of({"device", "peer", "kind"})},
                  {"utc_offset_minutes", "where a day begins; 0 when absent",
                   rpc::integer(-kUtcOffsetMinutesMax, kUtcOffsetMinutesMax), false}},
       .result = earnings_days_schema(),
       .example_params = {{"from_unix_ms", kExampleDay}, {"until_unix_ms", kExampleDay + kDayMs}, {"by", "device"}},
       .example_result = json::object{{"days", json::array{json::object{{"day", "2026-11-19"},
                                                                        {"from_unix_ms", kExampleDay},
                                                                        {"parts", json::array{part}},
                                                                        {"energy_millijoules", 90'000'000}}}},
                                      {"totals", amounts}},
       .handler = [&node](json::object params, Caller /*caller*/) { return earnings(node, std::move(params)); }});
  registry.add(rpc::TopicText{.name = "earnings",
                              .summary = "What this node has earned and spent in all, and today",
                              .value = earnings_schema()});
}

}  // namespace

void add_earnings_methods(rpc::Registry& registry, Node& node) {
  add_earnings(registry, node);
  registry.add(
      {.name = "receipt.list",
       .summary = "Agreements of this node on either side, the newest first",
       .params = {{"before", "only those with lower numbers: next, of the answer before", rpc::integer(1), false},
                  {"limit", "how many; 100 when absent", rpc::integer(1, kReceiptsListedMax), false}},
       .result = rpc::object({{"receipts", rpc::list(receipt_schema(), kReceiptsListedMax)},
                              {"next", rpc::described(nullable(rpc::integer(1)), "null: there are no more")}}),
       .example_params = {{"limit", 1}},
       .example_result = json::object{{"receipts", json::array{example_row()}}, {"next", 17}},
       .handler = [&node](json::object params, Caller /*caller*/) { return list(node, std::move(params)); }});
  registry.add(
      {.name = "receipt.get",
       .summary = "An agreement with its paper trail, record by record, and what the offline verifier says of it",
       .params = {{"id", "of the receipt", rpc::text(kShortTextMax)}},
       .result =
           rpc::object({{"receipt", receipt_schema()},
                        {"verified", rpc::described(nullable(rpc::boolean()), "null: the trail is not kept any more")},
                        {"why", rpc::described(nullable(why_schema()), "why it does not hold")},
                        {"records", records_schema()},
                        {"file", rpc::described(nullable(rpc::any()), "base64: what quern verify reads")}}),
       .example_params = {{"id", kExampleId}},
       .example_result = json::object{{"receipt", example_row()},
                                      {"verified", nullptr},
                                      {"why", nullptr},
                                      {"records", json::array{}},
                                      {"file", nullptr}},
       .handler = [&node](json::object params, Caller /*caller*/) { return get(node, std::move(params)); }});
}

json::object earnings_json(const Node& node) {
  const Balance& balance = node.balance();
  const Today& today = node.today();
  std::int64_t pending = 0;
  for (const auto& work : node.provider().not_over()) pending += work->due().micro;
  return {{"balance_micro", balance.earned.micro - balance.spent.micro},
          {"earned_micro", balance.earned.micro},
          {"spent_micro", balance.spent.micro},
          {"receivable_micro", balance.receivable.micro},
          {"payable_micro", balance.payable.micro},
          {"pending_micro", pending},
          {"reserved_micro", balance.reserved.micro},
          {"today", json::object{{"from_unix_ms", today.from_unix_ms},
                                 {"earned_micro", today.all.earned_micro},
                                 {"spent_micro", today.all.spent_micro}}}};
}

}  // namespace quern::daemon
