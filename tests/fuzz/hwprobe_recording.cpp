// The loader of recordings takes any bytes. What it accepts is written and read again as the same, and hiding its
// secrets is done after the first time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hwprobe/recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hw = quern::hwprobe;
  auto recording = hw::load_recording({reinterpret_cast<const char*>(data), size});
  if (!recording) return recording.error().empty() ? std::abort(), 0 : 0;
  const std::string text = hw::save_recording(*recording);
  const auto again = hw::load_recording(text);
  if (!again || hw::save_recording(*again) != text) std::abort();
  hw::hide_secrets(*recording);
  const std::string hidden = hw::save_recording(*recording);
  hw::hide_secrets(*recording);
  if (hw::save_recording(*recording) != hidden) std::abort();
  return 0;
}
