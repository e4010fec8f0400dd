#include "overlay/runtime/stream.hpp"

namespace quern::runtime {

Result<std::size_t> Stream::try_write(std::span<const std::byte> /*data*/) {
  return 0;
}

Task<Result<void>> read_exactly(Stream& stream, std::span<std::byte> out) {
  while (!out.empty()) {
    CO_TRY(std::size_t size, stream.try_read(out));  // what is there costs no turn
    if (size == 0) {
      CO_TRY(size, co_await stream.read_some(out));
    }
    out = out.subspan(size);
  }
  co_return Result<void>();
}

}  // namespace quern::runtime
