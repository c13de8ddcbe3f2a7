#pragma once

#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli), as in RFC 3720 (iSCSI), appendix B.4: reflected polynomial 0x82F63B78, all
// bits inverted before and after.
//
// `crc` is the checksum of the bytes that came before, 0 when there were none, so that a checksum
// can be continued: crc(a + b) == crc(b) continued from crc(a). `bytes` may be NULL when `count` is
// 0 and need not be aligned. Safe on any thread.

// With the processor's instructions where it has them, found out once when the process starts.
uint32_t journal_crc32c(uint32_t crc, const void *bytes, size_t count);

// The same answer from tables alone, so that tests can hold the two against each other.
uint32_t journal_crc32c_portable(uint32_t crc, const void *bytes, size_t count);
