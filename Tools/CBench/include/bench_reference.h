#pragma once

#include <stddef.h>
#include <stdint.h>

// A store as plain as it can be in C, to measure others by: one log file of checksummed records in
// zero-filled space, group commit with a mutex and a condition, and a hash table that opening builds
// from the whole log. It has no segments, no snapshots, no verdict about damage, and its table shows
// what was there when it was opened. Functions that can fail return 0 or an errno.

typedef struct bench_reference bench_reference;

// Opens or creates the log at `path`, reads and checks all of it and builds the table.
int bench_reference_open(const char *path, int synced, bench_reference **reference);

// Appends one record and returns when it is written, and synced if the store is. The first thread
// that finds no leader writes for all who wait. Safe on any thread.
int bench_reference_put(
  bench_reference *reference, const void *key, size_t key_count, const void *value,
  size_t value_count);

// Whether the puts from now on are synced; the next one that is syncs all before it as well.
void bench_reference_set_synced(bench_reference *reference, int synced);

// The value of a key as of opening, valid until closing; NULL when there is none.
const void *bench_reference_get(
  const bench_reference *reference, const void *key, size_t key_count, size_t *value_count);

uint64_t bench_reference_byte_count(const bench_reference *reference);

void bench_reference_close(bench_reference *reference);
