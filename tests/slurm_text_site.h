/*
 * slurm_text_site.h - a Slurm site made of texts, for tests.
 *
 *   struct text_site t;
 *   text_site_open(&t, "NodeName=n[1-2] CPUs=4\nPartitionName=p Nodes=ALL\n", NULL);
 *   ... t.site, messages_text(&t.messages) ...
 *   text_site_close(&t);
 */
#ifndef TESTS_SLURM_TEXT_SITE_H
#define TESTS_SLURM_TEXT_SITE_H

#include "policies/slurm/slurm_site_build.h"
#include "sim/arena.h"
#include "tests/messages.h"

#include <string.h>

struct text_site {
    struct arena *arena;
    struct messages messages;
    struct slurm_key_reader reader;
    struct slurm_lines lines, gres_lines;
    struct slurm_conf conf;
    struct gres_conf gres;
    struct slurm_site site;
    bool is_good;
};

/* gres NULL: there is no gres.conf. Files are called slurm.conf and gres.conf in messages. */
static inline void text_site_open(struct text_site *t, const char *conf, const char *gres)
{
    memset(t, 0, sizeof *t);
    t->arena = arena_new();
    messages_open(&t->messages);
    t->reader.diag = &t->messages.diag;
    t->reader.arena = t->arena;
    slurm_lines_parse(t->arena, "slurm.conf", conf, t->reader.diag, &t->lines);
    slurm_conf_read(&t->reader, &t->lines, &t->conf);
    if (gres != NULL)
        slurm_lines_parse(t->arena, "gres.conf", gres, t->reader.diag, &t->gres_lines);
    gres_conf_read(&t->reader, gres == NULL ? NULL : &t->gres_lines, &t->gres);
    t->is_good = slurm_site_build(&t->reader, &t->conf, &t->gres, &t->site) &&
                 diag_errors(t->reader.diag) == 0;
}

static inline void text_site_close(struct text_site *t)
{
    messages_close(&t->messages);
    arena_free(t->arena);
}

#endif /* TESTS_SLURM_TEXT_SITE_H */
