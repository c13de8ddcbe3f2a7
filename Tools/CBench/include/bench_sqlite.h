#pragma once

#include <stddef.h>
#include <stdint.h>

// SQLite as a store of keys and values, with the system's library, loaded when it is first asked
// for: nothing has to be installed to build this. One connection, shared under a lock, with prepared
// statements and a write-ahead log. Functions that can fail return NULL or what went wrong, as a
// text that stays valid.

typedef struct bench_sqlite bench_sqlite;

// The version of the library; NULL when the system has none.
const char *bench_sqlite_version(void);

// Opens or creates the database at `path`. `synced`: synchronous=FULL, otherwise NORMAL.
// `checkpoints`: whether the log is written back at the library's default of 1,000 pages, or never.
const char *bench_sqlite_open(
  const char *path, int synced, int checkpoints, bench_sqlite **database);

const char *bench_sqlite_put(
  bench_sqlite *database, const void *key, size_t key_count, const void *value,
  size_t value_count);

// Copies the value of a key into `value`; `value_count` is its size, SIZE_MAX when there is none.
const char *bench_sqlite_get(
  bench_sqlite *database, const void *key, size_t key_count, void *value, size_t capacity,
  size_t *value_count);

// Walks all entries in key order and counts them and their bytes.
const char *bench_sqlite_walk(bench_sqlite *database, uint64_t *count, uint64_t *byte_count);

const char *bench_sqlite_execute(bench_sqlite *database, const char *statement);

void bench_sqlite_close(bench_sqlite *database);
