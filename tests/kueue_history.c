#include "tests/kueue_history.h"

#include "sim/arena.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { QUIET_CYCLES = 6, ROUNDS_MOST = 300, LINE_BYTES = 1 << 16 };

/* --- lines --- */

static void add_line(struct history_line **list, size_t *len, size_t *cap, int64_t second,
                     const char *text)
{
    if (*len == *cap) {
        *cap = *cap == 0 ? 64 : 2 * *cap;
        *list = realloc(*list, *cap * sizeof **list);
        assert_non_null(*list);
    }
    (*list)[(*len)++] = (struct history_line){second, strdup(text)};
}

static void add_event(struct history *h, int64_t second, const char *text)
{
    add_line(&h->events, &h->events_len, &h->events_cap, second, text);
}

static void add_queues(struct history *h, int64_t second, const char *text)
{
    add_line(&h->queues, &h->queues_len, &h->queues_cap, second, text);
}

void history_fini(struct history *h)
{
    for (size_t i = 0; i < h->events_len; i++)
        free(h->events[i].text);
    for (size_t i = 0; i < h->queues_len; i++)
        free(h->queues[i].text);
    free(h->events);
    free(h->queues);
    *h = (struct history){0};
}

static int by_second_and_text(const void *a, const void *b)
{
    const struct history_line *x = a, *y = b;
    if (x->second != y->second)
        return x->second < y->second ? -1 : 1;
    return strcmp(x->text, y->text);
}

static void sort_events(struct history *h)
{
    qsort(h->events, h->events_len, sizeof h->events[0], by_second_and_text);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void append_sorted(char *line, const char *label, const char **items, size_t len)
{
    qsort(items, len, sizeof items[0], by_text);
    size_t at = strlen(line);
    at += (size_t)snprintf(line + at, LINE_BYTES - at, " %s", label);
    for (size_t i = 0; i < len; i++)
        at += (size_t)snprintf(line + at, LINE_BYTES - at, " %s", items[i]);
    assert_true(at < LINE_BYTES);
}

/* --- the recorded history --- */

static void append_texts(char *line, const char *label, const struct yaml_node *list)
{
    const char *items[1024];
    const size_t len = case_len(list);
    assert_true(len <= LEN(items));
    for (size_t i = 0; i < len; i++)
        items[i] = list->items[i]->text;
    append_sorted(line, label, items, len);
}

/* "cq-1: a b" for each, by name. */
static void append_queues(char *line, const char *label, const struct yaml_node *map)
{
    const char *names[256];
    const size_t len = case_len(map);
    for (size_t i = 0; i < len; i++)
        names[i] = map->pairs[i].key->text;
    qsort(names, len, sizeof names[0], by_text);
    for (size_t i = 0; i < len; i++) {
        const size_t at = strlen(line);
        snprintf(line + at, LINE_BYTES - at, " %s %s:", label, names[i]);
        append_texts(line, "", yaml_get(map, names[i]));
    }
}

static void append_topology(char *line, const struct yaml_node *topology)
{
    const struct yaml_node *domains = yaml_get(topology, "domains");
    for (size_t i = 0; i < case_len(domains); i++) {
        const struct yaml_node *values = yaml_get(domains->items[i], "values");
        size_t at = strlen(line);
        at += (size_t)snprintf(line + at, LINE_BYTES - at, " [");
        for (size_t v = 0; v < values->len; v++)
            at += (size_t)snprintf(line + at, LINE_BYTES - at, "%s%s", v == 0 ? "" : ",",
                                   values->items[v]->text);
        snprintf(line + at, LINE_BYTES - at, "]x%s", case_text(domains->items[i], "count"));
    }
}

static void append_sets(char *line, const struct yaml_node *sets)
{
    for (size_t i = 0; i < case_len(sets); i++) {
        const struct yaml_node *set = sets->items[i];
        const struct yaml_node *flavors = yaml_get(set, "flavors");
        const char *pairs[64];
        char texts[64][256];
        const size_t at = strlen(line);
        snprintf(line + at, LINE_BYTES - at, " %s x%s", case_text(set, "name"),
                 case_text(set, "count"));
        for (size_t f = 0; f < case_len(flavors); f++) {
            snprintf(texts[f], sizeof texts[f], "%s=%s", flavors->pairs[f].key->text,
                     flavors->pairs[f].value->text);
            pairs[f] = texts[f];
        }
        append_sorted(line, "", pairs, case_len(flavors));
        append_topology(line, yaml_get(set, "topology"));
    }
}

static void read_event(struct history *h, const struct yaml_node *e, char *line)
{
    const char *kind = case_text(e, "event");
    const int64_t second = case_int(e, "t", 0);
    const char *w = case_text(e, "workload");
    snprintf(line, LINE_BYTES, "%s %s", kind, w == NULL ? "" : w);
    if (strcmp(kind, "reserve") == 0) {
        const size_t at = strlen(line);
        snprintf(line + at, LINE_BYTES - at, " %s", case_text(e, "clusterQueue"));
        append_sets(line, yaml_get(e, "podSets"));
    } else if (strcmp(kind, "evict") == 0) {
        const size_t at = strlen(line);
        snprintf(line + at, LINE_BYTES - at, " %s %s by %s", case_text(e, "reason"),
                 case_text(e, "preemptedReason"), case_text(e, "by"));
    } else if (strcmp(kind, "flush") == 0) {
        append_texts(line, "", yaml_get(e, "trees"));
    } else if (strcmp(kind, "livelock") == 0) {
        append_texts(line, "", yaml_get(e, "pairs"));
    } else if (strcmp(kind, "queues") == 0) {
        line[0] = '\0';
        append_queues(line, "heap", yaml_get(e, "heap"));
        append_queues(line, "parked", yaml_get(e, "inadmissible"));
        add_queues(h, second, line);
        return;
    } else if (strcmp(kind, "release") != 0 && strcmp(kind, "finish") != 0) {
        return; /* arrivals are input, the end is the end */
    }
    add_event(h, second, line);
}

void history_read(struct history *h, const char *yaml_path)
{
    char path[2048];
    char *line = malloc(LINE_BYTES);
    const size_t len = strlen(yaml_path) - strlen(".yaml");
    snprintf(path, sizeof path, "%.*s.jsonl", (int)len, yaml_path);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    char *json = NULL;
    size_t cap = 0;
    struct messages m;
    messages_open(&m);
    for (ssize_t n = getline(&json, &cap, in); n > 0; n = getline(&json, &cap, in)) {
        struct yaml_file *f = yaml_parse(path, json, (size_t)n, &m.diag);
        read_event(h, yaml_doc(f, 0), line);
        yaml_close(f);
    }
    if (diag_errors(&m.diag) > 0)
        fail_msg("%s", messages_text(&m));
    messages_close(&m);
    free(json);
    free(line);
    fclose(in);
    sort_events(h);
}

/* --- ours --- */

struct job {
    const char *key;
    size_t object; /* its manifest */
    int64_t arrival, runtime, termination;
    struct kueue_workload *w;
    int64_t finish_at, release_at; /* -1: never */
    bool has_arrived;
};

struct player {
    struct kueue_case *c;
    struct history *h;
    struct job *jobs; /* by key */
    size_t len;
    int64_t second;
    size_t first_event; /* of this second */
    char *line;
};

static int64_t now_ns(const struct player *p)
{
    return p->c->now_ns + p->second * SECOND_NS;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct job *)a)->key, ((const struct job *)b)->key);
}

static size_t object_of(const struct kueue_case *c, const char *key)
{
    for (size_t i = 0; i < c->objects_len; i++) {
        const struct object *o = &c->objects[i];
        const size_t len = strlen(o->namespace);
        if (kueue_case_is_workload(o) && strncmp(key, o->namespace, len) == 0 && key[len] == '/' &&
            strcmp(key + len + 1, o->name) == 0)
            return i;
    }
    fail_msg("%s: no workload %s", c->path, key);
    return 0;
}

static void read_jobs(struct player *p)
{
    const struct yaml_node *jobs = yaml_get(p->c->run, "jobs");
    p->len = case_len(jobs);
    p->jobs = calloc(p->len + 1, sizeof p->jobs[0]);
    for (size_t i = 0; i < p->len; i++) {
        const struct yaml_node *n = jobs->pairs[i].value;
        p->jobs[i] = (struct job){.key = jobs->pairs[i].key->text,
                                  .object = object_of(p->c, jobs->pairs[i].key->text),
                                  .arrival = case_int(n, "arrival", 0),
                                  .runtime = case_int(n, "runtime", 0),
                                  .termination = case_int(n, "termination", 0),
                                  .finish_at = -1,
                                  .release_at = -1};
    }
    qsort(p->jobs, p->len, sizeof p->jobs[0], by_key);
}

static struct job *job_of(struct player *p, const struct kueue_workload *w)
{
    for (size_t i = 0; i < p->len; i++)
        if (p->jobs[i].w == w)
            return &p->jobs[i];
    return NULL;
}

static void show(struct player *p, const char *what, const char *key)
{
    snprintf(p->line, LINE_BYTES, "%s %s", what, key);
    add_event(p->h, p->second, p->line);
}

static void append_places(char *line, const struct intern *words,
                          const struct topology_assignment *a)
{
    for (uint32_t i = 0; a != NULL && i < a->len; i++) {
        const size_t at = strlen(line);
        snprintf(line + at, LINE_BYTES - at, " [%s]x%" PRIu32,
                 intern_text(words, a->pods[i].leaf_id), a->pods[i].count);
    }
}

static void show_reservation(struct player *p, const struct kueue_workload *w)
{
    char *line = p->line;
    const struct names *names = &p->c->names;
    snprintf(line, LINE_BYTES, "reserve %s %s", w->key, w->queue->spec->name);
    for (uint32_t s = 0; s < w->shape->sets_len; s++) {
        const struct admitted_set *set = &w->sets[s];
        const char *pairs[64];
        char texts[64][256];
        const size_t at = strlen(line);
        snprintf(line + at, LINE_BYTES - at, " %s x%" PRIu32, w->shape->sets[s].name, set->count);
        for (uint32_t f = 0; f < set->len; f++) {
            snprintf(texts[f], sizeof texts[f], "%s=%s",
                     intern_text(names->resources, set->resources[f].resource),
                     intern_text(names->words, set->resources[f].flavor));
            pairs[f] = texts[f];
        }
        append_sorted(line, "", pairs, set->len);
        append_places(line, names->words, set->topology);
    }
    add_event(p->h, p->second, line);
}

static void carry_out(struct player *p)
{
    struct kueue *k = p->c->k;
    for (uint32_t i = 0; i < k->decisions_len; i++) {
        const struct decision *d = &k->decisions[i];
        struct job *j = job_of(p, d->w);
        if (d->kind == DECIDED_RESERVE) {
            j->finish_at = p->second + j->runtime;
            kueue_admit(k, d->w, now_ns(p));
            show_reservation(p, d->w);
        } else if (d->kind == DECIDED_EVICT) {
            j->finish_at = -1;
            j->release_at = p->second + j->termination;
            snprintf(p->line, LINE_BYTES, "evict %s %s %s by %s", d->w->key,
                     evict_reason_name(d->evict), preempt_reason_name(d->preempt), d->by->key);
            add_event(p->h, p->second, p->line);
        }
    }
    k->decisions_len = 0;
}

static void append_pending(struct player *p, bool heap)
{
    const struct kueue *k = p->c->k;
    const char *names[256];
    for (uint32_t i = 0; i < k->queues_len; i++)
        names[i] = k->queues[i]->spec->name;
    qsort(names, k->queues_len, sizeof names[0], by_text);
    for (uint32_t i = 0; i < k->queues_len; i++) {
        const struct pending *q = &kueue_find_queue(k, names[i])->pending;
        struct kueue_workload *waiting[1024];
        const char *items[1024];
        const size_t len = pending_list(q, !heap, waiting);
        for (size_t n = 0; n < len; n++)
            items[n] = waiting[n]->key;
        if (len == 0)
            continue;
        const size_t at = strlen(p->line);
        snprintf(p->line + at, LINE_BYTES - at, " %s %s:", heap ? "heap" : "parked", names[i]);
        append_sorted(p->line, "", items, len);
    }
}

static void show_queues(struct player *p)
{
    p->line[0] = '\0';
    append_pending(p, true);
    append_pending(p, false);
    add_queues(p->h, p->second, p->line);
}

static void show_flushes(struct player *p)
{
    const char *names[64];
    char texts[64][256];
    size_t len = 0;
    struct kueue *k = p->c->k;
    for (uint32_t i = 0; i < k->trees_len; i++)
        if (k->trees[i]->flush_at_ns <= now_ns(p)) {
            snprintf(texts[len], sizeof texts[len], "%s/%s", k->trees[i]->is_cohort ? "c" : "q",
                     k->trees[i]->name);
            names[len] = texts[len];
            len++;
        }
    if (len == 0)
        return;
    snprintf(p->line, LINE_BYTES, "flush ");
    append_sorted(p->line, "", names, len);
    add_event(p->h, p->second, p->line);
}

/* Whether anything was due at this second. */
static bool play_due(struct player *p)
{
    bool any = false;
    for (size_t i = 0; i < p->len; i++)
        if (p->jobs[i].finish_at == p->second) {
            p->jobs[i].finish_at = -1;
            show(p, "finish", p->jobs[i].key);
            kueue_finish(p->c->k, p->jobs[i].w, now_ns(p));
            any = true;
        }
    for (size_t i = 0; i < p->len; i++)
        if (p->jobs[i].release_at == p->second) {
            p->jobs[i].release_at = -1;
            show(p, "release", p->jobs[i].key);
            kueue_release(p->c->k, p->jobs[i].w, now_ns(p));
            any = true;
        }
    if (kueue_next_sample_ns(p->c->k) <= now_ns(p))
        any |= kueue_sample(p->c->k, now_ns(p)) > 0;
    for (size_t i = 0; i < p->len; i++)
        if (p->jobs[i].arrival == p->second && !p->jobs[i].has_arrived) {
            struct job *j = &p->jobs[i];
            j->has_arrived = true;
            p->c->objects[j->object].created_ns = now_ns(p);
            j->w = kueue_case_add(p->c, j->object);
            kueue_queue(p->c->k, j->w, now_ns(p));
            any = true;
        }
    if (kueue_next_flush_ns(p->c->k) <= now_ns(p)) {
        show_flushes(p);
        kueue_flush(p->c->k, now_ns(p));
        any = true;
    }
    return any;
}

/* As the recorder did: six cycles beyond the last visible change. */
static void play_cycles(struct player *p)
{
    for (int quiet = 0; quiet < QUIET_CYCLES; quiet++) {
        kueue_touch_all(p->c->k);
        const enum cycle_result r = kueue_cycle(p->c->k, now_ns(p));
        carry_out(p);
        if (r == CYCLE_IDLE)
            return;
        if (r != CYCLE_CHANGED)
            continue;
        show_queues(p);
        quiet = -1;
    }
}

/* Samples go on as long as anything else may happen. */
static int64_t next_second(const struct player *p)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < p->len; i++) {
        const struct job *j = &p->jobs[i];
        const int64_t times[] = {j->has_arrived ? -1 : j->arrival, j->finish_at, j->release_at};
        for (size_t n = 0; n < LEN(times); n++)
            if (times[n] >= p->second && times[n] < next)
                next = times[n];
    }
    const int64_t sample = next == INT64_MAX ? INT64_MAX : kueue_next_sample_ns(p->c->k);
    const int64_t others[] = {kueue_next_flush_ns(p->c->k), sample};
    for (size_t i = 0; i < LEN(others); i++) {
        const int64_t second = (others[i] - p->c->now_ns + SECOND_NS - 1) / SECOND_NS;
        if (others[i] == INT64_MIN)
            next = p->second;
        else if (others[i] != INT64_MAX && second < next)
            next = second;
    }
    return next;
}

/* The evictions that come again and again in this second, once each. */
static void show_livelock(struct player *p)
{
    const char *pairs[64];
    char texts[64][512];
    int times[64] = {0};
    size_t len = 0, repeated = 0;
    for (size_t i = p->first_event; i < p->h->events_len; i++) {
        char victim[128], by[128];
        if (sscanf(p->h->events[i].text, "evict %127s %*s %*s by %127s", victim, by) != 2)
            continue;
        size_t at = 0;
        snprintf(texts[len], sizeof texts[len], "%s evicts %s", by, victim);
        while (strcmp(texts[at], texts[len]) != 0)
            at++;
        times[at]++;
        len += at == len && len + 1 < LEN(pairs);
    }
    for (size_t i = 0; i < len; i++)
        if (times[i] > ROUNDS_MOST / 10)
            pairs[repeated++] = texts[i];
    len = repeated;
    snprintf(p->line, LINE_BYTES, "livelock ");
    append_sorted(p->line, "", pairs, len);
    for (size_t i = p->first_event; i < p->h->events_len; i++)
        free(p->h->events[i].text);
    p->h->events_len = p->first_event;
    add_event(p->h, p->second, p->line);
}

void history_run(struct history *h, struct kueue_case *c)
{
    struct player p = {.c = c, .h = h, .line = malloc(LINE_BYTES)};
    const int64_t until = case_int(c->run, "until", INT64_MAX);
    read_jobs(&p);
    bool is_alive = true;
    for (p.second = 0; is_alive && (p.second = next_second(&p)) <= until; p.second++) {
        p.first_event = h->events_len;
        int rounds = 0;
        while (play_due(&p) && ++rounds < ROUNDS_MOST)
            play_cycles(&p);
        is_alive = rounds < ROUNDS_MOST;
        if (!is_alive)
            show_livelock(&p);
    }
    free(p.jobs);
    free(p.line);
    sort_events(h);
}

/* --- comparing --- */

static bool events_equal(const struct history *want, const struct history *got)
{
    for (size_t i = 0; i < want->events_len || i < got->events_len; i++) {
        const struct history_line *w = i < want->events_len ? &want->events[i] : NULL;
        const struct history_line *g = i < got->events_len ? &got->events[i] : NULL;
        if (w != NULL && g != NULL && by_second_and_text(w, g) == 0)
            continue;
        printf("  want %" PRId64 ": %s\n  got  %" PRId64 ": %s\n", w == NULL ? -1 : w->second,
               w == NULL ? "nothing" : w->text, g == NULL ? -1 : g->second,
               g == NULL ? "nothing" : g->text);
        return false;
    }
    return true;
}

static bool queues_equal(const struct history *want, const struct history *got)
{
    size_t at = 0;
    for (size_t i = 0; i < want->queues_len; i++) {
        const struct history_line *w = &want->queues[i];
        if (i + 1 < want->queues_len && want->queues[i + 1].second == w->second)
            continue; /* not the last of its second */
        while (at < got->queues_len &&
               (got->queues[at].second < w->second ||
                (at + 1 < got->queues_len && got->queues[at + 1].second == w->second)))
            at++;
        const char *text = at < got->queues_len && got->queues[at].second == w->second
                               ? got->queues[at].text
                               : "nothing";
        if (strcmp(text, w->text) == 0)
            continue;
        printf("  want %" PRId64 ":%s\n  got  %" PRId64 ":%s\n", w->second, w->text, w->second,
               text);
        return false;
    }
    return true;
}

bool history_equals(const struct history *want, const struct history *got)
{
    return events_equal(want, got) && queues_equal(want, got);
}
