#include "tests/kueue_case.h"

#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/file_text.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <dirent.h>
#include <string.h>

enum { PATH_BYTES = 2048, MOST_FILES = 4096 };

/* --- trees --- */

const char *case_text(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL || n->kind != YAML_SCALAR ? NULL : n->text;
}

int64_t case_number(const struct yaml_node *n)
{
    return strtoll(n->text, NULL, 10);
}

int64_t case_int(const struct yaml_node *map, const char *key, int64_t otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL || n->kind != YAML_SCALAR || yaml_is_null(n) ? otherwise : case_number(n);
}

bool case_bool(const struct yaml_node *map, const char *key, bool otherwise)
{
    const char *text = case_text(map, key);
    return text == NULL ? otherwise : strcmp(text, "true") == 0;
}

size_t case_len(const struct yaml_node *n)
{
    return n == NULL || n->kind == YAML_SCALAR ? 0 : n->len;
}

struct quota_column case_column(const struct kueue_case *c, const char *key)
{
    const char *slash = strchr(key, '/');
    assert_non_null(slash);
    return (struct quota_column){.flavor =
                                     intern_add_len(c->names.words, key, (size_t)(slash - key)),
                                 .resource = intern_add(c->names.resources, slash + 1)};
}

/* --- configuration --- */

static void read_gates(struct kueue_case *c)
{
    const struct yaml_node *gates = yaml_get(c->config, "featureGates");
    for (size_t i = 0; i < case_len(gates); i++) {
        const enum gate gate = gate_find(gates->pairs[i].key->text);
        assert_int_not_equal(gate, GATES);
        c->settings.gates.on[gate] = strcmp(gates->pairs[i].value->text, "true") == 0;
    }
}

static void read_fair_sharing(struct kueue_case *c)
{
    const struct yaml_node *fair = yaml_get(c->config, "fairSharing");
    const struct yaml_node *list = yaml_get(fair, "preemptionStrategies");
    c->settings.has_fair_sharing = fair != NULL;
    if (case_len(list) == 0)
        return;
    c->settings.strategies_len = (uint32_t)list->len;
    for (size_t i = 0; i < list->len; i++)
        c->settings.strategies[i] = strcmp(list->items[i]->text, "LessThanInitialShare") == 0
                                        ? STRATEGY_INITIAL_SHARE
                                        : STRATEGY_FINAL_SHARE;
}

static int64_t read_span_ns(const struct yaml_node *map, const char *key, int64_t otherwise)
{
    int64_t ns = otherwise;
    const char *why;
    if (case_text(map, key) != NULL)
        assert_true(duration_parse_go(case_text(map, key), &ns, &why));
    return ns;
}

static void read_afs(struct kueue_case *c)
{
    const struct yaml_node *afs = yaml_get(c->config, "admissionFairSharing");
    const struct yaml_node *weights = yaml_get(afs, "resourceWeights");
    struct afs_settings *s = &c->settings.afs;
    s->is_on = afs != NULL;
    s->half_life_ns = read_span_ns(afs, "usageHalfLifeTime", 0);
    s->sampling_ns = read_span_ns(afs, "usageSamplingInterval", s->sampling_ns);
    s->weights_len = (uint32_t)case_len(weights);
    struct resource_weight *list = arena_alloc(c->arena, (s->weights_len + 1) * sizeof list[0]);
    for (uint32_t i = 0; i < s->weights_len; i++)
        list[i] = (struct resource_weight){
            .resource = intern_add(c->names.resources, weights->pairs[i].key->text),
            .weight = strtod(weights->pairs[i].value->text, NULL)};
    s->weights = list;
}

/* --- opening --- */

static struct site_reader site_reader(struct kueue_case *c)
{
    return (struct site_reader){.f = {.diag = &c->messages.diag,
                                      .arena = c->arena,
                                      .words = c->names.words,
                                      .resources = c->names.resources},
                                .site = c->site,
                                .is_raw = true};
}

struct object kueue_case_object(struct kueue_case *c, const struct yaml_node *doc)
{
    struct site_reader r = site_reader(c);
    struct object o;
    assert_true(object_read(&r.f, doc, 0, &o));
    if (case_text(yaml_get(doc, "metadata"), "namespace") == NULL)
        o.namespace = ""; /* as it stands: these objects never met an API server */
    return o;
}

/* Nodes without any condition are of tests that have no such thing. */
static void read_node(struct kueue_case *c, struct field_reader *f, const struct object *o)
{
    struct topology_node node;
    const bool ignores_state = yaml_get(yaml_get(o->doc, "status"), "conditions") == NULL;
    if (strcmp(o->kind, "Node") == 0 && node_object_read(f, o, ignores_state, &node))
        site_put_node(c->site, &node);
}

static void read_objects(struct kueue_case *c)
{
    struct site_reader r = site_reader(c);
    c->objects_len = yaml_docs(c->file) - 1;
    c->objects = arena_alloc(c->arena, c->objects_len * sizeof c->objects[0]);
    c->workloads = arena_alloc(c->arena, c->objects_len * sizeof c->workloads[0]);
    for (size_t i = 0; i < c->objects_len; i++) {
        c->objects[i] = kueue_case_object(c, yaml_doc(c->file, i + 1));
        site_read(&r, &c->objects[i]);
        read_node(c, &r.f, &c->objects[i]);
    }
}

static bool has_limit_range(const struct kueue_case *c)
{
    for (size_t i = 0; i < c->objects_len; i++)
        if (strcmp(c->objects[i].kind, "LimitRange") == 0)
            return true;
    return false;
}

/* What stands behind the header. */
static void read_set(struct kueue_case *c)
{
    size_t len;
    char *text;
    if (!has_limit_range(c))
        return;
    assert_true(file_text_read(c->path, &text, &len));
    const char *rest = strstr(text, "\n---\n");
    assert_non_null(rest);
    c->set = object_set_new();
    object_set_parse(c->set, c->path, rest + 5, strlen(rest + 5), &c->messages.diag);
    free(text);
}

static void occupy(struct kueue_case *c, const struct bound_pod *pod)
{
    const uint32_t node =
        pod->node == NULL ? INTERN_NONE : intern_find(c->site->node_names, pod->node);
    if (node != INTERN_NONE)
        kueue_occupy(c->k, node, &pod->requests, 1);
}

static void bind_pods(struct kueue_case *c)
{
    struct site_reader r = site_reader(c);
    for (size_t i = 0; i < c->objects_len; i++) {
        struct bound_pod pod;
        if (strcmp(c->objects[i].kind, "Pod") == 0 && pod_object_read(&r.f, &c->objects[i], &pod))
            occupy(c, &pod);
    }
}

/* Everything from c->file. */
static void open_case(struct kueue_case *c)
{
    assert_non_null(c->file);
    assert_true(yaml_docs(c->file) >= 1);
    const struct yaml_node *header = yaml_doc(c->file, 0);
    const char *why;
    c->suite = case_text(header, "suite");
    c->name = case_text(header, "name");
    c->config = yaml_get(header, "config");
    c->run = yaml_get(header, "run");
    c->expect = yaml_get(header, "expect");
    if (case_text(header, "now") != NULL)
        assert_true(calendar_parse(case_text(header, "now"), &c->now_ns, &why));
    c->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    c->site = site_new();
    c->shapes = shape_maker_new(c->names.resources);
    kueue_settings_init(&c->settings, KUEUE_NEWEST);
    read_gates(c);
    read_fair_sharing(c);
    read_afs(c);
    read_objects(c);
    read_set(c);
    c->k = kueue_new(&c->settings, c->site, &c->names);
    bind_pods(c);
    if (diag_errors(&c->messages.diag) > 0)
        fail_msg("%s: %s", c->path, messages_text(&c->messages));
}

void kueue_case_open(struct kueue_case *c, const char *path)
{
    *c = (struct kueue_case){.path = path, .arena = arena_new()};
    messages_open(&c->messages);
    c->file = yaml_read(path, &c->messages.diag);
    open_case(c);
}

void kueue_case_parse(struct kueue_case *c, const char *name, const char *text)
{
    *c = (struct kueue_case){.path = name, .arena = arena_new()};
    messages_open(&c->messages);
    c->file = yaml_parse(name, text, strlen(text), &c->messages.diag);
    open_case(c);
}

void kueue_case_close(struct kueue_case *c)
{
    kueue_free(c->k);
    shape_maker_free(c->shapes);
    site_free(c->site);
    object_set_free(c->set);
    intern_free(c->names.resources);
    intern_free(c->names.words);
    yaml_close(c->file);
    messages_close(&c->messages);
    arena_free(c->arena);
}

/* --- workloads --- */

bool kueue_case_is_workload(const struct object *o)
{
    return strcmp(o->kind, "Workload") == 0;
}

struct kueue_workload *kueue_case_add(struct kueue_case *c, size_t i)
{
    const struct site_reader r = site_reader(c);
    struct workload_reader w = {.f = r.f,
                                .shapes = c->shapes,
                                .settings = &c->settings,
                                .objects = c->set,
                                .resources = yaml_get(c->config, "resources")};
    struct kueue_workload_spec spec;
    if (!workload_object_read(&w, &c->objects[i], &spec))
        fail_msg("%s: %s", c->path, messages_text(&c->messages));
    c->workloads[i] = kueue_add(c->k, &spec);
    assert_true(workload_object_restore(&w, c->k, &c->objects[i], c->workloads[i]));
    return c->workloads[i];
}

void kueue_case_workloads(struct kueue_case *c)
{
    for (size_t i = 0; i < c->objects_len; i++)
        if (kueue_case_is_workload(&c->objects[i]))
            kueue_case_add(c, i);
    for (size_t i = 0; i < c->objects_len; i++)
        if (c->workloads[i] != NULL)
            kueue_queue(c->k, c->workloads[i], c->now_ns);
}

struct kueue_workload *kueue_case_find(const struct kueue_case *c, const char *key)
{
    for (size_t i = 0; i < c->objects_len; i++)
        if (c->workloads[i] != NULL && strcmp(c->workloads[i]->key, key) == 0)
            return c->workloads[i];
    return NULL;
}

/* --- many files --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in the folder, sorted; names[len] are to be freed. */
static size_t list_folder(const char *folder, char **names)
{
    DIR *dir = opendir(folder);
    size_t len = 0;
    if (dir == NULL)
        return 0;
    for (const struct dirent *e = readdir(dir); e != NULL && len < MOST_FILES; e = readdir(dir))
        if (e->d_name[0] != '.')
            names[len++] = strdup(e->d_name);
    closedir(dir);
    qsort(names, len, sizeof names[0], by_name);
    return len;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Equal and all cases of a folder, and of all below it. */
struct tally {
    unsigned equal, total, surprises;
};

struct run {
    bool (*check)(const char *path);
    const char *const *differing;
};

/* Names may have their folder before them. */
static bool is_listed(const struct run *run, const char *path)
{
    for (size_t i = 0; run->differing != NULL && run->differing[i] != NULL; i++) {
        char end[PATH_BYTES];
        const int bytes = snprintf(end, sizeof end, "/%s.yaml", run->differing[i]);
        assert_true(bytes > 0 && (size_t)bytes < sizeof end);
        if (ends_with(path, end))
            return true;
    }
    return false;
}

static void run_file(const struct run *run, const char *path, struct tally *tally)
{
    const bool is_equal = run->check(path), may_differ = is_listed(run, path);
    tally->total++;
    tally->equal += is_equal;
    tally->surprises += is_equal == may_differ;
    if (!is_equal)
        printf("differs%s: %s\n", may_differ ? ", as known" : "", path);
    else if (may_differ)
        printf("is equal by now: %s\n", path);
}

static void run_folder(const struct run *run, const char *folder, struct tally *all)
{
    char *names[MOST_FILES];
    const size_t len = list_folder(folder, names);
    struct tally own = {0};
    for (size_t i = 0; i < len; i++) {
        char path[PATH_BYTES];
        const int bytes = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_true(bytes > 0 && (size_t)bytes < sizeof path);
        if (ends_with(names[i], ".yaml"))
            run_file(run, path, &own);
        else if (strchr(names[i], '.') == NULL)
            run_folder(run, path, all);
        free(names[i]);
    }
    if (own.total > 0)
        printf("%4u of %4u equal: %s\n", own.equal, own.total, folder);
    all->equal += own.equal;
    all->total += own.total;
    all->surprises += own.surprises;
}

bool kueue_cases_run_folder(const char *folder, bool (*check)(const char *path),
                            const char *const *differing)
{
    struct tally all = {0};
    run_folder(&(struct run){check, differing}, folder, &all);
    printf("%u of %u cases equal below %s\n", all.equal, all.total, folder);
    return all.total > 0 && all.surprises == 0;
}

bool kueue_cases_run(const char *dir, bool (*check)(const char *path), const char *const *differing)
{
    const char *shared = shared_data_dir();
    char folder[PATH_BYTES];
    if (shared == NULL) {
        printf("%s: shared data not present, skipped\n", dir);
        return true;
    }
    const int bytes = snprintf(folder, sizeof folder, "%s/conformance/kueue/%s", shared, dir);
    assert_true(bytes > 0 && (size_t)bytes < sizeof folder);
    return kueue_cases_run_folder(folder, check, differing);
}
