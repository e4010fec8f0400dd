// Which cipher is cheap here.
#pragma once

namespace quern::security {

// Whether the processor has instructions for AES and for GCM's multiplication: without them ChaCha20-Poly1305 is
// several times faster.
bool has_aes_hardware();

}  // namespace quern::security
