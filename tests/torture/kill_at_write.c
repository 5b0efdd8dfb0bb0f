/* Loaded before the C library (LD_PRELOAD): kills the process at its NEURODE_KILL_AT-th change of a file, a write
   half done. Without that variable the number of changes goes to standard error at the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long changes = 0, last = 0;

__attribute__((constructor)) static void begin(void) {
  const char* at = getenv("NEURODE_KILL_AT");
  if (at) last = atol(at);
}

__attribute__((destructor)) static void end(void) {
  if (!last) fprintf(stderr, "changes: %ld\n", changes);
}

static int is_last(void) { return ++changes == last; }
static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

#define NEXT(type, name) \
  static type next;      \
  if (!next) next = (type)dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_at)(int, const void*, size_t, off_t);
ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  NEXT(write_at, "pwrite");
  if (is_last()) {
    next(file, bytes, count / 2, at);
    die();
  }
  return next(file, bytes, count, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off_t at) { return pwrite(file, bytes, count, at); }

typedef int (*cut_file)(int, off_t);
int ftruncate(int file, off_t length) {
  NEXT(cut_file, "ftruncate");
  if (is_last()) die();
  return next(file, length);
}
int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

typedef int (*two_names)(const char*, const char*);
int rename(const char* from, const char* to) {
  NEXT(two_names, "rename");
  if (is_last()) die();
  return next(from, to);
}
int link(const char* from, const char* to) {
  NEXT(two_names, "link");
  if (is_last()) die();
  return next(from, to);
}

typedef int (*one_name)(const char*);
int unlink(const char* name) {
  NEXT(one_name, "unlink");
  if (is_last()) die();
  return next(name);
}
