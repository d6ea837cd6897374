/*
 * mig.h - how instances may lie on a GPU that is partitioned (NVIDIA's Multi-Instance GPU).
 *
 * A GPU has up to 8 memory slices and a number of compute slices. An instance of a profile covers
 * a run of memory slices that begins at one of the profile's starts. A set of instances is valid
 * if and only if
 *   - no memory slice is covered twice,
 *   - the compute slices add up to no more than the GPU has,
 *   - no profile has more instances than its `most`,
 *   - at most one instance has the media engines (+me).
 * The counters of Kubernetes' dynamic resource allocation say the same, so this one rule serves
 * static, managed and dynamic partitioning alike.
 *
 * Source   NVIDIA MIG user guide (r580); `nvidia-smi mig -lgipp`. The tables are data: see
 *          models/catalogue/mig.yaml.
 * Memory   Layouts are values. Tables and profiles are borrowed and never change.
 * Errors   A placement that the rule forbids, or an instance that is not there, is a bug in the
 *          caller: SIM_REQUIRE. Ask mig_may_add first.
 * Cost     O(memory slices) at most; nothing allocates.
 * Units    Slices are slices; memory is in bytes.
 */
#ifndef MODELS_MIG_H
#define MODELS_MIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MIG_MOST_SLICES = 8,
    MIG_MOST_PROFILES = 15, /* a layout keeps a profile in four bits, 0 being none */
    MIG_NONE = -1,          /* no profile, no start, no id */
    MIG_TEXT_BYTES = 512,   /* room for any layout in mig_layout_text */
};

/* What an instance has of its own beside SMs; MIG_NONE where no source says. */
struct mig_engines {
    int8_t decoders;
    int8_t jpeg;
    int8_t ofa; /* optical flow */
    int8_t copy;
};

struct mig_profile {
    const char *name;     /* as the driver prints it: "1g.10gb+me" */
    const char *kind;     /* the same on every GPU of a geometry: "1g+me" */
    int64_t memory_bytes; /* of one instance; 0: not known */
    int32_t sms;          /* streaming multiprocessors; 0: not known */
    int32_t id;           /* what nvidia-smi calls it; MIG_NONE: not known */
    struct mig_engines engines;
    uint8_t compute_slices;
    uint8_t memory_slices;
    uint8_t most;                   /* instances of it on one GPU */
    uint8_t starts;                 /* bit s: may begin at memory slice s */
    uint8_t order_len;              /* of order[]: every start once */
    uint8_t order[MIG_MOST_SLICES]; /* where the driver puts it by itself: the first that is free */
    bool order_assumed;             /* nobody has published the whole order: ours is a guess */
    bool media;                     /* +me: has the media engines, which a GPU has once */
    bool double_memory;             /* twice the memory slices of the plain profile of its size */
    int8_t instance_id[MIG_MOST_SLICES]; /* by start, as the driver numbers it; MIG_NONE: unknown */
};

/* What a kind of GPU can be cut into, in the order in which lists show it. */
struct mig_table {
    const char *name;
    const struct mig_profile *profiles;
    uint8_t len;
    uint8_t compute_slices;
    uint8_t memory_slices;
};

/* Instances on one GPU; {0} is an empty one. Two layouts are equal if their codes are. */
struct mig_layout {
    uint32_t code;  /* hexadecimal digit s from the left: 1 + the profile that begins at slice s */
    uint8_t slices; /* bit s: memory slice s is covered */
    uint8_t compute_slices;
    uint8_t len; /* instances */
    bool media;
};

/* What is wrong with a table, and with which of its profiles (table->len: with the table itself);
 * NULL if nothing is. All other functions need a table without flaws. */
const char *mig_table_flaw(const struct mig_table *t, unsigned *profile);

/* The profile with this name, MIG_NONE if there is none. */
int mig_profile_find(const struct mig_table *t, const char *name);

/* The memory slices that an instance would cover, as bits. */
unsigned mig_slices(const struct mig_profile *p, unsigned start);

bool mig_may_add(const struct mig_table *t, const struct mig_layout *l, unsigned profile,
                 unsigned start);

/* All starts at which mig_may_add, as bits. */
unsigned mig_free_starts(const struct mig_table *t, const struct mig_layout *l, unsigned profile);

void mig_add(const struct mig_table *t, struct mig_layout *l, unsigned profile, unsigned start);

/* Takes out the instance that begins at start. */
void mig_remove(const struct mig_table *t, struct mig_layout *l, unsigned start);

/* The profile of the instance that begins at start, MIG_NONE if none does. */
int mig_at(const struct mig_layout *l, unsigned start);

unsigned mig_count(const struct mig_layout *l, unsigned profile);

/* The same number for layouts with the same instances, wherever they lie: digit p from the right
 * counts profile p. */
uint64_t mig_multiset(const struct mig_layout *l);

/* Every instance of inner is in outer, at the same place. */
bool mig_contains(const struct mig_layout *outer, const struct mig_layout *inner);

/* The GPU instance id (GI) the driver gives, MIG_NONE if that is not known. */
int mig_instance_id(const struct mig_table *t, unsigned profile, unsigned start);

/* "2g.20gb@0 3g.40gb@4", "" if empty, into text, which has room for MIG_TEXT_BYTES; cut off if a
 * table has absurdly long names. Returns text. */
const char *mig_layout_text(const struct mig_table *t, const struct mig_layout *l, char *text);

#endif /* MODELS_MIG_H */
