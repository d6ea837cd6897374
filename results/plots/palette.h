/*
 * palette.h - colours that people with any colour vision tell apart.
 *
 * Source   Okabe and Ito, Color Universal Design (2008): eight colours for everything that has no
 *          order; in place of their yellow, of which a line is hardly seen on white, the wine of
 *          P. Tol, Colour Schemes (2021). Black is for what stands for all; policies take the
 * others by their number, queues and tenants by the order of their names, so that each has the same
 * colour in every picture of a run or a comparison.
 */
#ifndef RESULTS_PLOTS_PALETTE_H
#define RESULTS_PLOTS_PALETTE_H

#include <stddef.h>

#define PALETTE_BLUE   "#0072B2"
#define PALETTE_SKY    "#56B4E9"
#define PALETTE_ORANGE "#E69F00"
#define PALETTE_WINE   "#882255"
#define PALETTE_BLACK  "#000000"
#define PALETTE_DARK   "#555555"
#define PALETTE_GREY   "#999999"
#define PALETTE_LIGHT  "#E4E4E4"

enum { PALETTE_LEN = 7 };

/* Beyond PALETTE_LEN they begin anew. */
static inline const char *palette_of(size_t i)
{
    static const char *const colours[PALETTE_LEN] = {
        PALETTE_BLUE, "#D55E00", "#009E73", "#CC79A7", PALETTE_ORANGE, PALETTE_SKY, PALETTE_WINE,
    };
    return colours[i % PALETTE_LEN];
}

#endif /* RESULTS_PLOTS_PALETTE_H */
