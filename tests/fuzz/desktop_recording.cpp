// Any bytes as a recorded session: refused by name, or read to what can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "desktop/client/recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using quern::desktop::client::read_recording;
  const auto recording = read_recording({reinterpret_cast<const char*>(data), size});
  if (!recording) {
    if (recording.error().empty()) std::abort();
    return 0;
  }
  std::string text = quern::desktop::client::recording_head(recording->taken_unix_ms);
  for (const auto& event : recording->events) text += to_line(event);
  const auto again = read_recording(text);
  if (!again || again->events.size() != recording->events.size()) std::abort();
  return 0;
}
