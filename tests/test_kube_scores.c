/* The scores of NodeResourcesFit and NodeResourcesBalancedAllocation, the nodes that fit, the
 * totals and the choice, against records of the real kube-scheduler. */
#include "sim/arena.h"
#include "tests/kube_case.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    const char *file;
    unsigned cases;
    unsigned attempts, as_recorded;
    unsigned scores;
    bool is_wrong; /* in this attempt */
};

static void expect(struct tally *t, const struct yaml_node *record, const char *what,
                   const char *node, int64_t want, int64_t got)
{
    if (want == got)
        return;
    t->is_wrong = true;
    print_message("%s: seq %s: %s of %s: %" PRId64 ", recorded %" PRId64 "\n", t->file,
                  yaml_get(record, "seq")->text, what, node, got, want);
}

static void check_fits(struct tally *t, struct kube_case *k, const struct yaml_node *record,
                       const struct kube_pod *pod)
{
    const struct yaml_node *feasible = yaml_get(record, "feasible");
    for (uint32_t n = 0; n < k->cluster->nodes_len; n++) {
        const char *name = k->cluster->nodes[n].name;
        const int64_t score = placement_score(k->placements[KUBE_TOTAL], pod->request, n);
        expect(t, record, "fit", name, kube_index(feasible, name) != SIZE_MAX, score != SCORE_NONE);
    }
    expect(t, record, "number", "nodes that fit", (int64_t)feasible->len,
           (int64_t)(placement_fits(k->placements[KUBE_TOTAL], pod->request) ? feasible->len : 0));
}

/* TaintToleration, a constant here unless nodes have taints, is in the totals alone. */
static void check_scores(struct tally *t, struct kube_case *k, const struct yaml_node *record,
                         const struct kube_pod *pod)
{
    static const char *const plugins[] = {"NodeResourcesFit", "NodeResourcesBalancedAllocation"};
    const struct yaml_node *raw = yaml_get(record, "raw");
    for (size_t i = 0; raw != NULL && i < raw->len; i++) {
        const char *name = raw->pairs[i].key->text;
        const uint32_t node = cluster_find_node(k->cluster, name);
        for (int p = 0; p < 2; p++) {
            const size_t column = kube_index(yaml_get(record, "scorePlugins"), plugins[p]);
            if (column == SIZE_MAX)
                continue;
            t->scores++;
            expect(t, record, plugins[p], name, kube_number(raw->pairs[i].value->items[column]),
                   placement_score(k->placements[p], pod->request, node));
        }
        expect(t, record, "total", name, kube_number(yaml_get(yaml_get(record, "totals"), name)),
               placement_score(k->placements[KUBE_TOTAL], pod->request, node));
    }
}

static void check_choice(struct tally *t, struct kube_case *k, const struct yaml_node *record,
                         const struct kube_pod *pod)
{
    struct placement_pick pick = {.node = NODE_NONE};
    const struct yaml_node *node = yaml_get(record, "node");
    placement_pick(k->placements[KUBE_TOTAL], pod->request, &pick);
    expect(t, record, "choice", node == NULL ? "none" : node->text,
           node == NULL ? NODE_NONE : cluster_find_node(k->cluster, node->text), pick.node);
}

static void check_attempt(void *context, struct kube_case *k, const struct yaml_node *record,
                          const struct kube_pod *pod)
{
    struct tally *t = context;
    t->attempts++;
    t->is_wrong = false;
    check_fits(t, k, record, pod);
    check_scores(t, k, record, pod);
    check_choice(t, k, record, pod);
    t->as_recorded += !t->is_wrong;
}

static void replay_folder(const char *folder, struct tally *t)
{
    struct dirent **entries;
    const int len = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < len; i++) {
        char stem[4096];
        const size_t bytes = strlen(entries[i]->d_name);
        if (bytes > 5 && strcmp(entries[i]->d_name + bytes - 5, ".yaml") == 0) {
            snprintf(stem, sizeof stem, "%s/%.*s", folder, (int)(bytes - 5), entries[i]->d_name);
            t->file = stem;
            t->cases++;
            kube_case_replay(stem, check_attempt, t);
        }
        free(entries[i]);
    }
    if (len >= 0)
        free(entries);
}

static void replay(const char *folder, const char *const *families, size_t len)
{
    struct tally t = {0};
    for (size_t i = 0; i < len; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, families[i]);
        replay_folder(path, &t);
    }
    print_message("%s: %u cases, %u of %u attempts as recorded, %u scores\n", folder, t.cases,
                  t.as_recorded, t.attempts, t.scores);
    assert_true(t.cases > 0);
    assert_int_equal(t.as_recorded, t.attempts);
}

static void scores_are_those_of_kube_scheduler(void **state)
{
    static const char *const families[] = {"."};
    (void)state;
    replay("tests/data/kube_scheduler", families, LEN(families));
}

static void all_recorded_scores_are_those_of_kube_scheduler(void **state)
{
    static const char *const families[] = {"plain", "strategy"};
    (void)state;
    if (shared_data_dir() == NULL) {
        print_message("conformance/kube_scheduler: not present, skipped\n");
        skip();
    }
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/conformance/kube_scheduler", shared_data_dir());
    replay(folder, families, LEN(families));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_kube_scheduler),
        cmocka_unit_test(all_recorded_scores_are_those_of_kube_scheduler),
    };
    return cmocka_run_group_tests_name("kube_scores", tests, NULL, NULL);
}
