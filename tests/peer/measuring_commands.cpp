#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "overlay/protocols/perf.hpp"
#include "overlay/protocols/ping.hpp"
#include "overlay/runtime/task_group.hpp"
#include "tests/peer/behaviours.hpp"
#include "tests/peer/describe.hpp"
#include "tests/peer/error.hpp"
#include "tests/peer/exchange.hpp"
#include "tests/peer/stream_commands.hpp"

namespace quern::peer {

namespace json = boost::json;
using overlay::Host;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

using Answer = Result<json::object>;

Result<std::uint64_t> at_least_one(Result<std::uint64_t> number, const char* name) {
  if (number && *number == 0) return fail(Errc::bad_argument, std::string(name) + " is 0, must be at least 1");
  return number;
}

Task<Answer> ping(Host& host, Arguments arguments) {
  CO_TRY(auto peer, arguments.peer());
  CO_TRY(const std::uint64_t count, at_least_one(arguments.number("count", 1, kRepeatsMax), "count"));
  protocols::Pinger pinger(host.swarm(), host.runtime(), std::move(peer));
  const runtime::Duration patience = std::chrono::milliseconds(kTimeoutMaxMs);  // the command's own ends it sooner
  std::vector<runtime::Duration> trips;
  while (trips.size() < count) {
    CO_TRY(const auto trip, co_await pinger.ping(patience));
    trips.push_back(trip);
  }
  co_return statistics(std::move(trips));
}

json::object moved(std::uint64_t bytes, runtime::Duration duration) {
  return {{"bytes", bytes}, {"seconds", seconds(duration)}};
}

Task<Answer> perf(Host& host, Arguments arguments) {
  CO_TRY(auto peer, arguments.peer());
  CO_TRY(const std::uint64_t up, arguments.number("up", 0, kSizeMax));
  CO_TRY(const std::uint64_t down, arguments.number("down", 0, kSizeMax));
  CO_TRY(const auto took, co_await protocols::measure_perf(host.swarm(), host.runtime(), std::move(peer), up, down));
  json::object answer = moved(up + down, took.upload + took.download);
  answer["up"] = moved(up, took.upload);
  answer["down"] = moved(down, took.download);
  co_return answer;
}

// Checks that what comes is what was sent.
class Comparison {
 public:
  explicit Comparison(const Content& content) : content_(content) {}

  Result<void> take(runtime::ByteView bytes) {
    while (!bytes.empty()) {
      const auto expected = content_.piece(std::min(at_, content_.size()));
      const auto size = std::min(bytes.size(), expected.size());
      if (size == 0 || !std::ranges::equal(bytes.first(size), expected.first(size)))
        return fail(Errc::wrong_bytes, "from byte " + std::to_string(at_) + " on");
      at_ += size;
      bytes = bytes.subspan(size);
    }
    return {};
  }
  Result<void> finish() const {
    if (at_ == content_.size()) return {};
    return fail(Errc::wrong_bytes, std::to_string(at_) + " of " + std::to_string(content_.size()));
  }

 private:
  const Content& content_;
  std::uint64_t at_ = 0;
};

Task<Result<void>> one_request(Host& host, identity::PeerId peer, const Content& content) {
  CO_TRY(const auto stream, co_await host.open(std::move(peer), std::string(kEcho)));
  Comparison comparison(content);
  const Sink sink = [&comparison](runtime::ByteView bytes) { return comparison.take(bytes); };
  CO_CHECK(co_await exchange(*stream, content, sink));
  co_return comparison.finish();
}

// Requests that several workers make, one after the other each.
struct Requests {
  identity::PeerId peer;
  Content content;
  std::uint64_t left;
  std::vector<runtime::Duration> trips;
  Result<void> result;  // the first failure
};

Task<void> work(Host& host, Requests& requests, runtime::TaskGroup& workers) {
  runtime::Clock& clock = host.runtime().clock();
  while (requests.left > 0) {
    --requests.left;
    const auto start = clock.now();
    auto done = co_await one_request(host, requests.peer, requests.content);
    if (!done) {
      requests.result = std::move(done);
      workers.cancel();
      co_return;
    }
    requests.trips.push_back(clock.now() - start);
  }
}

Task<Answer> make_requests(Host& host, Arguments arguments) {
  CO_TRY(auto peer, arguments.peer());
  CO_TRY(const std::uint64_t n, at_least_one(arguments.number("n", 1, kRepeatsMax), "n"));
  CO_TRY(const std::uint64_t size, arguments.number("size", 0, kSizeMax));
  CO_TRY(const std::uint64_t inflight, at_least_one(arguments.number("inflight", 1, kInFlightMax), "inflight"));
  Requests requests{.peer = std::move(peer), .content = Content::pattern(size), .left = n};
  const auto start = host.runtime().clock().now();
  const auto run = [&](runtime::TaskGroup& workers) -> Task<void> {
    for (std::uint64_t i = 0; i < inflight; ++i) workers.spawn(work(host, requests, workers));
    co_await workers.join();
  };
  co_await runtime::with_group<void>(run);
  CO_CHECK(requests.result);
  const double took = seconds(host.runtime().clock().now() - start);
  json::object answer = statistics(std::move(requests.trips));
  answer["n"] = n;
  answer["size"] = size;
  answer["inflight"] = inflight;
  answer["seconds"] = took;
  answer["perSecond"] = static_cast<double>(n) / took;
  co_return answer;
}

}  // namespace

void add_measuring_commands(CommandTable& table, Host& host) {
  table.add("ping", {"peer", "count"}, [&host](Arguments arguments) { return ping(host, std::move(arguments)); });
  table.add("perf", {"peer", "up", "down"}, [&host](Arguments arguments) { return perf(host, std::move(arguments)); });
  table.add("requests", {"peer", "n", "size", "inflight"},
            [&host](Arguments arguments) { return make_requests(host, std::move(arguments)); });
}

}  // namespace quern::peer
