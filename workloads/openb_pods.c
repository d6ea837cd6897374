#include "workloads/openb_pods.h"

#include "models/cluster.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "workloads/openb_table.h"

#include <stdlib.h>
#include <string.h>

enum { NAME, CPU, MEMORY, GPUS, MILLI, NEEDED, MODELS = NEEDED, QOS, CREATED, ENDED, STARTED };

static const char *const columns[] = {
    "name", "cpu_milli",     "memory_mib",    "num_gpu",        "gpu_milli", "gpu_spec",
    "qos",  "creation_time", "deletion_time", "scheduled_time", NULL};

enum { NOT_A_NUMBER, TOO_MANY_GPUS, NO_SHARE, PARTS_OF_SEVERAL, KINDS };

static const struct repair_kind kinds[KINDS] = {
    [NOT_A_NUMBER] = {"no number: pod left out", "not a number",
                      "expected a whole number from 0 on", .is_skip = true},
    [TOO_MANY_GPUS] = {"more than 64 GPUs: pod left out", "more than 64", "expected 0 to 64",
                       .is_skip = true},
    [NO_SHARE] = {"gpu_milli not from 1 to 1000: pod left out", "no share of a GPU",
                  "expected 1 to 1000", .is_skip = true},
    [PARTS_OF_SEVERAL] = {"parts of several GPUs: pod left out", "parts of several GPUs",
                          "expected 1000 of each", .is_skip = true},
};

/* --- reading --- */

static bool skip_row(struct openb_pods *p, const struct openb_table *t, size_t kind, size_t column)
{
    const char *text = openb_text(t, column);
    repair_log_add(&p->repairs, kind,
                   &(struct repair_place){.at = openb_at(t, column),
                                          .name = columns[column],
                                          .written = text,
                                          .len = strlen(text)});
    return false;
}

static int64_t time_of(const struct openb_table *t, size_t column)
{
    int64_t seconds = -1;
    openb_number(t, column, &seconds);
    return seconds > INT64_C(4000000000) ? -1 : seconds;
}

static bool read_pod(struct openb_pods *p, const struct openb_table *t, struct arena *arena,
                     struct openb_pod *out)
{
    int64_t n[NEEDED] = {0};
    for (size_t c = CPU; c < NEEDED; c++)
        if (!openb_number(t, c, &n[c]) || n[c] > INT64_C(1) << 40)
            return skip_row(p, t, NOT_A_NUMBER, c);
    if (n[GPUS] > NODE_MOST_GPUS)
        return skip_row(p, t, TOO_MANY_GPUS, GPUS);
    if (n[GPUS] > 0 && (n[MILLI] < 1 || n[MILLI] > 1000))
        return skip_row(p, t, NO_SHARE, MILLI);
    if (n[GPUS] > 1 && n[MILLI] < 1000)
        return skip_row(p, t, PARTS_OF_SEVERAL, MILLI);
    *out = (struct openb_pod){
        .name = arena_printf(arena, "%s", openb_text(t, NAME)),
        .cpu_milli = n[CPU],
        .memory_bytes = n[MEMORY] << 20,
        .gpus = (uint32_t)n[GPUS],
        .gpu_milli = n[GPUS] == 0 ? 0 : (uint32_t)n[MILLI],
        .models = arena_printf(arena, "%s", openb_text(t, MODELS)),
        .qos = arena_printf(arena, "%s", openb_text(t, QOS)),
        .created_s = time_of(t, CREATED),
        .started_s = time_of(t, STARTED),
        .ended_s = time_of(t, ENDED),
    };
    return true;
}

static void add_arrival(struct openb_pods *p, uint32_t pod)
{
    if (p->len == p->cap) {
        p->cap = p->cap == 0 ? 1024 : 2 * p->cap;
        p->order = realloc(p->order, p->cap * sizeof p->order[0]);
        SIM_REQUIRE(p->order != NULL);
    }
    p->order[p->len++] = pod;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct openb_pod *)a)->name, ((const struct openb_pod *)b)->name);
}

static struct openb_pod *room_for_pod(struct openb_pods *p)
{
    if (p->pods_len == p->pods_cap) {
        p->pods_cap = p->pods_cap == 0 ? 1024 : 2 * p->pods_cap;
        p->pods = realloc(p->pods, p->pods_cap * sizeof p->pods[0]);
        SIM_REQUIRE(p->pods != NULL);
    }
    return &p->pods[p->pods_len];
}

bool openb_pods_read(struct openb_pods *p, const char *path, const struct source_env *env,
                     struct diag *d)
{
    struct openb_table t;
    const unsigned errors = diag_errors(d);
    *p = (struct openb_pods){0};
    repair_log_init(&p->repairs, kinds, KINDS, env->arena);
    p->repairs.strict = env->strict ? d : NULL;
    bool ok = openb_table_open(&t, path, columns, NEEDED, d);
    while (ok && openb_table_next(&t))
        p->pods_len += read_pod(p, &t, env->arena, room_for_pod(p));
    ok = ok && !csv_reader_failed(t.reader);
    openb_table_close(&t);
    p->repairs.strict = NULL;
    if (p->pods_len > 0)
        qsort(p->pods, p->pods_len, sizeof p->pods[0], by_name);
    for (uint32_t i = 0; i < p->pods_len; i++)
        add_arrival(p, i);
    return ok && diag_errors(d) == errors;
}

void openb_pods_fini(struct openb_pods *p)
{
    free(p->pods);
    free(p->order);
    p->pods = NULL;
    p->order = NULL;
}

/* --- orders --- */

static int by_creation(const void *a, const void *b)
{
    const struct openb_pod *x = a, *y = b;
    if (x->created_s != y->created_s)
        return x->created_s < y->created_s ? -1 : 1;
    return strcmp(x->name, y->name);
}

void openb_pods_by_time(struct openb_pods *p)
{
    if (p->pods_len > 0)
        qsort(p->pods, p->pods_len, sizeof p->pods[0], by_creation);
}

/* The pod itself, or the one that NAME-tuned-N is a copy of. */
static const struct openb_pod *find(const struct openb_pods *p, const char *name,
                                    struct arena *arena)
{
    const char *copy = strstr(name, "-tuned-");
    const struct openb_pod key = {
        .name = copy == NULL ? name : arena_text(arena, name, (size_t)(copy - name))};
    return p->pods_len == 0 ? NULL
                            : bsearch(&key, p->pods, p->pods_len, sizeof p->pods[0], by_name);
}

bool openb_pods_in_order(struct openb_pods *p, const char *path, struct arena *arena,
                         struct diag *d)
{
    static const char *const wanted[] = {"pod", NULL};
    struct openb_table t;
    const unsigned errors = diag_errors(d);
    bool ok = openb_table_open(&t, path, wanted, 1, d);
    p->len = 0;
    while (ok && openb_table_next(&t)) {
        const struct openb_pod *pod = find(p, openb_text(&t, 0), arena);
        if (pod == NULL)
            diag_error(d, openb_at(&t, 0), "pod: '%s': not in the list of pods; expected its name",
                       openb_text(&t, 0));
        else
            add_arrival(p, (uint32_t)(pod - p->pods));
    }
    ok = ok && !csv_reader_failed(t.reader);
    openb_table_close(&t);
    return ok && diag_errors(d) == errors;
}

void openb_pods_shuffle(struct openb_pods *p, gsl_rng *rng)
{
    for (size_t n = p->len; n > 1; n--) {
        const size_t other = gsl_rng_uniform_int(rng, n);
        const uint32_t swap = p->order[n - 1];
        p->order[n - 1] = p->order[other];
        p->order[other] = swap;
    }
}

static int64_t demand_milli(const struct openb_pod *pod)
{
    return (int64_t)pod->gpus * pod->gpu_milli;
}

void openb_pods_add_copies(struct openb_pods *p, int64_t most_milli, gsl_rng *rng)
{
    int64_t sum = 0;
    for (size_t i = 0; i < p->len; i++)
        sum += demand_milli(&p->pods[p->order[i]]);
    if (sum == 0)
        return; /* nobody asks for a GPU, and nobody ever would */
    for (;;) {
        const uint32_t pod = (uint32_t)gsl_rng_uniform_int(rng, p->pods_len);
        sum += demand_milli(&p->pods[pod]);
        if (sum > most_milli)
            return;
        add_arrival(p, pod);
    }
}
