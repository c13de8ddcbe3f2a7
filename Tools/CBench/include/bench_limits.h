#pragma once

#include <stddef.h>
#include <stdint.h>

// What disk and kernel allow: bare loops without anything of a store around them. Functions that can
// fail return 0 or an errno.

enum bench_write_kind {
  BENCH_WRITE_ONLY,            // one `pwrite`
  BENCH_WRITE_THEN_SYNC,       // one `pwrite`, one `fdatasync` (F_FULLFSYNC on Darwin)
  BENCH_WRITE_SYNCHRONOUSLY,   // one `pwritev2` with RWF_DSYNC; ENOTSUP where there is none
};

// Opens `path` for reading and writing, creates it, and fills `zero_count` bytes of it with zeros
// that are on the disk when it returns.
int bench_open_zero_filled(const char *path, size_t zero_count, int *descriptor);

void bench_close(int descriptor);

int bench_write(
  int descriptor, const void *bytes, size_t count, int64_t offset, enum bench_write_kind kind);

// Maps `count` bytes of a file, shared, with all pages present. NULL on failure.
uint8_t *bench_map(int descriptor, size_t count);
void bench_unmap(uint8_t *bytes, size_t count);

// Copies a record of `record_count` bytes `times` times, one copy behind the other and from the
// start again where they reach `space_count`, each with its checksum in front of it.
void bench_copy_and_checksum(
  uint8_t *space, size_t space_count, const uint8_t *record, size_t record_count, size_t times);

// Computes the CRC-32C of the same bytes so often; returns something that depends on all of them.
uint32_t bench_checksum(const uint8_t *bytes, size_t count, size_t times);
