// The call is an extension, which the headers only show to those who ask.
#define _GNU_SOURCE
#include "write_out.h"

#include <errno.h>
#include <fcntl.h>

int journal_write_out(int descriptor, int64_t offset, int64_t count, int waits) {
#ifdef SYNC_FILE_RANGE_WRITE
  unsigned flags = SYNC_FILE_RANGE_WRITE;
  if (waits) flags |= SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER;
  return sync_file_range(descriptor, offset, count, flags);
#else
  (void)descriptor, (void)offset, (void)count, (void)waits;
  errno = ENOSYS;
  return -1;
#endif
}
