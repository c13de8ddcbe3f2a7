#define _GNU_SOURCE
#include "bench_ring.h"

#include <errno.h>

#if defined(__linux__) && __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

// A write that succeeded says nothing of its own since Linux 5.17: one answer for each record.
#if defined(IORING_FEAT_CQE_SKIP) && defined(SYS_io_uring_setup)

struct bench_ring {
  int descriptor;
  struct io_uring_params params;
  uint8_t *rings;
  size_t rings_count;
  struct io_uring_sqe *entries;
  size_t entries_count;
  // Where the next entry goes, and how many the system has not been told of.
  unsigned tail;
  unsigned waiting;
};

static unsigned *place(struct bench_ring *ring, unsigned offset) {
  return (unsigned *)(void *)(ring->rings + offset);
}

void bench_ring_close(struct bench_ring *ring) {
  if (ring->entries) munmap(ring->entries, ring->entries_count);
  if (ring->rings) munmap(ring->rings, ring->rings_count);
  if (ring->descriptor >= 0) close(ring->descriptor);
  free(ring);
}

static void *map(const struct bench_ring *ring, size_t count, off_t what) {
  void *bytes = mmap(
    NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->descriptor, what);
  return bytes == MAP_FAILED ? NULL : bytes;
}

static int set_up(struct bench_ring *ring, unsigned depth) {
  struct io_uring_params *params = &ring->params;
  ring->descriptor = (int)syscall(SYS_io_uring_setup, 2 * depth, params);
  // Not there, or forbidden.
  if (ring->descriptor < 0) return errno == ENOSYS || errno == EPERM || errno == EACCES ? ENOTSUP : errno;
  unsigned const needed = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_CQE_SKIP;
  if ((params->features & needed) != needed) return ENOTSUP;
  size_t submissions = params->sq_off.array + params->sq_entries * sizeof(unsigned);
  size_t completions = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
  ring->rings_count = submissions > completions ? submissions : completions;
  ring->rings = map(ring, ring->rings_count, IORING_OFF_SQ_RING);
  if (!ring->rings) return errno;
  ring->entries_count = params->sq_entries * sizeof(struct io_uring_sqe);
  ring->entries = map(ring, ring->entries_count, IORING_OFF_SQES);
  return ring->entries ? 0 : errno;
}

int bench_ring_open(unsigned depth, struct bench_ring **opened) {
  struct bench_ring *ring = calloc(1, sizeof *ring);
  if (!ring) return ENOMEM;
  int code = set_up(ring, depth);
  if (code != 0) {
    bench_ring_close(ring);
    return code;
  }
  *opened = ring;
  return 0;
}

static struct io_uring_sqe *next_entry(struct bench_ring *ring) {
  unsigned index = ring->tail & *place(ring, ring->params.sq_off.ring_mask);
  place(ring, ring->params.sq_off.array)[index] = index;
  ring->tail++;
  ring->waiting++;
  struct io_uring_sqe *entry = &ring->entries[index];
  memset(entry, 0, sizeof *entry);
  return entry;
}

void bench_ring_submit(
  struct bench_ring *ring, int descriptor, const void *bytes, size_t count, int64_t offset,
  uint64_t number) {
  struct io_uring_sqe *write = next_entry(ring);
  write->opcode = IORING_OP_WRITE;
  write->flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  write->fd = descriptor;
  write->addr = (uint64_t)(uintptr_t)bytes;
  write->len = (uint32_t)count;
  write->off = (uint64_t)offset;
  write->user_data = number;
  struct io_uring_sqe *sync = next_entry(ring);
  sync->opcode = IORING_OP_FSYNC;
  sync->fd = descriptor;
  sync->fsync_flags = IORING_FSYNC_DATASYNC;
  sync->user_data = number;
  // The system must not see the new tail before the entries.
  __atomic_store_n(place(ring, ring->params.sq_off.tail), ring->tail, __ATOMIC_RELEASE);
}

int bench_ring_wait(struct bench_ring *ring, uint64_t *number) {
  unsigned *head = place(ring, ring->params.cq_off.head);
  unsigned *tail = place(ring, ring->params.cq_off.tail);
  while (ring->waiting > 0 || *head == __atomic_load_n(tail, __ATOMIC_ACQUIRE)) {
    int is_empty = *head == __atomic_load_n(tail, __ATOMIC_ACQUIRE);
    long taken = syscall(
      SYS_io_uring_enter, ring->descriptor, ring->waiting, is_empty ? 1 : 0,
      IORING_ENTER_GETEVENTS, NULL, 0);
    if (taken < 0 && errno != EINTR) return errno;
    if (taken > 0) ring->waiting -= (unsigned)taken;
  }
  struct io_uring_cqe *answers =
    (struct io_uring_cqe *)(void *)(ring->rings + ring->params.cq_off.cqes);
  struct io_uring_cqe answer = answers[*head & *place(ring, ring->params.cq_off.ring_mask)];
  __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
  *number = answer.user_data;
  // A write that fell short comes with a count, and the sync behind it was cancelled.
  return answer.res < 0 ? -answer.res : answer.res > 0 ? EIO : 0;
}

#else

int bench_ring_open(unsigned depth, struct bench_ring **ring) {
  (void)depth;
  (void)ring;
  return ENOTSUP;
}

void bench_ring_submit(
  struct bench_ring *ring, int descriptor, const void *bytes, size_t count, int64_t offset,
  uint64_t number) {
  (void)ring;
  (void)descriptor;
  (void)bytes;
  (void)count;
  (void)offset;
  (void)number;
}

int bench_ring_wait(struct bench_ring *ring, uint64_t *number) {
  (void)ring;
  (void)number;
  return ENOTSUP;
}

void bench_ring_close(struct bench_ring *ring) { (void)ring; }

#endif
