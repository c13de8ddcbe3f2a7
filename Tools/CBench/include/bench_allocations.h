#pragma once

#include <stdint.h>

// Counts how often this process asks for memory. On glibc the allocation functions of this program
// take the place of the library's for everything in the process and pass each call on; elsewhere,
// and under a sanitizer, which does the same for its own purposes, nothing can be counted.

// 1 when allocations can be counted here.
int bench_allocations_available(void);

// Begins to count, from 0. Counting costs every allocation some nanoseconds; otherwise one branch.
void bench_allocations_begin(void);

// Ends counting and returns how many blocks were asked for, by any thread.
uint64_t bench_allocations_end(void);
