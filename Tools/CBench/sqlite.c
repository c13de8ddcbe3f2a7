#include "bench_sqlite.h"

#include <csqlite.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
enum { OK = 0, ROW = 100, DONE = 101, OPEN_READ_WRITE_CREATE = 0x2 | 0x4 };

static struct {
  const char *(*libversion)(void);
  int (*open_v2)(const char *, sqlite3 **, int, const char *);
  int (*close_v2)(sqlite3 *);
  int (*exec)(sqlite3 *, const char *, void *, void *, char **);
  int (*prepare_v2)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
  int (*bind_blob)(sqlite3_stmt *, int, const void *, int, void (*)(void *));
  int (*step)(sqlite3_stmt *);
  int (*reset)(sqlite3_stmt *);
  int (*finalize)(sqlite3_stmt *);
  const void *(*column_blob)(sqlite3_stmt *, int);
  int (*column_bytes)(sqlite3_stmt *, int);
  const char *(*errstr)(int);
} api;

static int is_loaded;

static void load(void) {
  // A function pointer is stored through a pointer to an object pointer, as POSIX asks for.
#define FIND(name) (*(void **)&api.name = csqlite_function("sqlite3_" #name)) != NULL
  is_loaded = FIND(libversion) && FIND(open_v2) && FIND(close_v2) && FIND(exec)
    && FIND(prepare_v2) && FIND(bind_blob) && FIND(step) && FIND(reset) && FIND(finalize)
    && FIND(column_blob) && FIND(column_bytes) && FIND(errstr);
#undef FIND
}

const char *bench_sqlite_version(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded ? api.libversion() : NULL;
}

struct bench_sqlite {
  sqlite3 *handle;
  sqlite3_stmt *put, *get, *walk;
  pthread_mutex_t lock;
};

static const char *text(int code) { return code == OK ? NULL : api.errstr(code); }

const char *bench_sqlite_execute(bench_sqlite *self, const char *statement) {
  pthread_mutex_lock(&self->lock);
  int code = api.exec(self->handle, statement, NULL, NULL, NULL);
  pthread_mutex_unlock(&self->lock);
  return text(code);
}

const char *bench_sqlite_open(
  const char *path, int synced, int checkpoints, bench_sqlite **database) {
  if (!bench_sqlite_version()) return "the system has no SQLite library";
  bench_sqlite *self = calloc(1, sizeof *self);
  if (!self) return "out of memory";
  pthread_mutex_init(&self->lock, NULL);
  int code = api.open_v2(path, &self->handle, OPEN_READ_WRITE_CREATE, NULL);
  const char *const statements[] = {
    "PRAGMA journal_mode=WAL",
    synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
    checkpoints ? "PRAGMA wal_autocheckpoint=1000" : "PRAGMA wal_autocheckpoint=0",
    "CREATE TABLE IF NOT EXISTS state (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID",
  };
  for (size_t index = 0; index < sizeof statements / sizeof *statements && code == OK; index++) {
    code = api.exec(self->handle, statements[index], NULL, NULL, NULL);
  }
  if (code == OK) {
    code = api.prepare_v2(
      self->handle, "INSERT OR REPLACE INTO state VALUES (?1, ?2)", -1, &self->put, NULL);
  }
  if (code == OK) {
    code = api.prepare_v2(
      self->handle, "SELECT value FROM state WHERE key = ?1", -1, &self->get, NULL);
  }
  if (code == OK) {
    code = api.prepare_v2(
      self->handle, "SELECT key, value FROM state ORDER BY key", -1, &self->walk, NULL);
  }
  if (code != OK) {
    bench_sqlite_close(self);
    return text(code);
  }
  *database = self;
  return NULL;
}

void bench_sqlite_close(bench_sqlite *self) {
  api.finalize(self->put);
  api.finalize(self->get);
  api.finalize(self->walk);
  api.close_v2(self->handle);
  pthread_mutex_destroy(&self->lock);
  free(self);
}

const char *bench_sqlite_put(
  bench_sqlite *self, const void *key, size_t key_count, const void *value,
  size_t value_count) {
  pthread_mutex_lock(&self->lock);
  // The bytes stay where they are until the statement is done (SQLITE_STATIC, a null pointer).
  int code = api.bind_blob(self->put, 1, key, (int)key_count, NULL);
  if (code == OK) code = api.bind_blob(self->put, 2, value, (int)value_count, NULL);
  if (code == OK) code = api.step(self->put);
  if (code == DONE) code = OK;
  int reset = api.reset(self->put);
  pthread_mutex_unlock(&self->lock);
  return text(code != OK ? code : reset);
}

const char *bench_sqlite_get(
  bench_sqlite *self, const void *key, size_t key_count, void *value, size_t capacity,
  size_t *value_count) {
  *value_count = SIZE_MAX;
  pthread_mutex_lock(&self->lock);
  int code = api.bind_blob(self->get, 1, key, (int)key_count, NULL);
  if (code == OK) code = api.step(self->get);
  if (code == ROW) {
    size_t count = (size_t)api.column_bytes(self->get, 0);
    const void *bytes = api.column_blob(self->get, 0);
    if (bytes) memcpy(value, bytes, count < capacity ? count : capacity);
    *value_count = count;
  }
  if (code == ROW || code == DONE) code = OK;
  int reset = api.reset(self->get);
  pthread_mutex_unlock(&self->lock);
  return text(code != OK ? code : reset);
}

const char *bench_sqlite_walk(bench_sqlite *self, uint64_t *count, uint64_t *byte_count) {
  *count = *byte_count = 0;
  pthread_mutex_lock(&self->lock);
  int code;
  while ((code = api.step(self->walk)) == ROW) {
    *count += 1;
    *byte_count += (uint64_t)(api.column_bytes(self->walk, 0) + api.column_bytes(self->walk, 1));
  }
  if (code == DONE) code = OK;
  int reset = api.reset(self->walk);
  pthread_mutex_unlock(&self->lock);
  return text(code != OK ? code : reset);
}
