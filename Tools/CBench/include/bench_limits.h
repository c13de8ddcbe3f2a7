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

// What a file is opened with, beside reading and writing.
enum bench_open_kind {
  BENCH_OPEN_USUAL,
  BENCH_OPEN_SYNCHRONOUS,  // each write waits until its data is durable; ENOTSUP where none does
  BENCH_OPEN_DIRECT,       // the same past the page cache, in aligned blocks
};

// What stands in a file before the first record.
enum bench_space_kind {
  BENCH_SPACE_ALLOCATED,    // blocks that nobody has written; ENOTSUP where there are none
  BENCH_SPACE_ZERO_FILLED,  // zeros that are on the disk
};

// Creates `path` with `count` bytes of such space, which is durable when it returns.
int bench_make_space(const char *path, size_t count, enum bench_space_kind kind);

// Opens `path` for reading and writing, and creates it where it is not there.
int bench_open(const char *path, enum bench_open_kind kind, int *descriptor);

void bench_close(int descriptor);

int bench_write(
  int descriptor, const void *bytes, size_t count, int64_t offset, enum bench_write_kind kind);

// Maps `count` bytes of a file, shared, with all pages present. NULL on failure.
uint8_t *bench_map(int descriptor, size_t count);
void bench_unmap(uint8_t *bytes, size_t count);

// Makes `count` bytes at `offset` of a mapping of the file durable.
int bench_sync_mapping(int descriptor, uint8_t *space, size_t offset, size_t count);

// Copies a record of `record_count` bytes `times` times, one copy behind the other and from the
// start again where they reach `space_count`, each with its checksum in front of it.
void bench_copy_and_checksum(
  uint8_t *space, size_t space_count, const uint8_t *record, size_t record_count, size_t times);

// Computes the CRC-32C of the same bytes so often; returns something that depends on all of them.
uint32_t bench_checksum(const uint8_t *bytes, size_t count, size_t times);

// How many of the bytes are `wanted`.
size_t bench_count(const uint8_t *bytes, size_t count, uint8_t wanted);

// Reads `count` bytes at `offset` and returns 0, or an errno, with their CRC-32C in `crc`.
int bench_read_and_checksum(
  int descriptor, uint8_t *bytes, size_t count, int64_t offset, uint32_t *crc);
