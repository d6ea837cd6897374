#include "models/catalogue_list.h"

#include "models/mig_resource.h"
#include "sim/arena.h"
#include "sim/quantity.h"
#include "sim/text_table.h"

#include <string.h>

struct listing {
    struct text_table *table;
    struct arena *arena; /* for cells while they are made */
};

static struct listing begin(const struct text_column *columns, size_t len)
{
    return (struct listing){text_table_new(columns, len), arena_new()};
}

static void end(struct listing *l, FILE *out)
{
    text_table_print(l->table, out);
    fputs("\n-: not known; ?: not verified\n", out);
    text_table_free(l->table);
    arena_free(l->arena);
}

static void text_cell(struct listing *l, const char *text)
{
    text_table_cell(l->table, text != NULL ? text : "-");
}

static bool has(const struct config_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (strcmp(texts->texts[i], text) == 0)
            return true;
    return false;
}

static void number_cell(struct listing *l, int64_t number, int64_t unknown, bool hearsay)
{
    text_cell(l, number == unknown
                     ? NULL
                     : arena_printf(l->arena, "%lld%s", (long long)number, hearsay ? "?" : ""));
}

static void size_cell(struct listing *l, int64_t bytes, bool hearsay)
{
    char text[QUANTITY_TEXT];
    text_cell(l, bytes == 0 ? NULL
                            : arena_printf(l->arena, "%s%s", quantity_print_size(text, bytes),
                                           hearsay ? "?" : ""));
}

/* The price, "eastus, 7 more", the date. */
static void price_cells(struct listing *l, const struct machine *m)
{
    const struct machine_price *p = machine_price_in(m, NULL);
    char text[QUANTITY_TEXT];
    text_cell(l, p == NULL ? NULL : quantity_print_money_per_hour(text, p->micro_usd_per_h));
    if (p == NULL || m->prices.len == 1)
        text_cell(l, p == NULL ? NULL : p->region);
    else
        text_cell(l, arena_printf(l->arena, "%s, %zu more", p->region, m->prices.len - 1));
    text_cell(l, m->priced);
}

void catalogue_list_machines(const struct catalogue *c, FILE *out)
{
    static const struct text_column columns[] = {
        {"MACHINE", false}, {"VCPUS", true}, {"MEMORY", true},  {"GPUS", true},
        {"GPU", false},     {"PRICE", true}, {"REGION", false}, {"PRICED", false},
    };
    struct listing l = begin(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < catalogue_machines(c); i++) {
        const struct machine *m = catalogue_machine(c, i);
        text_cell(&l, m->name);
        number_cell(&l, m->vcpus, -1, has(&m->unverified, "vcpus"));
        size_cell(&l, m->memory_bytes, has(&m->unverified, "memory"));
        number_cell(&l, m->gpus, -1, has(&m->unverified, "gpus"));
        text_cell(&l, m->gpu == NULL ? NULL : m->gpu->name);
        price_cells(&l, m);
    }
    end(&l, out);
}

void catalogue_list_gpus(const struct catalogue *c, FILE *out)
{
    static const struct text_column columns[] = {
        {"GPU", false}, {"MEMORY", true}, {"SMS", true}, {"MIG", false}, {"PRODUCT", false},
    };
    struct listing l = begin(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < catalogue_gpus(c); i++) {
        const struct gpu_model *g = catalogue_gpu(c, i);
        text_cell(&l, g->name);
        size_cell(&l, g->memory_bytes, has(&g->unverified, "memory"));
        number_cell(&l, g->sms, 0, has(&g->unverified, "sms"));
        text_cell(&l, g->mig == NULL ? NULL : g->mig->name);
        text_cell(&l, g->product);
    }
    end(&l, out);
}

/* "6,4,5,0,1,2,3", with "?" if the order is assumed. */
static const char *order_text(struct listing *l, const struct mig_profile *p)
{
    const char *text = "";
    for (unsigned i = 0; i < p->order_len; i++)
        text = arena_printf(l->arena, "%s%s%u", text, i > 0 ? "," : "", p->order[i]);
    return arena_printf(l->arena, "%s%s", text, p->order_assumed ? "?" : "");
}

static void list_profile(struct listing *l, const struct mig_table *t, const struct mig_profile *p)
{
    text_cell(l, t->name);
    text_cell(l, p->name);
    number_cell(l, p->id, MIG_NONE, false);
    number_cell(l, p->most, -1, false);
    text_cell(l, arena_printf(l->arena, "%u/%u", p->compute_slices, t->compute_slices));
    text_cell(l, arena_printf(l->arena, "%u/%u", p->memory_slices, t->memory_slices));
    text_cell(l, order_text(l, p));
    size_cell(l, p->memory_bytes, false);
    number_cell(l, p->sms, 0, false);
    number_cell(l, p->engines.decoders, MIG_NONE, false);
    number_cell(l, p->engines.jpeg, MIG_NONE, false);
    number_cell(l, p->engines.ofa, MIG_NONE, false);
    number_cell(l, p->engines.copy, MIG_NONE, false);
    text_cell(l, mig_resource_name(l->arena, MIG_STRATEGY_MIXED, p));
}

void catalogue_list_profiles(const struct catalogue *c, FILE *out)
{
    static const struct text_column columns[] = {
        {"MIG", false},    {"PROFILE", false},  {"ID", true},      {"MOST", true},
        {"COMPUTE", true}, {"MEMORY", true},    {"STARTS", false}, {"SIZE", true},
        {"SMS", true},     {"DEC", true},       {"JPEG", true},    {"OFA", true},
        {"CE", true},      {"RESOURCE", false},
    };
    struct listing l = begin(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < catalogue_migs(c); i++) {
        const struct mig_table *t = catalogue_mig(c, i);
        for (unsigned p = 0; p < t->len; p++)
            list_profile(&l, t, &t->profiles[p]);
    }
    end(&l, out);
}
