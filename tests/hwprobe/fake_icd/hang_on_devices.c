// Loads well and spins when its devices are asked for.
#define FAKE_GET_DEVICE_IDS() \
  for (;;) __asm__ volatile("")
#include "fake_icd.h"
