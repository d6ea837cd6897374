/*
 * plot_page.h - a picture as a script of gnuplot: a title, a line below it, a legend, and panels
 * one above the other, all at places that are known before they are drawn, so nothing overlaps.
 *
 *   plot_page_begin(&page);                    styles; then data blocks, texts, marks of axes
 *   plot_page_draw(&page);                     from here on everything happens twice: SVG and PNG
 *   for each panel:
 *       plot_page_panel(&page, i);             then what belongs to it, and `plot ...`
 *   plot_page_end(&page);
 *
 * A script holds its data, so `gnuplot NAME.gp` draws it again, anywhere.
 *
 * Safety   Texts of users are written by plot_text alone, outside of the part that is drawn twice:
 *          gnuplot runs commands that it finds between back quotes in double quotes, and counts
 *          braces.
 */
#ifndef RESULTS_PLOTS_PLOT_PAGE_H
#define RESULTS_PLOTS_PLOT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Characters of a name, bytes of a remark; longer names lose their end. */
enum { PLOT_TEXT_MOST = 40, PLOT_REMARK_MOST = 160 };

struct plot_page {
    FILE *out;
    const char *name;              /* of the files: NAME.gp, NAME.svg, NAME.png */
    const char *title;             /* what is shown */
    const char *subtitle;          /* of what: policy and scenario */
    char remark[PLOT_REMARK_MOST]; /* behind that, in our own words without quotes */
    size_t panels;
    unsigned panel_px;  /* height of one */
    bool has_time_axis; /* all panels have that of time_axis.h; only the lowest shows its marks */
    unsigned gap_px;    /* between panels; 0: as their titles need */
    unsigned left_px;   /* for the labels of the vertical axis; 0: as numbers need */
    size_t key_entries; /* of the legend */
    size_t key_longest; /* characters of the longest */
};

void plot_page_begin(struct plot_page *p);
void plot_page_draw(const struct plot_page *p);
void plot_page_panel(const struct plot_page *p, size_t panel);
void plot_page_end(const struct plot_page *p);

/* As a text of gnuplot, in quotes. Control characters become '?'. */
void plot_text(FILE *out, const char *text);

#endif /* RESULTS_PLOTS_PLOT_PAGE_H */
