/*
 * sleep_part.h - how long a part of a script sleeps, and how parts add up.
 */
#ifndef WORKLOADS_SLEEP_PART_H
#define WORKLOADS_SLEEP_PART_H

#include "workloads/sleep_time.h"

#include <stdbool.h>

#define SLEEP_LONGEST_NS (INT64_C(1) << 60) /* 36 years are for ever */

/* Zeroed: nothing sleeps. */
struct sleep_part {
    enum sleep_found found;
    int64_t ns;
    bool leaves; /* may end what contains it early: break, exit or return, under a condition */
    bool ends;   /* surely does: what follows is not done */
    bool waits;  /* for what runs in the background */
};

struct sleep_part sleep_part_known(int64_t ns);
struct sleep_part sleep_part_unclear(void);

static inline bool sleep_part_sleeps(const struct sleep_part *p)
{
    return p->found != SLEEP_NONE;
}

/* One after the other. */
void sleep_part_add(struct sleep_part *sum, struct sleep_part next);

/* Side by side: as long as the longer one. */
void sleep_part_join(struct sleep_part *longest, struct sleep_part other);

/* Again and again; count -1: nobody knows how often, INT64_MAX: for ever. */
struct sleep_part sleep_part_times(struct sleep_part body, int64_t count);

/* `sleep` with these arguments. */
struct sleep_part sleep_part_of_sleep(const char *const *words, size_t len);

#endif /* WORKLOADS_SLEEP_PART_H */
