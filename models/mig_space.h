/*
 * mig_space.h - every layout that a kind of GPU can have.
 *
 * Order    Layouts ascend by code: the empty one first, then as one reads memory slices from left
 *          to right, profiles in the table's order.
 * Memory   Owns its lists; borrows the table. A 7-slice GPU with all its profiles has 2,319
 *          layouts, 40 KB. One space per kind of GPU serves a whole run.
 * Cost     mig_space_new: milliseconds. mig_space_reachable: O(log layouts).
 * Threads  Never changes after mig_space_new: may be shared.
 */
#ifndef MODELS_MIG_SPACE_H
#define MODELS_MIG_SPACE_H

#include "models/mig.h"

enum { MIG_ALL_PROFILES = (1 << MIG_MOST_PROFILES) - 1 };

struct mig_space;

/* The layouts of those profiles whose bits are set in `profiles`. The table has no flaw. */
struct mig_space *mig_space_new(const struct mig_table *t, unsigned profiles);
void mig_space_free(struct mig_space *s); /* NULL is allowed */

const struct mig_table *mig_space_table(const struct mig_space *s);

/* All layouts, the empty one included. */
const struct mig_layout *mig_space_layouts(const struct mig_space *s, size_t *len);

/* Those to which nothing can be added. */
const struct mig_layout *mig_space_maximal(const struct mig_space *s, size_t *len);

bool mig_space_has(const struct mig_space *s, const struct mig_layout *l);

/* How many maximal layouts can still be reached by adding to l; 0 if l is not in the space.
 * mig_contains(maximal, l) says which. */
unsigned mig_space_reachable(const struct mig_space *s, const struct mig_layout *l);

#endif /* MODELS_MIG_SPACE_H */
