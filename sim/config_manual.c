#include "sim/check.h"
#include "sim/config.h"
#include "sim/config_scalar.h"
#include "sim/text_stream.h"

#include <stdlib.h>
#include <string.h>

static void print_choices(FILE *out, const struct config_key *key)
{
    fputs("one of", out);
    for (size_t i = 0; key->choices[i] != NULL; i++)
        fprintf(out, "%s %s", i == 0 ? "" : ",", key->choices[i]);
}

static void describe_scalar(FILE *out, const struct config_key *key, const struct config_scalar *s)
{
    struct text_stream range;
    config_print_range(text_stream_open(&range), key);
    text_stream_close(&range);
    fprintf(out, "%s%s%s", s->hint, range.len > 0 ? ", " : "", range.text);
    free(range.text);
}

void config_describe(FILE *out, const struct config_key *key)
{
    static const char *const words[] = {
        [CONFIG_BOOL] = "true or false",
        [CONFIG_TEXT] = "text",
        [CONFIG_TEXTS] = "a text or a list of texts",
        [CONFIG_SECTION] = "a mapping",
        [CONFIG_SECTIONS] = "a list of mappings",
        [CONFIG_NODE] = "a value of its own kind",
        [CONFIG_CUSTOM] = "a value of its own kind",
    };
    const struct config_scalar *s = config_scalar_find(key->kind);
    if (s != NULL)
        describe_scalar(out, key, s);
    else if (key->kind == CONFIG_CHOICE)
        print_choices(out, key);
    else if (key->hint != NULL)
        fputs(key->hint, out);
    else
        fputs(words[key->kind], out);
}

/* The tables in the order of their headings. */
struct config_manual {
    FILE *out;
    struct manual_entry {
        const struct config_table *table;
        bool is_printed;
    } * entries;
    size_t len;
    size_t cap;
};

static struct manual_entry *find(const struct config_manual *m, const struct config_table *table)
{
    for (size_t i = 0; i < m->len; i++)
        if (m->entries[i].table == table)
            return &m->entries[i];
    return NULL;
}

struct config_manual *config_manual_new(FILE *out)
{
    struct config_manual *m = calloc(1, sizeof *m);
    SIM_REQUIRE(m != NULL);
    m->out = out;
    return m;
}

void config_manual_free(struct config_manual *m)
{
    free(m->entries);
    free(m);
}

void config_manual_add(struct config_manual *m, const struct config_table *table)
{
    if (find(m, table) != NULL)
        return;
    if (m->len == m->cap) {
        m->cap = m->cap == 0 ? 16 : 2 * m->cap;
        m->entries = realloc(m->entries, m->cap * sizeof m->entries[0]);
        SIM_REQUIRE(m->entries != NULL);
    }
    m->entries[m->len++] = (struct manual_entry){.table = table};
    for (const struct config_key *k = table->keys; k->key != NULL; k++)
        if (k->table != NULL)
            config_manual_add(m, k->table);
}

/* Text within a row of a table. */
static void print_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
}

/* What a heading is called in links: lower case, dashes for blanks, no punctuation. */
static void print_anchor(FILE *out, const char *heading)
{
    for (; *heading != '\0'; heading++) {
        const char c = *heading;
        if (c >= 'A' && c <= 'Z')
            fputc(c - 'A' + 'a', out);
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
            fputc(c, out);
        else if (c == ' ')
            fputc('-', out);
    }
}

/* [run](#run); the second heading of a name is run-1, the third run-2. */
static void print_link(const struct config_manual *m, const struct config_table *table)
{
    size_t before = 0;
    for (size_t i = 0; i < m->len && m->entries[i].table != table; i++)
        before += strcmp(m->entries[i].table->name, table->name) == 0;
    fprintf(m->out, "[%s](#", table->name);
    print_anchor(m->out, table->name);
    if (before > 0)
        fprintf(m->out, "-%zu", before);
    fputc(')', m->out);
}

static void print_description(const struct config_manual *m, const struct config_key *key)
{
    FILE *out = m->out;
    struct text_stream words;
    config_describe(text_stream_open(&words), key);
    print_cell(out, text_stream_close(&words));
    free(words.text);
    if (key->table == NULL)
        return;
    fputs(": ", out);
    print_link(m, key->table);
}

static void print_row(const struct config_manual *m, const struct config_key *key)
{
    FILE *out = m->out;
    fprintf(out, "| `%s` | ", key->key);
    print_description(m, key);
    if (key->fallback == NULL)
        fputs(" | required | ", out);
    else if (key->fallback[0] == '\0')
        fputs(" | none | ", out);
    else {
        fputs(" | `", out);
        print_cell(out, key->fallback);
        fputs("` | ", out);
    }
    print_cell(out, key->help != NULL ? key->help : "");
    fputs(" |\n", out);
}

void config_manual_print(struct config_manual *m, const struct config_table *table, unsigned level)
{
    struct manual_entry *entry = find(m, table);
    SIM_REQUIRE(entry != NULL);
    if (entry->is_printed)
        return;
    entry->is_printed = true;
    for (unsigned i = 0; i < level; i++)
        fputc('#', m->out);
    fprintf(m->out, " %s\n\n", table->name);
    if (table->help != NULL)
        fprintf(m->out, "%s\n\n", table->help);
    fputs("| Key | What may be written | Default | Meaning |\n| --- | --- | --- | --- |\n", m->out);
    for (const struct config_key *k = table->keys; k->key != NULL; k++)
        print_row(m, k);
    fputc('\n', m->out);
    for (const struct config_key *k = table->keys; k->key != NULL; k++)
        if (k->table != NULL)
            config_manual_print(m, k->table, level < 6 ? level + 1 : 6);
}

void config_print_manual(FILE *out, const struct config_table *table, unsigned level)
{
    struct config_manual *m = config_manual_new(out);
    config_manual_add(m, table);
    config_manual_print(m, table, level);
    config_manual_free(m);
}
