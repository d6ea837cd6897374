/*
 * control_plane.h - the client of Kueue's manager: so many writes to the API server per second.
 *
 * A token bucket, as client-go has it: `burst` writes at once, then `qps` in each second; who comes
 * when the bucket is empty waits behind those who came before. controller-runtime gives each kind
 * of object a client and a bucket of its own; this is that of Workloads.
 *
 * Cost     O(1) for each write.
 * Source   k8s.io/client-go/util/flowcontrol; sigs.k8s.io/controller-runtime/pkg/client/apiutil;
 *          specs/kueue.md 4.5.
 */
#ifndef POLICIES_KUEUE_CONTROL_PLANE_H
#define POLICIES_KUEUE_CONTROL_PLANE_H

#include "sim/config_key.h"

#include <stdint.h>

/* clientConnection of Kueue's Configuration. */
struct control_plane_options {
    double qps; /* 0: writes take no time */
    int64_t burst;
};

extern const struct config_table control_plane_table;

struct control_plane {
    int64_t interval_ns; /* between writes in the long run; 0: writes take no time */
    int64_t burst_ns;    /* of a full bucket */
    int64_t full_ns;     /* when it will be full again */
};

void control_plane_init(struct control_plane *c, const struct control_plane_options *o);

static inline bool control_plane_is_on(const struct control_plane *c)
{
    return c->interval_ns > 0;
}

/* When a write that is asked for now goes through. */
int64_t control_plane_write(struct control_plane *c, int64_t now_ns);

#endif /* POLICIES_KUEUE_CONTROL_PLANE_H */
