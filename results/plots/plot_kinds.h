/*
 * plot_kinds.h - the pictures there are, each in its own file.
 *
 * A function of the table fills in the page it is given (out, name and subtitle are there) and
 * writes the whole script. It gets one run, or all runs of a comparison. False: this has nothing
 * to show, no GPUs, say.
 */
#ifndef RESULTS_PLOTS_PLOT_KINDS_H
#define RESULTS_PLOTS_PLOT_KINDS_H

#include "results/plots/plot_page.h"
#include "results/run_record.h"

typedef bool plot_fn(struct plot_page *page, const struct run_record *runs, size_t len);

struct plot_kind {
    const char *name; /* of its files */
    const char *help; /* what it shows; Markdown */
    plot_fn *write;
};

/* Ended by a name of NULL. */
extern const struct plot_kind plot_kinds_of_run[];
extern const struct plot_kind plot_kinds_of_comparison[];
extern const struct plot_kind plot_kinds_of_replications[]; /* of one policy, besides its run's */

plot_fn plot_run_utilisation, plot_run_queue, plot_run_waits, plot_run_gantt, plot_run_heat;
plot_fn plot_all_utilisation, plot_all_queues, plot_all_waits, plot_all_wait_bands,
    plot_all_policies;

/* --- what they share --- */

/* From the start of the first to the end of the last step of any run; 0: there are no steps. */
int64_t plot_length_ns(const struct run_record *runs, size_t len);

/* A remark of a comparison's picture that shows the first of several replications. */
void plot_remark_first(struct plot_page *page, const struct run_record *runs);

/* ": remark", or behind another one "; remark". */
void plot_remark_add(struct plot_page *page, const char *remark);

/* Of one that shows means of them, and their intervals as what `marks` says. */
void plot_remark_means(struct plot_page *page, const struct run_record *runs, const char *marks);

/* Characters of a name in a legend. */
size_t plot_text_len(const char *text);

/* The place of name i in their order; GROUP_NONE comes last. */
size_t plot_name_rank(const char *const *names, size_t len, size_t i);

/* For page->key_longest, of all policies. */
size_t plot_longest_policy(const struct run_record *runs, size_t len);

/* NAME_I = 'text'; before plot_page_draw. */
void plot_name(FILE *out, const char *name, size_t i, const char *text);

/* policy_0 = 'fifo' and so on. */
void plot_policy_names(FILE *out, const struct run_record *runs, size_t len);

#endif /* RESULTS_PLOTS_PLOT_KINDS_H */
