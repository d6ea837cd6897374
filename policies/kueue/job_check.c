/* What the webhooks of jobs refuse. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/kube_syntax.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <string.h>

#define LABEL(key)      "metadata.labels[" key "]"
#define ANNOTATION(key) "metadata.annotations[" key "]"
#define QUEUE           "kueue.x-k8s.io/queue-name"
#define MAX_EXEC        "kueue.x-k8s.io/max-exec-time-seconds"
#define PREBUILT        "kueue.x-k8s.io/prebuilt-workload-name"
#define ELASTIC         "kueue.x-k8s.io/elastic-job"
#define MIN_PARALLELISM "kueue.x-k8s.io/job-min-parallelism"
#define SYNC            "kueue.x-k8s.io/job-completions-equal-parallelism"
#define GROUP_NAME      "kueue.x-k8s.io/pod-group-name"
#define GROUP_TOTAL     "kueue.x-k8s.io/pod-group-total-count"

static const struct yaml_node *text_node(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_SCALAR ? NULL : n;
}

static const struct yaml_node *label_node(const struct queued_job *j, const char *key)
{
    return text_node(field_get(tree_get(j->doc, "metadata.labels"), key));
}

static const struct yaml_node *annotation_node(const struct queued_job *j, const char *key)
{
    return text_node(field_get(tree_get(j->doc, "metadata.annotations"), key));
}

/* As Go's strconv.Atoi: false, and its words. */
static bool parse_int(struct arena *a, const char *text, int64_t *value, const char **problem)
{
    const char *why, *digits = text + (*text == '+' || *text == '-');
    if (*digits != '\0' && digits[strspn(digits, "0123456789")] == '\0' &&
        quantity_int(text + (*text == '+'), value, &why))
        return true;
    *problem = arena_printf(a, "strconv.Atoi: parsing %s: %s", text_json(a, text),
                            *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0'
                                ? "value out of range"
                                : "invalid syntax");
    return false;
}

static void check_name(struct refusals *r, const struct yaml_node *n, const char *field)
{
    if (n == NULL)
        return;
    const struct syntax s = syntax_subdomain(r->arena, n->text);
    if (s.len > 0)
        refuse_text(r, n, field, n->text, syntax_join(r->arena, &s, ","));
}

/* --- every job --- */

static void check_max_exec(struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *n = label_node(j, MAX_EXEC);
    int64_t value;
    const char *problem;
    if (n == NULL)
        return;
    if (!parse_int(r->arena, n->text, &value, &problem))
        refuse_text(r, n, LABEL(MAX_EXEC), n->text, problem);
    else if (value <= 0)
        refuse_number(r, n, LABEL(MAX_EXEC), value, "should be greater than 0");
}

static const char *version_text(struct arena *a, const struct kueue_kind *k)
{
    return arena_printf(a, "%s%s%s, Kind=%s", k->group, k->group[0] == '\0' ? "" : "/", k->version,
                        k->kind);
}

static void check_elastic(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *n = annotation_node(j, ELASTIC);
    if (n == NULL || strcmp(n->text, "true") != 0 || j->kind->may_be_elastic ||
        !gates_on(m->gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES))
        return;
    refuse_forbidden(r, n, ANNOTATION(ELASTIC),
                     arena_printf(r->arena, "elastic job is not supported for \"%s\"",
                                  version_text(r->arena, j->kind)));
}

const char *job_prebuilt(const struct job_maker *m, const struct queued_job *j)
{
    enum { LONGEST_LABEL = 63 };
    const char *label = job_label(j, PREBUILT), *text = job_annotation(j, PREBUILT);
    const bool prefers_annotation = gates_on(m->gates, GATE_WORKLOAD_IDENTIFIER_ANNOTATIONS);
    if (text != NULL && text[0] != '\0' &&
        (prefers_annotation ||
         ((label == NULL || label[0] == '\0') && strlen(text) > LONGEST_LABEL)))
        return text;
    return label == NULL || label[0] == '\0' ? NULL : label;
}

static void check_prebuilt(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *label = label_node(j, PREBUILT), *n = annotation_node(j, PREBUILT);
    const char *name = job_prebuilt(m, j);
    const bool is_annotation = n != NULL && name == n->text;
    const char *field = is_annotation ? ANNOTATION(PREBUILT) : LABEL(PREBUILT);
    n = is_annotation ? n : label;
    check_name(r, n, field);
    if (name != NULL && !j->kind->may_be_prebuilt)
        refuse_forbidden(
            r, n, field,
            arena_printf(r->arena, "Is not supported for \"%s\"", version_text(r->arena, j->kind)));
}

void job_check(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    const bool is_serving = j->kind->ignores_namespaces;
    const bool is_queued =
        j->queue[0] != '\0' || tree_bool(m->configuration, "manageJobsWithoutQueueName", false);
    if (j->kind->check != NULL && j->kind->checks_first && is_queued)
        j->kind->check(m, j, r);
    check_name(r, label_node(j, QUEUE), LABEL(QUEUE));
    if (!is_serving) {
        check_prebuilt(m, j, r);
        check_max_exec(j, r);
    }
    check_elastic(m, j, r);
    if (gates_on(m->gates, GATE_ADMISSION_GATED_BY))
        check_admission_gates(r, j->doc);
    if (j->kind->check != NULL && !j->kind->checks_first)
        j->kind->check(m, j, r);
    job_topology_check(m, j, r);
}

/* --- batch/Job --- */

static void check_min_parallelism(struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *n = annotation_node(j, MIN_PARALLELISM);
    const int64_t count = j->sets_len == 0 ? 1 : j->sets[0].count;
    int64_t value;
    const char *problem;
    if (n == NULL)
        return;
    if (!parse_int(r->arena, n->text, &value, &problem))
        refuse_text(r, n, ANNOTATION(MIN_PARALLELISM), n->text, problem);
    else if (value >= count || value <= 0)
        refuse_number(r, n, ANNOTATION(MIN_PARALLELISM), value,
                      arena_printf(r->arena, "should be between 0 and %" PRId64, count - 1));
    if (j->is_elastic)
        refuse_text(r, n, ANNOTATION(MIN_PARALLELISM), n->text,
                    "partial admission and elastic job cannot be used together");
}

static void check_sync(struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *n = annotation_node(j, SYNC);
    const struct yaml_node *completions = tree_get(j->doc, "spec.completions");
    if (n == NULL)
        return;
    bool is_on = false;
    if (!job_parse_bool(n->text, &is_on))
        refuse_text(r, n, ANNOTATION(SYNC), n->text,
                    arena_printf(r->arena, "strconv.ParseBool: parsing %s: invalid syntax",
                                 text_json(r->arena, n->text)));
    if (!is_on)
        return;
    if (strcmp(tree_text(j->doc, "spec.completionMode", "NonIndexed"), "Indexed") != 0)
        refuse_text(r, n, ANNOTATION(SYNC), n->text, "should not be enabled for NonIndexed jobs");
    if (tree_int(j->doc, "spec.parallelism", 1) != tree_int(completions, NULL, 1))
        refusals_add(r, (struct refusal){
                            REFUSED_INVALID, "spec.completions", tree_json(r->arena, completions),
                            "should be equal to parallelism when " SYNC " annotation is true",
                            completions == NULL ? n : completions});
}

void job_check_batch(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    (void)m;
    check_min_parallelism(j, r);
    check_sync(j, r);
}

/* --- Pod --- */

void job_check_pod(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *annotated = annotation_node(j, GROUP_NAME);
    const struct yaml_node *total = annotation_node(j, GROUP_TOTAL);
    const bool by_annotation = gates_on(m->gates, GATE_WORKLOAD_IDENTIFIER_ANNOTATIONS) &&
                               annotated != NULL && annotated->len > 0;
    const char *field = by_annotation ? ANNOTATION(GROUP_NAME) : LABEL(GROUP_NAME);
    const char *both = by_annotation ? "both the '" GROUP_TOTAL "' annotation and the '" GROUP_NAME
                                       "' annotation should be set"
                                     : "both the '" GROUP_TOTAL "' annotation and the '" GROUP_NAME
                                       "' label should be set";
    const char *name = pod_group_name(m, j->o), *prebuilt = job_prebuilt(m, j);
    int64_t value;
    const char *problem;
    if (name != NULL && prebuilt != NULL && strcmp(name, prebuilt) != 0)
        refuse_text(r, j->doc, LABEL(PREBUILT), prebuilt,
                    "prebuilt workload and pod group should be equal");
    if (name == NULL && total != NULL) {
        refuse_missing(r, total, field, both);
        return;
    }
    if (name == NULL)
        return;
    check_name(r, by_annotation ? annotated : label_node(j, GROUP_NAME), field);
    if (total == NULL)
        refuse_missing(r, j->doc, ANNOTATION(GROUP_TOTAL), both);
    else if (!parse_int(r->arena, total->text, &value, &problem))
        refuse_text(r, total, ANNOTATION(GROUP_TOTAL), total->text, problem);
    else if (value < 1)
        refuse_text(r, total, ANNOTATION(GROUP_TOTAL), total->text,
                    arena_printf(r->arena,
                                 "incorrect annotation value '" GROUP_TOTAL
                                 "=%s': group total count should be greater than zero",
                                 total->text));
}

/* --- words --- */

const char *job_refusals_text(struct arena *a, const struct refusals *r)
{
    const char *all = "";
    uint32_t len = 0;
    for (uint32_t i = 0; i < r->len; i++) {
        const char *one = refusal_text(a, &r->items[i]);
        bool is_twin = false;
        for (uint32_t k = 0; k < i; k++)
            is_twin |= strcmp(refusal_text(a, &r->items[k]), one) == 0;
        if (is_twin)
            continue;
        all = arena_printf(a, "%s%s%s", all, len == 0 ? "" : ", ", one);
        len++;
    }
    return len > 1 ? arena_printf(a, "[%s]", all) : all;
}
