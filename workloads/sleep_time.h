/*
 * sleep_time.h - how long a command sleeps: run times that stand in the manifests themselves.
 *
 *   [sleep, "600"]                                10m
 *   [bash, -c, "nvidia-smi && sleep 10m"]         10m
 *   [sh, -c, "sleep 60; train.sh; sleep 30"]      90s: everything else takes no time
 *   [sh, -c, "while true; do date; sleep 10; done"]   for ever
 *   [sh, -c, "for i in $(seq 5); do sleep 2; done"]   10s
 *   [sh, -c, "trap : TERM; sleep infinity & wait"]    for ever
 *
 * Commands are taken to succeed: what follows || is not done. What depends on more than the text
 * says (variables, conditions) is unclear, and so is said.
 *
 * Memory   Words lie in the arena.
 * Cost     O(length), nesting bounded.
 */
#ifndef WORKLOADS_SLEEP_TIME_H
#define WORKLOADS_SLEEP_TIME_H

#include <stddef.h>
#include <stdint.h>

struct arena;

enum sleep_found {
    SLEEP_NONE,    /* nothing sleeps */
    SLEEP_KNOWN,   /* so long */
    SLEEP_UNCLEAR, /* something sleeps, but how long does not stand there */
    SLEEP_FOREVER, /* it never ends, whatever else it does */
};

struct sleep_time {
    enum sleep_found found;
    int64_t ns; /* of SLEEP_KNOWN */
};

/* Of a program and its arguments. */
struct sleep_time sleep_time_of(struct arena *a, const char *const *words, size_t len);

#endif /* WORKLOADS_SLEEP_TIME_H */
