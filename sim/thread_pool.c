#include "sim/thread_pool.h"

#include "sim/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct pool {
    thread_pool_fn *run;
    void *context;
    size_t tasks;
    atomic_size_t next;
};

static void *work(void *argument)
{
    struct pool *p = argument;
    for (size_t task; (task = atomic_fetch_add(&p->next, 1)) < p->tasks;)
        p->run(p->context, task);
    return NULL;
}

void thread_pool_run(size_t threads, size_t tasks, thread_pool_fn *run, void *context)
{
    struct pool p = {.run = run, .context = context, .tasks = tasks};
    size_t most = threads < tasks ? threads : tasks;
    if (most > THREAD_POOL_MOST)
        most = THREAD_POOL_MOST;
    pthread_t *others = calloc(most + 1, sizeof others[0]);
    SIM_REQUIRE(others != NULL);
    size_t len = 0;
    while (len + 1 < most && pthread_create(&others[len], NULL, work, &p) == 0)
        len++;
    work(&p);
    for (size_t i = 0; i < len; i++)
        SIM_REQUIRE(pthread_join(others[i], NULL) == 0);
    free(others);
}

size_t thread_pool_cores(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (size_t)cores : 1;
}
