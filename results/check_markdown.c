/* A short summary for a pull request: what failed first, then the table of the policies. */
#include "results/check_list.h"
#include "results/comparison.h"
#include "sim/out_file.h"
#include "sim/text_stream.h"

#include <inttypes.h>

/* What would end a cell or begin markup. */
static void put_cell(FILE *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '<')
            fputs("&lt;", out);
        else if (*c == '\n')
            fputc(' ', out);
        else
            fprintf(out, *c == '|' || *c == '`' || *c == '*' || *c == '\\' ? "\\%c" : "%c", *c);
    }
}

static void put_checks(FILE *out, const struct check_list *l, bool passed)
{
    for (size_t i = 0; i < check_list_len(l); i++) {
        const struct check *c = check_list_at(l, i);
        if (c->passed != passed)
            continue;
        fprintf(out, "| %s | ", passed ? "pass" : "**FAIL**");
        put_cell(out, c->policy);
        fputs(" | ", out);
        put_cell(out, c->name);
        fputs(" | ", out);
        put_cell(out, c->detail);
        fputs(" |\n", out);
    }
}

static void put_all(FILE *out, const struct check_report *r)
{
    const size_t len = check_list_len(r->checks), failed = check_list_failed(r->checks);
    fputs("### clustersim: ", out);
    put_cell(out, r->runs[0].facts.scenario);
    if (failed > 0)
        fprintf(out, ": %zu of %zu checks fail\n\n", failed, len);
    else
        fprintf(out, ": %zu checks pass\n\n", len);
    if (len > 0) {
        fputs("| | policy | check | measured |\n|---|---|---|---|\n", out);
        put_checks(out, r->checks, false);
        put_checks(out, r->checks, true);
        fputc('\n', out);
    }
    comparison_print_markdown(r->runs, r->len, out);
    fprintf(out, "\nclustersim %s, seed %" PRIu64 ", %zu replication%s", r->runs[0].facts.version,
            r->runs[0].seed, check_report_replications(r),
            check_report_replications(r) == 1 ? "" : "s");
    if (r->baseline != NULL) {
        fputs(", compared with ", out);
        put_cell(out, r->baseline);
    }
    fputs(".\n", out);
}

bool check_report_write_markdown(const struct check_report *r, const char *path, struct diag *d)
{
    struct out_file *file = out_file_open(path, d);
    if (file == NULL)
        return false;
    struct text_stream t;
    put_all(text_stream_open(&t), r);
    text_stream_close(&t);
    out_file_write(file, t.text, t.len);
    free(t.text);
    return out_file_close(file, d);
}
