#include "tests/contract/environment.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>

namespace quern::contract {
namespace {

// Reads one variable after the other and remembers the first that was wrong.
class Reader {
 public:
  explicit Reader(const Variables& variables) : variables_(variables) {}

  std::string text(const char* name, std::optional<std::string> otherwise = {}) {
    const auto value = variables_(name);
    if (value && !value->empty()) return *value;
    if (!otherwise) wrong(name, "is not set");
    return otherwise.value_or("");
  }
  std::string one_of(const char* name, std::initializer_list<std::string_view> known) {
    std::string value = text(name);
    if (std::ranges::find(known, value) == known.end()) wrong(name, "is " + value + ", which is not in use here");
    return value;
  }
  bool flag(const char* name, std::optional<std::string> otherwise = {}) {
    const std::string value = text(name, std::move(otherwise));
    if (value != "true" && value != "false") wrong(name, "is neither true nor false");
    return value == "true";
  }
  template <class Number>
  void number(const char* name, Number& out, Number max) {
    const auto value = variables_(name);
    if (!value || value->empty() || *value == "null") return;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), out);
    if (error != std::errc{} || end != value->data() + value->size() || out > max) wrong(name, "is no number in range");
  }
  const std::string& first_wrong() const { return wrong_; }

 private:
  void wrong(const char* name, const std::string& what) {
    if (wrong_.empty()) wrong_ = std::string(name) + " " + what;
  }

  const Variables& variables_;
  std::string wrong_;
};

}  // namespace

runtime::Result<Settings> read_settings(const Variables& variables) {
  Reader reader(variables);
  Settings settings;
  settings.dialer = reader.flag("IS_DIALER");
  settings.redis = reader.text("REDIS_ADDR");
  settings.test_key = reader.text("TEST_KEY");
  settings.transport = reader.one_of("TRANSPORT", {"tcp", "ws"});
  settings.security = reader.one_of("SECURE_CHANNEL", {"noise", "tls"});
  settings.muxer = reader.one_of("MUXER", {"yamux"});
  settings.listener_ip = reader.text("LISTENER_IP", settings.listener_ip);
  settings.debug = reader.flag("DEBUG", "false");
  reader.number("UPLOAD_BYTES", settings.perf.upload_bytes, kPerfBytesMax);
  reader.number("DOWNLOAD_BYTES", settings.perf.download_bytes, kPerfBytesMax);
  reader.number("UPLOAD_ITERATIONS", settings.perf.upload_iterations, kIterationsMax);
  reader.number("DOWNLOAD_ITERATIONS", settings.perf.download_iterations, kIterationsMax);
  reader.number("LATENCY_ITERATIONS", settings.perf.latency_iterations, kIterationsMax);
  if (!reader.first_wrong().empty()) return runtime::fail(runtime::Errc::not_found, reader.first_wrong());
  return settings;
}

}  // namespace quern::contract
