/* What befalls workloads as time goes by, without a simulation around them. */
#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { LOG_BYTES = 8192 };

struct play {
    struct kueue_case c;
    struct yaml_file *edits[4];
    size_t edits_len;
    char log[LOG_BYTES];
    size_t len;
};

#define HEADER                                                                                     \
    "{kind: KueueCase, now: '1970-01-01T00:00:00Z'}\n"                                             \
    "---\n"                                                                                        \
    "{apiVersion: v1, kind: Namespace, metadata: {name: ns}}\n"                                    \
    "---\n"                                                                                        \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: f}}\n"            \
    "---\n"                                                                                        \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: lq, namespace: ns}, " \
    "spec: {clusterQueue: cq}}\n"

#define QUEUE(more)                                                                        \
    "---\n"                                                                                \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ClusterQueue, metadata: {name: cq}, "      \
    "spec: {namespaceSelector: {}, preemption: {withinClusterQueue: LowerPriority}, " more \
    "resourceGroups: [{coveredResources: [cpu], flavors: [{name: f, "                      \
    "resources: [{name: cpu, nominalQuota: 4}]}]}]}}\n"

#define WORKLOAD(name, count, more)                                                              \
    "---\n"                                                                                      \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: Workload, metadata: {name: " name ", uid: " name \
    ", namespace: ns, creationTimestamp: '1970-01-01T00:00:00Z'}, spec: {"                       \
    "queueName: lq, " more "podSets: [{name: main, count: " #count                               \
    ", template: {spec: {containers: [{name: c, resources: {requests: {cpu: 1}}}]}}}]}}\n"

/* --- a driver --- */

static void say(struct play *p, const char *what, const char *key, const char *more)
{
    const int len =
        snprintf(p->log + p->len, sizeof p->log - p->len, "%" PRId64 " %s %s%s%s\n",
                 p->c.k->now_ns / SECOND_NS, what, key, more[0] == '\0' ? "" : " ", more);
    assert_true(len > 0 && (size_t)len < sizeof p->log - p->len);
    p->len += (size_t)len;
}

static void carry_out(struct play *p)
{
    struct kueue *k = p->c.k;
    for (uint32_t i = 0; i < k->decisions_len; i++) {
        const struct decision d = k->decisions[i];
        const char *why = d.deactivation != DEACTIVATED_NOT ? deactivation_name(d.deactivation)
                                                            : evict_reason_name(d.evict);
        if (d.kind == DECIDED_RESERVE)
            say(p, "reserve", d.w->key, "");
        else if (d.kind == DECIDED_EVICT)
            say(p, "evict", d.w->key, why);
        if (d.kind == DECIDED_RESERVE && kueue_may_run(k, d.w))
            kueue_admit(k, d.w, k->now_ns);
    }
    k->decisions_len = 0;
}

/* Everything that is due until then; evicted workloads stop at once. */
static void run_until(struct play *p, int64_t second)
{
    struct kueue *k = p->c.k;
    for (;;) {
        carry_out(p);
        for (uint32_t i = 0; i < k->workloads.cap; i++) {
            struct kueue_workload *w = pool_at(&k->workloads, i);
            if (pool_has(&k->workloads, i) && w->has_quota && w->is_evicted)
                kueue_release(k, w, k->now_ns);
        }
        if (kueue_has_work(k)) {
            kueue_cycle(k, k->now_ns);
            continue;
        }
        int64_t next = kueue_next_timer_ns(k);
        next = kueue_next_flush_ns(k) < next ? kueue_next_flush_ns(k) : next;
        if (next > second * SECOND_NS)
            break;
        k->now_ns = next > k->now_ns ? next : k->now_ns;
        kueue_run_timers(k, k->now_ns);
        kueue_flush(k, k->now_ns);
    }
    k->now_ns = second * SECOND_NS;
}

static struct play *begin(const char *text)
{
    struct play *p = calloc(1, sizeof *p);
    assert_non_null(p);
    kueue_case_parse(&p->c, "clock.yaml", text);
    p->c.k->settings.pods_ready.is_on = false;
    kueue_case_workloads(&p->c);
    return p;
}

static void end(struct play *p, const char *want)
{
    assert_string_equal(p->log, want);
    kueue_case_close(&p->c);
    for (size_t i = 0; i < p->edits_len; i++)
        yaml_close(p->edits[i]);
    free(p);
}

static struct kueue_workload *named(struct play *p, const char *key)
{
    struct kueue_workload *w = kueue_case_find(&p->c, key);
    assert_non_null(w);
    return w;
}

static void set_ready(struct play *p, const char *key, bool is_ready)
{
    kueue_set_ready(p->c.k, named(p, key), is_ready, p->c.k->now_ns);
}

static struct pods_ready_settings *pods_ready(struct play *p, int64_t timeout_s)
{
    struct pods_ready_settings *s = &p->c.k->settings.pods_ready;
    s->is_on = true;
    s->timeout_ns = s->recovery_timeout_ns = timeout_s * SECOND_NS;
    return s;
}

/* --- waitForPodsReady --- */

/* 60 s, then 120 s, at most 150 s; the fourth time is once too often. */
static void pods_that_do_not_get_ready_are_tried_again_later_and_later(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 4, ""));
    struct pods_ready_settings *s = pods_ready(p, 100);
    s->has_limit = true;
    s->backoff_limit = 3;
    s->backoff_max_s = 150;
    run_until(p, 5000);
    assert_false(named(p, "ns/a")->is_active);
    end(p, "0 reserve ns/a\n100 evict ns/a PodsReadyTimeout\n"
           "160 reserve ns/a\n260 evict ns/a PodsReadyTimeout\n"
           "380 reserve ns/a\n480 evict ns/a PodsReadyTimeout\n"
           "630 reserve ns/a\n730 evict ns/a DeactivatedDueToRequeuingLimitExceeded\n");
}

static void who_got_ready_begins_to_count_anew(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 4, ""));
    pods_ready(p, 100)->recovery_timeout_ns = 30 * SECOND_NS;
    run_until(p, 200); /* evicted at 100, in again at 160 */
    set_ready(p, "ns/a", true);
    assert_int_equal(named(p, "ns/a")->requeue_count, 0);
    run_until(p, 500);
    set_ready(p, "ns/a", false); /* lost a pod: 30 s to recover */
    run_until(p, 529);
    set_ready(p, "ns/a", true);
    run_until(p, 600);
    set_ready(p, "ns/a", false);
    run_until(p, 689);
    end(p, "0 reserve ns/a\n100 evict ns/a PodsReadyTimeout\n160 reserve ns/a\n"
           "630 evict ns/a PodsReadyTimeout\n");
}

/* It goes behind its equals; requeuingStrategy.timestamp Creation would put it in front. */
static void who_timed_out_queues_behind_its_equals(void **state)
{
    (void)state;
    for (int by_creation = 0; by_creation < 2; by_creation++) {
        struct play *p =
            begin(HEADER QUEUE("") WORKLOAD("a", 4, "") WORKLOAD("b", 4, "") WORKLOAD("c", 4, ""));
        pods_ready(p, 10)->orders_by_creation = by_creation == 1;
        run_until(p, 11); /* a is out at 10, b gets in and runs for long */
        set_ready(p, "ns/b", true);
        run_until(p, 200);
        kueue_finish(p->c.k, named(p, "ns/b"), p->c.k->now_ns);
        run_until(p, 202);
        set_ready(p, by_creation == 1 ? "ns/a" : "ns/c", true);
        end(p, by_creation == 1
                   ? "0 reserve ns/a\n10 evict ns/a PodsReadyTimeout\n11 reserve ns/b\n"
                     "201 reserve ns/a\n"
                   : "0 reserve ns/a\n10 evict ns/a PodsReadyTimeout\n11 reserve ns/b\n"
                     "201 reserve ns/c\n");
    }
}

/* --- blockAdmission --- */

static void nobody_is_admitted_while_pods_of_others_are_not_ready(void **state)
{
    (void)state;
    struct play *p =
        begin(HEADER QUEUE("") WORKLOAD("a", 1, "") WORKLOAD("b", 1, "") WORKLOAD("c", 1, ""));
    pods_ready(p, 100)->blocks_admission = true;
    run_until(p, 10);
    set_ready(p, "ns/a", true);
    run_until(p, 20);
    set_ready(p, "ns/b", true);
    run_until(p, 200); /* c does not get ready; nobody is behind it */
    end(p, "0 reserve ns/a\n10 reserve ns/b\n20 reserve ns/c\n120 evict ns/c PodsReadyTimeout\n"
           "180 reserve ns/c\n");
}

static void who_waits_for_others_may_leave(void **state)
{
    (void)state;
    struct play *p =
        begin(HEADER QUEUE("") WORKLOAD("a", 1, "") WORKLOAD("b", 1, "") WORKLOAD("c", 1, ""));
    pods_ready(p, 100)->blocks_admission = true;
    run_until(p, 5);
    assert_ptr_equal(p->c.k->held, named(p, "ns/b"));
    kueue_finish(p->c.k, named(p, "ns/b"), p->c.k->now_ns);
    assert_null(p->c.k->held);
    set_ready(p, "ns/a", true);
    run_until(p, 10);
    end(p, "0 reserve ns/a\n5 reserve ns/c\n");
}

/* Not only readiness ends the wait. */
static void who_waits_for_others_goes_on_when_they_are_evicted(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 3, "") WORKLOAD("b", 1, ""));
    pods_ready(p, 50)->blocks_admission = true;
    run_until(p, 99); /* a timed out at 50: b's turn */
    assert_true(named(p, "ns/b")->has_quota);
    end(p, "0 reserve ns/a\n50 evict ns/a PodsReadyTimeout\n50 reserve ns/b\n");
}

/* --- maximum execution time --- */

static void time_that_a_workload_ran_adds_up(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 4, "") WORKLOAD("b", 4, "priority: 5, "));
    named(p, "ns/a")->most_ns = 100 * SECOND_NS;
    pending_remove(&named(p, "ns/b")->queue->pending, named(p, "ns/b"));
    run_until(p, 60); /* a ran for 60 s */
    kueue_queue(p->c.k, named(p, "ns/b"), p->c.k->now_ns);
    run_until(p, 70);
    kueue_finish(p->c.k, named(p, "ns/b"), p->c.k->now_ns);
    run_until(p, 1000);
    assert_false(named(p, "ns/a")->is_active);
    end(p, "0 reserve ns/a\n60 evict ns/a Preempted\n60 reserve ns/b\n71 reserve ns/a\n"
           "111 evict ns/a DeactivatedDueToMaximumExecutionTimeExceeded\n");
}

/* --- reclaimable pods --- */

static void pods_that_are_done_make_room(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 3, "") WORKLOAD("b", 3, ""));
    run_until(p, 10);
    kueue_reclaim(p->c.k, named(p, "ns/a"), 0, 1, p->c.k->now_ns);
    run_until(p, 20);
    kueue_reclaim(p->c.k, named(p, "ns/a"), 0, 2, p->c.k->now_ns);
    assert_int_equal(named(p, "ns/a")->usage[0].qty, 1000);
    run_until(p, 30);
    kueue_finish(p->c.k, named(p, "ns/a"), p->c.k->now_ns);
    kueue_finish(p->c.k, named(p, "ns/b"), p->c.k->now_ns);
    const struct cluster_queue *q = kueue_find_queue(p->c.k, "cq");
    for (uint32_t c = 0; c < q->node->tree->columns_len; c++)
        assert_int_equal(q->node->cells[c].usage, 0);
    end(p, "0 reserve ns/a\n21 reserve ns/b\n");
}

/* --- admission checks --- */

#define CHECK                                                                                   \
    "---\n"                                                                                     \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: AdmissionCheck, metadata: {name: prov}, spec: " \
    "{controllerName: kueue.x-k8s.io/provisioning-request}}\n"
#define CHECKED "admissionChecksStrategy: {admissionChecks: [{name: prov}]}, "

static void a_check_stands_between_quota_and_running(void **state)
{
    (void)state;
    struct play *p = begin(HEADER CHECK QUEUE(CHECKED) WORKLOAD("a", 4, "") WORKLOAD("b", 4, ""));
    struct kueue *k = p->c.k;
    run_until(p, 10);
    assert_true(named(p, "ns/a")->has_quota);
    assert_false(named(p, "ns/a")->is_admitted);
    kueue_retry(k, named(p, "ns/a"), 60 * SECOND_NS, k->now_ns);
    run_until(p, 12); /* b has the quota; a comes back at 70, behind everybody */
    assert_true(kueue_set_check(k, named(p, "ns/b"), "prov", CHECK_READY, k->now_ns));
    kueue_admit(k, named(p, "ns/b"), k->now_ns);
    run_until(p, 80);
    kueue_finish(k, named(p, "ns/b"), k->now_ns);
    run_until(p, 90);
    kueue_set_check(k, named(p, "ns/a"), "prov", CHECK_REJECTED, k->now_ns);
    run_until(p, 200);
    assert_false(named(p, "ns/a")->is_active);
    end(p, "0 reserve ns/a\n10 evict ns/a AdmissionCheck\n11 reserve ns/b\n81 reserve ns/a\n"
           "90 evict ns/a DeactivatedDueToAdmissionCheck\n");
}

static void without_its_check_a_queue_admits_nobody(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE(CHECKED) WORKLOAD("a", 4, ""));
    run_until(p, 10);
    end(p, "");
}

/* --- edits --- */

static void edit(struct play *p, const char *text)
{
    struct yaml_file *f = yaml_parse("edit.yaml", text, strlen(text), &p->c.messages.diag);
    assert_true(p->edits_len < LEN(p->edits));
    p->edits[p->edits_len++] = f;
    struct site_reader r = {.f = {.diag = &p->c.messages.diag,
                                  .arena = p->c.arena,
                                  .words = p->c.names.words,
                                  .resources = p->c.names.resources},
                            .site = p->c.site};
    for (size_t i = 0; i < yaml_docs(f); i++) {
        struct object o;
        assert_true(object_read(&r.f, yaml_doc(f, i), 0, &o));
        assert_true(site_read(&r, &o));
    }
    assert_string_equal(messages_text(&p->c.messages), "");
    kueue_rebuild(p->c.k, p->c.k->now_ns);
}

static const char drained[] = QUEUE("stopPolicy: HoldAndDrain, ");
static const char held[] = QUEUE("stopPolicy: Hold, ");
static const char open[] = QUEUE("");

static void a_drained_queue_gives_its_quota_back_and_waits(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 4, "") WORKLOAD("b", 4, ""));
    run_until(p, 10);
    edit(p, held); /* nobody new, but a goes on */
    run_until(p, 20);
    edit(p, drained);
    run_until(p, 50);
    edit(p, open);
    run_until(p, 60);
    end(p, "0 reserve ns/a\n20 evict ns/a ClusterQueueStopped\n50 reserve ns/a\n");
}

static void an_edit_puts_off_no_second_look(void **state)
{
    (void)state;
    struct play *p = begin(HEADER QUEUE("") WORKLOAD("a", 4, "") WORKLOAD("b", 4, ""));
    run_until(p, 10);
    kueue_finish(p->c.k, named(p, "ns/a"), p->c.k->now_ns);
    p->c.k->now_ns += SECOND_NS / 2;
    edit(p, held);
    assert_int_equal(kueue_next_flush_ns(p->c.k), 11 * SECOND_NS);
    run_until(p, 20);
    edit(p, open);
    assert_int_equal(kueue_next_flush_ns(p->c.k), 21 * SECOND_NS);
    run_until(p, 30);
    end(p, "0 reserve ns/a\n20 reserve ns/b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_that_do_not_get_ready_are_tried_again_later_and_later),
        cmocka_unit_test(who_got_ready_begins_to_count_anew),
        cmocka_unit_test(who_timed_out_queues_behind_its_equals),
        cmocka_unit_test(nobody_is_admitted_while_pods_of_others_are_not_ready),
        cmocka_unit_test(who_waits_for_others_may_leave),
        cmocka_unit_test(who_waits_for_others_goes_on_when_they_are_evicted),
        cmocka_unit_test(time_that_a_workload_ran_adds_up),
        cmocka_unit_test(pods_that_are_done_make_room),
        cmocka_unit_test(a_check_stands_between_quota_and_running),
        cmocka_unit_test(without_its_check_a_queue_admits_nobody),
        cmocka_unit_test(a_drained_queue_gives_its_quota_back_and_waits),
        cmocka_unit_test(an_edit_puts_off_no_second_look),
    };
    return cmocka_run_group_tests_name("kueue_clock", tests, NULL, NULL);
}
