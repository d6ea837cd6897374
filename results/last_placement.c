#include "results/last_placement.h"

#include "results/word_texts.h"
#include "sim/check.h"

#include <stdlib.h>

struct put_away {
    uint64_t number; /* of the job; 0: nothing */
    int64_t start_ns;
    char *text;
    size_t len;
};

void last_placement_init(struct last_placement *p, const struct simulation *sim)
{
    *p = (struct last_placement){.sim = sim};
    placement_init(&p->now, simulation_cluster(sim));
}

void last_placement_fini(struct last_placement *p)
{
    for (size_t i = 0; i < p->away_cap; i++)
        free(p->away[i].text);
    free(p->away);
    placement_fini(&p->now);
}

static struct put_away *away_at(struct last_placement *p, uint32_t id)
{
    if (id >= p->away_cap) {
        const size_t old = p->away_cap;
        p->away_cap = 2 * ((size_t)id + 1);
        p->away = realloc(p->away, p->away_cap * sizeof p->away[0]);
        SIM_REQUIRE(p->away != NULL);
        memset(p->away + old, 0, (p->away_cap - old) * sizeof p->away[0]);
    }
    return &p->away[id];
}

static void put_away(struct last_placement *p)
{
    struct put_away *a = away_at(p, p->id);
    char *text = realloc(a->text, p->now.len + ROW_BLOCK);
    SIM_REQUIRE(text != NULL);
    if (p->now.len > 0)
        memcpy(text, p->now.text, p->now.len);
    *a = (struct put_away){p->number, p->start_ns, text, p->now.len};
}

void last_placement_note(struct last_placement *p, const struct job *job, const struct task *task)
{
    if (!job->is_gang || task->start_ns == TIME_NEVER)
        return;
    if (p->number != job->number) {
        if (p->number != 0)
            put_away(p);
        p->number = job->number;
        p->id = job->id;
        p->start_ns = TIME_NEVER;
    }
    if (p->start_ns != task->start_ns)
        placement_clear(&p->now); /* of another job, or of an earlier start */
    p->start_ns = task->start_ns;
    placement_add(
        &p->now, task,
        placement_loose_gpus(simulation_cluster(p->sim), simulation_requests(p->sim), job, task));
}

static char *put_text(const struct last_placement *p, const struct rows *rows, char *to,
                      const char *text, size_t len)
{
    if (p->now.is_special || len > ROW_TEXT_MOST)
        return word_text_put_quoted(rows, to, text, len);
    return row_empty(row_copy_blocks(to, text, len));
}

char *last_placement_put(struct last_placement *p, const struct rows *rows, char *to,
                         const struct job *job)
{
    if (p->number == job->number) {
        p->number = 0;
        return put_text(p, rows, to, p->now.text, p->now.len);
    }
    if (job->id >= p->away_cap || p->away[job->id].number != job->number)
        return row_empty(to);
    p->away[job->id].number = 0;
    return put_text(p, rows, to, p->away[job->id].text, p->away[job->id].len);
}
