// Writes on the reply pipe for ever.
#include <unistd.h>

__attribute__((constructor)) static void forge(void) {
  static const char text[4096] = "[";
  while (write(3, text, sizeof text) > 0) {
  }
}
