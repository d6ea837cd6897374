#include "policies/kueue/control_plane.h"

#include <math.h>

static const struct config_key keys[] = {
    {.key = "qps",
     .kind = CONFIG_REAL,
     .offset = offsetof(struct control_plane_options, qps),
     .fallback = "50",
     .min = 0.001,
     .max = 1e9,
     .help = "writes per second in the long run; Kueue's clientConnection.qps"},
    {.key = "burst",
     .kind = CONFIG_INT,
     .offset = offsetof(struct control_plane_options, burst),
     .fallback = "100",
     .min = 1,
     .max = 1e9,
     .help = "writes at once after a quiet time; Kueue's clientConnection.burst"},
    {0},
};

const struct config_table control_plane_table = {
    .name = "control plane",
    .help = "Admissions, evictions and reasons to wait take their turn at the API server "
            "(docs/KUEUE-PERFORMANCE.md).",
    .bytes = sizeof(struct control_plane_options),
    .keys = keys,
};

void control_plane_init(struct control_plane *c, const struct control_plane_options *o)
{
    const int64_t most_ns = INT64_C(1000000000000000000);
    *c = (struct control_plane){.full_ns = INT64_MIN};
    if (o->qps == 0)
        return;
    c->interval_ns = llround(1e9 / o->qps);
    c->burst_ns = o->burst > most_ns / c->interval_ns ? most_ns : o->burst * c->interval_ns;
}

/* Each write empties the bucket by an interval; it fills as time goes by. */
int64_t control_plane_write(struct control_plane *c, int64_t now_ns)
{
    c->full_ns = (c->full_ns > now_ns ? c->full_ns : now_ns) + c->interval_ns;
    const int64_t at_ns = c->full_ns - c->burst_ns;
    return at_ns > now_ns ? at_ns : now_ns;
}
