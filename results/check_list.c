#include "results/check_list.h"

#include "results/replications.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

struct check_list {
    struct arena *arena;
    struct check *items;
    size_t len;
};

struct check_list *check_list_new(void)
{
    struct check_list *l = calloc(1, sizeof *l);
    SIM_REQUIRE(l != NULL);
    l->arena = arena_new();
    return l;
}

void check_list_free(struct check_list *l)
{
    if (l == NULL)
        return;
    free(l->items);
    arena_free(l->arena);
    free(l);
}

static const char *copied(struct check_list *l, const char *text)
{
    return arena_text(l->arena, text, strlen(text));
}

void check_list_add(struct check_list *l, const struct check *c)
{
    l->items = realloc(l->items, (l->len + 1) * sizeof l->items[0]);
    SIM_REQUIRE(l->items != NULL);
    struct check *own = &l->items[l->len++];
    *own = *c;
    own->policy = copied(l, c->policy);
    own->name = copied(l, c->name);
    own->detail = copied(l, c->detail);
    own->verdict = copied(l, c->verdict);
    own->unit = copied(l, c->unit);
}

size_t check_list_len(const struct check_list *l)
{
    return l->len;
}

size_t check_list_failed(const struct check_list *l)
{
    size_t failed = 0;
    for (size_t i = 0; i < l->len; i++)
        failed += !l->items[i].passed;
    return failed;
}

const struct check *check_list_at(const struct check_list *l, size_t i)
{
    SIM_REQUIRE(i < l->len);
    return &l->items[i];
}

void check_list_print(const struct check_list *l, bool quiet, FILE *out)
{
    for (size_t i = 0; i < l->len; i++) {
        const struct check *c = &l->items[i];
        if (!quiet || !c->passed)
            fprintf(out, "%s: %s  %s: %s\n", c->policy, c->passed ? "pass" : "FAIL", c->name,
                    c->detail);
    }
}

size_t check_report_replications(const struct check_report *r)
{
    const struct replications *of = r->runs[0].replications;
    return of == NULL ? 1 : replications_len(of);
}
