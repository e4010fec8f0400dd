// The small-text readers take any bytes: no crash, results within their documented bounds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hwprobe/machine.hpp"
#include "hwprobe/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hw = quern::hwprobe;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto numbers = hw::parse_number_list(text, 1000)) {
    if (numbers->size() > 1000 || !std::ranges::is_sorted(*numbers)) std::abort();
  }
  const std::string name = hw::clean_name(text);
  if (name.size() > hw::kNameBytesMax || hw::clean_name(name) != name) std::abort();
  (void)hw::parse_number<std::int32_t>(text);
  (void)hw::parse_number<std::uint64_t>(text, 16);
  return 0;
}
