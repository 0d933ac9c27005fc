/*
 * What a block costs on a Cortex-M.
 *
 * With HARNESS_TICKS=1, on a real board: processor cycles, from the DWT cycle counter.
 * With HARNESS_TICKS=2, under `qemu-system-arm -icount`: executed instructions. QEMU lets SysTick
 * advance with the instruction count; a loop of known length gives the scale. An instruction count
 * is no cycle count: it knows nothing of caches, wait states, stalls or dual issue.
 * SPDX-License-Identifier: MIT-0
 */
#ifndef TICKS_H
#define TICKS_H

#include <stdint.h>
#include <stdio.h>

#define TICKS_REGISTER(address) (*(volatile uint32_t *)(address))

static uint32_t ticks_started, ticks_blocks, ticks_most;
static uint64_t ticks_total;

#if HARNESS_TICKS == 1
static inline uint32_t ticks_now(void) { return TICKS_REGISTER(0xE0001004u); }
static inline void ticks_start_counter(void)
{
    TICKS_REGISTER(0xE000EDFCu) |= 1u << 24; /* DEMCR.TRCENA */
    TICKS_REGISTER(0xE0001FB0u) = 0xC5ACCE55u; /* unlock; the M33 ignores it */
    TICKS_REGISTER(0xE0001004u) = 0;
    TICKS_REGISTER(0xE0001000u) |= 1u; /* CYCCNTENA */
}
static inline uint32_t ticks_between(uint32_t from, uint32_t to) { return to - from; }
#else
static inline uint32_t ticks_now(void) { return TICKS_REGISTER(0xE000E018u); }
static inline void ticks_start_counter(void)
{
    TICKS_REGISTER(0xE000E014u) = 0x00FFFFFFu;
    TICKS_REGISTER(0xE000E018u) = 0;
    TICKS_REGISTER(0xE000E010u) = 5; /* on, processor clock, no interrupt */
}
/* SysTick counts down, in 24 bits. */
static inline uint32_t ticks_between(uint32_t from, uint32_t to)
{
    return (from - to) & 0x00FFFFFFu;
}
#endif

static inline void ticks_clear(void)
{
    ticks_start_counter();
    ticks_blocks = ticks_most = 0;
    ticks_total = 0;
}

static inline void ticks_begin(void) { ticks_started = ticks_now(); }

static inline void ticks_end(void)
{
    const uint32_t taken = ticks_between(ticks_started, ticks_now());
    ticks_total += taken;
    ++ticks_blocks;
    if (taken > ticks_most)
        ticks_most = taken;
}

static inline void ticks_report(unsigned frames, unsigned block)
{
#if HARNESS_TICKS == 1
    const double each = 1.0;
    const char *const unit = "cycles";
#else
    uint32_t rounds = 1000000u;
    const uint32_t before = ticks_now();
    __asm__ volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(rounds) : : "cc");
    const double each = 2000000.0 / ticks_between(before, ticks_now());
    const char *const unit = "instructions";
#endif
    printf("%s_per_sample %.1f\n", unit, each * (double)ticks_total / frames);
    printf("%s_worst_block_of_%u %.0f\n", unit, block, each * ticks_most);
}

#endif
