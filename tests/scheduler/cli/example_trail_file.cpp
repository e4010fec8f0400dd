// Writes the example trail to standard output, for verify_test.py.
#include <cstdio>

#include "scheduler/agreement/trail_file.hpp"
#include "tests/scheduler/agreement/example_trail.hpp"

int main() {
  const quern::runtime::Bytes file = quern::agreement::write_trail(quern::agreement::example_trail());
  return std::fwrite(file.data(), 1, file.size(), stdout) == file.size() ? 0 : 1;
}
