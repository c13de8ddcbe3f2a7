#include "csqlite.h"

#include <dlfcn.h>
#include <pthread.h>

static void *library;

static void open_library(void) {
  static const char *const names[] = {
    "libsqlite3.so.0", "libsqlite3.so", "/usr/lib/libsqlite3.dylib"};
  for (size_t index = 0; index < sizeof names / sizeof *names && !library; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
}

void *csqlite_function(const char *name) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  return library ? dlsym(library, name) : NULL;
}
