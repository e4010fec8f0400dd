#include "scheduler/daemon/trail_text.hpp"

#include <variant>

#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/rates_json.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Schema;

namespace {

// What a kind of record says that matters to people.
struct Details {
  json::object operator()(const agreement::Demand& body) const {
    return {{"device", body.device}, {"max_micro", body.max_total.micro}, {"until_unix_ms", body.deadline_unix_ms}};
  }
  json::object operator()(const agreement::Bid& body) const {
    return {{"rates", rates_json(body.rates)},
            {"amount_micro", body.cost_likely.micro},
            {"max_micro", body.max_total.micro},
            {"until_unix_ms", body.valid_until_unix_ms}};
  }
  json::object operator()(const agreement::Agreement& /*body*/) const { return {}; }
  json::object operator()(const agreement::Acceptance& /*body*/) const { return {}; }
  json::object operator()(const agreement::UsageNote& body) const {
    return {{"sequence", body.sequence}, {"usage", usage_json(body.usage)}, {"amount_micro", body.amount.micro}};
  }
  json::object operator()(const agreement::Voucher& body) const {
    return {{"sequence", body.sequence}, {"amount_micro", body.amount.micro}};
  }
  json::object operator()(const agreement::Receipt& body) const {
    std::size_t outputs = 0;
    for (const agreement::TaskEnd& task : body.tasks) outputs += task.outputs.size();
    return {{"usage", usage_json(body.usage)},
            {"amount_micro", body.amount.micro},
            {"reason", model::text_of(body.reason()).name},
            {"outputs", outputs}};
  }
  json::object operator()(const agreement::ReceiptAcknowledgement& /*body*/) const { return {}; }
};

}  // namespace

json::array records_json(const agreement::Trail& trail) {
  json::array list;
  for (const runtime::ByteView envelope : trail.records()) {
    const auto record = agreement::open_record(envelope);
    if (!record) break;  // a trail has taken only what opens
    json::object object{{"kind", agreement::to_string(record->kind())},
                        {"by", agreement::to_string(agreement::signer_of(record->kind()))},
                        {"signer", record->signer.text()},
                        {"made_unix_ms", std::visit([](const auto& body) { return body.made_unix_ms; }, record->body)},
                        {"hash", runtime::to_hex(record->hash)}};
    for (auto& [key, value] : std::visit(Details{}, record->body)) object.emplace(key, std::move(value));
    list.emplace_back(std::move(object));
  }
  return list;
}

Schema records_schema() {
  const Schema record = rpc::object({{"kind", rpc::described(rpc::text(kShortTextMax), "\"usage note\"")},
                                     {"by", rpc::one_of({"submitter", "provider"})},
                                     {"signer", rpc::described(rpc::text(kShortTextMax), "peer id")},
                                     {"made_unix_ms", time_schema()},
                                     {"hash", rpc::text(kShortTextMax)}},
                                    {{"device", rpc::text(kNameTextMax)},
                                     {"rates", rates_schema()},
                                     {"sequence", rpc::integer(1)},
                                     {"usage", usage_schema()},
                                     {"amount_micro", micro_schema()},
                                     {"max_micro", micro_schema()},
                                     {"until_unix_ms", time_schema()},
                                     {"reason", rpc::text(kShortTextMax)},
                                     {"outputs", rpc::described(rpc::integer(0), "how many")}});
  return rpc::list(record, agreement::kTrailRecordsMax);
}

}  // namespace quern::daemon
