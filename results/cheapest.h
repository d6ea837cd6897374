/*
 * cheapest.h - the cheapest point of a grid that holds, with few points looked at.
 *
 * One axis is the main one: along it cost grows, and what holds at a point holds at the next. The
 * grid is cut into lines along it. The first line is halved again and again; of every later line
 * only what would be cheaper than the best so far is of interest, and if its dearest such point
 * fails, the line is done after one look. Whether it is true that what holds goes on to hold is not
 * taken on trust: two steps below the answer is looked at as well, and some points in between where
 * nothing holds at the dear end of any line; if one of them holds the search goes on from there,
 * and says so.
 *
 * Order    Lines in the order of their numbers; of equal costs the first point wins.
 * Memory   Borrows all of the struct.
 * Cost     log2(n) + 1 looks for the first line of n points, one for most others, one to check.
 * Threads  The caller's.
 */
#ifndef RESULTS_CHEAPEST_H
#define RESULTS_CHEAPEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHEAPEST_NONE UINT64_MAX

struct cheapest {
    const uint64_t *lens; /* of the axes; points count the last one fastest */
    size_t axes, main;
    /* Larger is dearer; grows along the main axis. */
    double (*cost)(void *context, uint64_t point);
    /* Whether the point keeps what it must; may be asked again. False in *go_on: stop. */
    bool (*holds)(void *context, uint64_t point, bool *go_on);
    void *context;
};

struct cheapest_result {
    uint64_t point; /* CHEAPEST_NONE: none holds */
    uint64_t below; /* the next one down the main axis, which fails; CHEAPEST_NONE: there is none */
    bool is_uneven; /* something below a point that fails holds */
    bool was_stopped; /* before the end: there may be a cheaper one */
};

struct cheapest_result cheapest_find(const struct cheapest *c);

/* The point `steps` along the main axis from one; CHEAPEST_NONE beyond the grid. */
uint64_t cheapest_step(const struct cheapest *c, uint64_t point, int64_t steps);

#endif /* RESULTS_CHEAPEST_H */
