// The only file that includes CLI11, which takes longer to compile than all the rest.
#include "tests/peer/options.hpp"

#include <cstdint>
#include <cstdio>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/peer/error.hpp"

namespace quern::peer {
namespace {

constexpr const char* kAbout = "overlay-peer: one peer, driven by JSON lines (tests/peer/README.md)";

struct Words {
  std::vector<std::string> listen;
  std::vector<std::string> transports{"tcp", "ws"};
  std::vector<std::string> security{"noise", "tls"};
  std::vector<std::string> muxers{"yamux"};
  std::optional<std::string> seed;
  std::optional<std::string> psk;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::string limits = "{}";
};

void add_options(CLI::App& app, Words& words) {
  app.add_option("--listen", words.listen, "Listen there; may be given again")
      ->type_name("MULTIADDR")
      ->allow_extra_args(false);
  app.add_option("--transports", words.transports, "In order of preference (tcp,ws)")->delimiter(',')->expected(1);
  app.add_option("--security", words.security, "In order of preference (noise,tls)")->delimiter(',')->expected(1);
  app.add_option("--muxers", words.muxers, "In order of preference (yamux)")->delimiter(',')->expected(1);
  app.add_option("--seed", words.seed, "Key from this text; a new one each time without it")->type_name("TEXT");
  app.add_option("--psk", words.psk, "Swarm key file of a private network")->type_name("FILE");
  app.add_option("--allow", words.allow, "Refuse all but these; may be given again")
      ->type_name("PEER|CIDR")
      ->allow_extra_args(false);
  app.add_option("--deny", words.deny, "Refuse these; may be given again")
      ->type_name("PEER|CIDR")
      ->allow_extra_args(false);
  app.add_option("--limits", words.limits, R"(Limits by name: {"connections_in":8})")->type_name("JSON");
}

ExitCode complain(const std::string& text) {
  std::fprintf(stderr, "overlay-peer: %s\nTry: overlay-peer --help\n", text.c_str());
  return ExitCode::usage;
}

std::expected<Options, ExitCode> check(Words words) {
  Options out{.transports = std::move(words.transports),
              .security = std::move(words.security),
              .muxers = std::move(words.muxers),
              .seed = std::move(words.seed),
              .psk = std::move(words.psk),
              .allow = std::move(words.allow),
              .deny = std::move(words.deny)};
  for (const std::string& text : words.listen) {
    const auto address = multiformats::Multiaddr::from_text(text);
    if (!address) return std::unexpected(complain("--listen " + text + ": " + address.error().message()));
    out.listen.push_back(*address);
  }
  const auto limits = read_limits(words.limits);
  if (!limits) return std::unexpected(complain("--limits: " + limits.error().detail()));
  out.limits = *limits;
  return out;
}

}  // namespace

std::expected<Options, ExitCode> read_options(int argc, const char* const* argv) {
  CLI::App app(kAbout, "overlay-peer");
  Words words;
  add_options(app, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return std::unexpected(ExitCode::ended);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(complain(error.what()));
  }
  return check(std::move(words));
}

runtime::Result<connection::Limits> read_limits(std::string_view text) {
  boost::system::error_code failed;
  const boost::json::value json = boost::json::parse(text, failed);
  if (failed || !json.is_object()) return runtime::fail(Errc::bad_argument, "not a JSON object: " + std::string(text));
  connection::Limits out;
  for (const auto& [name, value] : json.get_object()) {
    if (!value.is_int64() || value.get_int64() < 0)
      return runtime::fail(Errc::bad_argument,
                           std::string(name) + " is not a whole number: " + boost::json::serialize(value));
    if (connection::set_limit(out, name, static_cast<std::uint64_t>(value.get_int64()))) continue;
    std::string known;
    for (const auto& [each, unused] : connection::limits_by_name(out)) known += " " + each;
    return runtime::fail(Errc::bad_argument, "there is no " + std::string(name) + "; there are" + known);
  }
  return out;
}

}  // namespace quern::peer
