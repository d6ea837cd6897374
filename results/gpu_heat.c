#include "results/gpu_heat.h"

#include "models/device.h"
#include "sim/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_WIDTH_NS = 1000000, MILLI_PER_GPU = 1000 };

/* What begins and ends in a column: from its end on the level is `delta` higher than before, and in
 * it that has been worth `part`. */
struct heat_cell {
    int128 part; /* thousandths of GPUs x ns */
    int64_t delta;
};

struct heat_line {
    const char *node;
    bool begins_node;
    uint32_t gpus;
};

struct gpu_heat {
    const struct simulation *sim; /* NULL: not being filled */
    struct arena *arena;
    struct heat_cell (*cells)[HEAT_COLUMNS]; /* by row */
    struct heat_line rows[HEAT_ROWS];
    size_t rows_len;
    uint32_t nodes_of_row;
    enum heat_row row_is;
    uint32_t *row_of; /* by node: the first of its rows; ROW_NONE: it has no GPUs */
    int64_t start_ns, end_ns, width_ns;
};

#define ROW_NONE UINT32_MAX

struct gpu_heat *gpu_heat_new(void)
{
    struct gpu_heat *h = calloc(1, sizeof *h);
    SIM_REQUIRE(h != NULL);
    h->arena = arena_new();
    h->cells = calloc(HEAT_ROWS, sizeof h->cells[0]);
    SIM_REQUIRE(h->cells != NULL);
    h->width_ns = FIRST_WIDTH_NS;
    return h;
}

void gpu_heat_free(struct gpu_heat *h)
{
    if (h == NULL)
        return;
    arena_free(h->arena);
    free(h->cells);
    free(h->row_of);
    free(h);
}

/* --- rows --- */

/* Of GPUs without numbers only their sum is known. */
static uint32_t own_rows(const struct node *n)
{
    return n->classes_len == 0 && n->gpus > 0 ? 1 : n->gpus;
}

static void add_row(struct gpu_heat *h, const struct node *n, uint32_t gpus, bool begins_node)
{
    SIM_REQUIRE(h->rows_len < HEAT_ROWS);
    h->rows[h->rows_len++] =
        (struct heat_line){arena_text(h->arena, n->name, strlen(n->name)), begins_node, gpus};
}

static void add_gpus(struct gpu_heat *h, const struct cluster *c)
{
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        const struct node *node = &c->nodes[n];
        const uint32_t rows = own_rows(node);
        h->row_of[n] = rows == 0 ? ROW_NONE : (uint32_t)h->rows_len;
        for (uint32_t i = 0; i < rows; i++)
            add_row(h, node, node->gpus / rows, i == 0);
    }
}

static void add_nodes(struct gpu_heat *h, const struct cluster *c, uint32_t nodes_of_row)
{
    uint32_t seen = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        const struct node *node = &c->nodes[n];
        h->row_of[n] = node->gpus == 0 ? ROW_NONE : seen / nodes_of_row;
        if (node->gpus == 0)
            continue;
        if (seen++ % nodes_of_row == 0)
            add_row(h, node, node->gpus, true);
        else
            h->rows[h->rows_len - 1].gpus += node->gpus;
    }
}

void gpu_heat_begin(struct gpu_heat *h, const struct simulation *sim, int64_t start_ns)
{
    const struct cluster *c = simulation_cluster(sim);
    uint64_t rows = 0;
    uint32_t nodes = 0;
    h->sim = sim;
    h->start_ns = start_ns;
    h->row_of = calloc((size_t)c->nodes_len + 1, sizeof h->row_of[0]);
    SIM_REQUIRE(h->row_of != NULL);
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        rows += own_rows(&c->nodes[n]);
        nodes += c->nodes[n].gpus > 0;
    }
    h->row_is = rows <= HEAT_ROWS ? HEAT_GPU : nodes <= HEAT_ROWS ? HEAT_NODE : HEAT_NODES;
    h->nodes_of_row = (nodes + HEAT_ROWS - 1) / HEAT_ROWS;
    if (h->row_is == HEAT_GPU)
        add_gpus(h, c);
    else
        add_nodes(h, c, h->nodes_of_row);
}

/* --- cells --- */

static void join_neighbours(struct gpu_heat *h)
{
    for (size_t row = 0; row < h->rows_len; row++) {
        struct heat_cell *cells = h->cells[row];
        for (size_t i = 0; i < HEAT_COLUMNS; i += 2) {
            const struct heat_cell a = cells[i], b = cells[i + 1];
            cells[i / 2] = (struct heat_cell){a.part + b.part + (int128)a.delta * h->width_ns,
                                              a.delta + b.delta};
        }
        memset(&cells[HEAT_COLUMNS / 2], 0, HEAT_COLUMNS / 2 * sizeof cells[0]);
    }
    h->width_ns *= 2;
}

/* Makes columns for all that is before. */
static void reach(struct gpu_heat *h, int64_t ns)
{
    while ((ns - h->start_ns) / HEAT_COLUMNS >= h->width_ns)
        join_neighbours(h);
}

static void change(struct gpu_heat *h, size_t row, int64_t ns, int64_t milli)
{
    const int64_t after_ns = ns - h->start_ns;
    const int64_t column = after_ns / h->width_ns;
    struct heat_cell *cell = &h->cells[row][column];
    cell->delta += milli;
    cell->part += (int128)milli * ((column + 1) * h->width_ns - after_ns);
}

struct heat_stay {
    int64_t from_ns, to_ns;
};

static void hold(struct gpu_heat *h, size_t row, const struct heat_stay *s, int64_t milli)
{
    change(h, row, s->from_ns, milli);
    change(h, row, s->to_ns, -milli);
}

static void hold_gpus(struct gpu_heat *h, const struct node *n, const struct task *t,
                      const struct request *r, const struct heat_stay *s)
{
    const size_t first = h->row_of[n->id];
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1)
        hold(h, first + (size_t)__builtin_ctzll(mask), s, MILLI_PER_GPU);
    for (uint32_t i = 0; i < t->uses_len; i++)
        hold(h, first + device_unit_of(n, t->uses[i])->gpu, s, device_use_milli(n, t, i, r));
}

void gpu_heat_task(struct gpu_heat *h, const struct job *job, const struct task *task)
{
    if (task->node == NODE_NONE || task->bound_ns == TIME_NEVER ||
        h->row_of[task->node] == ROW_NONE)
        return;
    const struct cluster *c = simulation_cluster(h->sim);
    const struct node *n = &c->nodes[task->node];
    const struct request *r =
        request_get(simulation_requests(h->sim), job->groups[task->group].request);
    const struct heat_stay stay = {
        .from_ns = task->bound_ns,
        .to_ns = task->end_ns == TIME_NEVER ? simulation_now_ns(h->sim) : task->end_ns,
    };
    reach(h, stay.to_ns);
    if (h->row_is == HEAT_GPU && n->classes_len > 0)
        hold_gpus(h, n, task, r, &stay);
    else
        hold(h, h->row_of[n->id], &stay, (int64_t)device_milli(c, task, r));
}

void gpu_heat_end(struct gpu_heat *h)
{
    h->end_ns = simulation_now_ns(h->sim);
    reach(h, h->end_ns);
    h->sim = NULL;
}

/* --- reading --- */

enum heat_row gpu_heat_row_is(const struct gpu_heat *h)
{
    return h->row_is;
}

size_t gpu_heat_rows(const struct gpu_heat *h)
{
    return h->rows_len;
}

static const struct heat_line *row_at(const struct gpu_heat *h, size_t row)
{
    SIM_REQUIRE(row < h->rows_len);
    return &h->rows[row];
}

const char *gpu_heat_node(const struct gpu_heat *h, size_t row)
{
    return row_at(h, row)->node;
}

bool gpu_heat_begins_node(const struct gpu_heat *h, size_t row)
{
    return row_at(h, row)->begins_node;
}

uint32_t gpu_heat_gpus(const struct gpu_heat *h, size_t row)
{
    return row_at(h, row)->gpus;
}

uint32_t gpu_heat_most_gpus(const struct gpu_heat *h)
{
    uint32_t most = 0;
    for (size_t i = 0; i < h->rows_len; i++)
        most = h->rows[i].gpus > most ? h->rows[i].gpus : most;
    return most;
}

uint32_t gpu_heat_nodes_of_row(const struct gpu_heat *h)
{
    return h->nodes_of_row;
}

size_t gpu_heat_columns(const struct gpu_heat *h)
{
    return (size_t)((h->end_ns - h->start_ns + h->width_ns - 1) / h->width_ns);
}

int64_t gpu_heat_from_ns(const struct gpu_heat *h, size_t column)
{
    return h->start_ns + (int64_t)column * h->width_ns;
}

int64_t gpu_heat_to_ns(const struct gpu_heat *h, size_t column)
{
    const int64_t to_ns = gpu_heat_from_ns(h, column + 1);
    return to_ns < h->end_ns ? to_ns : h->end_ns;
}

void gpu_heat_shares(const struct gpu_heat *h, size_t row, double *out)
{
    const double milli = (double)row_at(h, row)->gpus * MILLI_PER_GPU;
    int64_t level = 0;
    for (size_t i = 0; i < gpu_heat_columns(h); i++) {
        const struct heat_cell *cell = &h->cells[row][i];
        const int128 area = cell->part + (int128)level * h->width_ns;
        const int64_t lasted_ns = gpu_heat_to_ns(h, i) - gpu_heat_from_ns(h, i);
        out[i] = fmin((double)area / milli / (double)lasted_ns, 1); /* an unchecked GPU is shared */
        level += cell->delta;
    }
}
