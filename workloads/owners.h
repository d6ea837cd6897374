/*
 * owners.h - whose jobs are generated: tenants by weight, users of theirs, and what bears their
 * names.
 *
 *   tenants: {team-a: 2, team-b: 1}
 *   users: 12                          of each tenant: team-a-1 ... team-a-12
 *   turns: true                        one after the other in place of any by weight
 *   queue: "lq-{tenant}"
 *
 * Memory   O(tenants x users), in the arena, made once.
 * Cost     owners_pick: 6 ns a choice to be made.
 */
#ifndef WORKLOADS_OWNERS_H
#define WORKLOADS_OWNERS_H

#include "models/job_source.h"
#include "sim/distribution.h"

enum { OWNERS_MOST = 1 << 20 };

struct owners_options {
    struct distribution tenants;              /* not read: one, called as the jobs are */
    int64_t users;                            /* of each tenant; 0: one, called as the tenant is */
    bool in_turn;                             /* no luck: one after the other */
    const char *queue, *name_space, *account; /* with {tenant} and {user} in them */
};

struct owner {
    uint32_t tenant_word, user_word, queue_word;
    uint32_t namespace_word, account_word;
};

struct owners {
    struct distribution tenants;
    uint32_t tenants_len, users;
    struct owner *list; /* tenant by tenant */
    bool in_turn;
    uint32_t next; /* where they come in turn */
    gsl_rng *tenant_rng, *user_rng;
};

/* What is wrong with a template; NULL: nothing. */
const char *owners_template_problem(const char *template);

/* name: of the workload. */
void owners_make(struct owners *o, const struct owners_options *options, const char *name,
                 const struct source_env *env);

static inline size_t owners_len(const struct owners *o)
{
    return (size_t)o->tenants_len * o->users;
}

/* The number of a job's owner in the list. */
uint32_t owners_pick(struct owners *o);

#endif /* WORKLOADS_OWNERS_H */
