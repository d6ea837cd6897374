/*
 * gnuplot.h - draws scripts by the gnuplot that is installed.
 *
 * gnuplot is called directly, without a shell, in the folder of its scripts.
 *
 * Errors   What went wrong is answered, and *why lies in the arena; nothing here is an error of a
 *          run, which has its results without pictures too.
 * Threads  Waits for its own child only; may be called by several at once.
 */
#ifndef RESULTS_PLOTS_GNUPLOT_H
#define RESULTS_PLOTS_GNUPLOT_H

struct arena;

enum gnuplot_end {
    GNUPLOT_DONE,
    GNUPLOT_MISSING, /* there is none on the PATH */
    GNUPLOT_FAILED,  /* *why: the last line that it wrote, or how it ended */
};

/* Draws NAME.gp into NAME.svg and NAME.png, in `dir`. A picture is whole or what it was before. */
enum gnuplot_end gnuplot_draw(const char *dir, const char *name, struct arena *arena,
                              const char **why);

#endif /* RESULTS_PLOTS_GNUPLOT_H */
