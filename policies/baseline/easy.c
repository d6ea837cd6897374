/*
 * easy.c - EASY backfilling: others may pass the head of the queue if that does not delay it.
 *
 * Rules    Jobs start in the order of the queue while they fit. The first that does not, the head,
 *          gets a reservation: the earliest time at which it fits, if running jobs end when they
 *          are predicted to (shadow time). Of the others each may start now if it fits and either
 *          is predicted to end by the shadow time or leaves the head what it needs then. They are
 *          looked at in the order of the queue, or shortest prediction first (order: sjbf).
 *          On several nodes the head's place at the shadow time is fixed, on what is not free yet
 *          before what is; see easy_nodes.c. Where nodes do not matter (one node, or equal tasks)
 *          that comes to the same as counting units, which is done then.
 *          Predictions and their correction: prediction.h. Nothing is scheduled at a correction.
 * Protocol `settled`: everything that happens at an instant is seen before anything is decided.
 *          `published`: as the program of SC'15 does it, on a flat machine. At one instant:
 *          corrections; then every submission alone, in order, each followed by a pass (in queue
 *          order only if the new job itself fits); then every end alone, in the order of starting,
 *          each followed by a pass. A running job's units count as free from its predicted end on,
 *          though its end may still be due at that instant.
 * Source   Lifka, "The ANL/IBM SP scheduling system", 1995; Mu'alem and Feitelson, IEEE TPDS 12(6),
 *          2001; order sjbf: Tsafrir et al., IEEE TPDS 18(6), 2007; protocol: Gaussier et al.,
 *          SC'15.
 * Cost     On a flat machine O(log n) per job and per job backfilled; on nodes a pass costs what
 *          running jobs must be let go for the head, and a plan for each job with few enough GPUs.
 */
#include "policies/baseline/easy.h"

#include "sim/check.h"
#include "sim/config.h"

static const char *const easy_reasons[] = {
    [EASY_NO_ROOM] = "resources",
    [EASY_RESERVED] = "reserved",
    [EASY_NO_NODE] = "no_node",
    [EASY_REASONS] = NULL,
};

static const char *const orders[] = {"fcfs", "sjbf", NULL};
static const char *const protocols[] = {"settled", "published", NULL};

static const struct config_key easy_keys[] = {
    {.key = "order",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct easy, order),
     .fallback = "fcfs",
     .choices = orders,
     .help = "who is backfilled first: who came first, or who is predicted to be shortest"},
    {.key = "predictor",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct easy, predictor),
     .fallback = "requested",
     .choices = predictor_names,
     .help = "how long a job is believed to run: the user's estimate, the truth, twice the "
             "estimate, or the mean of the user's last two jobs"},
    {.key = "corrector",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct easy, corrector),
     .fallback = "requested",
     .choices = corrector_names,
     .help = "what is believed of a job that outlives its prediction"},
    {.key = "protocol",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct easy, protocol),
     .fallback = "settled",
     .choices = protocols,
     .help = "decide on settled instants, or event by event as the program of SC'15, which needs "
             "one node or equal tasks"},
    {0},
};

static const struct config_table easy_options = {
    .name = "easy",
    .help = "EASY backfilling.",
    .bytes = sizeof(struct easy),
    .keys = easy_keys,
};

enum { FIRST_SIZE_BUCKET = EASY_REASONS };

static bool easy_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct easy *e = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    if (!config_read(&reader, env->options, (struct src_pos){0}, &easy_options, e))
        return false;
    if (cluster_has_dynamic(env->cluster)) {
        diag_error(d, (struct src_pos){0}, CANNOT_PLAN("easy"));
        return false;
    }
    e->predictions = (struct predictions){.predictor = (enum predictor)e->predictor,
                                          .corrector = (enum corrector)e->corrector,
                                          .in_seconds = e->protocol == EASY_PUBLISHED};
    e->waits = (struct size_waits){
        .too_large = EASY_NO_ROOM, .kept_back = EASY_RESERVED, .next_bucket = FIRST_SIZE_BUCKET};
    pool_init(&e->jobs, sizeof(struct easy_job));
    first_fit_init(&e->fit, env);
    flat_machine_init(&e->machine, env);
    easy_nodes_init(&e->nodes, env->cluster);
    return true;
}

/* --- who comes and goes --- */

static void come(struct easy *e, const struct acts *a, uint32_t work)
{
    const uint32_t id = pool_take(&e->jobs);
    const struct job *job = work_job(a, work);
    *easy_job(e, id) = (struct easy_job){.id = id,
                                         .work = work,
                                         .job = job->id,
                                         .user = job->user_word,
                                         .state = EASY_CAME,
                                         .true_ns = work_true_ns(a, work)};
    *id_map_at(&e->record_of, work) = id + 1;
    id_list_add(&e->came, id);
}

/* Of what ended by itself the run time tells something. */
static bool tells_run_time(enum end_cause cause)
{
    return cause == END_DONE || cause == END_FAILED || cause == END_TIMEOUT;
}

static void go(struct easy *e, uint32_t work, enum end_cause cause)
{
    uint32_t *record = id_map_at(&e->record_of, work);
    if (*record == 0)
        return;
    struct easy_job *j = easy_job(e, *record - 1);
    *record = 0;
    if (j->state == EASY_CAME) {
        j->state = EASY_GONE;
    } else if (j->state == EASY_WAITING) {
        if (backlog_first(&e->backlog) == j->id) {
            e->is_planned = false;
            e->head_left = true;
        }
        easy_leave_queue(e, j);
        pool_give(&e->jobs, j->id);
    } else {
        j->state = EASY_ENDED;
        j->is_learnt = tells_run_time(cause);
        id_list_add(&e->ended, j->id);
    }
}

static void easy_notify(void *state, const struct note *n, struct acts *a)
{
    struct easy *e = state;
    if (n->kind == NOTE_NODE_CHANGED) {
        e->nodes_changed = true;
        return;
    }
    uint32_t work = 0;
    const unsigned news = work_news(a, n, &work);
    if (news & WORK_GONE)
        go(e, work, n->cause);
    if (news & WORK_CAME)
        come(e, a, work);
}

/* --- taking note of them --- */

/* Joins the backlog; false if the job was refused or has gone. */
static bool enqueue(struct easy *e, struct acts *a, struct easy_job *j)
{
    if (j->state != EASY_CAME || !easy_measure(e, a, j))
        return false;
    j->prediction =
        predictions_make(&e->predictions, j->user, work_estimate_ns(a, j->work), j->true_ns);
    j->state = EASY_WAITING;
    j->rank = ++e->ranks;
    easy_join_queue(e, j);
    id_list_add(&e->untold, j->id);
    return true;
}

/* A job that has ended gives its units back. */
static void take_off(struct easy *e, const struct acts *a, struct easy_job *j)
{
    order_tree_remove(&e->ends, j->end_ns, j->rank);
    e->running -= j->size;
    e->is_planned = false;
    if (j->is_learnt)
        predictions_learn(&e->predictions, j->user, acts_now_ns(a) - j->start_ns);
    pool_give(&e->jobs, j->id);
}

/* Moves the predicted end to after `past_ns`. */
static void correct(struct easy *e, struct easy_job *j, int64_t past_ns)
{
    if (j->end_ns > past_ns)
        return;
    order_tree_remove(&e->ends, j->end_ns, j->rank);
    while (j->end_ns <= past_ns) {
        predictions_correct(&e->predictions, &j->prediction);
        j->end_ns = easy_end_ns(j);
    }
    order_tree_insert(
        &e->ends,
        &(struct order_entry){.key = j->end_ns, .tie = j->rank, .size = j->size, .item = j->id});
    e->is_planned = false;
}

struct overdue {
    struct easy *e;
    int64_t now_ns;
};

static bool list_overdue(void *context, const struct order_entry *entry)
{
    const struct overdue *o = context;
    if (entry->key > o->now_ns)
        return false;
    id_list_add(&o->e->overdue, entry->item);
    return true;
}

/* Jobs outlive their predictions: those that go on now, at this instant at the latest; those that
 * end now did so before. */
static void correct_overdue(struct easy *e, int64_t now_ns)
{
    struct overdue o = {e, now_ns};
    order_tree_walk(&e->ends, list_overdue, &o);
    for (size_t i = 0; i < e->overdue.len; i++) {
        struct easy_job *j = easy_job(e, e->overdue.ids[i]);
        correct(e, j, j->state == EASY_ENDED ? now_ns - 1 : now_ns);
    }
    e->overdue.len = 0;
}

/* --- deciding --- */

/* Everything that happened, then one pass. */
static void settle(struct easy *e, struct acts *a)
{
    const size_t came = e->came.len;
    bool changed = e->head_left || e->nodes_changed || e->ended.len > 0;
    for (size_t i = 0; i < e->ended.len; i++)
        take_off(e, a, easy_job(e, e->ended.ids[i]));
    e->ended.len = 0;
    for (size_t i = 0; i < came; i++)
        changed |= enqueue(e, a, easy_job(e, e->came.ids[i])) && came > 1;
    if (changed)
        easy_pass(e, a);
    else if (came == 1 && easy_job(e, e->came.ids[0])->state == EASY_WAITING)
        easy_pass_new(e, a, e->came.ids[0]);
}

struct replay {
    struct easy *e;
    struct acts *a;
};

static bool end_alone(void *context, const struct order_entry *entry)
{
    struct replay *r = context;
    take_off(r->e, r->a, easy_job(r->e, entry->item));
    easy_pass(r->e, r->a);
    return true;
}

/* Each submission alone, then each end alone. */
static void replay(struct easy *e, struct acts *a)
{
    const size_t came = e->came.len;
    for (size_t i = 0; i < came; i++) {
        struct easy_job *j = easy_job(e, e->came.ids[i]);
        if (enqueue(e, a, j) && (e->order == EASY_SJBF || easy_fits_now(e, a, j)))
            easy_pass_new(e, a, j->id);
    }
    struct order_tree by_start = {0};
    for (size_t i = 0; i < e->ended.len; i++) {
        const struct easy_job *j = easy_job(e, e->ended.ids[i]);
        order_tree_insert(&by_start, &(struct order_entry){.tie = j->rank, .item = j->id});
    }
    e->ended.len = 0;
    order_tree_walk(&by_start, end_alone, &(struct replay){e, a});
    order_tree_fini(&by_start);
    if (e->nodes_changed || e->head_left)
        easy_pass(e, a);
}

/* Who came stays in the list until now, so that nobody else gets the record of one who has gone. */
static void forget_who_came(struct easy *e, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (easy_job(e, e->came.ids[i])->state == EASY_GONE)
            pool_give(&e->jobs, e->came.ids[i]);
    id_list_drop_first(&e->came, len);
}

static enum verdict easy_decide(void *state, struct acts *a)
{
    struct easy *e = state;
    const size_t came = e->came.len;
    if (e->nodes_changed)
        easy_look_at_nodes(e, a);
    correct_overdue(e, acts_now_ns(a));
    if (e->protocol == EASY_PUBLISHED && e->machine.is_flat)
        replay(e, a);
    else
        settle(e, a);
    e->nodes_changed = e->head_left = false;
    forget_who_came(e, came);
    easy_tell_waits(e, a);
    return SETTLED;
}

static void easy_close(void *state)
{
    struct easy *e = state;
    first_fit_fini(&e->fit);
    predictions_fini(&e->predictions);
    pool_fini(&e->jobs);
    id_map_fini(&e->record_of);
    id_list_fini(&e->came);
    id_list_fini(&e->ended);
    id_list_fini(&e->overdue);
    id_list_fini(&e->untold);
    id_list_fini(&e->kept);
    backlog_fini(&e->backlog);
    order_tree_fini(&e->by_length);
    order_tree_fini(&e->ends);
    easy_nodes_fini(&e->nodes);
    size_waits_fini(&e->waits);
}

extern const struct policy_ops policy_easy;
const struct policy_ops policy_easy = {
    .api = POLICY_API,
    .name = "easy",
    .summary = "EASY backfilling: others pass the head if that does not delay it",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = WORK_COMES | WORK_GOES | NOTE_BIT(NOTE_NODE_CHANGED),
    .state_bytes = sizeof(struct easy),
    .options = &easy_options,
    .reasons = easy_reasons,
    .open = easy_open,
    .notify = easy_notify,
    .decide = easy_decide,
    .close = easy_close,
};
