/* Admission checks in a simulation: what others answer after a while, as the scenario says. */
#include "policies/kueue/policy_kueue.h"

#include "models/kubernetes/field.h"
#include "sim/check.h"
#include "sim/config_key.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

static const struct config_key keys[] = {
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct check_rule, name),
     .help = "of the AdmissionCheck"},
    {.key = "takes",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct check_rule, takes_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .help = "from the reservation of quota to the answer: nodes are provisioned, or another "
             "cluster takes the job"},
    {.key = "fails",
     .kind = CONFIG_RATIO,
     .offset = offsetof(struct check_rule, fails),
     .fallback = "0",
     .min = 0,
     .max = 1,
     .help = "the probability that an attempt fails; a ProvisioningRequest is tried again as its "
             "ProvisioningRequestConfig says, another check rejects the job"},
    {0},
};

const struct config_table policy_kueue_check_options = {
    .name = "kueue admission check",
    .help = "What an AdmissionCheck does: Kueue asks, somebody else answers.",
    .bytes = sizeof(struct check_rule),
    .keys = keys,
};

/* One that the scenario does not name is ready at once. */
static const struct check_rule *rule_of(const struct policy_kueue *p, uint32_t check)
{
    static const struct check_rule at_once = {.name = ""};
    const struct check_rule *rules = p->rules.items;
    const char *name = intern_text(p->env.names->words, check);
    for (size_t i = 0; i < p->rules.len; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return &at_once;
}

/* --- retries of a ProvisioningRequest --- */

struct retry {
    int64_t limit, base_s, max_s;
};

static const struct yaml_node *retry_strategy(const struct policy_kueue *p, const char *check)
{
    const char *group = "kueue.x-k8s.io";
    const struct object *o = object_set_find(p->set, group, "AdmissionCheck", "", check);
    const struct yaml_node *spec = o == NULL ? NULL : field_get(o->doc, "spec");
    const struct yaml_node *name = field_get(field_get(spec, "parameters"), "name");
    if (name == NULL || name->kind != YAML_SCALAR)
        return NULL;
    const struct object *c =
        object_set_find(p->set, group, "ProvisioningRequestConfig", "", name->text);
    return c == NULL ? NULL : field_get(field_get(c->doc, "spec"), "retryStrategy");
}

static void read_number(const struct yaml_node *map, const char *key, int64_t *out)
{
    const struct yaml_node *n = field_get(map, key);
    const char *why;
    int64_t value;
    if (n != NULL && n->kind == YAML_SCALAR && quantity_int(n->text, &value, &why) && value >= 0)
        *out = value;
}

static struct retry retry_of(const struct policy_kueue *p, uint32_t check)
{
    struct retry r = {.limit = 3, .base_s = 60, .max_s = 1800};
    const struct yaml_node *n = retry_strategy(p, intern_text(p->env.names->words, check));
    read_number(n, "backoffLimitCount", &r.limit);
    read_number(n, "backoffBaseSeconds", &r.base_s);
    read_number(n, "backoffMaxSeconds", &r.max_s);
    return r;
}

/* base x 2^(attempts - 1), at most the maximum. */
static int64_t retry_after_ns(const struct retry *r, uint32_t attempts)
{
    int64_t seconds = r->base_s;
    for (uint32_t i = 1; i < attempts && seconds < r->max_s; i++)
        seconds *= 2;
    return (seconds < r->max_s ? seconds : r->max_s) * SECOND_NS;
}

/* --- answers --- */

void policy_kueue_start_checks(struct policy_kueue *p, struct tracked *t, int64_t now_ns)
{
    t->reserved_ns = now_ns;
    for (uint32_t i = 0; i < t->w->checks_len; i++)
        key_heap_push(&p->checks_due,
                      (struct key_entry){now_ns + rule_of(p, t->w->checks[i].name)->takes_ns,
                                         p->checks_made++, t->job});
}

int64_t policy_kueue_next_check_ns(const struct policy_kueue *p)
{
    const struct key_entry *top = key_heap_top(&p->checks_due);
    return top == NULL ? INT64_MAX : top->key;
}

static void fail(struct policy_kueue *p, struct tracked *t, uint32_t check, int64_t now_ns)
{
    const char *name = intern_text(p->env.names->words, check);
    const struct check_spec *spec = site_check(p->site, name);
    const struct retry retry = retry_of(p, check);
    t->attempts++;
    if (spec != NULL && spec->controller == CHECK_BY_PROVISIONING && t->attempts <= retry.limit)
        kueue_retry(p->k, t->w, retry_after_ns(&retry, t->attempts), now_ns);
    else
        kueue_set_check(p->k, t->w, name, CHECK_REJECTED, now_ns);
}

/* The same job meets the same luck under every policy. */
static bool has_luck(const struct policy_kueue *p, const struct acts *a, const struct tracked *t,
                     uint32_t check, double fails)
{
    enum { ATTEMPTS_MOST = 4096 };
    if (fails == 0)
        return true;
    const uint64_t attempt = acts_job(a, t->job)->number * ATTEMPTS_MOST + t->attempts;
    gsl_rng *rng =
        rng_open(p->env.seed, p->env.replication, intern_text(p->env.names->words, check), attempt);
    const bool yes = rng_unit(gsl_rng_get(rng)) >= fails;
    gsl_rng_free(rng);
    return yes;
}

/* The answers that are due for a job; false: it lost its quota by one. */
static bool answer(struct policy_kueue *p, const struct acts *a, struct tracked *t)
{
    const int64_t now_ns = acts_now_ns(a);
    for (uint32_t i = 0; i < t->w->checks_len; i++) {
        const struct workload_check c = t->w->checks[i];
        const struct check_rule *rule = rule_of(p, c.name);
        if (c.state != CHECK_PENDING || t->reserved_ns + rule->takes_ns > now_ns)
            continue;
        if (!has_luck(p, a, t, c.name, rule->fails)) {
            fail(p, t, c.name, now_ns);
            return false;
        }
        kueue_set_check(p->k, t->w, intern_text(p->env.names->words, c.name), CHECK_READY, now_ns);
    }
    return true;
}

void policy_kueue_answer_checks(struct policy_kueue *p, struct acts *a)
{
    const int64_t now_ns = acts_now_ns(a);
    while (policy_kueue_next_check_ns(p) <= now_ns) {
        struct tracked *t = policy_kueue_tracked(p, key_heap_pop(&p->checks_due).item);
        if (t == NULL || t->state != TRACKED_CHECKED || t->w->is_evicted)
            continue;
        if (answer(p, a, t) && kueue_may_run(p->k, t->w))
            policy_kueue_admit(p, a, t);
    }
}
