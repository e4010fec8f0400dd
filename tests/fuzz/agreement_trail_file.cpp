// Trail files from any bytes. What is read is written again as it was; and where the input is a trail with something
// changed, nothing is verified that was not there before.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "scheduler/agreement/verify.hpp"
#include "tests/fuzz/taken.hpp"

namespace {

namespace agreement = quern::agreement;
using quern::runtime::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file = std::as_bytes(std::span(data, size));
  const auto trail = agreement::read_trail(file);
  const auto statement = agreement::verify(file);
  if (!trail) {
    require(!statement && statement.error() == trail.error());
    require(trail.error().offset <= size && trail.error().why.reason != quern::model::Reason::unspecified);
    return 0;
  }
  if (trail->stage() != agreement::Stage::empty) quern::fuzz::taken();
  require(std::ranges::equal(agreement::write_trail(*trail), file));
  require(statement.has_value() == (trail->stage() == agreement::Stage::closed));
  require(trail->owed() <= trail->due());
  if (statement) require(statement->amount <= statement->max_total);
  return 0;
}
