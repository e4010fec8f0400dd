// Aborts, with a last word.
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void end(void) {
  fputs("first line\nfake driver: no memory for its table\n", stderr);
  abort();
}
