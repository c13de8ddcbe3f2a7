#define _GNU_SOURCE
#include "bench_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "checksum.h"

static int sync_data(int descriptor) {
#if defined(__APPLE__)
  return fcntl(descriptor, F_FULLFSYNC) < 0 ? errno : 0;
#else
  return fdatasync(descriptor) < 0 ? errno : 0;
#endif
}

int bench_write(
  int descriptor, const void *bytes, size_t count, int64_t offset, enum bench_write_kind kind) {
  if (kind == BENCH_WRITE_SYNCHRONOUSLY) {
#if defined(RWF_DSYNC)
    struct iovec part = {(void *)bytes, count};
    ssize_t written = pwritev2(descriptor, &part, 1, offset, RWF_DSYNC);
    return written < 0 ? errno : (size_t)written == count ? 0 : EIO;
#else
    return ENOTSUP;
#endif
  }
  ssize_t written = pwrite(descriptor, bytes, count, offset);
  if (written < 0) return errno;
  if ((size_t)written != count) return EIO;
  return kind == BENCH_WRITE_THEN_SYNC ? sync_data(descriptor) : 0;
}

static int fill_with_zeros(int descriptor, size_t count) {
  // Steps of a size that leaves small units in the page cache: with larger ones each later sync of a
  // record takes longer.
  size_t const step = 1 << 16;
  uint8_t *zeros = calloc(1, step);
  int code = zeros ? 0 : ENOMEM;
  for (size_t offset = 0; offset < count && code == 0; offset += step) {
    size_t rest = count - offset;
    code = bench_write(
      descriptor, zeros, rest < step ? rest : step, (int64_t)offset, BENCH_WRITE_ONLY);
  }
  free(zeros);
  return code;
}

static int allocate(int descriptor, size_t count) {
#if defined(__linux__)
  return fallocate(descriptor, 0, 0, (off_t)count) < 0 ? errno : 0;
#else
  return ENOTSUP;
#endif
}

int bench_make_space(const char *path, size_t count, enum bench_space_kind kind) {
  int opened = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (opened < 0) return errno;
  int code =
    kind == BENCH_SPACE_ALLOCATED ? allocate(opened, count) : fill_with_zeros(opened, count);
  if (code == 0) code = sync_data(opened);
  close(opened);
  return code;
}

static int open_flags(enum bench_open_kind kind) {
  switch (kind) {
    case BENCH_OPEN_USUAL: return 0;
    // On Darwin it leaves the data in the cache of the device.
#if !defined(__APPLE__) && defined(O_DSYNC)
    case BENCH_OPEN_SYNCHRONOUS: return O_DSYNC;
#if defined(O_DIRECT)
    case BENCH_OPEN_DIRECT: return O_DIRECT | O_DSYNC;
#endif
#endif
    default: return -1;
  }
}

int bench_open(const char *path, enum bench_open_kind kind, int *descriptor) {
  int flags = open_flags(kind);
  if (flags < 0) return ENOTSUP;
  *descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
  if (*descriptor >= 0) return 0;
  // How a file system says that all of it goes through the page cache.
  return kind == BENCH_OPEN_DIRECT && errno == EINVAL ? ENOTSUP : errno;
}

void bench_close(int descriptor) { close(descriptor); }

uint8_t *bench_map(int descriptor, size_t count) {
  int flags = MAP_SHARED;
#if defined(MAP_POPULATE)
  flags |= MAP_POPULATE;
#endif
  void *bytes = mmap(NULL, count, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  return bytes == MAP_FAILED ? NULL : bytes;
}

void bench_unmap(uint8_t *bytes, size_t count) { munmap(bytes, count); }

int bench_sync_mapping(int descriptor, uint8_t *space, size_t offset, size_t count) {
  size_t const page = (size_t)sysconf(_SC_PAGESIZE);
  size_t begin = offset / page * page;
  if (msync(space + begin, offset + count - begin, MS_SYNC) < 0) return errno;
#if defined(__APPLE__)
  return sync_data(descriptor);
#else
  (void)descriptor;
  return 0;
#endif
}

void bench_copy_and_checksum(
  uint8_t *space, size_t space_count, const uint8_t *record, size_t record_count, size_t times) {
  size_t offset = 0;
  for (size_t index = 0; index < times; index++) {
    if (offset + sizeof(uint32_t) + record_count > space_count) offset = 0;
    uint32_t crc = journal_crc32c(0, record, record_count);
    memcpy(space + offset + sizeof crc, record, record_count);
    memcpy(space + offset, &crc, sizeof crc);
    offset += sizeof crc + record_count;
  }
}

uint32_t bench_checksum(const uint8_t *bytes, size_t count, size_t times) {
  uint32_t crc = 0;
  for (size_t index = 0; index < times; index++) crc = journal_crc32c(crc, bytes, count);
  return crc;
}

size_t bench_count(const uint8_t *bytes, size_t count, uint8_t wanted) {
  size_t found = 0;
  for (size_t index = 0; index < count; index++) found += bytes[index] == wanted;
  return found;
}

int bench_read_and_checksum(
  int descriptor, uint8_t *bytes, size_t count, int64_t offset, uint32_t *crc) {
  ssize_t found = pread(descriptor, bytes, count, offset);
  if (found < 0) return errno;
  if ((size_t)found != count) return EIO;
  *crc = journal_crc32c(0, bytes, count);
  return 0;
}
