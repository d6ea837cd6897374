#include "policies/slurm/slurm_gres_conf.h"

#include "models/slurm_text/tres.h"
#include "policies/slurm/slurm_key_rows.h"
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

/* --- reading --- */

struct gres_line {
    const struct slurm_pair *nodes, *name, *type, *file, *multiple, *count, *cores, *detect, *flags;
};

#define FIELD(name, field) KEY_ROW(name, KEY_PAIR, offsetof(struct gres_line, field), 0, 0)

static const struct slurm_key gres_keys[] = {
    FIELD("NodeName", nodes),
    FIELD("Name", name),
    FIELD("Type", type),
    FIELD("File", file),
    FIELD("MultipleFiles", multiple),
    FIELD("Count", count),
    FIELD("Cores", cores),
    FIELD("CPUs", cores),
    FIELD("AutoDetect", detect),
    FIELD("Flags", flags),
    KEY_LOST("Links", "", "devices are not chosen by their links"),
    KEY_END,
};

static const char *const gres_ignored[] = {"UniqueId", NULL};
static const struct slurm_key_table gres_table = {"gres.conf", gres_keys, gres_ignored, NULL};

int gres_conf_by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool expand(struct slurm_key_reader *r, const struct slurm_pair *p, struct hostlist *out)
{
    const char *why;
    if (p == NULL || hostlist_expand(r->arena, p->value, out, &why))
        return true;
    diag_error(r->diag, p->value_at, "%s: '%s': %s", p->key, p->value, why);
    return false;
}

static void read_detect(struct slurm_key_reader *r, const struct slurm_pair *p,
                        struct gres_conf *out)
{
    if (slurm_keys_is_one_of(p->value, "off"))
        out->detects = false;
    else if (slurm_keys_is_one_of(p->value, "nvml|nvidia|rsmi|oneapi|nrt|full"))
        out->detects = true;
    else
        diag_error(r->diag, p->value_at,
                   "AutoDetect: '%s': not one of nvml, nvidia, rsmi, oneapi, nrt, full and off",
                   p->value);
}

static bool read_count(struct slurm_key_reader *r, const struct slurm_pair *p, int64_t *count)
{
    const char *why;
    *count = -1;
    if (p == NULL || tres_count(p->value, count, &why))
        return true;
    diag_error(r->diag, p->value_at, "Count: '%s': %s", p->value, why);
    return false;
}

/* MultipleFiles= names the files of one MIG instance: a device of its own. */
static bool read_files(struct slurm_key_reader *r, const struct gres_line *line,
                       struct hostlist *out)
{
    if (line->multiple == NULL)
        return expand(r, line->file, out);
    if (line->file != NULL)
        diag_error(r->diag, line->multiple->at, "MultipleFiles: File= is given, too; one of them");
    out->names = arena_alloc(r->arena, sizeof out->names[0]);
    out->names[0] = line->multiple->value;
    out->len = 1;
    return line->file == NULL;
}

static bool read_record(struct slurm_key_reader *r, const struct slurm_line *text,
                        struct gres_conf *conf, struct gres_record *out)
{
    struct gres_line line = {.nodes = NULL};
    struct slurm_keys_seen seen = {.given = {false}};
    for (size_t i = 0; i < text->len; i++)
        slurm_keys_read(r, &gres_table, &text->pairs[i], &seen, &line);
    if (line.detect != NULL)
        read_detect(r, line.detect, conf);
    if (line.name == NULL) {
        if (line.detect == NULL)
            diag_error(r->diag, text->pairs[0].at,
                       "'%s': the line has no Name=", text->pairs[0].key);
        return false;
    }
    *out = (struct gres_record){.at = line.name->at, .name = line.name->value, .cores = line.cores};
    if (line.type != NULL)
        out->type = line.type->value;
    if (!expand(r, line.nodes, &out->nodes) || !read_files(r, &line, &out->files) ||
        !read_count(r, line.count, &out->count))
        return false;
    if (out->nodes.len > 0)
        qsort(out->nodes.names, out->nodes.len, sizeof out->nodes.names[0], gres_conf_by_name);
    return true;
}

void gres_conf_read(struct slurm_key_reader *r, const struct slurm_lines *lines,
                    struct gres_conf *out)
{
    *out = (struct gres_conf){.is_given = lines != NULL, .detects = lines == NULL};
    if (lines == NULL)
        return;
    const unsigned errors = r->diag->errors;
    struct gres_record *records = arena_alloc(r->arena, (lines->len + 1) * sizeof records[0]);
    for (size_t i = 0; i < lines->len; i++)
        out->len += read_record(r, &lines->lines[i], out, &records[out->len]);
    out->records = records;
    if (r->diag->errors > errors)
        out->detects = true; /* what a line with a mistake lacks is no mistake of its own */
}
