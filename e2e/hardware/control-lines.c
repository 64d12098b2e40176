/*
 * Gives a pseudo-terminal the control lines that it lacks, so that Chromium can set DTR and RTS on it.
 * Preloaded into the browser of the hardware tests (lab.ts). CTS, DSR and DCD are always set; each change of DTR or
 * RTS is appended to the file named by JUMPTAB_CONTROL_LINES, as "DTR=1 RTS=0".
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int lines = TIOCM_CTS | TIOCM_DSR | TIOCM_CAR;

static void note(void) {
  const char *path = getenv("JUMPTAB_CONTROL_LINES");
  int file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file < 0) return;
  dprintf(file, "DTR=%d RTS=%d\n", (lines & TIOCM_DTR) != 0, (lines & TIOCM_RTS) != 0);
  close(file);
}

static int ours(unsigned long request, int *argument) {
  const int settable = TIOCM_DTR | TIOCM_RTS;
  switch (request) {
    case TIOCMGET:
      *argument = lines;
      return 0;
    case TIOCMSET:
      lines = (lines & ~settable) | (*argument & settable);
      break;
    case TIOCMBIS:
      lines |= *argument & settable;
      break;
    case TIOCMBIC:
      lines &= ~(*argument & settable);
      break;
  }
  note();
  return 0;
}

int ioctl(int file, unsigned long request, ...) {
  static int (*real)(int, unsigned long, ...);
  if (!real) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  int result = real(file, request, argument);
  if (result == 0) return 0;
  switch (request) {
    case TIOCMGET:
    case TIOCMSET:
    case TIOCMBIS:
    case TIOCMBIC:
      return isatty(file) ? ours(request, argument) : result;
    default:
      return result;
  }
}
