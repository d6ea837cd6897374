#include "tests/results_world.h"

#include "sim/rng.h"
#include "tests/chaos_policy.h"
#include "tests/temp_dir.h"
#include "tests/temp_file.h"

enum { SEED = 5 };

struct world *results_world_new(const struct policy_use *p, const struct world_job *jobs,
                                size_t len)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->nodes = 2;
    w->gpus_per_node = 8;
    w->price_micro_per_h = 98320000;
    w->policies = p;
    w->policies_len = 1;
    w->jobs = jobs;
    w->jobs_len = len;
    return w;
}

static void random_jobs(gsl_rng *rng, struct world_job *jobs)
{
    static const char *const tenants[] = {NULL, "team-a", "team-b", "team, c"};
    static const char *const queues[] = {NULL, "long", "short"};
    static const char *const users[] = {"ann", "bob", NULL, "eve \"x\"", "dan"};
    int64_t now = 0;
    for (size_t i = 0; i < CHAOS_JOBS; i++) {
        now += (int64_t)gsl_rng_uniform_int(rng, 30);
        jobs[i] = (struct world_job){
            .submit_s = now,
            .work_s = 1 + (int64_t)gsl_rng_uniform_int(rng, 100),
            .gpus = 1 + (uint32_t)gsl_rng_uniform_int(rng, 5),
            .tasks = 1 + (uint32_t)gsl_rng_uniform_int(rng, 4),
            .patience_s = gsl_rng_uniform_int(rng, 6) == 0 ? 50 : 0,
            .priority = (int32_t)gsl_rng_uniform_int(rng, 3) - 1,
            .tenant = tenants[gsl_rng_uniform_int(rng, LEN(tenants))],
            .queue = queues[gsl_rng_uniform_int(rng, LEN(queues))],
            .user = users[gsl_rng_uniform_int(rng, LEN(users))],
        };
    }
}

struct world *results_world_chaos(uint64_t run, struct world_job jobs[CHAOS_JOBS])
{
    static const struct policy_use chaos = {.ops = &policy_chaos};
    gsl_rng *rng = rng_open(SEED, run, "results_world", 0);
    random_jobs(rng, jobs);
    gsl_rng_free(rng);
    struct world *w = results_world_new(&chaos, jobs, CHAOS_JOBS);
    w->nodes = 3;
    w->pools = run % 2 == 0 ? 3 : 0;
    w->startup_s = run % 3 == 0 ? 3 : 0;
    w->until_s = run % 4 == 0 ? CHAOS_MOST_UNTIL_S : 0;
    w->warm_up_s = run % 5 == 0 ? 203 : 0;
    w->step_s = 7 + (int64_t)(run % 3) * 40;
    w->start_s = run % 7 == 0 ? 1772438400 : 0;
    w->seed = run;
    return w;
}

char *results_world_text(struct world *w, const struct observer_use *observers, size_t len,
                         const char *file)
{
    struct temp_dir dir;
    char path[128];
    size_t bytes;
    temp_dir_open(&dir);
    w->observers = observers;
    w->observers_len = len;
    w->out_dir = dir.path;
    world_run(w);
    w->observers = NULL;
    w->observers_len = 0;
    snprintf(path, sizeof path, "%s/%s", dir.path, file);
    char *text = temp_file_read(path, &bytes);
    temp_dir_remove(&dir);
    return text;
}
