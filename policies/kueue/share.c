#include "policies/kueue/share.h"

#include "sim/intern.h"

#include <math.h>
#include <string.h>

static int64_t amount_of(const struct column_qty *list, uint32_t len, uint32_t column)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < len; i++)
        if (list[i].column == column)
            sum = qty_add(sum, list[i].qty);
    return sum;
}

static int64_t borrowed(const struct quota_node *n, uint32_t column, int64_t more)
{
    const struct quota_cell *c = &n->cells[column];
    return c->is_in_subtree ? qty_sub(qty_add(more, c->usage), c->subtree) : 0;
}

/* Of equal ratios the alphabetically first resource gives its name. */
static bool is_named_before(const struct quota_tree *t, uint32_t a, uint32_t b)
{
    return t->resources != NULL && b != UINT32_MAX &&
           strcmp(intern_text(t->resources, a), intern_text(t->resources, b)) < 0;
}

static void find_dominant(struct share *s, const struct quota_node *n)
{
    const struct quota_tree *t = n->tree;
    for (uint32_t slot = 0; slot < t->slots_len; slot++) {
        const int64_t lendable = n->parent->lendable[slot];
        if (t->scratch[slot] <= 0 || lendable <= 0)
            continue;
        const double ratio = (double)t->scratch[slot] * 1000.0 / (double)lendable;
        if (ratio > s->ratio ||
            (!(ratio < s->ratio) && is_named_before(t, t->slots[slot], s->resource))) {
            s->ratio = ratio;
            s->resource = t->slots[slot];
        }
    }
}

struct share share_of(const struct quota_node *n, const struct column_qty *more, uint32_t more_len)
{
    struct share s = {.weight = n->weight, .resource = UINT32_MAX};
    if (n->parent == NULL)
        return s;
    const struct quota_tree *t = n->tree;
    for (uint32_t slot = 0; slot < t->slots_len; slot++)
        t->scratch[slot] = 0;
    for (uint32_t c = 0; c < t->columns_len; c++) {
        const int64_t b = borrowed(n, c, more_len == 0 ? 0 : amount_of(more, more_len, c));
        if (b <= 0)
            continue;
        s.is_borrowing = true;
        int64_t *sum = &t->scratch[t->columns[c].slot];
        *sum = qty_add(*sum, b);
    }
    if (s.is_borrowing)
        find_dominant(&s, n);
    return s;
}

static bool borrows_weightless(struct share s)
{
    return !(s.weight > 0) && s.ratio > 0;
}

double share_weighted(struct share s)
{
    if (!(s.ratio > 0) && !(s.ratio < 0))
        return 0;
    return s.weight > 0 ? s.ratio / s.weight : INFINITY;
}

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

int share_compare(struct share a, struct share b)
{
    if (borrows_weightless(a) || borrows_weightless(b))
        return borrows_weightless(a) && borrows_weightless(b) ? compare(a.ratio, b.ratio)
               : borrows_weightless(a)                        ? 1
                                                              : -1;
    return compare(share_weighted(a), share_weighted(b));
}

int64_t share_rounded(struct share s)
{
    return borrows_weightless(s) ? INT64_MAX : (int64_t)ceil(share_weighted(s));
}

bool share_borrows_any(const struct quota_node *n, const struct column_qty *requested, uint32_t len)
{
    for (uint32_t i = 0; n->parent != NULL && i < len; i++)
        if (requested[i].qty > 0 && borrowed(n, requested[i].column, 0) > 0)
            return true;
    return false;
}
