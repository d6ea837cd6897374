/*
 * mig_place.h - where new instances go on a GPU, and whether a set of them fits at all.
 *
 * Three rules choose a start when only a profile is given:
 *   driver-order    as the driver does: the first free start in the profile's own order
 *   first-fit       the lowest free start
 *   most-reachable  the start that leaves the most maximal layouts reachable; the lowest of equals
 *
 * The order of requests matters: the driver serves 1g,1g,2g,3g by failing at the last, and
 * 3g,1g,2g,1g without trouble. So there are three ways to ask for several.
 *
 * Source   The driver's order is derived from outputs in NVIDIA's MIG user guide and on public
 *          systems. nvidia-mig-parted tries permutations (pkg/mig/config/config.go at bd7160f,
 *          iteratePermutationsUntilSuccess).
 * Errors   A layout with profiles that the space leaves out is a bug: SIM_REQUIRE.
 * Cost     mig_place: O(starts), times O(log layouts) for most-reachable. The searches give up on
 *          a branch at the first instance that does not fit: at most a few thousand steps on a
 *          7-slice GPU, not the factorial of the number of instances.
 */
#ifndef MODELS_MIG_PLACE_H
#define MODELS_MIG_PLACE_H

#include "models/mig_space.h"

enum mig_rule { MIG_DRIVER_ORDER, MIG_FIRST_FIT, MIG_MOST_REACHABLE };

extern const char *const mig_rule_names[]; /* as in a scenario; ended by NULL */

/* The start for one more instance, MIG_NONE if there is no room. */
int mig_place(const struct mig_space *s, enum mig_rule rule, const struct mig_layout *l,
              unsigned profile);

/* Adds one instance after the other and stops at the first that has no room, as `nvidia-smi mig
 * -cgi` does: those before it stay. Returns how many were added. */
size_t mig_place_each(const struct mig_space *s, enum mig_rule rule, struct mig_layout *l,
                      const uint8_t *profiles, size_t len);

/* counts[p] instances of each profile p of the table, in the first order that works of those
 * mig-parted tries: it begins with the largest profile. False, and l unchanged, if none works.
 * By the driver's order that can happen although a layout exists, with double-memory profiles:
 * six 1g and one 1g.dm need the latter at slice 6, where the driver puts a 1g first. */
bool mig_place_in_any_order(const struct mig_space *s, enum mig_rule rule, struct mig_layout *l,
                            const uint32_t *counts);

/* The same with all starts free to choose, by no rule: the layout with the smallest starts for
 * the largest profiles. False, and l unchanged, only if there is no such layout at all. */
bool mig_fit(const struct mig_space *s, struct mig_layout *l, const uint32_t *counts);

#endif /* MODELS_MIG_PLACE_H */
