/*
 * last_placement.h - where each job ran after its last start, kept until the job is over.
 *
 * Where tasks ran is known only while they are there, so it is noted when they give their node
 * back. Nearly always the job is over right then: one text is enough. For a job that is queued
 * again, what was noted is put away by job slot.
 *
 * Memory   Of jobs that are queued again, their texts; nothing for others.
 */
#ifndef RESULTS_LAST_PLACEMENT_H
#define RESULTS_LAST_PLACEMENT_H

#include "models/simulation.h"
#include "results/placement.h"
#include "results/row.h"

struct put_away;

struct last_placement {
    const struct simulation *sim;
    struct placement now; /* of job `number` */
    uint64_t number;      /* 0: of nobody */
    uint32_t id;
    int64_t start_ns;
    struct put_away *away; /* by job slot */
    size_t away_cap;
};

void last_placement_init(struct last_placement *p, const struct simulation *sim);
void last_placement_fini(struct last_placement *p);

/* A task is over; those of jobs whose tasks have lives of their own are not noted. */
void last_placement_note(struct last_placement *p, const struct job *job, const struct task *task);

/* Writes the field of a job that is over, and forgets it. */
char *last_placement_put(struct last_placement *p, const struct rows *rows, char *to,
                         const struct job *job);

#endif /* RESULTS_LAST_PLACEMENT_H */
