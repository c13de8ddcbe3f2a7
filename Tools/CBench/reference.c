#define _GNU_SOURCE
#include "bench_reference.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_limits.h"
#include "checksum.h"

// record: crc 4   key count 4   value count 4   key   value
enum { HEADER_COUNT = 12, ZERO_STEP = 16 << 20 };

struct buffer {
  uint8_t *bytes;
  size_t count, capacity;
};

struct slot {
  uint64_t hash;
  const uint8_t *record;  // NULL when free
};

struct bench_reference {
  int descriptor, synced;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct buffer gathering, writing;
  uint64_t enqueued, finished;
  int is_led, failure;
  int64_t end, zero_filled;
  uint8_t *log;
  struct slot *slots;
  size_t slot_count, key_count;
};

static uint32_t load32(const uint8_t *bytes) {
  uint32_t number;
  memcpy(&number, bytes, sizeof number);
  return number;
}

// MARK: the table

static uint64_t hash_of(const uint8_t *key, size_t count) {
  uint64_t hash = 0x9E3779B97F4A7C15u ^ count;
  while (count > 0) {
    uint64_t word = 0;
    size_t step = count < 8 ? count : 8;
    memcpy(&word, key, step);
    hash = (hash ^ word) * 0xBF58476D1CE4E5B9u;
    hash ^= hash >> 32;
    key += step;
    count -= step;
  }
  return hash;
}

static struct slot *find(
  const bench_reference *self, uint64_t hash, const uint8_t *key, size_t key_count) {
  size_t mask = self->slot_count - 1;
  for (size_t index = hash & mask;; index = (index + 1) & mask) {
    struct slot *slot = &self->slots[index];
    if (!slot->record) return slot;
    if (slot->hash == hash && load32(slot->record + 4) == key_count
        && memcmp(slot->record + HEADER_COUNT, key, key_count) == 0) {
      return slot;
    }
  }
}

static int grow(bench_reference *self) {
  struct slot *old = self->slots;
  size_t old_count = self->slot_count;
  self->slot_count = old_count ? old_count * 2 : 1024;
  self->slots = calloc(self->slot_count, sizeof(struct slot));
  if (!self->slots) return ENOMEM;
  size_t mask = self->slot_count - 1;
  for (size_t index = 0; index < old_count; index++) {
    if (!old[index].record) continue;
    size_t place = old[index].hash & mask;
    while (self->slots[place].record) place = (place + 1) & mask;
    self->slots[place] = old[index];
  }
  free(old);
  return 0;
}

static int insert(bench_reference *self, const uint8_t *record) {
  if (self->key_count * 2 >= self->slot_count) {
    int code = grow(self);
    if (code) return code;
  }
  const uint8_t *key = record + HEADER_COUNT;
  size_t key_count = load32(record + 4);
  uint64_t hash = hash_of(key, key_count);
  struct slot *slot = find(self, hash, key, key_count);
  if (!slot->record) self->key_count++;
  slot->hash = hash;
  slot->record = record;
  return 0;
}

const void *bench_reference_get(
  const bench_reference *self, const void *key, size_t key_count, size_t *value_count) {
  struct slot *slot = find(self, hash_of(key, key_count), key, key_count);
  if (!slot->record) return NULL;
  *value_count = load32(slot->record + 8);
  return slot->record + HEADER_COUNT + key_count;
}

// MARK: opening

static int replay(bench_reference *self) {
  struct stat status;
  if (fstat(self->descriptor, &status) < 0) return errno;
  size_t count = (size_t)status.st_size;
  self->log = malloc(count + 1);
  if (!self->log) return ENOMEM;
  for (size_t done = 0; done < count;) {
    ssize_t step = pread(self->descriptor, self->log + done, count - done, (off_t)done);
    if (step < 0) return errno;
    if (step == 0) return EIO;
    done += (size_t)step;
  }
  size_t offset = 0;
  while (offset + HEADER_COUNT <= count) {
    const uint8_t *record = self->log + offset;
    uint64_t size = (uint64_t)HEADER_COUNT + load32(record + 4) + load32(record + 8);
    if (size == HEADER_COUNT || size > count - offset) break;
    if (journal_crc32c(0, record + 4, size - 4) != load32(record)) break;
    int code = insert(self, record);
    if (code) return code;
    offset += size;
  }
  self->end = (int64_t)offset;
  self->zero_filled = (int64_t)count;
  return 0;
}

int bench_reference_open(const char *path, int synced, bench_reference **reference) {
  bench_reference *self = calloc(1, sizeof *self);
  if (!self) return ENOMEM;
  self->synced = synced;
  pthread_mutex_init(&self->lock, NULL);
  pthread_cond_init(&self->changed, NULL);
  self->descriptor = -1;
  int code = bench_open(path, BENCH_OPEN_USUAL, &self->descriptor);
  if (code == 0) code = replay(self);
  if (code == 0 && !self->slots) code = grow(self);
  if (code != 0) {
    bench_reference_close(self);
    return code;
  }
  *reference = self;
  return 0;
}

void bench_reference_close(bench_reference *self) {
  if (self->descriptor >= 0) close(self->descriptor);
  pthread_mutex_destroy(&self->lock);
  pthread_cond_destroy(&self->changed);
  free(self->gathering.bytes);
  free(self->writing.bytes);
  free(self->log);
  free(self->slots);
  free(self);
}

void bench_reference_set_synced(bench_reference *self, int synced) {
  pthread_mutex_lock(&self->lock);
  self->synced = synced;
  pthread_mutex_unlock(&self->lock);
}

uint64_t bench_reference_byte_count(const bench_reference *self) { return (uint64_t)self->end; }

// MARK: group commit

static int append(
  struct buffer *buffer, const void *key, size_t key_count, const void *value,
  size_t value_count) {
  size_t size = HEADER_COUNT + key_count + value_count;
  if (buffer->count + size > buffer->capacity) {
    size_t capacity = (buffer->count + size) * 2;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (!bytes) return ENOMEM;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
  }
  uint8_t *record = buffer->bytes + buffer->count;
  uint32_t counts[2] = {(uint32_t)key_count, (uint32_t)value_count};
  memcpy(record + 4, counts, sizeof counts);
  memcpy(record + HEADER_COUNT, key, key_count);
  memcpy(record + HEADER_COUNT + key_count, value, value_count);
  uint32_t crc = journal_crc32c(0, record + 4, size - 4);
  memcpy(record, &crc, sizeof crc);
  buffer->count += size;
  return 0;
}

static int write_group(bench_reference *self, const struct buffer *group) {
  // Space that was written before has no metadata left to sync.
  static const uint8_t zeros[1 << 16];
  if (self->zero_filled < self->end) self->zero_filled = self->end;
  while (self->synced && self->end + (int64_t)group->count > self->zero_filled) {
    for (int64_t limit = self->zero_filled + ZERO_STEP; self->zero_filled < limit;) {
      int code = bench_write(
        self->descriptor, zeros, sizeof zeros, self->zero_filled, BENCH_WRITE_ONLY);
      if (code) return code;
      self->zero_filled += sizeof zeros;
    }
  }
  int code = bench_write(
    self->descriptor, group->bytes, group->count, self->end,
    self->synced ? BENCH_WRITE_THEN_SYNC : BENCH_WRITE_ONLY);
  if (code == 0) self->end += (int64_t)group->count;
  return code;
}

int bench_reference_put(
  bench_reference *self, const void *key, size_t key_count, const void *value,
  size_t value_count) {
  pthread_mutex_lock(&self->lock);
  int code = append(&self->gathering, key, key_count, value, value_count);
  if (code) {
    pthread_mutex_unlock(&self->lock);
    return code;
  }
  uint64_t own = ++self->enqueued;
  while (self->finished < own && self->is_led) pthread_cond_wait(&self->changed, &self->lock);
  if (self->finished < own) {
    self->is_led = 1;
    struct buffer group = self->gathering;
    self->gathering = self->writing;
    self->gathering.count = 0;
    uint64_t last = self->enqueued;
    pthread_mutex_unlock(&self->lock);
    code = write_group(self, &group);
    pthread_mutex_lock(&self->lock);
    self->writing = group;
    self->finished = last;
    self->is_led = 0;
    if (code && !self->failure) self->failure = code;
    pthread_cond_broadcast(&self->changed);
  }
  code = self->failure;
  pthread_mutex_unlock(&self->lock);
  return code;
}
