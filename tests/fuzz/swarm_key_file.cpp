// The text of a swarm key file.
#include <cstdint>
#include <cstdlib>

#include "overlay/security/preshared.hpp"
#include "overlay/security/security.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quern;
  const auto key = security::PresharedKey::from_file_text({reinterpret_cast<const char*>(data), size});
  if (!key && key.error() != security::Errc::bad_preshared_key) std::abort();
  return 0;
}
