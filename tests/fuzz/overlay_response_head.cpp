// Response heads take any bytes: a success, or an error with a text that is short and printable.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "overlay/protocols/response_head.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quern::protocols;
  const auto checked = check_response_head(std::as_bytes(std::span(data, size)));
  if (checked) return 0;
  const std::string& text = checked.error().detail();
  if (text.size() > kResponseTextBytesMax) std::abort();
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) std::abort();
  const auto again = check_response_head(encode_response_head(ResponseStatus::failed, text));
  if (again || again.error() != Errc::remote_failure || again.error().detail() != text) std::abort();
  return 0;
}
