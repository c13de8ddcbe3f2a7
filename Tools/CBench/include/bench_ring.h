#pragma once

#include <stddef.h>
#include <stdint.h>

// Records that are written and synced through a ring that the system shares with us (io_uring), several
// of them on their way at a time. Functions that can fail return 0 or an errno; ENOTSUP where the system
// has no such ring.

struct bench_ring;

// Opens a ring for so many records on their way.
int bench_ring_open(unsigned depth, struct bench_ring **ring);

// Hands over a record: one write, and a data sync that begins when the write is done. `bytes` must stay
// as they are until it comes back. At most `depth` are on their way.
void bench_ring_submit(
  struct bench_ring *ring, int descriptor, const void *bytes, size_t count, int64_t offset,
  uint64_t number);

// Waits until some record is durable, and gives its number. What was handed over before it goes to the
// system in the same call.
int bench_ring_wait(struct bench_ring *ring, uint64_t *number);

void bench_ring_close(struct bench_ring *ring);
