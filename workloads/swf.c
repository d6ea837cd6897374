/*
 * Two readers of the same line: parse_clean takes what the format promises, and gives up at the
 * first surprise; parse_any then begins anew, field by field, and says what was surprising.
 */
#include "workloads/swf.h"

#include "workloads/log_number.h"

#include <string.h>

#define SECOND_NS    INT64_C(1000000000)
#define MOST_SECONDS (INT64_MAX / SECOND_NS)

static const struct {
    const char *name;
    bool is_time;
    bool may_be_name;
} fields[SWF_FIELDS] = {
    [SWF_NUMBER] = {"job number", false, false},
    [SWF_SUBMIT] = {"submit time", true, false},
    [SWF_WAIT] = {"wait time", true, false},
    [SWF_RUN] = {"run time", true, false},
    [SWF_PROCS] = {"allocated processors", false, false},
    [SWF_CPU] = {"CPU time", true, false},
    [SWF_MEMORY] = {"used memory", false, false},
    [SWF_REQUESTED_PROCS] = {"requested processors", false, false},
    [SWF_REQUESTED_TIME] = {"requested time", true, false},
    [SWF_REQUESTED_MEMORY] = {"requested memory", false, false},
    [SWF_STATUS] = {"status", false, false},
    [SWF_USER] = {"user", false, true},
    [SWF_GROUP] = {"group", false, true},
    [SWF_EXECUTABLE] = {"executable", false, true},
    [SWF_QUEUE] = {"queue", false, true},
    [SWF_PARTITION] = {"partition", false, true},
    [SWF_PRECEDING] = {"preceding job", false, false},
    [SWF_THINK] = {"think time", true, false},
};

static const enum swf_field times[] = {SWF_SUBMIT, SWF_WAIT,           SWF_RUN,
                                       SWF_CPU,    SWF_REQUESTED_TIME, SWF_THINK};

const char *swf_field_name(enum swf_field field)
{
    return fields[field].name;
}

bool swf_is_time(enum swf_field field)
{
    return fields[field].is_time;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *p)
{
    while (is_blank(*p))
        p++;
    return p;
}

/* --- clean lines --- */

/* A whole number of at most 18 digits, with a blank or the end behind it; NULL: something else. */
static const char *take_int(const char *p, int64_t *value)
{
    const bool is_negative = *p == '-';
    p += is_negative;
    const char *first = p;
    uint64_t x = 0;
    for (unsigned digit; (digit = (unsigned)(unsigned char)*p - '0') <= 9; p++)
        x = x * 10 + digit;
    if (p == first || p - first > 18 || !(is_blank(*p) || *p == '\0'))
        return NULL;
    *value = is_negative ? -(int64_t)x : (int64_t)x;
    return p;
}

static bool to_ns(int64_t *value)
{
    if (*value == SWF_UNKNOWN)
        return true;
    if (*value > MOST_SECONDS || *value < -MOST_SECONDS)
        return false;
    *value *= SECOND_NS;
    return true;
}

static bool parse_clean(const char *p, const char *end, int64_t value[SWF_FIELDS])
{
    for (int i = 0; i < SWF_FIELDS; i++) {
        p = take_int(skip_blanks(p), &value[i]);
        if (p == NULL)
            return false;
    }
    if (skip_blanks(p) != end)
        return false;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (!to_ns(&value[times[i]]))
            return false;
    return true;
}

/* --- any line --- */

/* The fields of a line, one after the other. */
struct tokens {
    const char *from, *at, *end;
    bool by_semicolons;
};

struct token {
    const char *text;
    size_t len;
};

static struct tokens tokens_of(const char *text, size_t len)
{
    size_t semicolons = 0;
    for (const char *p = text; (p = memchr(p, ';', (size_t)(text + len - p))) != NULL; p++)
        semicolons++;
    return (struct tokens){text, text, text + len, semicolons >= SWF_FIELDS - 2};
}

/* Behind a semicolon at the very end there is no field. */
static bool take_between_semicolons(struct tokens *t, struct token *out)
{
    if (t->at == t->end)
        return false;
    const char *semicolon = memchr(t->at, ';', (size_t)(t->end - t->at));
    const char *end = semicolon == NULL ? t->end : semicolon;
    const char *first = t->at;
    t->at = semicolon == NULL ? t->end : semicolon + 1;
    while (first < end && is_blank(*first))
        first++;
    while (first < end && is_blank(end[-1]))
        end--;
    *out = (struct token){first, (size_t)(end - first)};
    return true;
}

static bool take_token(struct tokens *t, struct token *out)
{
    if (t->by_semicolons)
        return take_between_semicolons(t, out);
    while (t->at < t->end && is_blank(*t->at))
        t->at++;
    if (t->at == t->end || *t->at == ';')
        return false; /* a comment behind the fields */
    const char *first = t->at;
    while (t->at < t->end && !is_blank(*t->at))
        t->at++;
    *out = (struct token){first, (size_t)(t->at - first)};
    return true;
}

static void add_flaw(struct swf_record *r, const struct tokens *t, enum swf_flaw_kind kind,
                     enum swf_field field, const struct token *token)
{
    r->flaws[r->flaws_len++] = (struct swf_flaw){
        .kind = kind,
        .field = field,
        .at = (uint32_t)(token->text - t->from),
        .len = (uint32_t)token->len,
    };
}

static void read_number(struct swf_record *r, const struct tokens *t, enum swf_field field,
                        const struct token *token, const struct log_number *n)
{
    const bool is_time = fields[field].is_time;
    const struct decimal_product x = log_number_times(n, 1, is_time ? 9 : 0);
    if (x.is_too_large) {
        add_flaw(r, t, SWF_TOO_LARGE, field, token);
        return;
    }
    if (is_time && !x.is_exact)
        add_flaw(r, t, SWF_TOO_FINE, field, token);
    if (!is_time && (n->has_point || !x.is_exact))
        add_flaw(r, t, SWF_FRACTION, field, token);
    r->value[field] = is_time && x.floor == -SECOND_NS ? SWF_UNKNOWN : x.floor;
}

static void read_field(struct swf_record *r, const struct tokens *t, enum swf_field field,
                       const struct token *token)
{
    struct log_number n;
    r->value[field] = SWF_UNKNOWN;
    if (token->len == 0)
        return; /* nothing between two semicolons */
    if (log_number_parse(token->text, token->len, &n)) {
        read_number(r, t, field, token, &n);
        return;
    }
    add_flaw(r, t, fields[field].may_be_name ? SWF_NAME : SWF_NOT_A_NUMBER, field, token);
    if (!fields[field].may_be_name)
        return;
    r->name[field] = (struct swf_name){token->text, token->len};
    r->has_names = true;
}

static enum swf_line parse_any(const char *text, size_t len, struct swf_record *r)
{
    struct tokens t = tokens_of(text, len);
    struct token token = {text, 0};
    const struct token line = {text, len};
    int found = 0;
    memset(r->name, 0, sizeof r->name);
    if (t.by_semicolons)
        add_flaw(r, &t, SWF_SEMICOLONS, SWF_NUMBER, &line);
    for (; found < SWF_FIELDS && take_token(&t, &token); found++)
        read_field(r, &t, (enum swf_field)found, &token);
    if (found < SWF_FIELDS - 1) {
        r->flaws_len = 0;
        add_flaw(r, &t, SWF_TOO_FEW, SWF_NUMBER, &line);
        return SWF_UNREADABLE;
    }
    if (found == SWF_FIELDS - 1) {
        r->value[SWF_THINK] = SWF_UNKNOWN;
        add_flaw(r, &t, SWF_ONE_MISSING, SWF_THINK, &line);
    } else if (take_token(&t, &token)) {
        add_flaw(r, &t, SWF_MORE_FIELDS, SWF_THINK, &token);
    }
    return SWF_JOB;
}

enum swf_line swf_parse(const char *text, size_t len, struct swf_record *out)
{
    const char *p = skip_blanks(text);
    if (p == text + len)
        return SWF_BLANK;
    if (*p == ';' || *p == '#')
        return SWF_COMMENT;
    out->has_names = false;
    out->flaws_len = 0;
    if (parse_clean(p, text + len, out->value))
        return SWF_JOB;
    return parse_any(text, len, out);
}

bool swf_find_field(const char *text, size_t len, enum swf_field field, uint32_t *at,
                    uint32_t *field_len)
{
    struct tokens t = tokens_of(text, len);
    struct token token;
    for (int i = 0; i <= (int)field; i++)
        if (!take_token(&t, &token))
            return false;
    *at = (uint32_t)(token.text - text);
    *field_len = (uint32_t)token.len;
    return true;
}
