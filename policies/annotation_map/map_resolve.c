#include "models/job_name.h"
#include "models/kubernetes/controller.h"
#include "models/names.h"
#include "policies/annotation_map/annotation_map.h"
#include "policies/annotation_map/pod_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 512 };

/* --- nodes --- */

/* evgl/gpu-scheduler knows nodes by a label. */
static const char *called(const struct annotation_map *m, const struct node *n)
{
    if (m->mode != MAP_LAST_PART)
        return n->name;
    const uint32_t key = intern_find(m->names->words, "gpu-node-name");
    for (uint32_t i = 0; i < n->labels_len; i++)
        if (n->labels[i].key == key)
            return intern_text(m->names->words, n->labels[i].value);
    return NULL;
}

/* Of two with one name the first counts. */
void map_resolve_init(struct annotation_map *m)
{
    m->node_names = intern_new();
    for (uint32_t n = 0; n < m->cluster->nodes_len; n++) {
        const char *name = called(m, &m->cluster->nodes[n]);
        if (name == NULL)
            continue;
        uint32_t *node = id_map_at(&m->node_of, intern_add(m->node_names, name));
        if (*node == 0)
            *node = n + 1;
    }
}

void map_resolve_fini(struct annotation_map *m)
{
    intern_free(m->node_names);
    id_map_fini(&m->node_of);
}

/* --- what an entry of a map says --- */

/* Its bit; 0 if the node has no such GPU, or not as a whole. */
static uint64_t gpu_bit(const struct node *n, const char *device)
{
    const struct device_class *k = cluster_whole_gpus(n);
    const size_t len = strlen(device);
    if (k == NULL || device[0] == '-' || len > 2)
        return 0;
    const unsigned gpu =
        (unsigned)(len == 1 ? device[0] - '0' : 10 * (device[0] - '0') + device[1] - '0');
    return gpu < k->units_len && k->units[gpu].milli > 0 ? UINT64_C(1) << gpu : 0;
}

static void follow_entry(struct annotation_map *m, const struct gpu_map_entry *e,
                         struct map_place *p)
{
    const uint32_t name = intern_find(m->node_names, e->node);
    if (name == INTERN_NONE) {
        p->why = MAP_NO_NODE;
        return;
    }
    p->why = MAP_PLACED;
    p->node = *id_map_at(&m->node_of, name) - 1;
    for (uint32_t i = 0; i < e->devices_len; i++) {
        const uint64_t bit = gpu_bit(&m->cluster->nodes[p->node], e->devices[i]);
        p->gpus |= bit;
        p->lacks_devices |= bit == 0;
    }
}

/* --- which entry is a pod's --- */

/* sdg: the label apps.kubernetes.io/pod-index, which StatefulSets give their pods. */
static bool label_index(const struct job *job, const struct task *t, char *out)
{
    const struct controller *c = job->extra->controller;
    if (c == NULL || c->kind != CONTROLLER_STATEFULSET)
        return false;
    snprintf(out, NAME_BYTES, "%" PRIu32, c->first_index + t->index);
    return true;
}

static bool index_of(const struct annotation_map *m, const struct job *job, const struct task *t,
                     char *out)
{
    if (m->mode == MAP_POD_INDEX)
        return label_index(job, t, out);
    char name[NAME_BYTES - 1];
    task_name(m->names, job, t, name, sizeof name);
    return m->mode == MAP_LAST_PART ? pod_index_by_last_part(name, out)
                                    : pod_index_by_digits(name, out);
}

static void follow_name(struct annotation_map *m, const struct job *job, const struct task *t,
                        struct map_place *p)
{
    char index[NAME_BYTES];
    if (!index_of(m, job, t, index)) {
        p->why = MAP_NO_INDEX;
        return;
    }
    const struct gpu_map_entry *e = gpu_map_find(&m->jobs[job->id].known->map, index);
    if (e == NULL)
        p->why = MAP_NOT_IN_MAP;
    else
        follow_entry(m, e, p);
}

/* Once no index is free, the name would help only with one that is not in use: none. */
static void follow_pool(struct annotation_map *m, const struct map_job *j, struct map_place *p)
{
    uint32_t rank;
    if (!map_take_index(m, j, p->group, &rank)) {
        p->why = MAP_NO_FREE_INDEX;
        return;
    }
    if (j->is_made)
        *p = j->made.items[rank];
    else
        follow_entry(m, &j->known->map.entries[j->known->by_number[rank]], p);
    p->rank = rank;
}

static struct map_place place_of(struct annotation_map *m, const struct job *job,
                                 const struct task *t)
{
    const struct map_job *j = &m->jobs[job->id];
    struct map_place p = {.group = t->group, .node = NODE_NONE, .count = 1, .rank = MAP_NO_RANK};
    if (j->is_made && j->made.len == 0)
        p.why = MAP_TOO_LARGE;
    else if (!j->is_made && j->known == NULL)
        p.why = MAP_NONE;
    else if (j->is_passed_over)
        p.why = MAP_OTHER_SCHEDULER;
    else if (!j->is_made && j->known->map.len == 0)
        p.why = MAP_EMPTY;
    else if (j->pool != POOL_END)
        follow_pool(m, j, &p);
    else
        follow_name(m, job, t, &p);
    return p;
}

/* --- the places of a work --- */

/* The tasks of a gang have no records yet. */
static void resolve_gang(struct annotation_map *m, const struct job *job, struct map_places *places)
{
    const struct map_job *j = &m->jobs[job->id];
    for (size_t i = 0; i < j->made.len; i++)
        map_places_add(places, &j->made.items[i]);
    if (places->len > 0)
        return;
    for (uint32_t g = 0; g < job->groups_len; g++)
        for (uint32_t i = 0; i < job->groups[g].pending; i++) {
            const struct task t = {.job = job->id, .group = g, .index = i};
            const struct map_place p = place_of(m, job, &t);
            map_places_add(places, &p);
        }
}

void map_resolve(struct annotation_map *m, const struct acts *a, uint32_t number)
{
    struct map_places *places = &map_work(m, number)->places;
    const struct job *job = work_job(a, number);
    if (places->len == 0) {
        if (work_is_pod(number)) {
            const struct map_place p = place_of(m, job, acts_task(a, number / 2));
            map_places_add(places, &p);
        } else {
            resolve_gang(m, job, places);
        }
        return;
    }
    for (size_t i = 0; i < places->len; i++)
        if (places->items[i].why == MAP_NO_FREE_INDEX) {
            const struct task t = {.job = job->id, .group = places->items[i].group};
            places->items[i] = place_of(m, job, &t);
        }
}
