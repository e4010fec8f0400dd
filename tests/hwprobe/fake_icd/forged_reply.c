// Writes an answer of its own on the reply pipe and ends the process (by the bare system call: see exit_on_load.c).
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((constructor)) static void forge(void) {
  static const char text[] = "{\"platforms\":[{\"name\":7}]}";
  syscall(SYS_exit_group, write(3, text, sizeof text - 1) < 0);
}
