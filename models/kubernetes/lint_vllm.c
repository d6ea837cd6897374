/* Servers that start on one GPU, each of which takes its part of all of its memory. */
#include "models/kubernetes/lint_pods.h"
#include "models/lint.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char option[] = "--gpu-memory-utilization";
static const char underscored[] = "--gpu_memory_utilization"; /* argparse takes it, too */

/* Pods of vLLM that ask for one piece of a shared GPU. */
struct server {
    const struct lint_pods_of *pods;
    double part;
    struct src_pos at; /* of the option, or of the container that lacks it */
    bool is_given;
};

struct servers {
    struct server *list;
    size_t len;
};

static bool is_named_vllm(const struct yaml_node *n)
{
    return n != NULL && n->kind == YAML_SCALAR && strstr(n->text, "vllm") != NULL;
}

/* command, args, or a script in one of them. */
static bool runs_vllm(const struct container *c)
{
    static const char *const keys[] = {"command", "args"};
    for (int k = 0; k < 2; k++) {
        const struct yaml_node *list = yaml_get(c->node, keys[k]);
        for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++)
            if (is_named_vllm(list->items[i]))
                return true;
    }
    return is_named_vllm(yaml_get(c->node, "image"));
}

/* The option in an argument, "--option=0.4" or "... --option 0.4"; or alone, its value in next. */
static void read_argument(const struct yaml_node *n, const struct yaml_node *next, struct server *s)
{
    const char *found = n->kind == YAML_SCALAR ? strstr(n->text, option) : NULL;
    if (found == NULL && n->kind == YAML_SCALAR)
        found = strstr(n->text, underscored);
    if (found == NULL)
        return;
    const char *value = found + sizeof option - 1;
    value += strspn(value, "= \t\"'");
    if (*value == '\0' && next != NULL && next->kind == YAML_SCALAR)
        value = next->text;
    char *end;
    const double part = strtod(value, &end);
    if (end == value || part <= 0 || part > 1)
        return;
    s->part = part;
    s->at = yaml_pos(n);
    s->is_given = true;
}

static void read_options(const struct container *c, struct server *s)
{
    static const char *const keys[] = {"command", "args"};
    for (int k = 0; k < 2; k++) {
        const struct yaml_node *list = yaml_get(c->node, keys[k]);
        for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++)
            read_argument(list->items[i], i + 1 < list->len ? list->items[i + 1] : NULL, s);
    }
}

static bool find_server(const struct lint_pods_of *p, struct server *out)
{
    for (uint32_t i = 0; i < p->set->template.containers_len; i++) {
        const struct container *c = &p->set->template.containers[i];
        if (!runs_vllm(c))
            continue;
        *out = (struct server){.pods = p, .part = 0.9, .at = yaml_pos(c->node)};
        read_options(c, out);
        return true;
    }
    return false;
}

static int by_part(const void *a, const void *b)
{
    const struct server *x = a, *y = b;
    const int order = (x->part < y->part) - (x->part > y->part);
    return order != 0 ? order : (x->pods > y->pods) - (x->pods < y->pods); /* as in the world */
}

/* GPUs behind the resource; 0: not known. */
static int64_t gpus_of(const struct lint_world *w, const char *resource, int64_t replicas)
{
    const uint32_t id = intern_find(w->f.resources, resource);
    int64_t pieces = 0;
    for (uint32_t n = 0; w->cluster != NULL && n < w->cluster->nodes_len; n++)
        pieces += cluster_capacity_of(w->cluster, n, id);
    const bool is_shared_there = w->sharing_len == 0; /* the nodes' counts are of replicas */
    return is_shared_there ? pieces / replicas : pieces;
}

/* The servers that may meet on one GPU, those that take most first: all but one for each other GPU
 * have to share. */
static void judge(struct lint_world *w, struct servers *s, const char *resource)
{
    struct lint_sharing sharing;
    const int64_t replicas = lint_world_replicas(w, resource, &sharing);
    int64_t pods = 0;
    const struct server *worst = NULL;
    for (size_t i = 0; i < s->len; i++)
        pods += strcmp(s->list[i].pods->gpus, resource) == 0 ? s->list[i].pods->set->count : 0;
    const int64_t gpus = gpus_of(w, resource, replicas);
    if (replicas < 2 || sharing.is_mps || pods < 2 || (gpus > 0 && pods <= gpus))
        return;
    const int64_t even = gpus > 0 ? (pods + gpus - 1) / gpus : pods;
    int64_t left = even < replicas ? even : replicas;
    const int64_t together = left;
    double sum = 0;
    /* The least that `together` of them can ask for, if it is known how many must meet. */
    for (size_t k = 0; k < s->len && left > 0; k++) {
        const struct server *v = &s->list[gpus > 0 ? s->len - 1 - k : k];
        if (strcmp(v->pods->gpus, resource) != 0)
            continue;
        const int64_t here = v->pods->set->count < left ? v->pods->set->count : left;
        sum += (double)here * v->part;
        left -= here;
        worst = worst == NULL || v->part > worst->part ? v : worst;
    }
    if (sum <= 1 + 1e-9 || worst == NULL)
        return;
    lint_report(w->f.diag, LINT_VLLM_MEMORY, worst->at,
                "%s: '%g'%s: %" PRId64 " vLLM servers %s share a GPU that is offered %" PRId64
                " times, and take %g of its memory together: the last one fails at its start; "
                "write %s %.2g",
                option, worst->part, worst->is_given ? "" : " (the default)", together,
                gpus > 0 ? "have to" : "may", replicas, sum, option,
                (double)(int64_t)(100 / together) / 100);
}

void lint_vllm(struct lint_world *w)
{
    struct servers s = {.list = arena_alloc(w->f.arena, (w->pods_len + 1) * sizeof s.list[0])};
    for (size_t i = 0; i < w->pods_len; i++)
        if (w->pods[i].gpus != NULL && find_server(&w->pods[i], &s.list[s.len]))
            s.len++;
    if (s.len > 1)
        qsort(s.list, s.len, sizeof s.list[0], by_part);
    for (size_t i = 0; i < s.len; i++) {
        size_t k = 0;
        while (k < i && strcmp(s.list[k].pods->gpus, s.list[i].pods->gpus) != 0)
            k++;
        if (k == i)
            judge(w, &s, s.list[i].pods->gpus);
    }
}
