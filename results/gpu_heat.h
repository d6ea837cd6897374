/*
 * gpu_heat.h - how much of each GPU was held over time, in at most so many rows and columns: for a
 * map of clusters of any size.
 *
 * A row is a GPU where they are few, else a node, else as many nodes as are needed, one behind the
 * other. Columns are equally long; when there are too many, neighbours are joined, two and two.
 *
 * Law      Areas are exact: what the rows held adds up to what all tasks held.
 * Memory   Owns names and HEAT_ROWS x HEAT_COLUMNS cells, however long the run is.
 * Cost     O(GPUs of the task) when a task is over; nothing for what happens before.
 */
#ifndef RESULTS_GPU_HEAT_H
#define RESULTS_GPU_HEAT_H

#include "models/simulation.h"

enum { HEAT_ROWS = 96, HEAT_COLUMNS = 256 };

enum heat_row { HEAT_GPU, HEAT_NODE, HEAT_NODES };

struct gpu_heat;

struct gpu_heat *gpu_heat_new(void);
void gpu_heat_free(struct gpu_heat *h); /* NULL is allowed */

/* --- filling, by the observer --- */

void gpu_heat_begin(struct gpu_heat *h, const struct simulation *sim, int64_t start_ns);
void gpu_heat_task(struct gpu_heat *h, const struct job *job, const struct task *task);
void gpu_heat_end(struct gpu_heat *h);

/* --- reading, after that --- */

enum heat_row gpu_heat_row_is(const struct gpu_heat *h);
size_t gpu_heat_rows(const struct gpu_heat *h);                  /* 0: there are no GPUs */
const char *gpu_heat_node(const struct gpu_heat *h, size_t row); /* the first */
bool gpu_heat_begins_node(const struct gpu_heat *h, size_t row);
uint32_t gpu_heat_gpus(const struct gpu_heat *h, size_t row);
uint32_t gpu_heat_most_gpus(const struct gpu_heat *h);    /* of a row */
uint32_t gpu_heat_nodes_of_row(const struct gpu_heat *h); /* the last row may have fewer */

/* 0: the run took no time. */
size_t gpu_heat_columns(const struct gpu_heat *h);
int64_t gpu_heat_from_ns(const struct gpu_heat *h, size_t column);
int64_t gpu_heat_to_ns(const struct gpu_heat *h, size_t column);

/* Held shares of the row's GPUs on average, one per column, from 0 to 1. */
void gpu_heat_shares(const struct gpu_heat *h, size_t row, double *out);

#endif /* RESULTS_GPU_HEAT_H */
