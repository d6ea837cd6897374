#include "models/kubernetes/node_filter.h"

#include "models/gpu_share.h"
#include "sim/check.h"
#include "sim/intern.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_REASON = 400 };

bool node_filter_admits(const void *context, const struct request *r, const struct node *n)
{
    return node_terms_match(context, r->terms, n, NULL);
}

/* --- counting --- */

void node_refusals_fini(struct node_refusals *out)
{
    free(out->counts);
    *out = (struct node_refusals){0};
}

static void count_one(struct node_refusals *out, enum node_refusal_kind kind, uint32_t key,
                      uint32_t value)
{
    for (size_t i = 0; i < out->len; i++) {
        struct node_refusal_count *c = &out->counts[i];
        if (c->kind == kind && c->key == key && c->value == value) {
            c->nodes++;
            return;
        }
    }
    if (out->len == out->cap) {
        out->cap = out->cap == 0 ? 8 : 2 * out->cap;
        out->counts = realloc(out->counts, out->cap * sizeof out->counts[0]);
        SIM_REQUIRE(out->counts != NULL);
    }
    out->counts[out->len++] = (struct node_refusal_count){kind, key, value, 1};
}

static bool count_missing(struct node_refusals *out, const struct cluster *c, uint32_t node,
                          const struct request *r)
{
    bool fits = true;
    for (uint32_t i = 0; i < r->amounts_len; i++) {
        const struct amount *a = &r->amounts[i];
        if (cluster_free_of(c, node, a->resource) >= a->value)
            continue;
        count_one(out, NODE_REFUSES_NOTHING, a->resource, 0);
        fits = false;
    }
    if (r->load.gpu_milli != 0 && gpu_share_fits(c, node, r->load.gpu_milli) == 0) {
        count_one(out, NODE_REFUSES_NOTHING, RESOURCE_GPU, 0);
        fits = false;
    }
    return fits;
}

void node_refusals_count(struct node_refusals *out, const struct cluster *c,
                         const struct node_terms_table *terms, const struct request *r)
{
    out->nodes = out->takers = 0;
    out->len = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        struct node_refusal why;
        if (c->nodes[n].state == NODE_BOOTING)
            continue;
        out->nodes++;
        if (node_terms_admit(terms, r->terms, &c->nodes[n], &why))
            out->takers += count_missing(out, c, n, r);
        else
            count_one(out, why.kind, why.taint == NULL ? 0 : why.taint->key,
                      why.taint == NULL ? 0 : why.taint->value);
    }
}

/* --- words --- */

/* Of reasons that differ only in what this wording leaves out, one. */
struct reason {
    uint32_t nodes;
    char text[LONGEST_REASON];
};

static void word_taint(const struct node_refusal_count *c, const struct intern *words,
                       bool names_taints, char out[LONGEST_REASON])
{
    if (!names_taints)
        snprintf(out, LONGEST_REASON, "node(s) had untolerated taint(s)");
    else if (c->kind == NODE_NOT_READY)
        snprintf(out, LONGEST_REASON,
                 "node(s) had untolerated taint {node.kubernetes.io/unreachable: }");
    else
        snprintf(out, LONGEST_REASON, "node(s) had untolerated taint {%s: %s}",
                 intern_text(words, c->key), intern_text(words, c->value));
}

static void word_resource(const char *name, char out[LONGEST_REASON])
{
    if (strcmp(name, "pods") == 0)
        snprintf(out, LONGEST_REASON, "Too many pods");
    else
        snprintf(out, LONGEST_REASON, "Insufficient %s", name);
}

static void word(const struct node_refusal_count *c, const struct names *names, bool names_taints,
                 char out[LONGEST_REASON])
{
    switch (c->kind) {
    case NODE_REFUSES_NOTHING:
        word_resource(intern_text(names->resources, c->key), out);
        break;
    case NODE_UNSCHEDULABLE:
        snprintf(out, LONGEST_REASON, "node(s) were unschedulable");
        break;
    case NODE_OF_OTHER_NAME:
        snprintf(out, LONGEST_REASON, "node(s) didn't match the requested node name");
        break;
    case NODE_NOT_SELECTED:
        snprintf(out, LONGEST_REASON, "node(s) didn't match Pod's node affinity/selector");
        break;
    case NODE_NOT_READY:
    case NODE_TAINTED:
        word_taint(c, names->words, names_taints, out);
        break;
    }
}

/* kube-scheduler sorts the strings with their counts in front, byte by byte. */
static int by_text(const void *a, const void *b)
{
    const struct reason *x = a, *y = b;
    char x_count[12], y_count[12];
    snprintf(x_count, sizeof x_count, "%" PRIu32, x->nodes);
    snprintf(y_count, sizeof y_count, "%" PRIu32, y->nodes);
    const int order = strcmp(x_count, y_count);
    return order != 0 ? order : strcmp(x->text, y->text);
}

static size_t merge_equal(struct reason *reasons, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        size_t same = 0;
        while (same < kept && strcmp(reasons[same].text, reasons[i].text) != 0)
            same++;
        if (same < kept)
            reasons[same].nodes += reasons[i].nodes;
        else
            reasons[kept++] = reasons[i];
    }
    return kept;
}

static void add_text(char *out, size_t cap, size_t *len, const char *text)
{
    for (; *text != '\0' && *len + 1 < cap; text++)
        out[(*len)++] = *text;
    out[*len] = '\0';
}

size_t node_refusals_print(const struct node_refusals *refusals, const struct names *names,
                           bool names_taints, char *out, size_t cap)
{
    char number[64];
    size_t len = 0;
    struct reason *reasons = calloc(refusals->len + 1, sizeof reasons[0]);
    SIM_REQUIRE(reasons != NULL && cap > 0);
    for (size_t i = 0; i < refusals->len; i++) {
        reasons[i].nodes = refusals->counts[i].nodes;
        word(&refusals->counts[i], names, names_taints, reasons[i].text);
    }
    const size_t reasons_len = merge_equal(reasons, refusals->len);
    qsort(reasons, reasons_len, sizeof reasons[0], by_text);
    if (refusals->nodes == 0)
        snprintf(number, sizeof number, "no nodes available to schedule pods");
    else
        snprintf(number, sizeof number, "%" PRIu32 "/%" PRIu32 " nodes are available",
                 refusals->takers, refusals->nodes);
    add_text(out, cap, &len, number);
    for (size_t i = 0; i < reasons_len; i++) {
        snprintf(number, sizeof number, "%s%" PRIu32 " ", i == 0 ? ": " : ", ", reasons[i].nodes);
        add_text(out, cap, &len, number);
        add_text(out, cap, &len, reasons[i].text);
    }
    if (refusals->nodes > 0)
        add_text(out, cap, &len, ".");
    free(reasons);
    return len;
}
