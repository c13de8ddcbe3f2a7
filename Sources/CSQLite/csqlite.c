#include "csqlite.h"

#include <pthread.h>

// Where a bound value is copied from, as SQLite's headers define it.
#define TRANSIENT ((void (*)(void *))-1)
enum { READ_WRITE = 0x2, CREATE = 0x4, FULL_MUTEX = 0x10000 };

static struct {
  const char *(*libversion)(void);
  int (*open_v2)(const char *, csqlite_database **, int, const char *);
  int (*close_v2)(csqlite_database *);
  int (*busy_timeout)(csqlite_database *, int);
  int (*extended_errcode)(csqlite_database *);
  const char *(*errmsg)(csqlite_database *);
  int (*prepare_v2)(csqlite_database *, const char *, int, csqlite_statement **, const char **);
  int (*finalize)(csqlite_statement *);
  int (*step)(csqlite_statement *);
  int (*reset)(csqlite_statement *);
  int (*clear_bindings)(csqlite_statement *);
  int (*bind_int64)(csqlite_statement *, int, int64_t);
  int (*bind_text64)(
    csqlite_statement *, int, const char *, uint64_t, void (*)(void *), unsigned char);
  int (*bind_double)(csqlite_statement *, int, double);
  int (*bind_null)(csqlite_statement *, int);
  int (*column_count)(csqlite_statement *);
  const char *(*column_name)(csqlite_statement *, int);
  int (*column_type)(csqlite_statement *, int);
  double (*column_double)(csqlite_statement *, int);
  const void *(*column_blob)(csqlite_statement *, int);
  int64_t (*column_int64)(csqlite_statement *, int);
  const unsigned char *(*column_text)(csqlite_statement *, int);
  int (*column_bytes)(csqlite_statement *, int);
} api;

static int is_loaded;

static void load(void) {
  // A function pointer is stored through a pointer to an object pointer, as POSIX asks for.
#define FIND(name) (*(void **)&api.name = csqlite_function("sqlite3_" #name)) != NULL
  is_loaded = FIND(libversion) && FIND(open_v2) && FIND(close_v2) && FIND(busy_timeout)
    && FIND(extended_errcode) && FIND(errmsg) && FIND(prepare_v2) && FIND(finalize) && FIND(step)
    && FIND(reset) && FIND(clear_bindings) && FIND(bind_int64) && FIND(bind_text64)
    && FIND(bind_double) && FIND(bind_null) && FIND(column_count) && FIND(column_name)
    && FIND(column_type) && FIND(column_double) && FIND(column_blob) && FIND(column_int64)
    && FIND(column_text) && FIND(column_bytes);
#undef FIND
}

const char *csqlite_version(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded ? api.libversion() : NULL;
}

int csqlite_open(const char *path, int creates, csqlite_database **database) {
  int flags = READ_WRITE | FULL_MUTEX | (creates ? CREATE : 0);
  return api.open_v2(path, database, flags, NULL);
}

int csqlite_close(csqlite_database *database) { return api.close_v2(database); }

int csqlite_busy_timeout(csqlite_database *database, int milliseconds) {
  return api.busy_timeout(database, milliseconds);
}

int csqlite_extended_code(csqlite_database *database) { return api.extended_errcode(database); }

const char *csqlite_message(csqlite_database *database) { return api.errmsg(database); }

int csqlite_prepare(
  csqlite_database *database, const char *text, csqlite_statement **statement) {
  return api.prepare_v2(database, text, -1, statement, NULL);
}

void csqlite_finalize(csqlite_statement *statement) { api.finalize(statement); }

int csqlite_step(csqlite_statement *statement) { return api.step(statement); }

void csqlite_reset(csqlite_statement *statement) {
  api.reset(statement);
  api.clear_bindings(statement);
}

int csqlite_bind_integer(csqlite_statement *statement, int parameter, int64_t value) {
  return api.bind_int64(statement, parameter, value);
}

int csqlite_bind_text(
  csqlite_statement *statement, int parameter, const void *bytes, size_t count) {
  enum { UTF8 = 1 };
  return api.bind_text64(statement, parameter, bytes ? bytes : "", count, TRANSIENT, UTF8);
}

int csqlite_bind_double(csqlite_statement *statement, int parameter, double value) {
  return api.bind_double(statement, parameter, value);
}

int csqlite_bind_null(csqlite_statement *statement, int parameter) {
  return api.bind_null(statement, parameter);
}

int csqlite_column_count(csqlite_statement *statement) { return api.column_count(statement); }

const char *csqlite_column_name(csqlite_statement *statement, int column) {
  return api.column_name(statement, column);
}

int csqlite_column_type(csqlite_statement *statement, int column) {
  return api.column_type(statement, column);
}

double csqlite_column_double(csqlite_statement *statement, int column) {
  return api.column_double(statement, column);
}

const void *csqlite_column_blob(csqlite_statement *statement, int column, size_t *count) {
  const void *bytes = api.column_blob(statement, column);
  *count = bytes ? (size_t)api.column_bytes(statement, column) : 0;
  return bytes;
}

int64_t csqlite_column_integer(csqlite_statement *statement, int column) {
  return api.column_int64(statement, column);
}

const void *csqlite_column_text(csqlite_statement *statement, int column, size_t *count) {
  // The text first: it may convert the value, and only then is the count that of the text.
  const void *text = api.column_text(statement, column);
  *count = text ? (size_t)api.column_bytes(statement, column) : 0;
  return text;
}
