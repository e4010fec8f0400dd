// Answers, and hangs when the process ends.
#include <unistd.h>

#include "fake_icd.h"

__attribute__((destructor)) static void hang(void) {
  for (;;) pause();
}
