/* Which nodes refuse a pod, and in which words, against records of the real kube-scheduler
 * (conformance/kube_scheduler/README.md). The cluster follows the record, so every attempt is met
 * by the state that the scheduler saw. Not followed: host ports, and affinity that a profile adds.
 */
#include "models/kubernetes/node_filter.h"
#include "models/kubernetes/pod_template.h"
#include "models/request.h"
#include "sim/file_text.h"
#include "tests/kube_fixture.h"
#include "tests/shared_data.h"

#include <stdlib.h>

enum { MOST_DOCS = 600 };

struct tally {
    unsigned cases, skipped, attempts, verdicts, messages, ports, cordons;
};

struct replay {
    struct kube_fixture *kube;
    struct names names;
    struct request_table *requests;
    struct cluster *cluster;
    struct yaml_file *file;
    const char *stem;
    const char *doc_names[MOST_DOCS]; /* Kind/name, Kind/namespace/name */
    const struct yaml_node *docs[MOST_DOCS];
    uint32_t node_of[MOST_DOCS]; /* of a node its own, of a pod where it is bound */
    uint32_t request_of[MOST_DOCS];
    size_t docs_len;
    struct tally *tally;
};

static const struct yaml_node *at(const struct yaml_node *n, const char *a, const char *b)
{
    n = yaml_get(n, a);
    return b == NULL ? n : yaml_get(n, b);
}

static const char *text(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_SCALAR ? "" : n->text;
}

static bool is_pod(const struct replay *r, size_t i)
{
    return strncmp(r->doc_names[i], "Pod/", 4) == 0;
}

static bool is_node(const struct replay *r, size_t i)
{
    return strncmp(r->doc_names[i], "Node/", 5) == 0;
}

static size_t find(const struct replay *r, const char *ref)
{
    for (size_t i = 0; i < r->docs_len; i++)
        if (strcmp(r->doc_names[i], ref) == 0)
            return i;
    return SIZE_MAX;
}

/* --- objects --- */

static void read_node(struct replay *r, const struct yaml_node *doc, struct node_spec *spec)
{
    struct field_reader *reader = &r->kube->reader;
    const struct yaml_node *taints = field_list(reader, at(doc, "spec", NULL), "taints");
    const struct label_map labels = label_map_read(reader, at(doc, "metadata", "labels"));
    struct taint *list = arena_alloc(reader->arena, 20 * sizeof list[0]);
    for (size_t i = 0; taints != NULL && i < taints->len; i++)
        assert_true(taint_read(reader, taints->items[i], &list[spec->taints_len++]));
    const struct resource_list l =
        resource_list_read(reader, at(doc, "status", NULL), "allocatable");
    spec->name = at(doc, "metadata", "name")->text;
    spec->state = NODE_BOOTING;
    spec->labels = labels.pairs;
    spec->labels_len = labels.len;
    spec->taints = list;
    spec->amounts = resource_list_amounts(&l, reader->arena);
    spec->amounts_len = l.len;
}

static void read_pod(struct replay *r, size_t i)
{
    struct pod_template t;
    struct amount all[64];
    size_t len = 0;
    assert_true(pod_template_read(&r->kube->reader, r->docs[i], &t));
    t.terms.node_name = INTERN_NONE; /* says where it is bound, not where it wants to be */
    const struct resource_list l = pod_template_requests(&t, r->kube->reader.arena);
    const struct amount *a = resource_list_amounts(&l, r->kube->reader.arena);
    for (; len < l.len; len++)
        all[len] = a[len];
    all[len++] = (struct amount){intern_add(r->kube->resources, "pods"), 1};
    r->request_of[i] =
        request_add(r->requests, all, len, node_terms_add(r->names.terms, &t.terms), NULL);
}

static void add_docs(struct replay *r)
{
    for (size_t d = 1; d < yaml_docs(r->file); d++) {
        const struct yaml_node *doc = yaml_doc(r->file, d);
        const char *kind = text(at(doc, "kind", NULL));
        const char *space = text(at(doc, "metadata", "namespace"));
        const char *name = text(at(doc, "metadata", "name"));
        const size_t i = r->docs_len++;
        assert_true(i < MOST_DOCS);
        r->docs[i] = doc;
        r->node_of[i] = NODE_NONE;
        r->doc_names[i] = space[0] == '\0'
                              ? arena_printf(r->kube->reader.arena, "%s/%s", kind, name)
                              : arena_printf(r->kube->reader.arena, "%s/%s/%s", kind, space, name);
        struct node_spec spec = {0};
        if (is_pod(r, i))
            read_pod(r, i);
        if (!is_node(r, i))
            continue;
        read_node(r, doc, &spec);
        r->node_of[i] = cluster_add_node(r->cluster, &spec);
    }
    cluster_seal(r->cluster, (uint32_t)intern_len(r->kube->resources));
}

static void bind(struct replay *r, size_t pod, uint32_t node)
{
    const struct request *q = request_get(r->requests, r->request_of[pod]);
    if (r->node_of[pod] != NODE_NONE)
        cluster_give(r->cluster, r->node_of[pod], q, 1);
    r->node_of[pod] = node;
    if (node != NODE_NONE)
        cluster_take(r->cluster, node, q, 1);
}

/* --- steps --- */

static void create(struct replay *r, const char *ref)
{
    const size_t i = find(r, ref);
    if (i != SIZE_MAX && is_node(r, i))
        cluster_set_state(r->cluster, r->node_of[i], NODE_READY);
}

static void forget(struct replay *r, const char *ref)
{
    const size_t i = find(r, ref);
    if (i != SIZE_MAX && is_node(r, i))
        cluster_set_state(r->cluster, r->node_of[i], NODE_BOOTING);
    else if (i != SIZE_MAX && is_pod(r, i))
        bind(r, i, NODE_NONE);
}

static void each(struct replay *r, const struct yaml_node *refs,
                 void (*fn)(struct replay *r, const char *ref))
{
    if (refs->kind == YAML_SCALAR)
        fn(r, refs->text);
    else
        for (size_t i = 0; i < refs->len; i++)
            fn(r, refs->items[i]->text);
}

/* A merge patch of a node's labels, taints or room, or of a pod. */
static void update(struct replay *r, const struct yaml_node *what)
{
    const size_t i = find(r, at(what, "ref", NULL)->text);
    r->docs[i] = yaml_overlay(r->file, r->docs[i], at(what, "patch", NULL));
    if (is_pod(r, i)) {
        const uint32_t node = r->node_of[i];
        bind(r, i, NODE_NONE);
        read_pod(r, i);
        bind(r, i, node);
        return;
    }
    struct node_spec spec = {0};
    struct node *n = &r->cluster->nodes[r->node_of[i]];
    read_node(r, r->docs[i], &spec);
    n->labels = spec.labels;
    n->labels_len = spec.labels_len;
    n->taints = spec.taints;
    n->taints_len = spec.taints_len;
    for (uint32_t a = 0; a < spec.amounts_len; a++) {
        const size_t cell = (size_t)n->id * r->cluster->resources_len + spec.amounts[a].resource;
        r->cluster->free[cell] += spec.amounts[a].value - r->cluster->capacity[cell];
        r->cluster->capacity[cell] = spec.amounts[a].value;
    }
}

static void do_step(struct replay *r, const struct yaml_node *step)
{
    const char *op = step->pairs[0].key->text;
    const struct yaml_node *what = step->pairs[0].value;
    if (strcmp(op, "create") == 0)
        each(r, what, create);
    else if (strcmp(op, "delete") == 0)
        each(r, what, forget);
    else if (strcmp(op, "update") == 0)
        update(r, what);
    else if (strcmp(op, "cordon") == 0 || strcmp(op, "uncordon") == 0)
        cluster_set_state(r->cluster, cluster_find_node(r->cluster, what->text),
                          op[0] == 'c' ? NODE_CORDONED : NODE_READY);
}

static bool is_created_later(const struct yaml_node *steps, const char *ref)
{
    for (size_t i = 0; i < steps->len; i++) {
        const struct yaml_node *refs = at(steps->items[i], "create", NULL);
        for (size_t k = 0; refs != NULL && refs->kind == YAML_LIST && k < refs->len; k++)
            if (strcmp(refs->items[k]->text, ref) == 0)
                return true;
        if (refs != NULL && strcmp(text(refs), ref) == 0)
            return true;
    }
    return false;
}

static void begin(struct replay *r, const struct yaml_node *steps)
{
    for (size_t i = 0; i < r->docs_len; i++)
        if (is_node(r, i) && !is_created_later(steps, r->doc_names[i]))
            cluster_set_state(r->cluster, r->node_of[i], NODE_READY);
    for (size_t i = 0; i < r->docs_len; i++)
        if (is_pod(r, i) && at(r->docs[i], "spec", "nodeName") != NULL)
            bind(r, i, cluster_find_node(r->cluster, at(r->docs[i], "spec", "nodeName")->text));
}

/* --- judging --- */

static const char *plugin_of(enum node_refusal_kind kind)
{
    switch (kind) {
    case NODE_UNSCHEDULABLE:
        return "NodeUnschedulable";
    case NODE_TAINTED:
        return "TaintToleration";
    case NODE_NOT_SELECTED:
        return "NodeAffinity";
    default:
        return "other";
    }
}

static bool has_room(const struct replay *r, uint32_t node, const struct request *q)
{
    for (uint32_t i = 0; i < q->amounts_len; i++)
        if (cluster_free_of(r->cluster, node, q->amounts[i].resource) < q->amounts[i].value)
            return false;
    return true;
}

/* What the first plugin in our way would be; "" if there is none. */
static const char *judge(const struct replay *r, uint32_t node, const struct request *q)
{
    struct node_refusal why;
    if (!node_terms_admit(r->names.terms, q->terms, &r->cluster->nodes[node], &why))
        return plugin_of(why.kind);
    return has_room(r, node, q) ? "" : "NodeResourcesFit";
}

/* Nodes named by matchFields are picked before the filters, under the plugin's name. */
static const char *recorded(const struct yaml_node *rejected, const char *node)
{
    const struct yaml_node *entry = yaml_get(rejected, node);
    const char *plugin = text(yaml_get(entry, "plugin"));
    return entry != NULL && plugin[0] == '\0' ? "NodeAffinity" : plugin;
}

/* Filters behind the one that refuses were not asked, and picked nodes are the only ones asked. */
static bool agrees(const struct replay *r, const struct node *n, const struct request *q,
                   const struct yaml_node *rejected)
{
    const char *want = recorded(rejected, n->name);
    const char *got = judge(r, n->id, q);
    if (strcmp(got, want) == 0)
        return true;
    if (strcmp(want, "NodePorts") == 0) {
        r->tally->ports++;
        return strcmp(got, "") == 0 || strcmp(got, "NodeResourcesFit") == 0;
    }
    if (n->state == NODE_CORDONED) {
        r->tally->cordons++; /* a pod that tolerates cordons is refused nevertheless */
        return strcmp(got, "NodeUnschedulable") == 0;
    }
    const char *plugin = text(at(yaml_get(rejected, n->name), "plugin", NULL));
    return strcmp(want, "NodeAffinity") == 0 && plugin[0] == '\0' && strcmp(got, "") != 0;
}

static void check_message(struct replay *r, const struct yaml_node *record, const struct request *q)
{
    struct node_refusals refusals = {0};
    char got[2000];
    const char *want = text(yaml_get(record, "message"));
    node_refusals_count(&refusals, r->cluster, r->names.terms, q);
    const size_t len = node_refusals_print(&refusals, &r->names, false, got, sizeof got);
    node_refusals_fini(&refusals);
    r->tally->messages++;
    if (strncmp(got, want, len) != 0 || (want[len] != ' ' && want[len] != '\0'))
        fail_msg("%s: seq %s:\n%s\n%s", r->stem, text(yaml_get(record, "seq")), got, want);
}

/* Whether the words are all ours: none of a plugin that is not followed, and not cut. */
static bool has_our_words(const struct yaml_node *record)
{
    const char *message = text(yaml_get(record, "message"));
    return message[0] != '\0' && strstr(message, "ports") == NULL &&
           strstr(message, "satisfy plugin") == NULL && strlen(message) < 1024 &&
           text(yaml_get(record, "preFilterMsg"))[0] == '\0';
}

static void check_attempt(struct replay *r, const struct yaml_node *record)
{
    const size_t pod =
        find(r, arena_printf(r->kube->reader.arena, "Pod/%s", text(yaml_get(record, "pod"))));
    const struct request *q = request_get(r->requests, r->request_of[pod]);
    const struct yaml_node *rejected = yaml_get(record, "rejected");
    const unsigned cordons = r->tally->cordons;
    r->tally->attempts++;
    for (uint32_t n = 0; n < r->cluster->nodes_len; n++) {
        const struct node *node = &r->cluster->nodes[n];
        if (node->state == NODE_BOOTING)
            continue;
        r->tally->verdicts++;
        if (!agrees(r, node, q, rejected))
            fail_msg("%s: seq %s: %s on %s: %s, recorded %s", r->stem,
                     text(yaml_get(record, "seq")), r->doc_names[pod], node->name, judge(r, n, q),
                     recorded(rejected, node->name));
    }
    if (has_our_words(record) && cordons == r->tally->cordons)
        check_message(r, record, q);
    const struct yaml_node *evicted = at(yaml_get(record, "preemption"), "evicted", NULL);
    for (size_t i = 0; evicted != NULL && i < evicted->len; i++)
        forget(r, arena_printf(r->kube->reader.arena, "Pod/%s", evicted->items[i]->text));
    if (yaml_get(record, "node") != NULL)
        bind(r, pod, cluster_find_node(r->cluster, text(yaml_get(record, "node"))));
}

/* --- replaying --- */

static void follow(struct replay *r)
{
    char path[800];
    char *lines = NULL;
    size_t len;
    const struct yaml_node *steps = at(yaml_doc(r->file, 0), "steps", NULL);
    snprintf(path, sizeof path, "%s.jsonl", r->stem);
    assert_true(file_text_read(path, &lines, &len));
    begin(r, steps);
    for (char *line = lines, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        struct yaml_file *f = yaml_parse(path, line, (size_t)(end - line), r->kube->reader.diag);
        const struct yaml_node *record = yaml_doc(f, 0);
        if (strcmp(text(yaml_get(record, "op")), "attempt") == 0)
            check_attempt(r, record);
        else
            do_step(r, steps->items[strtoul(text(yaml_get(record, "step")), NULL, 10)]);
        yaml_close(f);
    }
    free(lines);
}

static void replay(const char *stem, struct tally *tally)
{
    void *kube = NULL;
    char path[800];
    kube_set_up(&kube);
    struct replay *r = calloc(1, sizeof *r);
    r->kube = kube;
    r->stem = stem;
    r->tally = tally;
    r->names = (struct names){.words = r->kube->words, .resources = r->kube->resources};
    r->names.terms = node_terms_table_new(r->names.words);
    r->requests = request_table_new(r->names.resources);
    r->cluster = cluster_new();
    cluster_add_pool(r->cluster, "all", "any", KIND_NONE);
    snprintf(path, sizeof path, "%s.yaml", stem);
    r->file = yaml_read(path, r->kube->reader.diag);
    tally->cases++;
    const struct yaml_node *config = at(yaml_doc(r->file, 0), "config", NULL);
    if (at(config, "pluginConfig", NULL) != NULL) {
        print_message("%s has a profile of its own, skipped\n", stem);
        tally->skipped++;
    } else {
        add_docs(r);
        assert_string_equal(kube_complaints(r->kube), "");
        follow(r);
    }
    yaml_close(r->file);
    cluster_free(r->cluster);
    request_table_free(r->requests);
    node_terms_table_free(r->names.terms);
    free(r);
    kube_tear_down(&kube);
}

static void nodes_refuse_as_recorded(void **state)
{
    (void)state;
    static const char *const families[] = {"plain", "placement", "overhead"};
    struct tally t = {0};
    if (shared_data_dir() == NULL) {
        print_message("conformance/kube_scheduler: not present, skipped\n");
        return;
    }
    for (size_t i = 0; i < LEN(families); i++) {
        for (int n = 1; n <= 12; n++) {
            char stem[700];
            snprintf(stem, sizeof stem, "%s/conformance/kube_scheduler/%s/%s-%02d",
                     shared_data_dir(), families[i], families[i], n);
            replay(stem, &t);
        }
    }
    print_message("%u of %u cases, %u attempts: %u verdicts on nodes (%u behind host ports, %u on "
                  "cordoned nodes that pods tolerate), %u messages\n",
                  t.cases - t.skipped, t.cases, t.attempts, t.verdicts, t.ports, t.cordons,
                  t.messages);
    assert_true(t.verdicts > 1000 && t.messages > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_refuse_as_recorded),
    };
    return cmocka_run_group_tests_name("node_records", tests, NULL, NULL);
}
