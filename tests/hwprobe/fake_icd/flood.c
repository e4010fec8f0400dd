// Prints megabytes on both outputs before it works.
#include <stdio.h>

#include "fake_icd.h"

__attribute__((constructor)) static void flood(void) {
  for (int i = 0; i < 40000; ++i) {
    fputs("fake driver: a line that says nothing, on standard output, again\n", stdout);
    fputs("fake driver: a line that says nothing, on standard error, again\n", stderr);
  }
}
