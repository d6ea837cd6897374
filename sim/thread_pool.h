/*
 * thread_pool.h - the same work for numbers 0 to tasks - 1, on several threads.
 *
 * Order    Tasks begin in the order of their numbers and end in any: what a task does may depend on
 *          its number only, and what it finds goes to a place of its own. Then the result is the
 *          same for any number of threads.
 * Errors   Threads that the system does not give are done without.
 * Threads  The caller's is one of them; all tasks are done on return, and seen by the caller.
 */
#ifndef SIM_THREAD_POOL_H
#define SIM_THREAD_POOL_H

#include <stddef.h>

enum { THREAD_POOL_MOST = 1024 };

typedef void thread_pool_fn(void *context, size_t task);

/* Threads beyond the number of tasks, or THREAD_POOL_MOST, are not started. */
void thread_pool_run(size_t threads, size_t tasks, thread_pool_fn *run, void *context);

size_t thread_pool_cores(void); /* that are online; at least 1 */

#endif /* SIM_THREAD_POOL_H */
