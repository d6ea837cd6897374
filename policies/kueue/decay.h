/*
 * decay.h - how past usage fades: half-lives, and decimals multiplied as Kueue multiplies them.
 *
 * Order    The same bits as Kueue's (go_math.h): the last place of a factor shows in the ninth
 *          decimal of large amounts.
 * Units    Amounts in 1e-9 of a base unit (a CPU, a byte, a GPU), never negative.
 * Cost     decay_times: one conversion to text and back.
 * Source   Kueue v0.20-dev, pkg/util/admissionfairsharing, pkg/util/resource (MulByFloat);
 *          specs/kueue.md 1.14.
 */
#ifndef POLICIES_KUEUE_DECAY_H
#define POLICIES_KUEUE_DECAY_H

#include "sim/int128.h"

#include <stdint.h>

/* What part of the past is gone after this time: 1 - 0.5^(elapsed / half_life); 0 if the half-life
 * is 0. */
double decay_alpha(int64_t elapsed_ns, int64_t half_life_ns);

/* amount x factor, where the factor is the shortest decimal that means it; rounded down.
 * 0 <= factor < 1e15. */
uint128 decay_times(uint128 amount, double factor);

#endif /* POLICIES_KUEUE_DECAY_H */
