// Replies of Redis: whatever comes is read, refused, or waited for, and the same bytes always mean the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "overlay/runtime/assertion.hpp"
#include "tests/contract/resp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using quern::contract::read_reply;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = read_reply(bytes);
  if (!read || !*read) return 0;
  const std::size_t used = (*read)->size;
  QUERN_ASSERT(used > 0 && used <= size);
  const auto again = read_reply(bytes.substr(0, used));
  QUERN_ASSERT(again && *again && (*again)->size == used && (*again)->reply == (*read)->reply);
  const auto cut = read_reply(bytes.substr(0, used - 1));
  QUERN_ASSERT(cut && !*cut, "a reply without its last byte must be waited for");
  return 0;
}
