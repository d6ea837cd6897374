/* lint_line reads a line as gpu_map.c does, but says what it loses. */
#include "policies/annotation_map/lint_map.h"

#include "models/kubernetes/lint_world.h"
#include "models/lint.h"
#include "policies/annotation_map/gpu_map.h"
#include "policies/annotation_map/pod_index.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char annotation[] = "gpu-scheduling-map";

/* --- one map --- */

/* A device of a node that some index has. */
struct claim {
    const char *index, *node, *device;
};

struct map_lint {
    struct lint_world *w;
    const struct yaml_node *at; /* the annotation */
    const char *line_start;
    unsigned line;
    struct claim *claims;
    size_t claims_len, claims_cap;
    const char **indexes;
    unsigned *lines; /* where they stand, from 1 */
    size_t indexes_len;
};

static struct src_pos place(const struct map_lint *m, struct span s)
{
    return yaml_pos_inside(m->at, m->line, (unsigned)(s.text - m->line_start) + 1);
}

static const char *copy(const struct map_lint *m, struct span s)
{
    return arena_text(m->w->f.arena, s.text, s.len);
}

static const char *number(const struct map_lint *m, struct span s)
{
    char *out = arena_alloc(m->w->f.arena, s.len + 2);
    return python_int(s, out) == 0 ? NULL : out;
}

static void add_claim(struct map_lint *m, const struct claim *c)
{
    if (m->claims_len == m->claims_cap) {
        m->claims_cap = m->claims_cap == 0 ? 32 : 2 * m->claims_cap;
        struct claim *wider = arena_alloc(m->w->f.arena, m->claims_cap * sizeof wider[0]);
        if (m->claims_len > 0)
            memcpy(wider, m->claims, m->claims_len * sizeof wider[0]);
        m->claims = wider;
    }
    m->claims[m->claims_len++] = *c;
}

static const struct node *find_node(const struct lint_world *w, const char *name)
{
    for (uint32_t n = 0; w->cluster != NULL && n < w->cluster->nodes_len; n++)
        if (strcmp(w->cluster->nodes[n].name, name) == 0)
            return &w->cluster->nodes[n];
    return NULL;
}

static void lint_node(struct map_lint *m, struct span s, const char *index)
{
    const struct lint_world *w = m->w;
    const char *name = copy(m, s);
    const struct node *n = find_node(w, name);
    struct suggest near;
    suggest_init(&near, name);
    for (uint32_t i = 0; n == NULL && w->cluster != NULL && i < w->cluster->nodes_len; i++)
        suggest_offer(&near, w->cluster->nodes[i].name);
    if (s.len == 0)
        lint_report(w->f.diag, LINT_MAP_LINE, place(m, s),
                    "%s: index %s: no node before ':'; write %s=NODE:DEVICES", annotation, index,
                    index);
    else if (n == NULL && w->cluster != NULL && w->cluster->nodes_len > 0)
        lint_report(
            w->f.diag, LINT_MAP_NODE, place(m, s),
            "%s: '%s': no such node: the pod of index %s stays Pending%s; write the name of "
            "one, such as %s",
            annotation, name, index, suggest_hint(&near), w->cluster->nodes[0].name);
    else if (n != NULL && (n->state == NODE_DOWN || n->state == NODE_BOOTING))
        lint_report(w->f.diag, LINT_MAP_NODE, place(m, s),
                    "%s: '%s': the node is not Ready: the pod of index %s stays Pending; name "
                    "another one, or bring it back",
                    annotation, name, index);
}

static void lint_clash(struct map_lint *m, struct span s, const struct claim *c)
{
    for (size_t i = 0; i < m->claims_len; i++) {
        const struct claim *other = &m->claims[i];
        if (strcmp(other->node, c->node) != 0 || strcmp(other->device, c->device) != 0)
            continue;
        if (strcmp(other->index, c->index) == 0)
            lint_report(m->w->f.diag, LINT_MAP_LINE, place(m, s),
                        "%s: index %s names device %s of %s twice; write it once", annotation,
                        c->index, c->device, c->node);
        else
            lint_report(m->w->f.diag, LINT_MAP_DEVICE_SHARED, place(m, s),
                        "%s: '%s': device %s of %s is also that of index %s: both pods run on it "
                        "and share its time and memory; give each index a device of its own",
                        annotation, c->device, c->device, c->node, other->index);
        return;
    }
}

static void lint_device(struct map_lint *m, struct span s, struct claim *c)
{
    const struct node *n = find_node(m->w, c->node);
    c->device = number(m, s);
    if (c->device == NULL) {
        lint_report(m->w->f.diag, LINT_MAP_LINE, place(m, s),
                    "%s: '%s': no number: the device is dropped; write the GPU's number on the "
                    "node, such as 0",
                    annotation, copy(m, s));
        return;
    }
    const int64_t device = strlen(c->device) > 9 ? INT64_MAX : strtol(c->device, NULL, 10);
    const bool is_known = n != NULL && n->gpus > 0;
    if (device < 0 || (is_known && device >= n->gpus))
        lint_report(m->w->f.diag, LINT_MAP_DEVICE, place(m, s),
                    "%s: '%s': %s has no such device%s%s; they count from 0%s%s", annotation,
                    c->device, c->node, is_known ? ", it has " : "",
                    is_known ? arena_printf(m->w->f.arena, "%" PRIu32 " GPUs", n->gpus) : "",
                    is_known ? " to " : "",
                    is_known ? arena_printf(m->w->f.arena, "%" PRIu32, n->gpus - 1) : "");
    lint_clash(m, s, c);
    add_claim(m, c);
}

static void lint_devices(struct map_lint *m, struct span list, struct claim c)
{
    const struct span whole = python_strip(list);
    if (whole.len == 0)
        lint_report(m->w->f.diag, LINT_MAP_LINE, place(m, whole),
                    "%s: index %s names no devices: CUDA_VISIBLE_DEVICES would be empty, and the "
                    "pod sees no GPU; write %s=%s:0",
                    annotation, c.index, c.index, c.node);
    for (bool is_last = whole.len == 0; !is_last;) {
        struct span part;
        is_last = !python_split(&list, ',', &part);
        part = python_strip(is_last ? list : part);
        if (part.len > 0)
            lint_device(m, part, &c);
    }
}

static void lint_index(struct map_lint *m, struct span s, const char *index)
{
    for (size_t i = 0; i < m->indexes_len; i++)
        if (strcmp(m->indexes[i], index) == 0) {
            lint_report(m->w->f.diag, LINT_MAP_INDEX_TWICE, place(m, s),
                        "%s: '%s': line %u of the map has this index, too: this one counts; give "
                        "each pod an index of its own",
                        annotation, index, m->lines[i]);
            m->lines[i] = m->line + 1;
            return;
        }
    m->indexes[m->indexes_len] = index;
    m->lines[m->indexes_len++] = m->line + 1;
}

/* False: the scheduler reads no further. */
static bool lint_line(struct map_lint *m, struct span line)
{
    struct span rest = line, index, node;
    if (line.len == 0 || line.text[0] == '#')
        return true;
    if (!python_split(&rest, '=', &index)) {
        lint_report(m->w->f.diag, LINT_MAP_LINE, place(m, line),
                    "%s: '%s': no '=': the line is passed over; write INDEX=NODE:DEVICES such as "
                    "0=node1:0,1",
                    annotation, copy(m, line));
        return true;
    }
    const char *text = number(m, index);
    if (text == NULL) {
        lint_report(m->w->f.diag, LINT_MAP_LINE, place(m, line),
                    "%s: '%s': the index is no number: reading ends here, and this line and all "
                    "that follow are lost; write 0=node1:0,1",
                    annotation, copy(m, index));
        return false;
    }
    if (!python_split(&rest, ':', &node)) {
        lint_report(m->w->f.diag, LINT_MAP_LINE, place(m, line),
                    "%s: '%s': no ':' behind the node: the line is passed over; write "
                    "INDEX=NODE:DEVICES such as 0=node1:0,1",
                    annotation, copy(m, line));
        return true;
    }
    node = python_strip(node);
    lint_index(m, index, text);
    lint_node(m, node, text);
    lint_devices(m, rest, (struct claim){.index = text, .node = copy(m, node)});
    return true;
}

static void lint_map(struct lint_world *w, const struct yaml_node *at)
{
    struct map_lint m = {.w = w, .at = at};
    struct span rest = {at->text, at->len}, line;
    size_t lines = 1;
    for (size_t i = 0; i < at->len; i++)
        lines += at->text[i] == '\n';
    m.indexes = arena_alloc(w->f.arena, lines * sizeof m.indexes[0]);
    m.lines = arena_alloc(w->f.arena, lines * sizeof m.lines[0]);
    for (bool is_last = false; !is_last; m.line++) {
        m.line_start = rest.text;
        is_last = !python_split(&rest, '\n', &line);
        if (!lint_line(&m, python_strip(is_last ? rest : line)))
            return;
    }
}

/* --- the pods that carry it --- */

static bool has_index(const struct gpu_map *map, int64_t index)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, index);
    return gpu_map_find(map, text) != NULL;
}

static struct src_pos name_pos(const struct object *o)
{
    const struct yaml_node *name = yaml_get(yaml_get(o->doc, "metadata"), "name");
    return name == NULL ? object_pos(o) : yaml_pos(name);
}

/* Pods of one name, whose index is where it is. */
static void lint_name(struct lint_world *w, const struct lint_pods_of *p, const struct gpu_map *map)
{
    const char *name = p->object->name;
    char *index = arena_alloc(w->f.arena, strlen(name) + 2);
    const char *last = strrchr(name, '-');
    char *of_last = arena_alloc(w->f.arena, strlen(name) + 2);
    const bool has_one = pod_index_by_digits(name, index);
    const bool is_random = p->shape->controller != CONTROLLER_POD;
    const char *behind = is_random ? "-<random>" : "";
    const bool is_last = !is_random && has_one && last != NULL &&
                         pod_index_by_last_part(name, of_last) && strcmp(index, of_last) == 0;
    const bool is_in_map = has_one && gpu_map_find(map, index) != NULL;
    if (!has_one)
        lint_report(w->f.diag, LINT_MAP_NO_INDEX, name_pos(p->object),
                    "name: '%s%s': no part between '-' is a number: the pod has no index and stays "
                    "Pending for ever; %s",
                    name, behind,
                    is_random ? "use a StatefulSet, whose pods are called NAME-0, NAME-1 ..."
                              : arena_printf(w->f.arena, "call it %s-0", name));
    else if (!is_last && !(is_in_map && p->set->count <= 1))
        lint_report(w->f.diag, LINT_MAP_INDEX_MISREAD, name_pos(p->object),
                    "name: '%s%s': the scheduler takes %s for the index, the last part that is a "
                    "number%s; %s",
                    name, behind, index,
                    is_in_map ? ", so that all pods go to the same devices"
                              : ", which the map has not",
                    is_random ? "use a StatefulSet with no number in its name"
                              : arena_printf(w->f.arena, "call it %s-0", name));
    else if (!is_in_map)
        lint_report(
            w->f.diag, LINT_MAP_NO_INDEX, name_pos(p->object),
            "name: '%s': the map has no index %s: the pod stays Pending; add a line %s=NODE:"
            "DEVICES",
            name, index, index);
}

/* Pods whose names end in a row of numbers. */
static void lint_row(struct lint_world *w, const struct lint_pods_of *p, const struct gpu_map *map,
                     int64_t first)
{
    int64_t missing = -1, count = 0;
    for (int64_t i = first; i < first + p->set->count; i++) {
        if (has_index(map, i))
            continue;
        missing = missing < 0 ? i : missing;
        count++;
    }
    if (count > 0)
        lint_report(w->f.diag, LINT_MAP_NO_INDEX, name_pos(p->object),
                    "name: '%s': of its %" PRIu32 " pods %" PRId64 " stay Pending, from %s-%" PRId64
                    " on: the map has no such index; add lines such as %" PRId64 "=NODE:DEVICES",
                    p->object->name, p->set->count, count, p->object->name, missing, missing);
}

static void lint_names(struct lint_world *w, const struct lint_pods_of *p, const char *text)
{
    const struct gpu_map map = gpu_map_parse(w->f.arena, text, false);
    const struct yaml_node *spec = yaml_get(p->object->doc, "spec");
    const struct yaml_node *mode = yaml_get(spec, "completionMode");
    const struct yaml_node *start = yaml_get(yaml_get(spec, "ordinals"), "start");
    const bool is_indexed =
        mode != NULL && mode->kind == YAML_SCALAR && strcmp(mode->text, "Indexed") == 0;
    if (!p->shape->has_controller || p->object->is_generated_name || map.len == 0)
        return;
    if (p->shape->controller == CONTROLLER_STATEFULSET)
        lint_row(w, p, &map, start == NULL || start->kind != YAML_SCALAR ? 0 : atoi(start->text));
    else if (p->shape->controller == CONTROLLER_JOB && is_indexed)
        lint_row(w, p, &map, 0);
    else
        lint_name(w, p, &map);
}

static const struct yaml_node *map_of(const struct lint_pods_of *p)
{
    const struct yaml_node *n = field_get(p->set->template.annotations, annotation);
    if (n == NULL)
        n = field_get(p->object->annotations, annotation);
    return n != NULL && n->kind == YAML_SCALAR ? n : NULL;
}

void lint_maps(struct lint_world *w)
{
    struct intern *seen = intern_new();
    for (size_t i = 0; i < w->pods_len; i++) {
        const struct yaml_node *at = map_of(&w->pods[i]);
        const size_t known = intern_len(seen);
        if (at == NULL)
            continue;
        if (intern_add(seen, at->text) == known)
            lint_map(w, at);
        lint_names(w, &w->pods[i], at->text);
    }
    intern_free(seen);
}
