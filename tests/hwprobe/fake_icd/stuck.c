// Cannot be reaped: a process outside its group holds it as a debugger does, for the time that FAKE_STUCK_FILE exists
// (at most a minute).
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

static void hold(pid_t victim, int ready) {
  setsid();
  const char go = ptrace(PTRACE_SEIZE, victim, NULL, NULL) == 0 ? 'y' : 'n';
  if (write(ready, &go, 1) != 1 || go != 'y') _exit(1);
  for (int fd = 0; fd < 64; ++fd) close(fd);
  for (int i = 0; i < 6000 && access(getenv("FAKE_STUCK_FILE"), F_OK) == 0; ++i) usleep(10000);
  _exit(0);
}

__attribute__((constructor)) static void get_stuck(void) {
  const pid_t self = getpid();
  int ready[2];
  char go = 'n';
  if (pipe(ready) != 0) _exit(7);
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  if (fork() == 0) hold(self, ready[1]);
  if (read(ready[0], &go, 1) != 1 || go != 'y') _exit(7);
  for (;;) pause();
}
