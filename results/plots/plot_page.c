#include "results/plots/plot_page.h"

#include "sim/check.h"
#include "sim/utf8.h"

#include <string.h>

/* Pixels of the SVG; the PNG has twice as many. */
enum {
    WIDTH = 1000,
    RIGHT = 30,
    TITLE_AT = 26,
    SUBTITLE_AT = 50,
    HEAD = 92,
    KEY_AT = 64,
    KEY_ROW = 20,
    KEY_SAMPLE = 40, /* the coloured box and the space around it */
    LETTER = 9,      /* of the legend, at most, on average */
    GAP = 30,        /* between panels; the title of one stands in it */
    BOTTOM = 62,
    LEFT = 96,
    SUBTITLE_MOST = 80, /* characters, without the remark */
};

/* gnuplot gives a legend the width of the panel. */
static unsigned key_rows(const struct plot_page *p)
{
    const size_t width = WIDTH - p->left_px - RIGHT;
    const size_t entry = KEY_SAMPLE + LETTER * p->key_longest;
    const size_t in_a_row = entry < width ? width / entry : 1;
    return (unsigned)((p->key_entries + in_a_row - 1) / in_a_row);
}

static unsigned head_px(const struct plot_page *p)
{
    return HEAD + KEY_ROW * key_rows(p);
}

static unsigned height_px(const struct plot_page *p)
{
    return head_px(p) + (unsigned)p->panels * (p->panel_px + p->gap_px) - p->gap_px + BOTTOM;
}

static double across(double px)
{
    return px / WIDTH;
}

/* From the top, as gnuplot counts: from the bottom. */
static double up(const struct plot_page *p, double px)
{
    return 1 - px / height_px(p);
}

static void put_text(FILE *out, const char *text, unsigned most)
{
    size_t left = strlen(text);
    unsigned shown = 0;
    fputc('\'', out);
    while (left > 0) {
        uint32_t c;
        const size_t bytes = utf8_read(text, left, &c);
        const size_t step = bytes == 0 ? 1 : bytes;
        if (++shown == most && left > step) {
            fputs("\u2026", out);
            break;
        }
        if (bytes == 0 || c < ' ' || c == 127)
            fputc('?', out);
        else if (c == '\'')
            fputs("''", out);
        else
            fwrite(text, 1, bytes, out);
        text += step;
        left -= step;
    }
    fputc('\'', out);
}

void plot_text(FILE *out, const char *text)
{
    put_text(out, text, PLOT_TEXT_MOST);
}

void plot_page_begin(struct plot_page *p)
{
    SIM_REQUIRE(p->panels > 0);
    if (p->left_px == 0)
        p->left_px = LEFT;
    if (p->gap_px == 0)
        p->gap_px = GAP;
    fprintf(p->out,
            "# gnuplot %s.gp draws %s.svg and %s.png into the folder it is called in.\n"
            "reset\n"
            "set encoding utf8\n"
            "if (!exists('part')) part = ''\n"
            "set border 3 lc rgb '#777777'\n"
            "set tics nomirror out scale 0.6 textcolor rgb '#333333'\n"
            "set grid ytics lt 1 lc rgb '#DDDDDD' lw 0.8\n"
            "set style fill solid 1 noborder\n"
            "page_title = ",
            p->name, p->name, p->name);
    plot_text(p->out, p->title);
    fputs("\npage_subtitle = ", p->out);
    put_text(p->out, p->subtitle, SUBTITLE_MOST);
    fprintf(p->out, ".'%s'\n", p->remark);
}

void plot_page_draw(const struct plot_page *p)
{
    const unsigned h = height_px(p);
    fprintf(p->out,
            "do for [format in 'svg png'] {\n"
            "if (format eq 'svg') {\n"
            "set terminal svg size %d,%u font 'DejaVu Sans,Verdana,Arial,sans-serif,13' "
            "background '#FFFFFF' noenhanced\n"
            "} else {\n"
            "set terminal pngcairo size %d,%u font 'DejaVu Sans,10' fontscale 2 linewidth 2 "
            "pointscale 2 noenhanced\n"
            "}\n"
            "set output '%s.'.format.part\n"
            "set multiplot\n"
            "set label 1 page_title at screen %.5g,%.5g left font ',16' front\n"
            "set label 2 page_subtitle at screen %.5g,%.5g left textcolor rgb '#555555' front\n"
            "set lmargin at screen %.5g\n"
            "set rmargin at screen %.5g\n",
            WIDTH, h, 2 * WIDTH, 2 * h, p->name, across(24), up(p, TITLE_AT), across(24),
            up(p, SUBTITLE_AT), across(p->left_px), across(WIDTH - RIGHT));
}

void plot_page_panel(const struct plot_page *p, size_t panel)
{
    const unsigned top = head_px(p) + (unsigned)panel * (p->panel_px + p->gap_px);
    if (panel > 0)
        fputs("unset label 1\nunset label 2\nunset key\n", p->out); /* the title is drawn once */
    else if (p->key_entries > 0)
        fprintf(p->out,
                "set key at screen %.5g,%.5g left top horizontal Left reverse samplen 1.2 spacing "
                "1.1 height 0 width 0 maxrows %u\n",
                across(24), up(p, KEY_AT), key_rows(p));
    else
        fputs("unset key\n", p->out);
    if (p->has_time_axis)
        fputs(panel + 1 < p->panels ? "set format x ''\nunset xlabel\n"
                                    : "set format x '%g'\nset xlabel x_label\n",
              p->out);
    fprintf(p->out, "set tmargin at screen %.5g\nset bmargin at screen %.5g\n", up(p, top),
            up(p, top + p->panel_px));
}

void plot_page_end(const struct plot_page *p)
{
    fputs("unset multiplot\nunset output\n}\n", p->out);
}
