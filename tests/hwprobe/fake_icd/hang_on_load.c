// Never comes back from being loaded, and cannot be asked to leave.
#include <signal.h>
#include <unistd.h>

__attribute__((constructor)) static void hang(void) {
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  for (;;) pause();
}
