#include <boost/json/parse.hpp>

#include "scheduler/daemon/methods.hpp"
#include "scheduler/ledger/export.hpp"

namespace quern::daemon {

namespace json = boost::json;
using ledger::Ledger;
using rpc::Answer;
using rpc::Caller;
using runtime::Result;
using runtime::Task;

namespace {

constexpr std::size_t kEntriesMax = 1000;
constexpr std::size_t kAccountsMax = 16;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kEntriesDefault = 100;
constexpr std::size_t kExportBytesMax = 8 << 20;

Result<json::object> balances_of(Ledger& ledger) {
  const auto balance = balance_of(ledger);
  const auto settled = ledger.balance({.kind = ledger::AccountKind::settled, .peer = {}});
  if (!balance) return std::unexpected(balance.error());
  if (!settled) return std::unexpected(settled.error());
  json::array accounts;
  const auto add = [&accounts](ledger::AccountKind kind, model::Credits amount) {
    accounts.push_back(json::object{{"account", ledger::name_of(kind)}, {"balance_micro", amount.micro}});
  };
  add(ledger::AccountKind::spent, balance->spent);
  add(ledger::AccountKind::earned, balance->earned);
  add(ledger::AccountKind::settled, *settled);
  add(ledger::AccountKind::payable, balance->payable);
  add(ledger::AccountKind::receivable, balance->receivable);
  return json::object{{"accounts", std::move(accounts)}, {"reserved_micro", balance->reserved.micro}};
}

Result<json::object> entries_of(Ledger& ledger, ledger::TransactionId after, std::size_t count) {
  json::array list;
  const auto last = ledger.last_transaction();
  if (!last) return std::unexpected(last.error());
  while (after < *last && list.size() < count) {
    const auto entry = ledger.transaction(++after);
    if (!entry) return std::unexpected(entry.error());
    const auto& found = *entry;
    if (!found) continue;
    const auto job_id = find_job_id(ledger.database(), *found);
    if (!job_id) return std::unexpected(job_id.error());
    list.push_back(json::parse(ledger::to_json(*found, *job_id)));
  }
  return json::object{{"entries", std::move(list)}, {"last", *last}};
}

Result<std::string> export_of(Ledger& ledger, ledger::Format format) {
  ledger::Export pieces(ledger, format, std::nullopt,
                        [&](const ledger::Transaction& entry) { return find_job_id(ledger.database(), entry); });
  std::string text;
  for (;;) {
    auto piece = pieces.next();
    if (!piece) return std::unexpected(std::move(piece).error());
    const std::optional<std::string>& more = *piece;
    if (!more) return text;
    text += *more;
    if (text.size() > kExportBytesMax) {
      return runtime::fail(runtime::Errc::limit_reached, "ledger.export: more than " + std::to_string(kExportBytesMax) +
                                                             " bytes; use ledger.entries");
    }
  }
}

template <class T>
Answer answer(Result<T> result) {
  if (!result) return std::unexpected(rpc::failure_of(result.error()));
  return json::value(*std::move(result));
}

Task<Answer> balances(Node& node) {
  co_return answer(co_await node.with_ledger(balances_of));
}

Task<Answer> entries(Node& node, json::object params) {
  const auto* after = params.if_contains("after");
  const auto* limit = params.if_contains("limit");
  co_return answer(co_await node.with_ledger([from = after ? after->to_number<std::uint64_t>() : 0,
                                              count = limit ? limit->to_number<std::size_t>() : kEntriesDefault](
                                                 Ledger& ledger) { return entries_of(ledger, from, count); }));
}

Task<Answer> exported(Node& node, json::object params) {
  const bool csv = params.at("format").as_string() == "csv";
  auto text = co_await node.with_ledger(
      [csv](Ledger& ledger) { return export_of(ledger, csv ? ledger::Format::csv : ledger::Format::json); });
  if (!text) co_return std::unexpected(rpc::failure_of(text.error()));
  co_return json::object{{"content", *std::move(text)}};
}

}  // namespace

void add_ledger_methods(rpc::Registry& registry, Node& node) {
  registry.add({.name = "ledger.balances",
                .summary = "What the node has spent and earned, owes and is owed, in micro-credits",
                .params = {},
                .result = rpc::object({{"accounts", rpc::list(rpc::object({{"account", rpc::text(kNameBytesMax)},
                                                                           {"balance_micro", rpc::integer()}}),
                                                              kAccountsMax)},
                                       {"reserved_micro", rpc::integer()}}),
                .example_params = {},
                .example_result =
                    json::object{{"accounts", json::array{json::object{{"account", "spent"}, {"balance_micro", 12}}}},
                                 {"reserved_micro", 0}},
                .handler = [&node](json::object /*params*/, Caller /*caller*/) { return balances(node); }});
  registry.add(
      {.name = "ledger.entries",
       .summary = "Transactions of the ledger with their postings, in their order",
       .params = {{"after", "the number of the last that is known", rpc::integer(0), false},
                  {"limit", "how many", rpc::integer(1, kEntriesMax), false}},
       .result = rpc::object({{"entries", rpc::list(rpc::map_of(rpc::any()), kEntriesMax)}, {"last", rpc::integer(0)}}),
       .example_params = {{"after", 0}, {"limit", 1}},
       .example_result = json::object{{"entries", json::array{}}, {"last", 0}},
       .handler = [&node](json::object params, Caller /*caller*/) { return entries(node, std::move(params)); }});
  registry.add(
      {.name = "ledger.export",
       .summary = "The whole ledger for other programs",
       .params = {{"format", "csv: a line a posting; json: a line a transaction", rpc::one_of({"csv", "json"})}},
       .result = rpc::object({{"content", rpc::text(kExportBytesMax)}}),
       .example_params = {{"format", "csv"}},
       .example_result = json::object{{"content", "transaction,time,kind\r\n"}},
       .handler = [&node](json::object params, Caller /*caller*/) { return exported(node, std::move(params)); }});
}

}  // namespace quern::daemon
