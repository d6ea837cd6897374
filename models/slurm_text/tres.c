#include "models/slurm_text/tres.h"

#include "sim/arena.h"
#include "sim/scan.h"

#include <string.h>
#include <strings.h>

/* --- numbers --- */

static bool take_int(const char **text, int64_t *value, const char **why)
{
    const size_t digits = scan_digits(*text);
    if (digits == 0)
        return scan_refuse(why, **text == '-' ? "negative" : "not a number");
    *value = 0;
    for (size_t i = 0; i < digits; i++) {
        const int digit = (*text)[i] - '0';
        if (*value > (INT64_MAX - digit) / 10)
            return scan_refuse(why, "too large");
        *value = 10 * *value + digit;
    }
    *text += digits;
    return true;
}

/* The power of 1024 that a suffix stands for; -1: none. */
static int power_of(const char *suffix)
{
    static const char *const names[] = {"K", "M", "G", "T", "P"};
    for (int i = 0; i < 5; i++)
        if (strncasecmp(suffix, names[i], 1) == 0 &&
            (suffix[1] == '\0' || strcasecmp(suffix + 1, "B") == 0 ||
             strcasecmp(suffix + 1, "iB") == 0))
            return i + 1;
    return -1;
}

static bool scale(int64_t *value, int power, const char **why)
{
    for (; power > 0; power--) {
        if (*value > INT64_MAX / 1024)
            return scan_refuse(why, "too large");
        *value *= 1024;
    }
    return true;
}

bool tres_count(const char *text, int64_t *count, const char **why)
{
    int64_t value;
    if (!take_int(&text, &value, why))
        return false;
    const int power = *text == '\0' ? 0 : power_of(text);
    if (power < 0)
        return scan_refuse(why, "unknown suffix; K, M, G, T or P");
    if (!scale(&value, power, why))
        return false;
    *count = value;
    return true;
}

bool tres_memory_mb(const char *text, int64_t *mb, const char **why)
{
    int64_t value;
    if (!take_int(&text, &value, why))
        return false;
    const int power = *text == '\0' ? 2 : power_of(text);
    if (power < 0)
        return scan_refuse(why, "unknown suffix; K, M, G, T or P");
    if (power == 1)
        value = value / 1024 + (value % 1024 > 0);
    if (!scale(&value, power - 2, why))
        return false;
    *mb = value;
    return true;
}

/* --- lists --- */

struct parts {
    char *text[TRES_MOST];
    size_t len;
};

/* Cuts a copy of text at commas that stand outside parentheses. */
static bool cut(struct arena *a, const char *text, struct parts *out, const char **why)
{
    char *copy = arena_text(a, text, strlen(text));
    int depth = 0;
    out->len = 0;
    out->text[out->len++] = copy;
    for (char *c = copy; *c != '\0'; c++) {
        depth += (*c == '(') - (*c == ')');
        if (*c != ',' || depth > 0)
            continue;
        if (out->len == TRES_MOST)
            return scan_refuse(why, "more than 64 of them");
        *c = '\0';
        out->text[out->len++] = c + 1;
    }
    return true;
}

static bool is_number(const char *text)
{
    int64_t count;
    const char *why;
    return tres_count(text, &count, &why);
}

/* name, name:count, name:type, name:type:count; the part is changed. */
static bool read_gres(char *part, struct tres *out, const char **why)
{
    if (strncmp(part, "gres/", 5) == 0 || strncmp(part, "gres:", 5) == 0)
        part += 5;
    part[strcspn(part, "(")] = '\0';
    *out = (struct tres){.name = part, .is_gres = true, .count = 1};
    char *count = strrchr(part, ':');
    if (count != NULL && is_number(count + 1)) {
        tres_count(count + 1, &out->count, why);
        *count = '\0';
    }
    char *type = strchr(part, ':');
    if (type != NULL) {
        *type = '\0';
        out->type = type + 1;
        if (strncmp(out->type, "no_consume", 10) == 0) {
            out->is_without_files = true;
            out->type = out->type[10] == ':' ? out->type + 11 : NULL;
        }
    }
    if (out->name[0] == '\0')
        return scan_refuse(why, "a name is missing");
    if (out->type != NULL && (out->type[0] == '\0' || strchr(out->type, ':') != NULL))
        return scan_refuse(why, "not of the form name, name:count or name:type:count");
    return true;
}

bool tres_read_gres(struct arena *a, const char *text, struct tres_list *out, const char **why)
{
    struct parts parts;
    if (!cut(a, text, &parts, why))
        return false;
    struct tres *items = arena_alloc(a, parts.len * sizeof items[0]);
    for (size_t i = 0; i < parts.len; i++)
        if (!read_gres(parts.text[i], &items[i], why))
            return false;
    *out = (struct tres_list){items, parts.len};
    return true;
}

static bool read_one(char *part, struct tres *out, const char **why)
{
    char *equals = strchr(part, '=');
    if (strncmp(part, "gres/", 5) == 0 || strncmp(part, "gres:", 5) == 0) {
        if (equals != NULL)
            *equals = ':';
        return read_gres(part, out, why);
    }
    if (equals == NULL)
        return scan_refuse(why, "not of the form name=count");
    *equals = '\0';
    *out = (struct tres){.name = part};
    if (part[0] == '\0')
        return scan_refuse(why, "a name is missing");
    return strcmp(part, "mem") == 0 ? tres_memory_mb(equals + 1, &out->count, why)
                                    : tres_count(equals + 1, &out->count, why);
}

bool tres_read(struct arena *a, const char *text, struct tres_list *out, const char **why)
{
    struct parts parts;
    if (!cut(a, text, &parts, why))
        return false;
    struct tres *items = arena_alloc(a, parts.len * sizeof items[0]);
    for (size_t i = 0; i < parts.len; i++)
        if (!read_one(parts.text[i], &items[i], why))
            return false;
    *out = (struct tres_list){items, parts.len};
    return true;
}
