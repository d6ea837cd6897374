/*
 * step_area.h - the area below a level since the last sample.
 *
 * The meters' own windows belong to nobody; an observer keeps what it has seen of an area, which
 * begins anew when the warm-up ends.
 */
#ifndef RESULTS_STEP_AREA_H
#define RESULTS_STEP_AREA_H

#include "sim/time_average.h"

struct step_area {
    int128 seen;    /* of the area, at the last sample */
    int128 carried; /* from before the warm-up ended, since the last sample */
};

/* The area since the last call. */
static inline int128 step_area_take(struct step_area *s, const struct time_average *t,
                                    int64_t now_ns)
{
    const int128 area = time_average_area(t, now_ns);
    const int128 since = s->carried + area - s->seen;
    *s = (struct step_area){.seen = area};
    return since;
}

/* The meter forgets its area after this. */
static inline void step_area_cut(struct step_area *s, const struct time_average *t, int64_t now_ns)
{
    s->carried += time_average_area(t, now_ns) - s->seen;
    s->seen = 0;
}

#endif /* RESULTS_STEP_AREA_H */
