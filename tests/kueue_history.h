/*
 * kueue_history.h - a simulated history of Kueue, second by second, as text lines.
 *
 * What the recorder of conformance/kueue/scenarios did, done by ours: its README has the clock.
 */
#ifndef TESTS_KUEUE_HISTORY_H
#define TESTS_KUEUE_HISTORY_H

#include "tests/kueue_case.h"

struct history_line {
    int64_t second;
    char *text;
};

struct history {
    struct history_line *events; /* sorted by second and text */
    size_t events_len, events_cap;
    struct history_line *queues; /* the last of each second */
    size_t queues_len, queues_cap;
};

void history_fini(struct history *h);

/* The recorded one: NAME.jsonl beside NAME.yaml. */
void history_read(struct history *h, const char *yaml_path);

/* Ours. */
void history_run(struct history *h, struct kueue_case *c);

/* Prints the first difference; true if there is none. */
bool history_equals(const struct history *want, const struct history *got);

#endif /* TESTS_KUEUE_HISTORY_H */
