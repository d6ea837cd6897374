/*
 * prediction.h - how long a job will run, as a backfilling scheduler believes.
 *
 * A predictor speaks when the job is submitted, a corrector when it outlives what was predicted.
 *
 * Source   requested, tsafrir: Tsafrir, Etsion, Feitelson, "Backfilling using system-generated
 *          predictions rather than user runtime estimates", IEEE TPDS 18(6), 2007. recursive
 *          doubling and the exact steps: Gaussier et al., "Improving backfilling by using machine
 *          learning to predict running times", SC'15, as its program has them.
 * Units    ns, at least 1; INT64_MAX: never ends.
 * Memory   Grows with the number of users.
 */
#ifndef POLICIES_BASELINE_PREDICTION_H
#define POLICIES_BASELINE_PREDICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum predictor {
    PREDICT_REQUESTED,   /* the user's estimate */
    PREDICT_CLAIRVOYANT, /* the true run time */
    PREDICT_DOUBLE,      /* twice the estimate */
    PREDICT_TSAFRIR,     /* mean of the user's last two run times, at most the estimate */
};

enum corrector {
    CORRECT_REQUESTED, /* the user's estimate */
    CORRECT_DOUBLING,  /* twice what it was */
    CORRECT_TSAFRIR,   /* 1 min, 5 min, 15 min ... more than at first, at most the estimate */
};

extern const char *const predictor_names[]; /* ended by NULL */
extern const char *const corrector_names[];

struct prediction {
    int64_t estimate_ns;
    int64_t first_ns;
    int64_t run_ns; /* what is believed now */
    uint32_t corrections;
};

/* Run times of one user's last jobs; -1: none yet. */
struct user_history {
    int64_t last_ns, previous_ns;
};

struct predictions {
    enum predictor predictor;
    enum corrector corrector;
    bool in_seconds; /* a mean is cut to whole seconds, as in the program of SC'15 */
    struct user_history *users;
    size_t users_cap;
};

void predictions_fini(struct predictions *p);

/* For a job of this user (any number, UINT32_MAX if unknown), which estimates and really runs for
 * so long. */
struct prediction predictions_make(struct predictions *p, uint32_t user, int64_t estimate_ns,
                                   int64_t true_ns);

/* The job has run for run_ns and goes on: whatever the corrector, it becomes longer. One that
 * outlives the estimate itself is given twice as long. */
void predictions_correct(const struct predictions *p, struct prediction *x);

/* A job of this user has ended. */
void predictions_learn(struct predictions *p, uint32_t user, int64_t run_ns);

#endif /* POLICIES_BASELINE_PREDICTION_H */
