// Experience from any text. What is taken is what would be written.
#include "scheduler/market/experience_book.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto book = quern::market::ExperienceBook::from_text(text);
  if (book && (book->text() != text || book->size() > quern::market::kExperiencesMax)) std::abort();
  return 0;
}
