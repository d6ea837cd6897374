/*
 * reconfigure.h - nodes whose GPUs are cut anew in mid-run, by NVIDIA's mig-manager.
 *
 * A node that is to have another layout takes no new tasks. When the last one on it is gone, the
 * GPU clients are stopped, the layout is changed and they are started again, which takes a time
 * drawn from the pool's distribution; then tasks may come. Nobody is evicted: draining the node is
 * the administrator's duty.
 *
 * Source   nvidia-mig-parted, pkg/mig/reconfigure; specs gpu_models.md 1.5.
 * Draws    One number per change, from a stream of the node and the change.
 */
#ifndef MODELS_RECONFIGURE_H
#define MODELS_RECONFIGURE_H

#include <stdint.h>

struct simulation;

/* From now on the node is to have this layout of its own; a later wish replaces one that is under
 * way. */
void reconfigure_want(struct simulation *sim, uint32_t node, uint32_t layout);

/* Its last task left. */
void reconfigure_idle(struct simulation *sim, uint32_t node);

/* An EVENT_LAYOUT fired. */
void reconfigure_done(struct simulation *sim, uint32_t node);

#endif /* MODELS_RECONFIGURE_H */
