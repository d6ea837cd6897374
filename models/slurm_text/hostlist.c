#include "models/slurm_text/hostlist.h"

#include "sim/arena.h"
#include "sim/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DIGITS = 9 };

/* --- ranges --- */

struct wide_range {
    struct number_range range;
    int width; /* digits of the first number, as written */
};

static bool take_number(const char **text, uint32_t *value, int *width, const char **why)
{
    const size_t digits = scan_digits(*text);
    if (digits == 0)
        return scan_refuse(why, "a number is missing");
    if (digits > MOST_DIGITS)
        return scan_refuse(why, "a number has more than 9 digits");
    *value = 0;
    for (size_t i = 0; i < digits; i++)
        *value = 10 * *value + (uint32_t)((*text)[i] - '0');
    *width = (int)digits;
    *text += digits;
    return true;
}

static bool take_range(const char **text, struct wide_range *out, const char **why)
{
    int width;
    if (!take_number(text, &out->range.first, &out->width, why))
        return false;
    out->range.last = out->range.first;
    if (!scan_char(text, '-'))
        return true;
    if (!take_number(text, &out->range.last, &width, why))
        return false;
    if (out->range.last < out->range.first)
        return scan_refuse(why, "a range runs down");
    return true;
}

static size_t count_commas(const char *text, size_t len)
{
    size_t commas = 0;
    for (size_t i = 0; i < len; i++)
        commas += text[i] == ',';
    return commas;
}

/* Ranges up to `end`, which is not taken. */
static bool take_ranges(struct arena *a, const char **text, char end, struct wide_range **out,
                        size_t *len, const char **why)
{
    const size_t most = count_commas(*text, strcspn(*text, "]")) + 1;
    *out = arena_alloc(a, most * sizeof **out);
    *len = 0;
    do
        if (!take_range(text, &(*out)[(*len)++], why))
            return false;
    while (scan_char(text, ','));
    if (**text != end)
        return scan_refuse(why, end == ']' ? "a bracket holds something else than numbers, '-' and "
                                             "','"
                                           : "something else than numbers, '-' and ','");
    return true;
}

bool hostlist_ranges(struct arena *a, const char *text, const struct number_range **out,
                     size_t *len, const char **why)
{
    struct wide_range *wide;
    if (!take_ranges(a, &text, '\0', &wide, len, why))
        return false;
    struct number_range *ranges = arena_alloc(a, *len * sizeof ranges[0]);
    for (size_t i = 0; i < *len; i++)
        ranges[i] = wide[i].range;
    *out = ranges;
    return true;
}

/* --- expansion --- */

/* A name with brackets: text[0] [ranges[0]] text[1] [ranges[1]] ... */
struct pattern {
    const char *text[HOSTLIST_MOST_BRACKETS + 1];
    size_t text_len[HOSTLIST_MOST_BRACKETS + 1];
    struct wide_range *ranges[HOSTLIST_MOST_BRACKETS];
    size_t ranges_len[HOSTLIST_MOST_BRACKETS];
    size_t brackets;
};

static bool take_pattern(struct arena *a, const char **text, struct pattern *p, const char **why)
{
    p->brackets = 0;
    for (;;) {
        p->text[p->brackets] = *text;
        p->text_len[p->brackets] = strcspn(*text, "[],");
        *text += p->text_len[p->brackets];
        if (!scan_char(text, '['))
            break;
        if (p->brackets == HOSTLIST_MOST_BRACKETS)
            return scan_refuse(why, "more than 4 brackets in a name");
        if (!take_ranges(a, text, ']', &p->ranges[p->brackets], &p->ranges_len[p->brackets], why))
            return false;
        ++*text;
        p->brackets++;
    }
    if (**text == ']')
        return scan_refuse(why, "a bracket is closed that was not opened");
    if (p->brackets == 0 && p->text_len[0] == 0)
        return scan_refuse(why, "a name is empty");
    return true;
}

static uint64_t count_names(const struct pattern *p)
{
    uint64_t names = 1;
    for (size_t b = 0; b < p->brackets && names <= HOSTLIST_MOST; b++) {
        uint64_t numbers = 0;
        for (size_t i = 0; i < p->ranges_len[b]; i++)
            numbers += (uint64_t)p->ranges[b][i].range.last - p->ranges[b][i].range.first + 1;
        names = numbers > HOSTLIST_MOST ? numbers : names * numbers;
    }
    return names;
}

struct expansion {
    struct arena *arena;
    const struct pattern *pattern;
    struct hostlist *out;
};

static void expand_from(const struct expansion *x, size_t bracket, const char *name)
{
    const struct pattern *p = x->pattern;
    name = arena_printf(x->arena, "%s%.*s", name, (int)p->text_len[bracket], p->text[bracket]);
    if (bracket == p->brackets || bracket == HOSTLIST_MOST_BRACKETS) { /* the latter for gcc */
        x->out->names[x->out->len++] = name;
        return;
    }
    for (size_t i = 0; i < p->ranges_len[bracket]; i++) {
        const struct wide_range *r = &p->ranges[bracket][i];
        for (uint32_t n = r->range.first; n <= r->range.last; n++)
            expand_from(x, bracket + 1, arena_printf(x->arena, "%s%0*" PRIu32, name, r->width, n));
    }
}

static void reserve(struct arena *a, struct hostlist *out, size_t more, size_t *cap)
{
    if (out->len + more <= *cap)
        return;
    *cap = 2 * (out->len + more);
    const char **names = arena_alloc(a, *cap * sizeof names[0]);
    if (out->len > 0)
        memcpy(names, out->names, out->len * sizeof names[0]);
    out->names = names;
}

bool hostlist_expand(struct arena *a, const char *text, struct hostlist *out, const char **why)
{
    *out = (struct hostlist){0};
    size_t cap = 0;
    do {
        struct pattern p;
        if (!take_pattern(a, &text, &p, why))
            return false;
        const uint64_t more = count_names(&p);
        if (more > HOSTLIST_MOST - out->len)
            return scan_refuse(why, "more than 262144 names");
        reserve(a, out, (size_t)more, &cap);
        const struct expansion x = {a, &p, out};
        expand_from(&x, 0, "");
    } while (scan_char(&text, ','));
    if (*text != '\0')
        return scan_refuse(why, "something stands behind the last name");
    return true;
}

/* --- compression --- */

/* A name as its text and the number at its end. */
struct numbered {
    size_t text_len;
    int width; /* 0: no number */
    uint64_t number;
};

static struct numbered split(const char *name)
{
    size_t len = strlen(name);
    struct numbered n = {.text_len = len};
    while (n.text_len > 0 && n.width < MOST_DIGITS && name[n.text_len - 1] >= '0' &&
           name[n.text_len - 1] <= '9') {
        n.text_len--;
        n.width++;
    }
    for (size_t i = n.text_len; i < len; i++)
        n.number = 10 * n.number + (uint64_t)(name[i] - '0');
    return n;
}

static bool have_same_text(const char *a, const char *b, size_t len_a, size_t len_b)
{
    return len_a == len_b && memcmp(a, b, len_a) == 0;
}

/* Whether b's name is what the range that begins with width a prints for it. */
static bool follows(const struct numbered *first, const struct numbered *last,
                    const struct numbered *next)
{
    char number[2 * MOST_DIGITS + 8];
    const int width = snprintf(number, sizeof number, "%0*" PRIu64, first->width, next->number);
    return next->number == last->number + 1 && width == next->width;
}

/* How many names from i on form one range. */
static size_t range_len(const char *const *names, size_t len, size_t i)
{
    const struct numbered first = split(names[i]);
    struct numbered last = first;
    size_t n = 1;
    for (; first.width > 0 && i + n < len; n++) {
        const struct numbered next = split(names[i + n]);
        if (next.width == 0 ||
            !have_same_text(names[i], names[i + n], first.text_len, next.text_len) ||
            !follows(&first, &last, &next))
            break;
        last = next;
    }
    return n;
}

/* How many names from i on go into one bracket. */
static size_t bracket_len(const char *const *names, size_t len, size_t i)
{
    const struct numbered first = split(names[i]);
    size_t n = range_len(names, len, i);
    while (first.width > 0 && i + n < len) {
        const struct numbered next = split(names[i + n]);
        if (next.width == 0 ||
            !have_same_text(names[i], names[i + n], first.text_len, next.text_len))
            break;
        n += range_len(names, len, i + n);
    }
    return n;
}

/* Writes names i to i + n behind `at`; they are no longer than that with a comma each. */
static char *write_bracket(char *at, const char *const *names, size_t i, size_t n)
{
    const size_t text_len = split(names[i]).text_len;
    at += sprintf(at, "%.*s[", (int)text_len, names[i]);
    for (size_t k = 0; k < n;) {
        const size_t range = range_len(names, i + n, i + k);
        at += sprintf(at, "%s%s", k == 0 ? "" : ",", names[i + k] + text_len);
        if (range > 1)
            at += sprintf(at, "-%s", names[i + k + range - 1] + text_len);
        k += range;
    }
    *at++ = ']';
    return at;
}

const char *hostlist_compress(struct arena *a, const char *const *names, size_t len)
{
    size_t bytes = 1;
    for (size_t i = 0; i < len; i++)
        bytes += strlen(names[i]) + sizeof "[],";
    char *out = arena_alloc(a, bytes), *at = out;
    for (size_t i = 0; i < len;) {
        const size_t n = bracket_len(names, len, i);
        if (i > 0)
            *at++ = ',';
        at = n == 1 ? at + sprintf(at, "%s", names[i]) : write_bracket(at, names, i, n);
        i += n;
    }
    return out;
}
