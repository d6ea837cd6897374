/* Reading expectations: a cursor walks over the text, and errors point at where it stands. */
#include "results/expectation.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/duration.h"
#include "sim/quantity.h"
#include "sim/suggest.h"
#include "sim/text_stream.h"
#include "sim/yaml.h"

#include <stdarg.h>
#include <string.h>

#define NS_PER_S 1e9
#define S_PER_H  3600

struct reader {
    const char *text;
    const char *at;
    const char *what;
    struct src_pos pos; /* of the text; line 0: it stands in no file */
    struct arena *arena;
    struct diag *diag;
};

/* Of a byte in the text: columns are characters. */
static struct src_pos pos_at(const struct reader *r, const char *at)
{
    struct src_pos pos = r->pos;
    for (const char *c = r->text; pos.col > 0 && c < at; c++)
        pos.col += ((unsigned char)*c & 0xc0) != 0x80;
    return pos;
}

PRINTF_LIKE(3, 4)
static bool refuse(const struct reader *r, const char *at, const char *fmt, ...)
{
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    va_list ap;
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    diag_error(r->diag, pos_at(r, at), "%s: '%s': %s", r->what, r->text, text_stream_close(&t));
    free(t.text);
    return false;
}

static void skip_blanks(struct reader *r)
{
    r->at += strspn(r->at, " \t\n");
}

/* Letters, digits and what stands within words. */
static size_t word_len(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
}

static const char *as_text(const struct reader *r, const char *from, size_t len)
{
    return arena_text(r->arena, from, len);
}

/* --- p95(wait) --- */

/* p95, p99.9: at most four digits behind the point. */
static bool read_percentile(const char *text, size_t len, unsigned *p)
{
    enum { PER_PERCENT = 10000, MOST_LEN = 8 };
    unsigned unit = PER_PERCENT;
    bool has_point = false;
    *p = 0;
    if (len < 2 || len > MOST_LEN || text[0] != 'p' || text[len - 1] == '.')
        return false;
    for (size_t i = 1; i < len; i++) {
        if (text[i] == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || (has_point && unit < 10))
            return false;
        const unsigned digit = (unsigned)(text[i] - '0');
        unit = has_point ? unit / 10 : unit;
        *p = has_point ? *p + digit * unit : *p * 10 + digit * PER_PERCENT;
    }
    return *p <= QUANTILE_ONE;
}

static bool find_statistic(const char *text, size_t len, enum statistic *s, unsigned *p)
{
    char buf[STATISTIC_TEXT];
    *p = QUANTILE_ONE / 2;
    *s = STAT_P;
    if ((len == strlen("median") && strncmp(text, "median", len) == 0) ||
        read_percentile(text, len, p))
        return true;
    for (*s = 0; *s < STAT_P; ++*s) {
        const char *name = statistic_print(buf, *s, 0);
        if (strlen(name) == len && strncmp(text, name, len) == 0)
            return true;
    }
    return false;
}

static bool read_statistic(struct reader *r, struct expectation *e)
{
    const char *from = r->at;
    const size_t len = word_len(from);
    r->at += len;
    skip_blanks(r);
    if (len == 0 || *r->at != '(')
        return refuse(r, r->at, "expected a statistic of a metric, such as p95(wait)");
    if (!find_statistic(from, len, &e->s, &e->p))
        return refuse(r, from,
                      "no statistic '%.*s'; one of mean, median, p95 (or another percentile), min, "
                      "max, sum, deviation, count",
                      (int)len, from);
    r->at++;
    return true;
}

static bool refuse_metric(struct reader *r, const char *from, size_t len)
{
    struct suggest s;
    suggest_init(&s, as_text(r, from, len));
    for (enum metric_id id = 0; id < METRICS; id++)
        suggest_offer(&s, metric_get(id)->name);
    return refuse(r, from, "no metric '%.*s'%s (see `clustersim list metrics`)", (int)len, from,
                  suggest_hint(&s));
}

static bool read_metric(struct reader *r, struct expectation *e)
{
    skip_blanks(r);
    const char *from = r->at;
    size_t len = strcspn(from, ")");
    if (from[len] != ')')
        return refuse(r, from + len, "')' is missing");
    r->at += len + 1;
    while (len > 0 && from[len - 1] == ' ')
        len--;
    e->id = metric_find(from, len);
    return e->id < METRICS || refuse_metric(r, from, len);
}

static bool stat_fits_metric(struct reader *r, const struct expectation *e)
{
    const struct metric *m = metric_get(e->id);
    if (m->stats >> e->s & 1)
        return true;
    struct text_stream t;
    char buf[STATISTIC_TEXT];
    FILE *out = text_stream_open(&t);
    bool first = true;
    for (enum statistic s = 0; s < STAT_P; s++)
        if (m->stats >> s & 1) {
            fprintf(out, "%s%s", first ? "" : ", ", statistic_print(buf, s, 0));
            first = false;
        }
    const bool ok =
        refuse(r, r->text, "%s has no such statistic; expected %s", m->name, text_stream_close(&t));
    free(t.text);
    return ok;
}

/* --- by tenant, of pool train --- */

static bool refuse_by(struct reader *r, const char *from, size_t len, unsigned valid)
{
    struct suggest s;
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    suggest_init(&s, as_text(r, from, len));
    bool first = true;
    for (enum metric_by by = BY_NOTHING + 1; by < METRIC_BYS; by++)
        if (valid >> by & 1) {
            suggest_offer(&s, metric_by_name(by));
            fprintf(out, "%s%s", first ? "; one of " : ", ", metric_by_name(by));
            first = false;
        }
    refuse(r, from, "it is not measured by '%.*s'%s%s", (int)len, from, text_stream_close(&t),
           suggest_hint(&s));
    free(t.text);
    return false;
}

static bool read_by(struct reader *r, struct expectation *e)
{
    skip_blanks(r);
    const char *from = r->at;
    const size_t len = word_len(from);
    const unsigned valid = metric_get(e->id)->by;
    e->by = metric_by_find(from, len);
    if (e->by == METRIC_BYS || (valid >> e->by & 1) == 0)
        return refuse_by(r, from, len, valid);
    r->at += len;
    return true;
}

static bool read_quoted_name(struct reader *r, struct expectation *e)
{
    const char quote = *r->at;
    const char *from = r->at + 1;
    const char *end = strchr(from, quote);
    if (end == NULL)
        return refuse(r, r->at, "the quote is not closed");
    e->name = as_text(r, from, (size_t)(end - from));
    r->at = end + 1;
    return true;
}

static bool read_name(struct reader *r, struct expectation *e)
{
    skip_blanks(r);
    if (*r->at == '"' || *r->at == '\'')
        return read_quoted_name(r, e);
    const char *from = r->at;
    size_t len = strcspn(from, "<>=!");
    r->at += len;
    while (len > 0 && from[len - 1] == ' ')
        len--;
    if (len == 0)
        return refuse(r, from, "which %s? expected its name", metric_by_name(e->by));
    e->name = as_text(r, from, len);
    return true;
}

static bool take_word(struct reader *r, const char *word)
{
    skip_blanks(r);
    const size_t len = word_len(r->at);
    if (len != strlen(word) || strncmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

static bool read_groups(struct reader *r, struct expectation *e)
{
    if (take_word(r, "by") && !read_by(r, e))
        return false;
    skip_blanks(r);
    const char *from = r->at;
    if (!take_word(r, "of"))
        return true;
    if (e->by != BY_NOTHING)
        return refuse(r, from, "by and of together are not measured; expected one of them");
    return read_by(r, e) && read_name(r, e);
}

/* --- <= 4h --- */

static bool read_op(struct reader *r, struct expectation *e)
{
    static const char *const ops[] = {
        [LESS_EQUAL] = "<=", [GREATER_EQUAL] = ">=", [EQUAL] = "==",
        [NOT_EQUAL] = "!=",  [LESS] = "<",           [GREATER] = ">",
    };
    static const enum comparison longest_first[] = {LESS_EQUAL, GREATER_EQUAL, EQUAL,
                                                    NOT_EQUAL,  LESS,          GREATER};
    skip_blanks(r);
    for (size_t i = 0; i < sizeof longest_first / sizeof longest_first[0]; i++) {
        e->op = longest_first[i];
        if (strncmp(r->at, ops[e->op], strlen(ops[e->op])) == 0) {
            r->at += strlen(ops[e->op]);
            return true;
        }
    }
    return refuse(r, r->at, "expected <=, <, >=, >, == or !=%s",
                  e->by == BY_NOTHING ? ", or `by tenant` and the like" : "");
}

static bool read_dollars(const char *text, double *value, const char **why)
{
    static const char unit[] = "USD";
    const size_t len = strlen(text);
    char number[QUANTITY_TEXT];
    if (strcmp(text, "0") == 0) {
        *value = 0;
        return true;
    }
    size_t digits = len;
    if (len > sizeof unit - 1 && strcmp(text + len - (sizeof unit - 1), unit) == 0)
        digits -= sizeof unit - 1;
    else {
        *why = "no unit";
        return false;
    }
    while (digits > 0 && text[digits - 1] == ' ')
        digits--;
    snprintf(number, sizeof number, "%.*s", (int)digits, text);
    return quantity_real(number, value, why);
}

static bool read_duration(const char *text, double *value, const char **why)
{
    int64_t ns;
    if (!duration_parse(text, &ns, why))
        return false;
    *value = (double)ns / NS_PER_S;
    return true;
}

static bool read_rate(const char *text, double *value, const char **why)
{
    if (!quantity_rate(text, value, why))
        return false;
    *value *= S_PER_H;
    return true;
}

static bool read_value(struct reader *r, struct expectation *e)
{
    static const struct {
        bool (*read)(const char *text, double *value, const char **why);
        const char *hint;
    } by_unit[] = {
        [UNIT_SECONDS] = {read_duration, DURATION_HINT},
        [UNIT_RATIO] = {quantity_real, QUANTITY_REAL_HINT},
        [UNIT_SHARE] = {quantity_ratio, QUANTITY_RATIO_HINT},
        [UNIT_JOBS] = {quantity_real, QUANTITY_REAL_HINT},
        [UNIT_GPUS] = {quantity_real, QUANTITY_REAL_HINT},
        [UNIT_GPU_HOURS] = {quantity_real, QUANTITY_REAL_HINT},
        [UNIT_DOLLARS] = {read_dollars, "an amount such as 1200 USD"},
        [UNIT_PER_HOUR] = {read_rate, QUANTITY_RATE_HINT},
        [UNIT_TIMES] = {quantity_real, QUANTITY_REAL_HINT},
    };
    skip_blanks(r);
    size_t len = strlen(r->at);
    while (len > 0 && strchr(" \t\n", r->at[len - 1]) != NULL)
        len--;
    const char *text = as_text(r, r->at, len);
    const enum metric_unit unit = metric_unit_of(e->id, e->s);
    const char *why = NULL;
    if (len == 0)
        return refuse(r, r->at, "the value is missing; expected %s", by_unit[unit].hint);
    if (!by_unit[unit].read(text, &e->value, &why))
        return refuse(r, r->at, "%s: %s; expected %s", text, why, by_unit[unit].hint);
    return true;
}

static bool read_question(struct reader *r, struct expectation *e)
{
    skip_blanks(r);
    *e = (struct expectation){.text = r->text};
    return read_statistic(r, e) && read_metric(r, e) && stat_fits_metric(r, e) && read_groups(r, e);
}

static bool parse(struct reader *r, struct expectation *e)
{
    return read_question(r, e) && read_op(r, e) && read_value(r, e);
}

bool expectation_parse(struct expectation *e, const char *text, const char *what, struct arena *a,
                       struct diag *d)
{
    const char *copy = arena_text(a, text, strlen(text));
    struct reader r = {.text = copy, .at = copy, .what = what, .arena = a, .diag = d};
    return parse(&r, e);
}

/* A share is written with %, so that 5% of a utilisation is not taken for five points. */
static bool read_width(struct reader *r, struct expectation *e, bool *is_relative)
{
    skip_blanks(r);
    const char *why;
    *is_relative = strchr(r->at, '%') != NULL;
    if (!*is_relative && !read_value(r, e))
        return false;
    if (*is_relative && !quantity_ratio(r->at, &e->value, &why))
        return refuse(r, r->at, "%s: %s; expected %s", r->at, why, QUANTITY_RATIO_HINT);
    return e->value >= 0 || refuse(r, r->at, "expected nothing below 0");
}

bool expectation_parse_width(struct expectation *e, bool *is_relative, const char *text,
                             struct src_pos at, const char *what, struct arena *a, struct diag *d)
{
    const char *copy = arena_text(a, text, strlen(text));
    struct reader r = {.text = copy, .at = copy, .what = what, .pos = at, .arena = a, .diag = d};
    if (strchr(text, '(') == NULL) {
        *e = (struct expectation){.text = copy, .id = METRIC_WAIT, .s = STAT_MEAN};
        return read_width(&r, e, is_relative);
    }
    if (!read_question(&r, e) || !read_op(&r, e))
        return false;
    if (e->op != LESS_EQUAL && e->op != LESS)
        return refuse(&r, r.text, "expected <= and the width");
    return read_width(&r, e, is_relative);
}

/* At a text of a file; false after a complaint if it is none. */
static bool begin(struct reader *r, const struct yaml_node *node, const char *example)
{
    if (node->kind != YAML_SCALAR) {
        diag_error(r->diag, yaml_pos(node),
                   "%s: %s; expected text such as %s (in quotes if YAML takes it for something "
                   "else)",
                   r->what, yaml_kind_name(node), example);
        return false;
    }
    r->text = r->at = arena_text(r->arena, node->text, strlen(node->text));
    r->pos = yaml_pos(node);
    r->pos.col += node->quoted;
    return true;
}

bool expectation_read(struct expectation *e, const struct yaml_node *node, const char *what,
                      struct arena *a, struct diag *d)
{
    struct reader r = {.what = what, .arena = a, .diag = d};
    return begin(&r, node, "p95(wait) by tenant <= 4h") && parse(&r, e);
}

bool expectation_read_value(struct expectation *e, const struct yaml_node *node, const char *what,
                            struct arena *a, struct diag *d)
{
    struct reader r = {.what = what, .arena = a, .diag = d};
    if (!begin(&r, node, "p95(wait) of queue a") || !read_question(&r, e))
        return false;
    skip_blanks(&r);
    if (e->by != BY_NOTHING && e->name == NULL)
        return refuse(&r, r.text, "which one? expected `of %s NAME`", metric_by_name(e->by));
    return *r.at == '\0' || refuse(&r, r.at, "expected nothing more");
}
