#pragma once

#include <stdint.h>

// Asks the kernel to write the dirty pages of `count` bytes at `offset` to the device, and with `waits`
// returns when the device has them. Returns -1 with the reason in `errno`; ENOSYS where the system has
// no such call.
int journal_write_out(int descriptor, int64_t offset, int64_t count, int waits);
