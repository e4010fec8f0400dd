// Stops its own process.
#include <signal.h>

__attribute__((constructor)) static void stop(void) {
  raise(SIGSTOP);
}
