#include "tests/contract/settings.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "tests/contract/error.hpp"

namespace quern::contract {

using runtime::fail;
using runtime::Result;

namespace {

constexpr std::uint64_t kBytesMax = 1ULL << 40;
constexpr std::uint64_t kIterationsMax = 10'000;
constexpr std::uint64_t kTimeoutMaxSeconds = 3600;
constexpr std::size_t kTestKeyMax = 128;  // characters
constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint64_t kGibibyte = 1ULL << 30;

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// Reads variables one after the other and keeps the first error. One that is empty counts as not set.
class Reader {
 public:
  explicit Reader(const Lookup& lookup) : lookup_(lookup) {}

  std::string text(const std::string& name, std::optional<std::string> without, const std::string& allowed) {
    auto value = lookup_(name);
    if (value && !value->empty()) return *std::move(value);
    if (!without) wrong(name, allowed);
    return without.value_or("");
  }

  std::string one_of(const std::string& name, std::optional<std::string> without,
                     std::initializer_list<const char*> words) {
    std::string allowed;
    for (const char* word : words) allowed += (allowed.empty() ? "" : ", ") + std::string(word);
    std::string value = text(name, std::move(without), allowed);
    if (std::ranges::find(words, value) == words.end()) wrong(name, allowed);
    return value;
  }

  bool flag(const std::string& name, std::optional<std::string> without) {
    return one_of(name, std::move(without), {"true", "false"}) == "true";
  }

  // The suite writes "null" for a number that it leaves to the program.
  std::uint64_t number(const std::string& name, std::uint64_t without, std::uint64_t least, std::uint64_t most) {
    const std::string allowed = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    const std::string value = text(name, std::to_string(without), allowed);
    if (value == "null") return without;
    const auto number = to_number(value);
    if (!number || *number < least || *number > most) wrong(name, allowed);
    return number.value_or(without);
  }

  void wrong(const std::string& name, const std::string& allowed) {
    if (error_) return;
    const auto value = lookup_(name);
    error_ = runtime::Error(Errc::bad_environment,
                            name + " is " + (value ? '"' + *value + '"' : "not set") + ", must be " + allowed);
  }

  const std::optional<runtime::Error>& error() const { return error_; }

 private:
  const Lookup& lookup_;
  std::optional<runtime::Error> error_;
};

RedisAddress read_redis(Reader& reader) {
  const std::string name = "REDIS_ADDR";
  const std::string allowed = "HOST or HOST:PORT";
  const std::string value = reader.text(name, {}, allowed);
  const std::size_t colon = value.rfind(':');
  if (colon == std::string::npos || value.ends_with(']')) return {.host = value, .port = kRedisPort};
  const auto port = to_number(std::string_view(value).substr(colon + 1));
  if (colon == 0 || !port || *port == 0 || *port > UINT16_MAX) reader.wrong(name, allowed);
  return {.host = value.substr(0, colon), .port = static_cast<std::uint16_t>(port.value_or(0))};
}

// "[::1]" is the address ::1.
RedisAddress without_brackets(RedisAddress address) {
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  return address;
}

runtime::IpAddress read_ip(Reader& reader) {
  const std::string name = "LISTENER_IP";
  boost::system::error_code failed;
  const auto out = boost::asio::ip::make_address(reader.text(name, "0.0.0.0", ""), failed);
  if (failed) reader.wrong(name, "an IP address");
  return out;
}

std::string read_test_key(Reader& reader) {
  const std::string name = "TEST_KEY";
  const std::string allowed = "text of 1 to " + std::to_string(kTestKeyMax) + " characters";
  std::string value = reader.text(name, {}, allowed);
  if (value.size() > kTestKeyMax) reader.wrong(name, allowed);
  return value;
}

void read_perf(Reader& reader, Settings& out) {
  out.upload_bytes = reader.number("UPLOAD_BYTES", kGibibyte, 0, kBytesMax);
  out.download_bytes = reader.number("DOWNLOAD_BYTES", kGibibyte, 0, kBytesMax);
  out.upload_iterations = reader.number("UPLOAD_ITERATIONS", 10, 1, kIterationsMax);
  out.download_iterations = reader.number("DOWNLOAD_ITERATIONS", 10, 1, kIterationsMax);
  out.latency_iterations = reader.number("LATENCY_ITERATIONS", 100, 1, kIterationsMax);
}

}  // namespace

Result<Settings> read_settings(Test test, const Lookup& lookup) {
  Reader reader(lookup);
  Settings out;
  out.is_dialer = reader.flag("IS_DIALER", {});
  out.redis = without_brackets(read_redis(reader));
  out.test_key = read_test_key(reader);
  out.transport = reader.one_of("TRANSPORT", {}, {"tcp", "ws"});
  out.secure_channel = reader.one_of("SECURE_CHANNEL", {}, {"noise", "tls"});
  out.muxer = reader.one_of("MUXER", {}, {"yamux"});
  out.listener = read_ip(reader);
  out.debug = reader.flag("DEBUG", "false");
  out.timeout = std::chrono::seconds(reader.number("TEST_TIMEOUT_SECS", 180, 1, kTimeoutMaxSeconds));
  if (test == Test::perf && out.is_dialer) read_perf(reader, out);
  if (reader.error()) return std::unexpected(*reader.error());
  return out;
}

}  // namespace quern::contract
