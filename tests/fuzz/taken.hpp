// A fuzz target whose seeds are made of the code says with taken() that an input was one of its messages. Where seeds
// are replayed (quern_fuzz in CMakeLists.txt) one of them must be: seeds of an older format would test nothing.
#pragma once

namespace quern::fuzz {

#ifdef QUERN_FUZZ_REPLAY
void taken();
#else
inline void taken() {}
#endif

}  // namespace quern::fuzz
