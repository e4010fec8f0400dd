// Two lines of any bytes. As values: their difference makes the second of the first. As a value and a patch: it is made
// or refused.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tuple>

#include <boost/json/parse.hpp>

#include "scheduler/rpc/patch.hpp"

namespace {

namespace json = boost::json;

void require(bool holds) {
  if (!holds) std::abort();
}

json::value parsed(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  return error ? json::value() : value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const json::value before = parsed(text.substr(0, end));
  const json::value after = end == std::string_view::npos ? json::value() : parsed(text.substr(end + 1));
  json::value value = before;
  require(quern::rpc::apply(value, quern::rpc::diff(before, after)).has_value());
  require(value == after);
  value = before;
  if (const json::array* const patch = after.if_array()) std::ignore = quern::rpc::apply(value, *patch);
  return 0;
}
