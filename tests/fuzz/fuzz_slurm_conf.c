/*
 * Any text is a slurm.conf, behind a line of dashes a gres.conf, or gets errors; on the site that
 * an accepted one makes, jobs can be scheduled.
 */
#include "policies/slurm/slurm_backfill.h"
#include "policies/slurm/slurm_main_loop.h"
#include "policies/slurm/slurm_site_build.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/text_stream.h"
#include "tests/fuzz/fuzz_target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_NODES = 512, MOST_PARTITIONS = 64 };

static void submit(struct slurm_ctld *c, uint32_t partition, uint32_t nodes, enum gres_kind kind,
                   int64_t count)
{
    struct slurm_submission s = {
        .partition = partition,
        .is_by_factors = true,
        .limit_min = 10,
        .request = {.min_nodes = nodes, .max_nodes = nodes, .tasks = nodes},
    };
    if (count > 0)
        s.request.wants[s.request.wants_len++] =
            (struct gres_want){.kind = kind, .types = SLURM_ANY_TYPE, .count = count};
    slurm_ctld_submit(c, &s);
}

static void schedule(const struct slurm_site *site)
{
    struct slurm_ctld c;
    slurm_ctld_init(&c, site, &(struct slurm_hooks){.context = NULL});
    for (uint32_t p = 0; p < site->partitions_len; p++) {
        submit(&c, p, 1, GRES_GPU, 0);
        submit(&c, p, 2, GRES_GPU, 3);
        submit(&c, p, 1, GRES_SHARD, 2);
        submit(&c, p, 1, GRES_GPU, 1);
    }
    slurm_main_pass(&c, 100, 0);
    slurm_backfill_pass(&c, 100);
    slurm_ctld_recalculate(&c, 1000);
    slurm_ctld_fini(&c);
}

static void read_site(struct arena *a, struct diag *d, const char *conf_text, const char *gres_text)
{
    struct slurm_key_reader r = {.diag = d, .arena = a};
    struct slurm_lines lines, gres_lines;
    struct slurm_conf conf;
    struct gres_conf gres;
    struct slurm_site site;
    slurm_lines_parse(a, "slurm.conf", conf_text, d, &lines);
    slurm_conf_read(&r, &lines, &conf);
    if (gres_text != NULL)
        slurm_lines_parse(a, "gres.conf", gres_text, d, &gres_lines);
    gres_conf_read(&r, gres_text == NULL ? NULL : &gres_lines, &gres);
    const bool is_good = slurm_site_build(&r, &conf, &gres, &site);
    SIM_REQUIRE(is_good || d->errors > 0);
    if (is_good && d->errors == 0 && site.nodes_len <= MOST_NODES &&
        site.partitions_len <= MOST_PARTITIONS)
        schedule(&site);
}

/* Files that the text would include are none of a fuzzer's business. */
static bool includes(const char *text)
{
    for (; *text != '\0'; text++)
        if (strncasecmp(text, "include", strlen("include")) == 0)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct text_stream out;
    struct diag d;
    struct arena *a = arena_new();
    char *conf = arena_text(a, (const char *)data, len);
    if (!includes(conf)) {
        diag_init(&d, text_stream_open(&out));
        char *gres = strstr(conf, "\n---\n");
        if (gres != NULL) {
            gres[1] = '\0';
            gres += strlen("\n---\n");
        }
        read_site(a, &d, conf, gres);
        text_stream_close(&out);
        free(out.text);
        diag_fini(&d);
    }
    arena_free(a);
    return 0;
}
