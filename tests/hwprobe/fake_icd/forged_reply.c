// Writes an answer of its own on the reply pipe and ends the process.
#include <unistd.h>

__attribute__((constructor)) static void forge(void) {
  static const char text[] = "{\"platforms\":[{\"name\":7}]}";
  _exit(write(3, text, sizeof text - 1) < 0);
}
