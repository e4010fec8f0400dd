#include <boost/json/value_to.hpp>

#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/answer_schemas.hpp"
#include "scheduler/daemon/machine_json.hpp"
#include "scheduler/daemon/methods.hpp"

namespace quern::daemon {

namespace json = boost::json;
using rpc::Answer;
using rpc::Caller;
using rpc::Code;
using runtime::Task;

namespace {

constexpr std::size_t kWorksMax = 4096;
constexpr std::string_view kExampleId = "0123456789abcdef0123456789abcdef";

Answer list(Node& node) {
  json::array works;
  for (const auto& work : node.provider().under_way()) works.emplace_back(work_json(work));
  return json::object{{"work", std::move(works)}};
}

Answer cancel(Node& node, const json::object& params) {
  const auto id = json::value_to<std::string>(params.at("id"));
  const auto demand = demand_from(id);
  if (!demand || !node.end_work(*demand)) {
    return rpc::fail(Code::not_found, "work " + id, "work.list names what is under way");
  }
  return json::object{{"state", "ending"}};
}

}  // namespace

void add_work_methods(rpc::Registry& registry, Node& node) {
  registry.add(
      {.name = "work.list",
       .summary = "Tasks of other nodes' jobs that run here now; receipt.list has those that ended",
       .params = {},
       .result = rpc::object({{"work", rpc::list(work_schema(), kWorksMax)}}),
       .example_params = {},
       .example_result = json::object{{"work", json::array{}}},
       .handler = [&node](json::object /*params*/, Caller /*caller*/) -> Task<Answer> { co_return list(node); }});
  registry.add(
      {.name = "work.cancel",
       .summary = "Ends a task that runs here, by preempted; what was used until then is paid",
       .params = {{"id", "of the work", rpc::text(kShortTextMax)}},
       .result = rpc::object({{"state", rpc::one_of({"ending"})}}),
       .example_params = {{"id", kExampleId}},
       .example_result = json::object{{"state", "ending"}},
       .handler = [&node](json::object params, Caller /*caller*/) -> Task<Answer> { co_return cancel(node, params); }});
  registry.add(rpc::TopicText{.name = "work",
                              .summary = "Under \"work\", by id: as work.list, about once a second",
                              .value = rpc::object({{"work", rpc::map_of(work_schema())}})});
}

json::object works_json(const Node& node) {
  json::object works;
  for (const auto& work : node.provider().under_way()) {
    works.emplace(runtime::to_hex(work.trail.demand().id), work_json(work));
  }
  return {{"work", std::move(works)}};
}

}  // namespace quern::daemon
