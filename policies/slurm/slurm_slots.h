/*
 * slurm_slots.h - the map of the backfill pass: which nodes no plan has taken, from when to when.
 *
 * Order    Slots follow one another without gaps from the map's begin to its end.
 * Memory   Owns its slots; reused by every pass.
 * Cost     Reserve: O(slots x words). Find: O(log slots).
 * Source   node_space of backfill.c in Slurm 26.11, as specs slurm.md 2.0 rule 6 and 2.4 describe
 *          it.
 */
#ifndef POLICIES_SLURM_SLOTS_H
#define POLICIES_SLURM_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slurm_slot {
    int64_t begin_s, end_s;
    uint64_t *free; /* nodes */
};

struct slurm_slots {
    struct slurm_slot *slots;
    size_t len, cap;
    size_t words;
    int64_t records; /* Slurm's count of slots ever made in this pass; merging does not lower it */
};

void slurm_slots_init(struct slurm_slots *s, size_t words);
void slurm_slots_fini(struct slurm_slots *s);

/* One slot with these nodes. */
void slurm_slots_reset(struct slurm_slots *s, int64_t begin_s, int64_t end_s,
                       const uint64_t *nodes);

/* The first slot that ends after t; len if there is none. */
size_t slurm_slots_find(const struct slurm_slots *s, int64_t t);

/* Takes the nodes out of [begin, end): boundaries that were not there split slots. */
void slurm_slots_reserve(struct slurm_slots *s, int64_t begin_s, int64_t end_s,
                         const uint64_t *nodes);

/* Whether all these nodes are free in [begin, end). */
bool slurm_slots_are_free(const struct slurm_slots *s, int64_t begin_s, int64_t end_s,
                          const uint64_t *nodes);

#endif /* POLICIES_SLURM_SLOTS_H */
