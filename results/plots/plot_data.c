#include "results/plots/plot_data.h"

#include "results/plots/palette.h"

void plot_steps_print(const struct plot_steps *s, plot_step_fn *put, const void *context, FILE *out)
{
    const struct timeline *t = s->timeline;
    const int64_t start = timeline_start_ns(t);
    fprintf(out, "$%s_%zu << END\n", s->name, s->number);
    for (size_t i = 0; i < timeline_len(t); i++) {
        const int64_t ends[] = {timeline_from_ns(t, i), timeline_to_ns(t, i)};
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            fprintf(out, "%.9g", time_axis_at(s->axis, ends[k] - start));
            put(out, t, i, context);
            fputc('\n', out);
        }
    }
    fputs("END\n", out);
}

void plot_line_print(const struct plot_line *l, size_t i, size_t lines, FILE *out)
{
    fprintf(out, "$%s_%zu using 1:2 with %s dt %u lc rgb '%s' title %s_%zu%s", l->block, i,
            l->style, l->dash, l->colour, l->title, i, i + 1 < lines ? ", " : "\n");
}

struct plot_line plot_line_of_policy(size_t i, const char *block, const char *style)
{
    return (struct plot_line){block, style, "policy", palette_of(i),
                              (unsigned)(i / PALETTE_LEN) + 1};
}
