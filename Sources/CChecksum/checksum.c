#include "checksum.h"

#include <stdbool.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "State Journal supports little-endian processors only"
#endif

// Bit 31 stands for x^0 throughout: CRC-32C reads each byte from its lowest bit on.
static const uint32_t polynomial = 0x82F63B78;

// How many 8-byte words one of three streams takes at most. With more, the powers below would take
// more cache than the rarer joining of streams gains.
enum { longest_stream = 128 };

// slice[k][b]: what byte b leaves behind once k more bytes have passed.
static uint32_t slice[8][256];

// powers[m] = x^(64m - 33) modulo the polynomial: what moves a checksum past m words. The 33 is
// what the product and the checksum instruction add by themselves (see MOVE_PAST).
static uint32_t powers[2 * longest_stream + 1];

// What the processor can do. Written before main, read only afterwards.
static bool has_checksum_instruction;
static bool has_carryless_product;

static uint32_t times_x(uint32_t value) {
  return (value >> 1) ^ (value & 1 ? polynomial : 0);
}

static inline uint64_t load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

// MARK: Portable, eight bytes at a step (Kounavis and Berry, "slicing-by-8")

uint32_t journal_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  crc = ~crc;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word = load_word(next) ^ crc;
    crc = 0;
    for (int byte = 0; byte < 8; byte++) {
      crc ^= slice[7 - byte][(word >> (8 * byte)) & 0xFF];
    }
  }
  for (; count > 0; count--, next++) {
    crc = (crc >> 8) ^ slice[0][(crc ^ *next) & 0xFF];
  }
  return ~crc;
}

// MARK: Processors

#if defined(__x86_64__)

#include <cpuid.h>
#include <nmmintrin.h>
#include <wmmintrin.h>

#define WITH_INSTRUCTIONS __attribute__((target("sse4.2,pclmul")))
#define PASS_WORD(crc, word) ((uint32_t)_mm_crc32_u64((crc), (word)))
#define PASS_HALF(crc, half) _mm_crc32_u32((crc), (half))
#define PASS_PAIR(crc, pair) _mm_crc32_u16((crc), (pair))
#define PASS_BYTE(crc, byte) _mm_crc32_u8((crc), (byte))
#define CARRYLESS_PRODUCT(a, b) \
  ((uint64_t)_mm_cvtsi128_si64( \
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(a), _mm_cvtsi64_si128(b), 0)))

static void detect_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return;
  has_checksum_instruction = (c & bit_SSE4_2) != 0;
  has_carryless_product = (c & bit_PCLMUL) != 0;
}

#elif defined(__aarch64__)

#include <arm_acle.h>
#include <arm_neon.h>

#if defined(__APPLE__)
// Every Apple processor that runs arm64 macOS has both, and the compiler assumes them.
#define WITH_INSTRUCTIONS
static void detect_instructions(void) {
  has_checksum_instruction = true;
  has_carryless_product = true;
}
#else
#include <asm/hwcap.h>
#include <sys/auxv.h>
#define WITH_INSTRUCTIONS __attribute__((target("crc,aes")))
static void detect_instructions(void) {
  unsigned long capabilities = getauxval(AT_HWCAP);
  has_checksum_instruction = (capabilities & HWCAP_CRC32) != 0;
  has_carryless_product = (capabilities & HWCAP_PMULL) != 0;
}
#endif

#define PASS_WORD(crc, word) __crc32cd((crc), (word))
#define PASS_HALF(crc, half) __crc32cw((crc), (half))
#define PASS_PAIR(crc, pair) __crc32ch((crc), (pair))
#define PASS_BYTE(crc, byte) __crc32cb((crc), (byte))
#define CARRYLESS_PRODUCT(a, b) \
  vgetq_lane_u64(vreinterpretq_u64_p128(vmull_p64((poly64_t)(a), (poly64_t)(b))), 0)

#endif

__attribute__((constructor)) static void prepare(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; bit++) rest = times_x(rest);
    slice[0][byte] = rest;
  }
  for (int k = 1; k < 8; k++) {
    for (int byte = 0; byte < 256; byte++) {
      uint32_t before = slice[k - 1][byte];
      slice[k][byte] = (before >> 8) ^ slice[0][before & 0xFF];
    }
  }
  uint32_t power = 1;  // x^31, which is x^(64 - 33)
  for (int m = 1; m <= 2 * longest_stream; m++) {
    powers[m] = power;
    for (int bit = 0; bit < 64; bit++) power = times_x(power);
  }
#if defined(PASS_WORD)
  detect_instructions();
#endif
}

// MARK: With instructions

#if defined(PASS_WORD)

// The checksum instruction answers after three cycles but starts anew in every cycle. So three
// neighbouring streams run at once and are joined afterwards: the checksum of a stream is
// multiplied by the power of x that stands for the bytes behind it (Gopal and others, "Fast CRC
// Computation for iSCSI Polynomial Using CRC32 Instruction", Intel 2011). The products ride on the
// last word of the last stream, whose instruction reduces them on the way.

// A product of two reflected numbers is one bit short of 64, which counts as a factor x, and the
// instruction multiplies by x^32: together the 33 that `powers` leaves out.
#define MOVE_PAST(words, crc) CARRYLESS_PRODUCT((crc), powers[words])

// The fewest words a stream needs for three of them to win over one.
enum { shortest_stream = 4 };

WITH_INSTRUCTIONS
static uint32_t with_instructions(uint32_t crc, const uint8_t *next, size_t count) {
  crc = ~crc;
  if (has_carryless_product) {
    while (count >= 24 * shortest_stream) {
      size_t words = count / 24;
      if (words > longest_stream) words = longest_stream;
      size_t length = 8 * words;
      const uint8_t *last = next + length - 8;
      uint32_t second = 0, third = 0;
      for (; next != last; next += 8) {
        crc = PASS_WORD(crc, load_word(next));
        second = PASS_WORD(second, load_word(next + length));
        third = PASS_WORD(third, load_word(next + 2 * length));
      }
      crc = PASS_WORD(crc, load_word(next));
      second = PASS_WORD(second, load_word(next + length));
      uint64_t joined = MOVE_PAST(2 * words, crc) ^ MOVE_PAST(words, second);
      crc = PASS_WORD(third, load_word(next + 2 * length) ^ joined);
      next += 2 * length + 8;
      count -= 3 * length;
    }
  }
  for (; count >= 8; count -= 8, next += 8) crc = PASS_WORD(crc, load_word(next));
  if (count & 4) {
    uint32_t half;
    memcpy(&half, next, sizeof half);
    crc = PASS_HALF(crc, half);
    next += 4;
  }
  if (count & 2) {
    uint16_t pair;
    memcpy(&pair, next, sizeof pair);
    crc = PASS_PAIR(crc, pair);
    next += 2;
  }
  if (count & 1) crc = PASS_BYTE(crc, *next);
  return ~crc;
}

uint32_t journal_crc32c(uint32_t crc, const void *bytes, size_t count) {
  if (has_checksum_instruction) return with_instructions(crc, bytes, count);
  return journal_crc32c_portable(crc, bytes, count);
}

#else

uint32_t journal_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return journal_crc32c_portable(crc, bytes, count);
}

#endif
