// What the methods about jobs and offers really answer, held against what docs/openrpc.json says of them.
#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include "overlay/multiformats/multibase.hpp"
#include "overlay/runtime/hex.hpp"
#include "scheduler/daemon/market_json.hpp"
#include "scheduler/daemon/methods.hpp"
#include "scheduler/model/manifest.hpp"
#include "tests/scheduler/daemon/node_world.hpp"

namespace quern::daemon {
namespace {

namespace json = boost::json;
using simulation::NodeId;

// The schemas in a schema that say nothing.
std::size_t loose_in(const json::value& schema) {
  const json::object* const object = schema.if_object();
  if (!object) return 0;
  if (!object->contains("type") && !object->contains("enum") && !object->contains("anyOf")) return 1;
  std::size_t count = 0;
  if (const auto* members = object->if_contains("properties")) {
    for (const auto& [name, member] : members->as_object()) count += loose_in(member);
  }
  for (const char* key : {"items", "additionalProperties"}) {
    if (const auto* inner = object->if_contains(key)) count += loose_in(*inner);
  }
  if (const auto* choices = object->if_contains("anyOf")) {
    for (const json::value& choice : choices->as_array()) count += loose_in(choice);
  }
  return count;
}

class JobAnswers : public testing::Test {
 protected:
  // Does `with` at a submitter that knows the provider's offer, and that offers a device of its own.
  void at_submitter(std::function<Task<void>(Node&)> with) {
    world.submits = false;
    world.config(NodeWorld::kSubmitter).provider.enabled = true;
    world.with_node = [this, with](Node& node, NodeId number) -> Task<void> {
      if (number != NodeWorld::kSubmitter) co_return;
      add_methods(registry, node);
      EXPECT_TRUE(co_await node.blobs().add(runtime::copy_of(runtime::bytes_of("source"))));
      co_await node.runtime().clock().sleep_for(NodeWorld::kSubmitted - Time{});
      co_await with(node);
      done = true;
    };
    world.world.run_until(NodeWorld::kSubmitted + 1min);
    EXPECT_TRUE(done);
  }

  // A copy: what it says fits the method's schema.
  Task<json::value> ask(std::string name, json::object params) {
    const rpc::Method* method = registry.find(name);
    if (!method) throw std::runtime_error(name);
    const auto arguments = rpc::Registry::arguments(*method, params);
    EXPECT_TRUE(arguments) << name;
    auto answer = co_await method->handler(params, {});
    if (!answer) {
      ADD_FAILURE() << name << " has failed";
      co_return json::value();
    }
    const auto fits = rpc::check(method->result, *answer);
    EXPECT_TRUE(fits) << name << ": " << (fits ? "" : fits.error()) << " in " << json::serialize(*answer);
    co_return *std::move(answer);
  }

  static std::string manifest_of(std::uint32_t shards) {
    model::Job job = engagement::sample_job();
    job.shards.count = shards;
    return model::to_canonical_json(job);
  }

  rpc::Registry registry;
  NodeWorld world;
  bool done = false;
};

TEST_F(JobAnswers, fit_their_schemas_from_the_quote_to_the_trails) {
  world.work_length = 5s;
  at_submitter([this](Node& node) -> Task<void> {
    const auto quotes = co_await ask("job.quote", {{"manifest", manifest_of(2)}});
    EXPECT_EQ(quotes.at("rows").as_array().size(), 2U) << "one that costs something, and the own device";
    const auto id = (co_await ask("job.submit", {{"manifest", manifest_of(2)}})).at("id");
    co_await node.runtime().clock().sleep_for(2s);
    const auto running = co_await ask("job.get", {{"id", id}});
    EXPECT_EQ(running.at("state"), "RUNNING");
    std::ignore = co_await ask("job.list", {});
    std::ignore = co_await ask("job.trails", {{"id", id}});
    std::ignore = co_await ask("job.wait", {{"id", id}});
    const auto ended = co_await ask("job.get", {{"id", id}});
    EXPECT_EQ(ended.at("state"), "COMPLETE");
    EXPECT_EQ(ended.at("outputs").as_array().size(), 1U);
    EXPECT_GT(ended.at("log_bytes").to_number<int>(), 0);
    const auto log = co_await ask("job.log", {{"id", id}, {"offset", 0}, {"bytes_max", 6}});
    EXPECT_EQ(log.at("content"), "YmVnaW5z") << "begins";
    const auto rest = co_await ask("job.log", {{"id", id}, {"offset", 1'000'000}, {"bytes_max", 6}});
    EXPECT_EQ(rest.at("offset"), rest.at("end"));
    const auto trails = co_await ask("job.trails", {{"id", id}});
    EXPECT_EQ(trails.at("trails").at(0).at("statement").at("stage"), "closed");
    int tasks = 0;
    for (const auto& trail : trails.at("trails").as_array()) tasks += trail.at("tasks").to_number<int>();
    EXPECT_EQ(tasks, 2);
  });
}

TEST_F(JobAnswers, list_jobs_from_the_newest_on_or_from_before_one_on) {
  at_submitter([this](Node& /*node*/) -> Task<void> {
    std::vector<json::value> ids;
    for (int i = 0; i < 3; ++i) {
      const auto submitted = co_await ask("job.submit", {{"manifest", manifest_of(1)}});
      ids.push_back(submitted.at("id"));
    }
    const auto first = co_await ask("job.list", {{"limit", 1}});
    EXPECT_EQ(first.at("jobs").at(0).at("id"), ids[2]);
    const auto rest = co_await ask("job.list", {{"limit", 5}, {"before", ids[2]}});
    EXPECT_EQ(rest.at("jobs").as_array().size(), 2U);
    EXPECT_EQ(rest.at("jobs").at(1).at("id"), ids[0]);
    const auto none = co_await ask("job.list", {{"before", ids[0]}});
    EXPECT_TRUE(none.at("jobs").as_array().empty());
  });
}

TEST_F(JobAnswers, name_the_trial_that_is_made_of_a_job_that_says_no_work) {
  at_submitter([this](Node& /*node*/) -> Task<void> {
    model::Job job = engagement::sample_job();
    job.work.reset();
    const auto quotes = co_await ask("job.quote", {{"manifest", model::to_canonical_json(job)}});
    int trials = 0;
    for (const json::value& row : quotes.at("rows").as_array()) {
      if (!row.as_object().contains("quote")) continue;
      ++trials;
      EXPECT_EQ(row.at("quote").at("trial"), true);
      EXPECT_EQ(row.at("quote").at("measured"), false);
    }
    EXPECT_EQ(trials, 1);
  });
}

TEST_F(JobAnswers, a_piece_of_a_file_is_taken_up_to_its_limit) {
  at_submitter([this](Node& /*node*/) -> Task<void> {
    const runtime::Bytes content(kPieceBytesMax + 5, std::byte{7});
    const std::string digest = runtime::to_hex(blobs::digest_of(content));
    const auto piece = [&](std::size_t from, std::size_t until) {
      return multiformats::encode_base(multiformats::Base::base64_pad,
                                       runtime::ByteView(content).subspan(from, until - from));
    };
    json::object params{{"digest", digest}, {"offset", 0}, {"content", piece(0, kPieceBytesMax)}, {"last", false}};
    EXPECT_EQ((co_await ask("blob.put", params)).at("bytes_here"), kPieceBytesMax);
    params["offset"] = kPieceBytesMax;
    params["content"] = piece(kPieceBytesMax, content.size());
    params["last"] = true;
    EXPECT_EQ((co_await ask("blob.put", params)).at("bytes_here"), content.size());
    params["content"] = piece(0, content.size());
    EXPECT_FALSE(rpc::Registry::arguments(*registry.find("blob.put"), params)) << "five bytes too many";
  });
}

TEST_F(JobAnswers, a_file_that_the_store_has_no_room_for_is_refused_with_the_setting_that_helps) {
  world.config(NodeWorld::kSubmitter).store.blob_bytes = 8;
  at_submitter([this](Node& /*node*/) -> Task<void> {
    const runtime::Bytes content(16, std::byte{7});
    for (const bool last : {true, false}) {
      const json::object params{{"digest", runtime::to_hex(blobs::digest_of(content))},
                                {"offset", 0},
                                {"content", multiformats::encode_base(multiformats::Base::base64_pad, content)},
                                {"last", last}};
      const auto answer = co_await registry.find("blob.put")->handler(params, {});
      EXPECT_FALSE(answer);
      if (answer) continue;
      EXPECT_TRUE(answer.error().remedy.contains("store.blob_bytes")) << answer.error().remedy;
      EXPECT_TRUE(answer.error().detail.contains("limit 8 bytes")) << answer.error().detail;
    }
  });
}

TEST_F(JobAnswers, a_bound_of_the_node_above_what_a_manifest_may_say_is_none) {
  world.config(NodeWorld::kSubmitter).submitter.max_price = model::Credits{2 * model::kRateMax};
  at_submitter([this](Node& node) -> Task<void> {
    model::Job job = engagement::sample_job();
    job.price.max_total.reset();
    const auto id = (co_await ask("job.submit", {{"manifest", model::to_canonical_json(job)}})).at("id");
    EXPECT_EQ((co_await ask("job.wait", {{"id", id}})).at("state"), "COMPLETE");
    const auto* const submitted = node.jobs().find(json::value_to<std::string>(id));
    EXPECT_TRUE(submitted->record.manifest.contains(R"("maxTotal":"1000000")")) << submitted->record.manifest;
  });
}

TEST_F(JobAnswers, fit_their_schemas_where_jobs_fail_or_are_canceled) {
  world.work_length = 5s;
  at_submitter([this](Node& node) -> Task<void> {
    model::Job large = engagement::sample_job();
    large.resources.min_global_memory_bytes = 1ULL << 40;
    const std::string manifest = model::to_canonical_json(large);
    std::ignore = co_await ask("job.quote", {{"manifest", manifest}});
    const auto refused = (co_await ask("job.submit", {{"manifest", manifest}})).at("id");
    std::ignore = co_await ask("job.wait", {{"id", refused}});
    const auto why = co_await ask("job.get", {{"id", refused}});
    EXPECT_EQ(why.at("why").at("reason"), "global_memory");
    const auto canceled = (co_await ask("job.submit", {{"manifest", manifest_of(1)}})).at("id");
    co_await node.runtime().clock().sleep_for(1s);
    std::ignore = co_await ask("job.cancel", {{"id", canceled}});
    std::ignore = co_await ask("job.get", {{"id", canceled}});
    std::ignore = co_await ask("job.wait", {{"id", canceled}});
    std::ignore = co_await ask("job.get", {{"id", canceled}});
    std::ignore = co_await ask("job.retry", {{"id", canceled}, {"elsewhere", true}});
    std::ignore = co_await ask("job.list", {});
  });
}

TEST_F(JobAnswers, tell_that_a_job_for_one_place_only_goes_nowhere_else_and_elsewhere_when_that_is_asked_for) {
  at_submitter([this](Node& /*node*/) -> Task<void> {
    const auto quoted = co_await ask("job.quote", {{"manifest", manifest_of(1)}});
    const json::array& rows = quoted.at("rows").as_array();
    const auto priced =
        std::ranges::find_if(rows, [](const json::value& row) { return row.as_object().contains("quote"); });
    if (priced == rows.end()) throw std::runtime_error("nobody offers");
    const json::value& provider = priced->at("provider");
    const auto end_of = [this](json::object params) -> Task<json::value> {
      const auto id = (co_await ask(params.contains("id") ? "job.retry" : "job.submit", params)).at("id");
      std::ignore = co_await ask("job.wait", {{"id", id}});
      co_return co_await ask("job.get", {{"id", id}});
    };
    const json::array nowhere{json::object{{"provider", provider}, {"device", "qd1-another"}}};
    const auto refused = co_await end_of({{"manifest", manifest_of(1)}, {"only", nowhere}});
    EXPECT_EQ(refused.at("why").at("reason"), "peer_excluded");
    const auto again = co_await end_of({{"id", refused.at("id")}});
    EXPECT_EQ(again.at("why").at("reason"), "peer_excluded") << "a retry keeps to it";
    const auto elsewhere = co_await end_of({{"id", refused.at("id")}, {"elsewhere", true}});
    EXPECT_EQ(elsewhere.at("state"), "COMPLETE");
    const json::array there{json::object{{"provider", provider}}};
    const auto done_there = co_await end_of({{"manifest", manifest_of(1)}, {"only", there}});
    EXPECT_EQ(done_there.at("state"), "COMPLETE");
  });
}

TEST_F(JobAnswers, of_offers_say_null_of_what_was_not_measured) {
  at_submitter([this](Node& node) -> Task<void> {
    const auto before = co_await ask("offer.list", {});
    EXPECT_EQ(before.at("offers").as_array().size(), 2U);
    for (const json::value& offer : before.at("offers").as_array()) {
      EXPECT_TRUE(offer.at("setup_ms").is_null());
      EXPECT_TRUE(offer.at("link_bytes_per_second").is_null());
    }
    model::Offer measured = engagement::sample_offer();
    measured.setup_ms = 70;
    measured.link_bytes_per_second = 1000;
    EXPECT_EQ(offer_json(measured, false).at("setup_ms"), 70);
    EXPECT_EQ(offer_json(measured, false).at("link_bytes_per_second"), 1000);
    std::ignore = node;
  });
}

TEST_F(JobAnswers, name_the_type_of_every_field) {
  at_submitter([this](Node& /*node*/) -> Task<void> {
    for (const auto& [name, method] : registry.methods()) {
      if (name.starts_with("job.") || name == "offer.list") EXPECT_EQ(loose_in(method.result), 0U) << name;
    }
    for (const rpc::TopicText& topic : registry.topics()) {
      if (topic.name.starts_with("job") || topic.name == "offers") EXPECT_EQ(loose_in(topic.value), 0U) << topic.name;
    }
    co_return;
  });
}

}  // namespace
}  // namespace quern::daemon
