// Runs a fuzz target over the files of its seed corpus, for builds without libFuzzer. Fails without a seed; with
// --some-taken also when the target takes none of them (taken.hpp).
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "tests/fuzz/taken.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// All is on one thread.
std::size_t& seeds_taken() {
  static std::size_t count = 0;
  return count;
}

}  // namespace

void quern::fuzz::taken() {
  ++seeds_taken();
}

int main(int argc, char** argv) {
  std::size_t count = 0;
  std::size_t useful = 0;
  bool some_taken = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--some-taken") {
      some_taken = true;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      const std::size_t before = seeds_taken();
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++count;
      if (seeds_taken() > before) ++useful;
    }
  }
  std::printf("%zu seeds replayed, %zu taken\n", count, useful);
  return count == 0 || (some_taken && useful == 0) ? 1 : 0;
}
