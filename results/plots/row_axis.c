#include "results/plots/row_axis.h"

#include "results/plots/plot_kinds.h"

enum {
    LETTER_PX = 8,
    NAMES_GAP_PX = 44,
    NAME_PX = 15, /* from one name of a node to the next, at least */
};

unsigned row_axis_px(size_t rows, unsigned all_px, unsigned least_px, unsigned most_px)
{
    const unsigned px = (unsigned)(all_px / rows);
    return px > most_px ? most_px : px < least_px ? least_px : px;
}

unsigned row_axis_left_px(const struct row_axis *a)
{
    size_t longest = 0;
    for (size_t i = 0; i < a->rows; i++) {
        const size_t len = plot_text_len(a->node(a->of, i));
        longest = a->begins_node(a->of, i) && len > longest ? len : longest;
    }
    return (unsigned)longest * LETTER_PX + NAMES_GAP_PX;
}

static size_t next_node(const struct row_axis *a, size_t row)
{
    size_t next = row + 1;
    while (next < a->rows && !a->begins_node(a->of, next))
        next++;
    return next;
}

static bool has_nodes_of_several(const struct row_axis *a)
{
    for (size_t i = 0; i < a->rows; i++)
        if (!a->begins_node(a->of, i))
            return true;
    return false;
}

static void put_nodes(const struct row_axis *a, FILE *out)
{
    const bool has_lines = has_nodes_of_several(a);
    for (size_t i = 0; i < a->rows; i = next_node(a, i)) {
        plot_name(out, "node", i, a->node(a->of, i));
        if (has_lines)
            fprintf(out,
                    "set arrow from graph 0,first %zu to graph 1,first %zu nohead lw 0.8 lc rgb "
                    "'#BBBBBB'\n",
                    i, i);
    }
}

void row_axis_print(const struct row_axis *a, FILE *out)
{
    double free_from = 0;
    put_nodes(a, out);
    fprintf(out, "set yrange [%zu:0]\nset ytics scale 0 (", a->rows);
    for (size_t first = 0, next; first < a->rows; first = next) {
        next = next_node(a, first);
        const double middle = (double)(first + next) / 2;
        if (middle * a->row_px < free_from)
            continue;
        fprintf(out, "%snode_%zu %.4g", first == 0 ? "" : ", ", first, middle);
        free_from = middle * a->row_px + NAME_PX;
    }
    fputs(")\nunset grid\n", out);
}
