#include "tests/peer/stream_commands.hpp"

#include <optional>
#include <string>
#include <utility>

#include <boost/json/serialize.hpp>

#include "overlay/negotiation/multistream.hpp"
#include "overlay/runtime/hex.hpp"
#include "overlay/runtime/sha256.hpp"
#include "tests/peer/behaviours.hpp"
#include "tests/peer/describe.hpp"
#include "tests/peer/error.hpp"
#include "tests/peer/exchange.hpp"

namespace quern::peer {

namespace json = boost::json;
using overlay::Host;
using runtime::fail;
using runtime::Result;
using runtime::Task;

namespace {

using Answer = Result<json::object>;

Task<Answer> echo(Host& host, Arguments arguments) {
  CO_TRY(auto peer, arguments.peer());
  CO_TRY(const Content content, Content::from(arguments));
  const auto start = host.runtime().clock().now();
  CO_TRY(const auto stream, co_await host.open(std::move(peer), std::string(kEcho)));
  runtime::Sha256 hash;
  const Sink sink = [&hash](runtime::ByteView bytes) {
    hash.update(bytes);
    return Result<void>();
  };
  CO_TRY(const Exchanged came, co_await exchange(*stream, content, sink));
  const auto digest = hash.digest();
  co_return json::object{{"size", came.received},
                         {"sha256", runtime::to_hex(digest)},
                         {"seconds", seconds(host.runtime().clock().now() - start)}};
}

enum class Ending : std::uint8_t { close, leave_open, reset };

Result<Ending> ending_of(const Arguments& arguments) {
  const json::value* given = arguments.find("close");
  if (given == nullptr) return Ending::close;
  if (given->is_bool()) return given->get_bool() ? Ending::close : Ending::leave_open;
  if (given->is_string() && given->get_string() == "reset") return Ending::reset;
  return fail(Errc::bad_argument, "close is " + json::serialize(*given) + R"(, must be true, false or "reset")");
}

// As `close` says: true ends the writing and reads to the end, false leaves the stream open once `read` bytes came,
// "reset" breaks it then.
Task<Answer> stream(Host& host, OpenStreams& streams, Arguments arguments) {
  CO_TRY(auto peer, arguments.peer());
  CO_TRY(auto protocol, arguments.text("protocol"));
  CO_TRY(const Content content, Content::from(arguments));
  CO_TRY(const Ending ending, ending_of(arguments));
  CO_TRY(const std::uint64_t enough, arguments.number("read", 0, kAnswerBytesMax));
  if (streams.full()) co_return fail(Errc::too_many_streams, std::to_string(kOpenStreamsMax) + " of them");
  CO_TRY(auto opened, co_await host.open(std::move(peer), std::move(protocol)));
  runtime::Bytes answer;
  const Sink sink = [&answer](runtime::ByteView bytes) -> Result<void> {
    if (bytes.size() > kAnswerBytesMax - answer.size())
      return fail(Errc::too_much_data, "more than " + std::to_string(kAnswerBytesMax) + " bytes came");
    runtime::append(answer, bytes);
    return {};
  };
  ExchangeOptions options;
  options.end_writing = ending == Ending::close;
  if (ending != Ending::close) options.enough = enough;
  CO_TRY(const Exchanged came, co_await exchange(*opened, content, sink, options));
  if (ending == Ending::reset) opened->abort();
  if (ending == Ending::leave_open) streams.keep(std::move(opened));
  co_return json::object{{"hex", runtime::to_hex(answer)}, {"end", came.ended}};
}

Task<Answer> serve_protocol(Host& host, Events& events, Arguments arguments) {
  CO_TRY(auto protocol, arguments.text("protocol"));
  if (!protocol.starts_with('/') || protocol.size() > negotiation::kProtocolBytesMax)
    co_return fail(Errc::bad_argument, "protocol must begin with / and have at most " +
                                           std::to_string(negotiation::kProtocolBytesMax) + " bytes");
  std::optional<Behaviour> behaviour = Behaviour::echo;
  if (arguments.has("how")) {
    CO_TRY(const auto how, arguments.text("how"));
    behaviour = behaviour_of(how);
    if (!behaviour) co_return fail(Errc::bad_argument, "how must be one of " + std::string(kBehaviourNames));
  }
  serve(host, events, std::move(protocol), *behaviour, Told::each);
  co_return json::object{};
}

}  // namespace

void add_stream_commands(CommandTable& table, Host& host, Events& events, OpenStreams& streams) {
  table.add("echo", {"peer", "size", "text", "hex"},
            [&host](Arguments arguments) { return echo(host, std::move(arguments)); });
  table.add("stream", {"peer", "protocol", "size", "text", "hex", "close", "read"},
            [&](Arguments arguments) { return stream(host, streams, std::move(arguments)); });
  table.add("serve", {"protocol", "how"},
            [&](Arguments arguments) { return serve_protocol(host, events, std::move(arguments)); });
}

}  // namespace quern::peer
