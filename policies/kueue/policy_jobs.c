/* Jobs as workloads, and what admission makes of their requests. */
#include "policies/kueue/policy_kueue.h"

#include "models/kubernetes/live_state.h"
#include "models/kubernetes/node_terms.h"
#include "models/kubernetes/tree.h"
#include "models/kubernetes/workload.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { KEY_WORDS = 256 };

/* --- shapes --- */

static struct shape_set_spec spec_of(struct policy_kueue *p, const struct job *job, uint32_t at,
                                     struct res_qty *requests)
{
    const struct group *g = &job->groups[at];
    const char *topology_text;
    const struct topology_request *topology = policy_kueue_topology(p, job, at, &topology_text);
    const struct request *r = request_get(p->env.requests, g->request);
    for (uint32_t i = 0; i < r->amounts_len; i++)
        requests[i] = (struct res_qty){r->amounts[i].resource, r->amounts[i].value};
    uint32_t counted_len = r->amounts_len;
    const struct res_qty *counted = policy_kueue_counted(p, requests, &counted_len);
    return (struct shape_set_spec){
        .name = g->name == INTERN_NONE ? "main" : intern_text(p->env.names->words, g->name),
        .count = g->count,
        .min_count = g->min_count,
        .requests = counted,
        .requests_len = counted_len,
        .pod_requests = {requests, r->amounts_len},
        .spec_text = r->terms == NODE_TERMS_NONE
                         ? ""
                         : arena_printf(p->env.arena, "terms %" PRIu32, r->terms),
        .terms = r->terms == NODE_TERMS_NONE ? NULL : node_terms_get(p->env.names->terms, r->terms),
        .topology = topology,
        .topology_text = topology_text,
    };
}

static const struct shape *make_shape(struct policy_kueue *p, const struct job *job)
{
    enum { RESOURCES_MOST = 64 };
    struct shape_set_spec *sets = calloc(job->groups_len, sizeof sets[0]);
    struct res_qty *requests = calloc(job->groups_len, RESOURCES_MOST * sizeof requests[0]);
    SIM_REQUIRE(sets != NULL && requests != NULL);
    for (uint32_t g = 0; g < job->groups_len; g++)
        sets[g] = spec_of(p, job, g, requests + g * RESOURCES_MOST);
    const struct shape *shape = shape_make(p->shapes, sets, job->groups_len);
    free(sets);
    free(requests);
    return shape;
}

/* What the pods' annotations ask for, as a number. */
static uint32_t topology_word(struct policy_kueue *p, const struct job *job, uint32_t group)
{
    const char *text;
    if (policy_kueue_topology(p, job, group, &text) == NULL)
        return INTERN_NONE;
    return intern_add(p->env.names->words, text);
}

/* Equal groups were seen before, as a rule: their shape is looked up. */
static const struct shape *shape_of(struct policy_kueue *p, const struct job *job)
{
    uint32_t words[KEY_WORDS];
    size_t len = 0;
    if (5 * (size_t)job->groups_len > KEY_WORDS)
        return make_shape(p, job);
    for (uint32_t g = 0; g < job->groups_len; g++) {
        words[len++] = job->groups[g].name;
        words[len++] = job->groups[g].request;
        words[len++] = job->groups[g].count;
        words[len++] = job->groups[g].min_count;
        words[len++] = topology_word(p, job, g);
    }
    const size_t known = intern_len(p->shape_keys);
    const uint32_t key = intern_add_len(p->shape_keys, (const char *)words, len * sizeof words[0]);
    if (key < known)
        return p->shape_of[key];
    if (key >= p->shape_of_cap) {
        p->shape_of_cap = 2 * (size_t)key + 16;
        p->shape_of = realloc(p->shape_of, p->shape_of_cap * sizeof p->shape_of[0]);
        SIM_REQUIRE(p->shape_of != NULL);
    }
    p->shape_of[key] = make_shape(p, job);
    return p->shape_of[key];
}

/* --- records --- */

struct tracked *policy_kueue_tracked(const struct policy_kueue *p, uint32_t job)
{
    return job < p->tracked_cap && p->tracked[job].w != NULL ? &p->tracked[job] : NULL;
}

static void widen(struct policy_kueue *p, uint32_t job)
{
    const uint32_t cap = 2 * job + 64;
    /* Records move, and workloads point at the keys in them: so those are set anew. */
    p->tracked = realloc(p->tracked, cap * sizeof p->tracked[0]);
    SIM_REQUIRE(p->tracked != NULL);
    memset(p->tracked + p->tracked_cap, 0, (cap - p->tracked_cap) * sizeof p->tracked[0]);
    for (uint32_t i = 0; i < p->tracked_cap; i++)
        if (p->tracked[i].w != NULL)
            p->tracked[i].w->key = p->tracked[i].w->uid = p->tracked[i].key;
    p->tracked_cap = cap;
}

/* Of a live cluster; NULL: there is none. */
static const struct object *live_workload(const struct job *job)
{
    return job->extra->live == NULL ? NULL : job->extra->live->workload;
}

/* The value of a class of Kueue's; its name is the label of the job. */
static int64_t priority_of(const struct policy_kueue *p, const struct job *job)
{
    if (live_workload(job) != NULL)
        return tree_int(live_workload(job)->doc, "spec.priority", 0);
    if (job->extra->priority_class_word == INTERN_NONE)
        return job->priority;
    const struct object *o =
        object_set_find(p->set, "kueue.x-k8s.io", "WorkloadPriorityClass", "",
                        intern_text(p->env.names->words, job->extra->priority_class_word));
    int64_t value = job->priority;
    const struct yaml_node *n = o == NULL ? NULL : field_get(o->doc, "value");
    const char *why;
    if (n != NULL && n->kind == YAML_SCALAR)
        quantity_int(n->text, &value, &why);
    return value;
}

/* The label kueue.x-k8s.io/max-exec-time-seconds of its manifest, or what came of it; 0: none. */
static int64_t most_ns(const struct job *job)
{
    const struct workload *w = job->extra->workload;
    const char *text =
        w == NULL ? NULL : object_label(w->object, "kueue.x-k8s.io/max-exec-time-seconds");
    int64_t seconds;
    if (live_workload(job) != NULL)
        text = tree_text(live_workload(job)->doc, "spec.maximumExecutionTimeSeconds", NULL);
    const char *why;
    if (text == NULL || !quantity_int(text, &seconds, &why) || seconds <= 0 || seconds > INT32_MAX)
        return 0;
    return seconds * SECOND_NS;
}

/* Of a live cluster the Workload says when it was made; the API server keeps whole seconds. */
static int64_t created_ns(const struct policy_kueue *p, const struct job *job)
{
    const struct object *o = live_workload(job);
    const int64_t ns = o != NULL && o->created_ns != OBJECT_NEVER ? o->created_ns : job->submit_ns;
    return p->is_exact ? ns : ns - ns % SECOND_NS;
}

/* The queue it names, or its namespace's default one. */
static const char *queue_of(const struct policy_kueue *p, const struct job *job,
                            const char *namespace)
{
    if (job->queue_word != INTERN_NONE)
        return intern_text(p->env.names->words, job->queue_word);
    return kueue_find_local_queue(p->k, namespace, "default") == NULL ? NULL : "default";
}

struct tracked *policy_kueue_track(struct policy_kueue *p, const struct job *job)
{
    const char *namespace = job->extra->namespace_word == INTERN_NONE
                                ? "default"
                                : intern_text(p->env.names->words, job->extra->namespace_word);
    if (job->id >= p->tracked_cap)
        widen(p, job->id);
    struct tracked *t = &p->tracked[job->id];
    *t = (struct tracked){.job = job->id};
    snprintf(t->key, sizeof t->key, "job %012" PRIu64, job->number);
    t->requests = malloc(job->groups_len * sizeof t->requests[0]);
    SIM_REQUIRE(t->requests != NULL);
    for (uint32_t g = 0; g < job->groups_len; g++)
        t->requests[g] = job->groups[g].request;
    const struct kueue_workload_spec spec = {
        .namespace = namespace,
        .key = t->key,
        .uid = t->key,
        .queue = queue_of(p, job, namespace),
        .number = job->id,
        .shape = shape_of(p, job),
        .priority = priority_of(p, job),
        .most_ns = most_ns(job),
        .created_ns = created_ns(p, job),
    };
    t->w = kueue_add(p->k, &spec);
    return t;
}

void policy_kueue_forget(struct policy_kueue *p, uint32_t job, int64_t now_ns)
{
    struct tracked *t = policy_kueue_tracked(p, job);
    if (t == NULL)
        return;
    kueue_drop(p->k, t->w, now_ns);
    free(t->requests);
    *t = (struct tracked){0};
}

/* --- requests with flavors --- */

static uint32_t add_flavor(struct policy_kueue *p, uint32_t request, const struct flavor_spec *f)
{
    const struct request *r = request_get(p->env.requests, request);
    const uint32_t terms =
        node_terms_with(p->env.names->terms, r->terms, &f->labels, &f->tolerations);
    return request_with_terms(p->env.requests, request, terms);
}

uint32_t policy_kueue_flavored(struct policy_kueue *p, uint32_t request,
                               const struct admitted_set *set)
{
    uint32_t words[KEY_WORDS];
    size_t len = 0;
    words[len++] = request;
    for (uint32_t i = 0; i < set->len && len < KEY_WORDS; i++)
        words[len++] = set->resources[i].flavor;
    const size_t known = intern_len(p->flavor_keys);
    const uint32_t key = intern_add_len(p->flavor_keys, (const char *)words, len * sizeof words[0]);
    if (key < known)
        return p->flavored[key];
    uint32_t result = request;
    for (uint32_t i = 0; i < set->len; i++) {
        const struct flavor_spec *f =
            site_flavor(p->site, intern_text(p->env.names->words, set->resources[i].flavor));
        if (f != NULL)
            result = add_flavor(p, result, f);
    }
    if (key >= p->flavored_cap) {
        p->flavored_cap = 2 * (size_t)key + 16;
        p->flavored = realloc(p->flavored, p->flavored_cap * sizeof p->flavored[0]);
        SIM_REQUIRE(p->flavored != NULL);
    }
    p->flavored[key] = result;
    return result;
}
