#include "results/pool_step.h"

#include "sim/check.h"

enum { MICRO_PER_MILLI = 1000, MILLI_PER_GPU = 1000, MICRO_PER_GPU = 1000000 };

/* Millionths by the method of the largest remainder: each share rounded down, and what is missing
 * given to those that lost most, the first of equals. */
static void divide(const int128 area_milli[POOL_SHARES], int64_t lasted_ns, int64_t capacity_micro,
                   int64_t micro[POOL_SHARES])
{
    int64_t lost[POOL_SHARES];
    int64_t missing = capacity_micro;
    for (unsigned i = 0; i < POOL_SHARES; i++) {
        const int128 area_micro = area_milli[i] * MICRO_PER_MILLI;
        micro[i] = (int64_t)(area_micro / lasted_ns);
        lost[i] = (int64_t)(area_micro % lasted_ns);
        missing -= micro[i];
    }
    for (; missing > 0; missing--) {
        unsigned most = 0;
        for (unsigned i = 1; i < POOL_SHARES; i++)
            if (lost[i] > lost[most])
                most = i;
        micro[most]++;
        lost[most] = -1;
    }
}

struct pool_areas pool_step_areas(struct pool_step *s, const struct pool_meter *m,
                                  uint32_t capacity_gpus, int64_t now_ns, int64_t lasted_ns)
{
    struct pool_areas a = {
        .of = {[SHARE_ALLOCATED] = step_area_take(&s->allocated, &m->allocated, now_ns),
               [SHARE_FRAGMENTED] = step_area_take(&s->fragmented, &m->fragmented, now_ns),
               [SHARE_DOWN] = step_area_take(&s->down, &m->down, now_ns)},
        .active = step_area_take(&s->active, &m->active, now_ns),
    };
    a.of[SHARE_IDLE] = (int128)capacity_gpus * MILLI_PER_GPU * lasted_ns - a.of[SHARE_ALLOCATED] -
                       a.of[SHARE_FRAGMENTED] - a.of[SHARE_DOWN];
    SIM_REQUIRE_AT(now_ns, a.of[SHARE_IDLE] >= 0);
    return a;
}

struct pool_average pool_step_take(struct pool_step *s, const struct pool_meter *m,
                                   uint32_t capacity_gpus, int64_t now_ns, int64_t lasted_ns)
{
    const struct pool_areas a = pool_step_areas(s, m, capacity_gpus, now_ns, lasted_ns);
    struct pool_average out = {.capacity_micro = (int64_t)capacity_gpus * MICRO_PER_GPU};
    divide(a.of, lasted_ns, out.capacity_micro, out.micro);
    out.active_micro = (int64_t)((a.active * MICRO_PER_MILLI + lasted_ns / 2) / lasted_ns);
    return out;
}

void pool_step_cut(struct pool_step *s, const struct pool_meter *m, int64_t now_ns)
{
    step_area_cut(&s->allocated, &m->allocated, now_ns);
    step_area_cut(&s->fragmented, &m->fragmented, now_ns);
    step_area_cut(&s->down, &m->down, now_ns);
    step_area_cut(&s->active, &m->active, now_ns);
}
