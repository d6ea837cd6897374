/* JUnit XML as GitLab, Jenkins and GitHub's report actions read it: a suite per policy, a case per
 * check. Times are 0: the same input gives the same bytes. */
#include "results/check_list.h"
#include "sim/out_file.h"
#include "sim/text_stream.h"

#include <inttypes.h>
#include <string.h>

/* XML 1.0 has no way to write most control characters. */
static void put_xml(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '&')
            fputs("&amp;", out);
        else if (*c == '<')
            fputs("&lt;", out);
        else if (*c == '>')
            fputs("&gt;", out);
        else if (*c == '"')
            fputs("&quot;", out);
        else if (*c < ' ')
            fputs(*c == '\n' || *c == '\t' ? " " : "?", out);
        else
            fputc(*c, out);
    }
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    put_xml(out, text);
    fputc('"', out);
}

static void put_property(FILE *out, const char *name, const char *value)
{
    fputs("      <property", out);
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    fputs("/>\n", out);
}

static void put_number(FILE *out, const char *name, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    put_property(out, name, text);
}

static void put_properties(FILE *out, const struct check_report *r)
{
    fputs("    <properties>\n", out);
    put_property(out, "clustersim", r->runs[0].facts.version);
    put_number(out, "seed", r->runs[0].seed);
    put_number(out, "replications", check_report_replications(r));
    if (r->baseline != NULL)
        put_property(out, "baseline", r->baseline);
    fputs("    </properties>\n", out);
}

static void put_suite_name(FILE *out, const char *key, const struct run_record *run)
{
    fprintf(out, " %s=\"", key);
    put_xml(out, run->facts.scenario);
    fputc('.', out);
    put_xml(out, run->facts.policy);
    fputc('"', out);
}

static void put_case(FILE *out, const struct run_record *run, const struct check *c)
{
    fputs("    <testcase", out);
    put_suite_name(out, "classname", run);
    put_attribute(out, "name", c->name);
    fputs(" time=\"0\"", out);
    if (c->passed) {
        fputs("/>\n", out);
        return;
    }
    fputs(">\n      <failure", out);
    put_attribute(out, "type", c->kind == CHECK_BASELINE ? "baseline" : "expectation");
    put_attribute(out, "message", c->detail);
    fputs(">", out);
    put_xml(out, c->name);
    fputs(": ", out);
    put_xml(out, c->detail);
    fputs("</failure>\n    </testcase>\n", out);
}

static bool is_of(const struct check *c, const struct run_record *run)
{
    return strcmp(c->policy, run->facts.policy) == 0;
}

static void put_suite(FILE *out, const struct check_report *r, const struct run_record *run)
{
    size_t len = 0, failed = 0;
    for (size_t i = 0; i < check_list_len(r->checks); i++) {
        const struct check *c = check_list_at(r->checks, i);
        len += is_of(c, run);
        failed += is_of(c, run) && !c->passed;
    }
    fputs("  <testsuite", out);
    put_suite_name(out, "name", run);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\" time=\"0\">\n", len,
            failed);
    put_properties(out, r);
    for (size_t i = 0; i < check_list_len(r->checks); i++)
        if (is_of(check_list_at(r->checks, i), run))
            put_case(out, run, check_list_at(r->checks, i));
    fputs("  </testsuite>\n", out);
}

bool check_report_write_junit(const struct check_report *r, const char *path, struct diag *d)
{
    struct out_file *file = out_file_open(path, d);
    if (file == NULL)
        return false;
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
    put_attribute(out, "name", r->runs[0].facts.scenario);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\">\n",
            check_list_len(r->checks), check_list_failed(r->checks));
    for (size_t i = 0; i < r->len; i++)
        put_suite(out, r, &r->runs[i]);
    fputs("</testsuites>\n", out);
    text_stream_close(&t);
    out_file_write(file, t.text, t.len);
    free(t.text);
    return out_file_close(file, d);
}
