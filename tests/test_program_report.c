/* `clustersim report`: the page parses, holds every value, loads nothing, and is not fooled by
 * names that are markup. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const files[] = {
    "scenario.yaml",
    "clustersim: 1\n"
    "name: markup # </pre><script>alert(0)</script>\n"
    "cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 2}]}\n"
    "workload: [{csv: jobs.csv}]\n"
    "policies: [{name: fifo, fifo: {}}, {name: easy, easy: {}}]\n"
    "run: {until: drained}\n"
    "sample: 10m\n"
    "# the text is kept: <b> & \"quotes\" & 'more' \xc3\xa4\n",
    "jobs.csv",
    "name,tenant,user,queue,submit_s,gpus,run_s,limit_s\n"
    "<script>alert(1)</script>,team-a,\"a\"\"b\",\"q'&amp;\",0,16,1000,1200\n"
    "\"</td></table><img src=x onerror=alert(2)>\",team-b,b,long,10.123456789,8,3000.5,4000\n"
    "]]>--><svg onload=alert(3)>,team-c,c,long,20,4,100,200\n"
    "javascript:alert(4),\xe6\x97\xa5\xe6\x9c\xac,d,long,30,8,500,600\n",
    NULL,
};

static char *report(const struct scenario_run *r, const char *options, char path[160])
{
    struct scenario_run call;
    char all[256];
    size_t bytes;
    snprintf(path, 160, "%s/page.html", r->dir.path);
    snprintf(all, sizeof all, "--out %s %s", path, options);
    scenario_say_path(&call, "report", r->out, all);
    if (call.rc != 0)
        fail_msg("exit code %d: %s", call.rc, call.said);
    scenario_run_close(&call);
    return temp_file_read(path, &bytes);
}

/* --- does it parse --- */

static bool is_void(const char *name)
{
    static const char *const names[] = {"meta", "img", "br"};
    for (size_t i = 0; i < LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

enum { DEEPEST = 64, NAME_MOST = 16 };

struct open_tags {
    char names[DEEPEST][NAME_MOST];
    size_t len, most;
};

static const char *read_name(const char *at, char out[NAME_MOST])
{
    const size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
    assert_true(len > 0 && len < NAME_MOST);
    memcpy(out, at, len);
    out[len] = '\0';
    return at + len;
}

/* Attributes are name="value" or a name alone. */
static const char *skip_attributes(const char *at)
{
    while (*at == ' ') {
        at += 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyz-");
        if (at[0] != '=')
            continue;
        assert_int_equal(at[1], '"');
        at = strchr(at + 2, '"');
        assert_non_null(at);
        at++;
    }
    assert_int_equal(*at, '>');
    return at + 1;
}

static const char *open_tag(struct open_tags *t, const char *at)
{
    char name[NAME_MOST];
    at = skip_attributes(read_name(at, name));
    if (is_void(name))
        return at;
    assert_true(t->len < DEEPEST);
    strcpy(t->names[t->len++], name);
    t->most = t->len > t->most ? t->len : t->most;
    if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0) {
        char end[NAME_MOST + 4];
        snprintf(end, sizeof end, "</%s>", name);
        at = strstr(at, end);
        assert_non_null(at);
    }
    return at;
}

static const char *close_tag(struct open_tags *t, const char *at)
{
    char name[NAME_MOST];
    at = read_name(at, name);
    assert_true(t->len > 0);
    assert_string_equal(t->names[--t->len], name);
    assert_int_equal(*at, '>');
    return at + 1;
}

static const char *entity(const char *at)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < LEN(known); i++)
        if (strncmp(at, known[i], strlen(known[i])) == 0)
            return at + strlen(known[i]);
    fail_msg("a bare ampersand: %.40s", at);
    return at;
}

static void check_balance(const char *page)
{
    static const char doctype[] = "<!DOCTYPE html>\n";
    struct open_tags t = {0};
    assert_int_equal(strncmp(page, doctype, strlen(doctype)), 0);
    for (const char *at = page + strlen(doctype); *at != '\0';) {
        if (*at == '<')
            at = at[1] == '/' ? close_tag(&t, at + 2) : open_tag(&t, at + 1);
        else if (*at == '&')
            at = entity(at);
        else if (*at++ == '>')
            fail_msg("a bare >: %.40s", at);
    }
    assert_int_equal(t.len, 0);
    assert_true(t.most >= 8);
}

static size_t count(const char *page, const char *text)
{
    size_t n = 0;
    for (const char *at = page; (at = strstr(at, text)) != NULL; at += strlen(text))
        n++;
    return n;
}

static void check_harmless(const char *page)
{
    assert_int_equal(count(page, "<script"), 1);
    assert_int_equal(count(page, "<svg"), 0);
    assert_int_equal(count(page, "<table>") > 0, true);
    assert_int_equal(count(page, " onerror=\""), 0);
    assert_int_equal(count(page, "http://"), 0);
    assert_int_equal(count(page, "https://"), 0);
    assert_int_equal(count(page, "<link"), 0);
    assert_int_equal(count(page, "@import"), 0);
    assert_int_equal(count(page, " src=\"") - count(page, " src=\"data:image/svg+xml;base64,"), 0);
    assert_int_equal(count(page, " href=\"") - count(page, " href=\"#"), 0);
    assert_int_equal(count(page, "default-src &#39;none&#39;") + count(page, "default-src 'none'"),
                     1);
}

/* --- are the values there --- */

static char *escaped(const char *text)
{
    char *out = calloc(6, strlen(text) + 1);
    assert_non_null(out);
    for (; *text != '\0'; text++) {
        char one[2] = {*text, '\0'};
        strcat(out, *text == '<'    ? "&lt;"
                    : *text == '>'  ? "&gt;"
                    : *text == '&'  ? "&amp;"
                    : *text == '"'  ? "&quot;"
                    : *text == '\'' ? "&#39;"
                                    : one);
    }
    return out;
}

static void check_value(const char *page, const char *text, const char *tag)
{
    char *value = escaped(text);
    char *cell = calloc(1, strlen(value) + 32);
    assert_non_null(cell);
    sprintf(cell, "%s%s</td>", tag, value);
    if (text[0] != '\0' && strcmp(text, "0") != 0 && strstr(page, cell) == NULL)
        fail_msg("not in the page: %s", cell);
    free(cell);
    free(value);
}

static size_t check_table(const char *page, const char *dir, const char *name)
{
    struct table *t = table_read_in(dir, name);
    for (size_t i = 0; i < t->columns * (t->rows + 1); i++) {
        if (i < t->columns)
            assert_non_null(strstr(page, t->cells[i]));
        else
            check_value(page, t->cells[i], ">");
    }
    const size_t cells = t->columns * t->rows;
    table_free(t);
    return cells;
}

static size_t pictures(const char *dir)
{
    char path[160];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/plots", dir);
    DIR *d = opendir(path);
    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        n += strstr(e->d_name, ".svg") != NULL;
    if (d != NULL)
        closedir(d);
    return n;
}

static const char *const tables[] = {"jobs.csv", "queues.csv",  "utilisation.csv", "events.csv",
                                     "gpus.csv", "summary.csv", "fragments.csv"};

static void a_run_is_a_page_with_every_value(void **state)
{
    (void)state;
    struct scenario_run r;
    char path[160];
    scenario_call_files(&r, "run", files, "--quiet");
    assert_int_equal(r.rc, 0);
    char *page = report(&r, "--quiet --rows 10000", path);
    check_balance(page);
    check_harmless(page);
    size_t cells = 0;
    for (size_t i = 0; i < LEN(tables); i++)
        cells += check_table(page, r.out, tables[i]);
    assert_int_equal(count(page, "data:image/svg+xml;base64,"), pictures(r.out));
    print_message("%zu cells, %zu pictures\n", cells, pictures(r.out));
    char *text = escaped(files[1]), *pre = calloc(1, strlen(text) + 32);
    sprintf(pre, "<pre>%s</pre>", text);
    assert_non_null(strstr(page, pre));
    assert_non_null(strstr(page, "<h1>markup</h1>"));
    free(pre);
    free(text);
    free(page);
    scenario_run_close(&r);
}

static void a_comparison_is_a_page_with_all_runs(void **state)
{
    (void)state;
    static const char *const policies[] = {"fifo", "easy"};
    struct scenario_run r;
    char path[160], dir[160];
    scenario_call_files(&r, "compare", files, "--quiet");
    assert_int_equal(r.rc, 0);
    char *page = report(&r, "--quiet --rows 10000", path);
    check_balance(page);
    check_harmless(page);
    check_table(page, r.out, "compare.csv");
    size_t drawn = pictures(r.out);
    const char *before = page;
    for (size_t i = 0; i < LEN(policies); i++) {
        char head[32];
        snprintf(head, sizeof head, "<h3>%s</h3>", policies[i]);
        before = strstr(before, head); /* in the scenario's order */
        assert_non_null(before);
        assert_true(snprintf(dir, sizeof dir, "%s/%s", r.out, policies[i]) < (int)sizeof dir);
        for (size_t k = 0; k < LEN(tables); k++)
            check_table(before, dir, tables[k]);
        drawn += pictures(dir);
    }
    assert_int_equal(count(page, "data:image/svg+xml;base64,"), drawn);
    free(page);
    scenario_run_close(&r);
}

static void of_long_tables_the_first_rows_are_shown(void **state)
{
    (void)state;
    struct scenario_run r;
    char path[160];
    scenario_call_files(&r, "run", files, "--quiet --no-plots");
    char *page = report(&r, "--quiet --rows 2", path);
    check_balance(page);
    assert_non_null(strstr(page, "<summary>jobs.csv <span class=\"note\">the first 2 of 4 rows"));
    const char *jobs = strstr(page, "<summary>jobs.csv");
    assert_non_null(jobs);
    const char *end = strstr(jobs, "</details>");
    char *part = strndup(jobs, (size_t)(end - jobs));
    assert_int_equal(count(part, "<tr>"), 1 + 2);
    assert_non_null(strstr(part, "0 or empty in every row: "));
    assert_int_equal(count(part, ">wait_unexplained_s</th>"), 0);
    free(part);
    free(page);
    scenario_run_close(&r);
}

/* RFC 4648, section 10, by what stands in a picture. */
static void pictures_stand_in_base_64(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"f", "Zg=="},           {"fo", "Zm8="},
                                          {"foo", "Zm9v"},         {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},   {"foobar", "Zm9vYmFy"},
                                          {"\xfb\xff\xfe", "+//+"}};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r = {0};
        char path[160], want[64];
        temp_dir_open(&r.dir);
        snprintf(r.out, sizeof r.out, "%s/out", r.dir.path);
        mkdir(r.out, 0777);
        snprintf(path, sizeof path, "%s/plots", r.out);
        mkdir(path, 0777);
        snprintf(path, sizeof path, "%s/plots/a-b.svg", r.out);
        FILE *f = fopen(path, "wb");
        fputs(rows[i][0], f);
        fclose(f);
        snprintf(path, sizeof path, "%s/x.csv", r.out);
        f = fopen(path, "wb");
        fputs("a\n1\n", f);
        fclose(f);
        char *page = report(&r, "--quiet", path);
        snprintf(want, sizeof want, "base64,%s\">", rows[i][1]);
        assert_non_null(strstr(page, want));
        assert_non_null(strstr(page, "alt=\"A b, out\""));
        check_balance(page);
        free(page);
        scenario_run_close(&r);
    }
}

static void what_is_no_folder_of_results_is_refused(void **state)
{
    (void)state;
    static const struct bad {
        const char *summary, *options, *said;
        int rc;
    } bad[] = {
        {NULL, "", "no results are in this folder; expected an output directory of run or", 2},
        {"{\"scenario\": ", "", "summary.json", 2},
        {"[1, 2]", "", "this is not a summary of a run", 2},
        {"{}", "--rows 0", "--rows: '0': out of range", 2},
        {"{}", "--out /no/such/folder/page.html", "/no/such/folder/page.html", 3},
    };
    for (size_t i = 0; i < LEN(bad); i++) {
        struct temp_dir dir;
        struct scenario_run call;
        char path[160];
        temp_dir_open(&dir);
        if (bad[i].summary != NULL) {
            snprintf(path, sizeof path, "%s/summary.json", dir.path);
            FILE *f = fopen(path, "w");
            fputs(bad[i].summary, f);
            fclose(f);
        }
        scenario_say_path(&call, "report", dir.path, bad[i].options);
        if (call.rc != bad[i].rc || strstr(call.said, bad[i].said) == NULL)
            fail_msg("row %zu: exit code %d, %s", i, call.rc, call.said);
        scenario_run_close(&call);
        temp_dir_remove(&dir);
    }
    struct scenario_run call;
    scenario_say_path(&call, "report", "no/such/folder", "");
    assert_int_equal(call.rc, 3);
    assert_non_null(strstr(call.said, "no/such/folder: error: cannot be read: No such file"));
    scenario_run_close(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_a_page_with_every_value),
        cmocka_unit_test(a_comparison_is_a_page_with_all_runs),
        cmocka_unit_test(of_long_tables_the_first_rows_are_shown),
        cmocka_unit_test(pictures_stand_in_base_64),
        cmocka_unit_test(what_is_no_folder_of_results_is_refused),
    };
    return cmocka_run_group_tests_name("program_report", tests, NULL, NULL);
}
