#include "sim/cli/options.h"

#include "sim/duration.h"
#include "sim/quantity.h"
#include "sim/suggest.h"

#include <inttypes.h>
#include <string.h>

static const struct src_pos nowhere = {0};

static const struct option *find(const struct command *c, const char *name, size_t len)
{
    for (const struct option *o = c->options; o->name != NULL; o++)
        if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static void complain_unknown(const struct command *c, const char *name, struct diag *d)
{
    struct suggest s;
    suggest_init(&s, name);
    for (const struct option *o = c->options; o->name != NULL; o++)
        suggest_offer(&s, o->name);
    diag_error(d, nowhere, "--%s: there is no such option%s (clustersim %s --help lists them)",
               name, suggest_hint(&s), c->name);
}

static bool read_int(const struct option *o, const char *text, int64_t *out, struct diag *d)
{
    const char *why;
    int64_t value;
    if (!quantity_int(text, &value, &why)) {
        diag_error(d, nowhere, "--%s: '%s': %s; expected " QUANTITY_INT_HINT, o->name, text, why);
        return false;
    }
    if (value < o->min || value > o->max) {
        diag_error(d, nowhere, "--%s: '%s': out of range; expected %" PRId64 " to %" PRId64,
                   o->name, text, o->min, o->max);
        return false;
    }
    *out = value;
    return true;
}

static bool read_duration(const struct option *o, const char *text, int64_t *out, struct diag *d)
{
    const char *why;
    if (duration_parse(text, out, &why))
        return true;
    diag_error(d, nowhere, "--%s: '%s': %s; expected " DURATION_HINT, o->name, text, why);
    return false;
}

static bool add_text(const struct option *o, struct option_texts *list, const char *text,
                     struct diag *d)
{
    if (list->len == OPTION_MOST_TEXTS) {
        diag_error(d, nowhere, "--%s: given more than %d times", o->name, OPTION_MOST_TEXTS);
        return false;
    }
    list->texts[list->len++] = text;
    return true;
}

static bool set(const struct option *o, const char *text, void *out, struct diag *d)
{
    char *field = (char *)out + o->offset;
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_TEXT:
        *(const char **)(void *)field = text;
        return true;
    case OPTION_TEXTS:
        return add_text(o, (struct option_texts *)(void *)field, text, d);
    case OPTION_INT:
        return read_int(o, text, (int64_t *)(void *)field, d);
    case OPTION_DURATION:
        return read_duration(o, text, (int64_t *)(void *)field, d);
    }
    return false;
}

/* Reads the option at argv[*i]; moves *i on if its value stands alone. */
static bool read_option(const struct command *c, int argc, char **argv, int *i, void *out,
                        struct diag *d)
{
    const char *name = argv[*i] + 2;
    const size_t len = strcspn(name, "=");
    const struct option *o = find(c, name, len);
    if (o == NULL) {
        complain_unknown(c, name, d);
        return false;
    }
    const bool has_value = name[len] == '=';
    if (o->kind == OPTION_FLAG) {
        if (has_value)
            diag_error(d, nowhere, "--%s takes no value", o->name);
        return !has_value && set(o, NULL, out, d);
    }
    if (has_value)
        return set(o, name + len + 1, out, d);
    if (*i + 1 >= argc) {
        diag_error(d, nowhere, "--%s: its value is missing: --%s %s", o->name, o->name, o->value);
        return false;
    }
    return set(o, argv[++*i], out, d);
}

bool options_read(const struct command *c, int argc, char **argv, void *out, const char **arguments,
                  size_t *arguments_len, struct diag *d)
{
    bool ok = true;
    bool only_arguments = false;
    *arguments_len = 0;
    for (int i = 0; i < argc; i++) {
        if (only_arguments || argv[i][0] != '-' || strcmp(argv[i], "-") == 0)
            arguments[(*arguments_len)++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            only_arguments = true;
        else if (strncmp(argv[i], "--", 2) == 0)
            ok &= read_option(c, argc, argv, &i, out, d);
        else {
            diag_error(d, nowhere, "%s: options begin with two dashes", argv[i]);
            ok = false;
        }
    }
    if (ok && (*arguments_len < c->least_arguments || *arguments_len > c->most_arguments)) {
        diag_error(d, nowhere, "usage: clustersim %s %s [options]", c->name, c->arguments);
        ok = false;
    }
    return ok;
}

void options_print_help(const struct command *c, FILE *out)
{
    fprintf(out, "usage: clustersim %s %s%s[options]\n\n%s\n", c->name, c->arguments,
            c->arguments[0] == '\0' ? "" : " ", c->help);
    fprintf(out, "\noptions:\n");
    for (const struct option *o = c->options; o->name != NULL; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value == NULL ? "" : " ",
                 o->value == NULL ? "" : o->value);
        fprintf(out, "  %-24s %s\n", left, o->help);
    }
    fprintf(out, "  %-24s %s\n", "--help", "this text");
}
