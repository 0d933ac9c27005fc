/*
 * The least that a Cortex-M needs before main(), for QEMU's boards: vector table, FPU, memory.
 * SPDX-License-Identifier: MIT-0
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern uint32_t stack_top, data_from, data_start, data_end, bss_start, bss_end;
extern void initialise_monitor_handles(void);
extern int main(void);

void reset_handler(void) __attribute__((noreturn));
void fault_handler(void) __attribute__((noreturn));

__attribute__((section(".vectors"), used)) const uintptr_t vector_table[16] = {
    (uintptr_t)&stack_top,     (uintptr_t)reset_handler, (uintptr_t)fault_handler,
    (uintptr_t)fault_handler,  (uintptr_t)fault_handler, (uintptr_t)fault_handler,
    (uintptr_t)fault_handler,  (uintptr_t)fault_handler,
};

void reset_handler(void)
{
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: the FPU may be used */
    __asm__ volatile("dsb\n\tisb");
    const uint32_t *from = &data_from;
    for (uint32_t *to = &data_start; to < &data_end;)
        *to++ = *from++;
    for (uint32_t *to = &bss_start; to < &bss_end;)
        *to++ = 0;
    initialise_monitor_handles();
    exit(main());
}

void fault_handler(void)
{
    puts("FAIL: processor fault");
    exit(2);
}
