/*
 * prefetch.h - asks for memory before it is needed.
 *
 * ISO C cannot say it; gcc and clang can. It changes nothing but the time a run takes, and an
 * address that does not exist does no harm.
 */
#ifndef SIM_PREFETCH_H
#define SIM_PREFETCH_H

#include <stddef.h>

/* The cache lines that [p, p + bytes) lies on; bytes > 0, best a constant. gcc takes a function
 * that only prefetches for one without effects and drops its calls; the empty asm is an effect. */
static inline void prefetch(const void *p, size_t bytes)
{
    enum { LINE = 64 };
    for (size_t i = 0; i < bytes; i += LINE)
        __builtin_prefetch((const char *)p + i, 1, 3);
    __builtin_prefetch((const char *)p + bytes - 1, 1, 3);
    __asm__ volatile("" : : "r"(p));
}

#endif /* SIM_PREFETCH_H */
