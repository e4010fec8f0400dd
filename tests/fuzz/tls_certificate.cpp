// A certificate that a peer shows, as DER.
#include "overlay/security/tls_certificate.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quern;
  constexpr runtime::WallTime kNow{1'700'000'000'000};
  const auto key = security::read_tls_certificate(std::as_bytes(std::span(data, size)), kNow);
  if (!key && key.error() != security::Errc::bad_certificate) std::abort();
  return 0;
}
