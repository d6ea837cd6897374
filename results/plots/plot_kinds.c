#include "results/plots/plot_kinds.h"

#include "results/job_dimension.h"
#include "results/replications.h"
#include "results/timeline.h"

#include <string.h>

const struct plot_kind plot_kinds_of_run[] = {
    {"utilisation", "what the GPUs were doing over time, by pool", plot_run_utilisation},
    {"queue-length", "jobs waiting, by queue, and jobs at work", plot_run_queue},
    {"waits", "how many of the jobs waited at most how long, by queue or tenant", plot_run_waits},
    {"heat",
     "how much of the GPUs was held over time: a row per GPU, where they are more than 96 per "
     "node, where these are more than 96 per several nodes",
     plot_run_heat},
    {"gantt",
     "who held which GPU when, MIG instances at their slices; of clusters of up to 128 GPUs",
     plot_run_gantt},
    {0},
};

const struct plot_kind plot_kinds_of_comparison[] = {
    {"utilisation", "GPUs held by jobs over time, a panel per policy", plot_all_utilisation},
    {"queue-length", "jobs waiting under each policy", plot_all_queues},
    {"waits", "how many of the jobs waited at most how long under each policy", plot_all_waits},
    {"wait-bands",
     "the same over all replications: the mean share with its 95 % interval (Student's t) at each "
     "wait by itself; not over all at once",
     plot_all_wait_bands},
    {"policies",
     "waits (mean, 95th percentile, longest), mean bounded slowdown and GPUs held under each "
     "policy; of replications with their 95 % intervals",
     plot_all_policies},
    {0},
};

const struct plot_kind plot_kinds_of_replications[] = {
    {"wait-bands",
     "how many of the jobs waited at most how long: the mean share over all replications with its "
     "95 % interval (Student's t) at each wait by itself",
     plot_all_wait_bands},
    {0},
};

int64_t plot_length_ns(const struct run_record *runs, size_t len)
{
    int64_t longest = 0;
    for (size_t i = 0; i < len; i++) {
        const struct timeline *t = runs[i].timeline;
        const size_t steps = t == NULL ? 0 : timeline_len(t);
        const int64_t ns = steps == 0 ? 0 : timeline_to_ns(t, steps - 1) - timeline_start_ns(t);
        longest = ns > longest ? ns : longest;
    }
    return longest;
}

void plot_remark_first(struct plot_page *page, const struct run_record *runs)
{
    if (runs->replications != NULL)
        snprintf(page->remark, sizeof page->remark, ": the first of %zu replications",
                 replications_len(runs->replications));
}

void plot_remark_add(struct plot_page *page, const char *remark)
{
    const size_t len = strlen(page->remark);
    snprintf(page->remark + len, sizeof page->remark - len, "%s%s", len == 0 ? ": " : "; ", remark);
}

void plot_remark_means(struct plot_page *page, const struct run_record *runs, const char *marks)
{
    const struct replications *r = runs->replications;
    if (r != NULL)
        snprintf(page->remark, sizeof page->remark,
                 replications_are_samples(r)
                     ? ": means of %zu samples of the log; %s: where 95%% of such lie"
                     : ": means of %zu replications; %s: their 95%% intervals (Student t)",
                 replications_len(r), marks);
}

size_t plot_text_len(const char *text)
{
    const size_t bytes = strlen(text);
    return bytes < PLOT_TEXT_MOST ? bytes : PLOT_TEXT_MOST;
}

static bool is_before(const char *a, const char *b)
{
    const bool a_is_none = strcmp(a, GROUP_NONE) == 0;
    const bool b_is_none = strcmp(b, GROUP_NONE) == 0;
    return a_is_none != b_is_none ? b_is_none : strcmp(a, b) < 0;
}

size_t plot_name_rank(const char *const *names, size_t len, size_t i)
{
    size_t rank = 0;
    for (size_t k = 0; k < len; k++)
        rank += is_before(names[k], names[i]);
    return rank;
}

void plot_name(FILE *out, const char *name, size_t i, const char *text)
{
    fprintf(out, "%s_%zu = ", name, i);
    plot_text(out, text);
    fputc('\n', out);
}

size_t plot_longest_policy(const struct run_record *runs, size_t len)
{
    size_t longest = 0;
    for (size_t i = 0; i < len; i++) {
        const size_t this_one = plot_text_len(runs[i].facts.policy);
        longest = this_one > longest ? this_one : longest;
    }
    return longest;
}

void plot_policy_names(FILE *out, const struct run_record *runs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        plot_name(out, "policy", i, runs[i].facts.policy);
}
