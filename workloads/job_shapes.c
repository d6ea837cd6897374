#include "workloads/job_shapes.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/int128.h"
#include "workloads/task_split.h"

static size_t choices_len(const struct job_shapes_spec *s)
{
    return s->devices_len * s->cpus_len * s->memory_len;
}

void job_shapes_init(struct job_shapes *s, const struct job_shapes_spec *spec,
                     struct request_table *requests, struct arena *arena)
{
    SIM_REQUIRE(choices_len(spec) > 0 && choices_len(spec) <= SHAPE_CHOICES_MOST);
    *s = (struct job_shapes){*spec, requests, arena, NULL};
    s->rows = arena_alloc(arena, SHAPE_SIZES * sizeof s->rows[0]);
}

/* Tasks, and pieces of each. */
static struct task_split split(const struct job_shapes_spec *spec, const struct job_choices *c)
{
    if (spec->counts_tasks)
        return (struct task_split){c->size, spec->pieces_each};
    if (c->size == 0)
        return (struct task_split){1, 0};
    return task_split(c->size, spec->devices[c->device].most_each);
}

/* Rounded down, and capped far beyond what any node has. */
static int64_t per_piece(int64_t amount, int64_t milli)
{
    const int128 product = (int128)amount * milli / 1000;
    return product < INT64_MAX / 4 ? (int64_t)product : INT64_MAX / 4;
}

static struct job_shape work_out(const struct job_shapes *s, const struct job_choices *c)
{
    const struct job_shapes_spec *spec = &s->spec;
    const struct device_choice *device = &spec->devices[c->device];
    const struct task_split t = split(spec, c);
    const int64_t pieces = (int64_t)t.each;
    struct device_load load = spec->load;
    load.gpu_milli = device->share_milli;
    const int64_t milli = 1000 * pieces + device->share_milli; /* one of the two */
    const struct amount amounts[] = {
        {RESOURCE_CPU, spec->cpus_milli[c->cpus] + per_piece(spec->cpus_milli_per_piece, milli)},
        {RESOURCE_MEMORY,
         spec->memory_bytes[c->memory] + per_piece(spec->memory_bytes_per_piece, milli)},
        {device->resource, pieces},
    };
    SIM_REQUIRE(t.tasks > 0 && t.tasks <= UINT32_MAX);
    return (struct job_shape){
        .request = request_add(s->requests, amounts, sizeof amounts / sizeof amounts[0],
                               spec->terms, &load),
        .tasks = (uint32_t)t.tasks,
    };
}

struct job_shape job_shapes_get(struct job_shapes *s, const struct job_choices *c)
{
    if (c->size >= SHAPE_SIZES)
        return work_out(s, c);
    struct job_shape *row = s->rows[c->size];
    if (row == NULL) {
        row = arena_alloc(s->arena, choices_len(&s->spec) * sizeof row[0]);
        s->rows[c->size] = row;
    }
    const size_t i = (c->device * s->spec.cpus_len + c->cpus) * s->spec.memory_len + c->memory;
    if (row[i].tasks == 0)
        row[i] = work_out(s, c);
    return row[i];
}
