#include "policies/slurm/slurm_check.h"

#include "models/lint.h"
#include "policies/slurm/slurm_site_build.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/file_text.h"
#include "sim/path.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CONFS = 16 };

struct slurm_check {
    struct diag *diag;
    struct arena *arena;
    struct slurm_site *sites[MOST_CONFS]; /* one per slurm.conf */
    struct slurm_lines lines[2 * MOST_CONFS];
    size_t len, lines_len;
};

struct slurm_check *slurm_check_new(struct diag *d)
{
    struct slurm_check *c = calloc(1, sizeof *c);
    SIM_REQUIRE(c != NULL);
    c->diag = d;
    c->arena = arena_new();
    return c;
}

void slurm_check_free(struct slurm_check *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->lines_len; i++)
        slurm_lines_forget(&c->lines[i], c->diag);
    arena_free(c->arena);
    free(c);
}

/* --- slurm.conf --- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static const struct slurm_lines *read_lines(struct slurm_check *c, const char *path)
{
    struct slurm_lines *lines = &c->lines[c->lines_len];
    const struct src_pos nowhere = {.file = NULL};
    if (!slurm_lines_read(c->arena, path, nowhere, c->diag, lines))
        return NULL;
    c->lines_len++;
    return lines;
}

/* Devices of gres.conf that no Gres= names, or it would have been told there. In a run they are
 * passed over, as Slurm does. */
static void check_gres_types(struct slurm_check *c, const struct gres_conf *gres,
                             const struct slurm_site *site)
{
    for (size_t i = 0; i < gres->len; i++) {
        const struct gres_record *record = &gres->records[i];
        if (slurm_site_find_gres(site, record->name) == UINT32_MAX)
            lint_report(
                c->diag, LINT_SLURM_GRES_TYPES, record->at,
                "Name: '%s': GresTypes of slurm.conf does not name it: Slurm ignores the "
                "devices, and refuses jobs that ask for them; write GresTypes=%s there, and "
                "Gres=%s:%zu on the node",
                record->name, record->name, record->name,
                record->files.len == 0 ? 1 : record->files.len);
    }
}

bool slurm_check_conf(struct slurm_check *c, const char *path)
{
    const unsigned errors = diag_errors(c->diag);
    struct slurm_key_reader *r = arena_alloc(c->arena, sizeof *r);
    struct slurm_site *site = arena_alloc(c->arena, sizeof *site);
    struct slurm_conf conf;
    struct gres_conf gres;
    r->diag = c->diag;
    r->arena = c->arena;
    if (c->len == MOST_CONFS) {
        diag_error(c->diag, (struct src_pos){.file = path}, "more than %d slurm.conf", MOST_CONFS);
        return false;
    }
    if (strcmp(base_of(path), "gres.conf") == 0)
        path = path_beside(c->arena, path, "slurm.conf");
    const char *gres_path = path_beside(c->arena, path, "gres.conf");
    const struct slurm_lines *lines = read_lines(c, path);
    if (lines == NULL)
        return false;
    slurm_conf_read(r, lines, &conf);
    gres_conf_read(r, access(gres_path, R_OK) == 0 ? read_lines(c, gres_path) : NULL, &gres);
    if (slurm_site_build(r, &conf, &gres, site))
        check_gres_types(c, &gres, site);
    c->sites[c->len++] = site;
    return diag_errors(c->diag) == errors;
}

/* --- scripts --- */

bool slurm_check_is_script(const char *path)
{
    char *text;
    size_t len;
    if (strcmp(path, "-") == 0 || !file_text_read(path, &text, &len))
        return false;
    const bool is = strncmp(text, "#!", 2) == 0 && strstr(text, "\n#SBATCH") != NULL;
    free(text);
    return is;
}

static bool has_partition(const struct slurm_check *c, const char *name, struct suggest *near)
{
    bool found = false;
    for (size_t i = 0; i < c->len; i++) {
        found |= slurm_site_find_partition(c->sites[i], name) != UINT32_MAX;
        for (uint32_t p = 0; p < c->sites[i]->partitions_len; p++)
            suggest_offer(near, c->sites[i]->partitions[p].name);
    }
    return found;
}

/* "gpu,debug": one of them will do for sbatch only if all are there. */
static void judge_partitions(struct slurm_check *c, const char *list, size_t len, struct src_pos at)
{
    const char *all = arena_text(c->arena, list, len);
    for (const char *from = all; *from != '\0';) {
        const size_t name_len = strcspn(from, ",");
        const char *name = arena_text(c->arena, from, name_len);
        struct suggest near;
        suggest_init(&near, name);
        const bool found = has_partition(c, name, &near);
        const char *one = near.best;
        if (one == NULL && c->sites[0]->partitions_len > 0)
            one = c->sites[0]->partitions[0].name;
        if (!found && name_len > 0)
            lint_report(c->diag, LINT_SLURM_PARTITION, at,
                        "--partition: '%s': slurm.conf has no such partition: sbatch refuses the "
                        "job with 'invalid partition specified'; write %s",
                        name, one == NULL ? "one that it defines" : one);
        from += name_len + (from[name_len] == ',');
    }
}

/* The value of -p or --partition in what follows #SBATCH; NULL: it is not there. */
static const char *partition_of(const char *options)
{
    static const char *const names[] = {"--partition=", "--partition ", "-p "};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *found = strstr(options, names[i]);
        if (found != NULL && (found[-1] == ' ' || found[-1] == '\t')) {
            found += strlen(names[i]);
            return found + strspn(found, " \"'");
        }
    }
    return NULL;
}

static void judge_line(struct slurm_check *c, const char *path, const char *line, unsigned number)
{
    static const char mark[] = "#SBATCH";
    if (strncmp(line, mark, sizeof mark - 1) != 0)
        return;
    const char *value = partition_of(line + sizeof mark - 1);
    if (value != NULL)
        judge_partitions(c, value, strcspn(value, " \t\r\"'"),
                         (struct src_pos){path, number, (unsigned)(value - line) + 1});
}

void slurm_check_script(struct slurm_check *c, const char *path)
{
    char *text;
    size_t len;
    if (c->len == 0 || !file_text_read(path, &text, &len))
        return;
    diag_lend_text(c->diag, path, text, len);
    unsigned number = 1;
    for (const char *at = text; *at != '\0'; number++) {
        const size_t line_len = strcspn(at, "\n");
        const char *line = arena_text(c->arena, at, line_len);
        if (line_len > 0 && line[0] != '#' && line[strspn(line, " \t\r")] != '\0')
            break; /* the first command */
        judge_line(c, path, line, number);
        at += line_len + (at[line_len] == '\n');
    }
    diag_forget_text(c->diag, path);
    free(text);
}
