/*
 * ledger.h - what a LocalQueue has used in the past, for admission fair sharing.
 *
 * Consumption fades with a half-life and is renewed from what is in use. A workload that gets quota
 * is charged a penalty at once, which becomes consumption when it is admitted.
 *
 * Units    Amounts in 1e-9 of a base unit, as in decay.h; a weight is a plain number.
 * Order    Sums go over resources in the order of their names, as doubles.
 * Memory   Owns its lines.
 * Cost     O(resources); ledger_usage is free while nothing changes.
 * Source   Kueue v0.20-dev, pkg/cache/queue/afs, pkg/util/admissionfairsharing;
 * specs/kueue.md 1.14.
 */
#ifndef POLICIES_KUEUE_LEDGER_H
#define POLICIES_KUEUE_LEDGER_H

#include "policies/kueue/kueue_workload.h"
#include "policies/kueue/settings.h"
#include "sim/int128.h"
#include "sim/intern.h"

struct ledger_line {
    uint32_t resource;
    bool is_decimal; /* consumed is a product: Kueue reads it as so many 1e-9 */
    uint128 consumed, penalty;
    int64_t admitted; /* in the units of workloads */
};

struct ledger {
    bool exists;
    int64_t updated_ns;
    struct ledger_line *lines; /* by the name of the resource */
    uint32_t len, cap;
    double usage; /* cached */
    bool is_counted;
};

void ledger_fini(struct ledger *l);

/* What is in use by admitted workloads changes. */
void ledger_admit(struct ledger *l, const struct intern *resources, const struct res_qty *qty);

/* amount, in the units of workloads, as consumed by now. */
void ledger_seed(struct ledger *l, const struct intern *resources, const struct res_qty *qty);

/* Consumption fades up to now. */
void ledger_decay(struct ledger *l, int64_t half_life_ns, int64_t now_ns);

/* Everything consumed is forgotten. */
void ledger_forget(struct ledger *l, int64_t now_ns);

/* A penalty is due, or (settled) becomes consumption, or (dropped) is due no longer. */
struct penalty_part {
    uint32_t resource;
    uint128 amount;
};

struct penalty {
    uint32_t len;
    struct penalty_part parts[];
};

void ledger_owe(struct ledger *l, const struct intern *resources, const struct penalty *p,
                int64_t now_ns);
void ledger_settle(struct ledger *l, const struct intern *resources, const struct penalty *p);
void ledger_waive(struct ledger *l, const struct intern *resources, const struct penalty *p);

bool ledger_owes(const struct ledger *l);

/* Weighted sum over the resources; +infinity without weight. */
double ledger_usage(struct ledger *l, const struct afs_settings *s, double weight);

/* An amount in the units of workloads as so many 1e-9 of a base unit. */
uint128 ledger_amount(const struct res_qty *qty);

#endif /* POLICIES_KUEUE_LEDGER_H */
