#include "models/mig_layouts.h"

#include "sim/suggest.h"

#include <string.h>

/* By name, or names alone. */
static bool are_layouts(const struct yaml_node *n)
{
    if (n->kind == YAML_MAP)
        return n->len > 0;
    for (size_t i = 0; n->kind == YAML_LIST && i < n->len; i++)
        if (n->items[i]->kind != YAML_SCALAR)
            return false;
    return n->kind == YAML_LIST && n->len > 0;
}

const char *mig_layouts_name(const struct yaml_node *layouts, size_t i)
{
    return layouts->kind == YAML_MAP ? layouts->pairs[i].key->text : layouts->items[i]->text;
}

const struct yaml_node *mig_layouts_value(const struct yaml_node *layouts, size_t i)
{
    return layouts->kind == YAML_MAP ? layouts->pairs[i].value : layouts->items[i];
}

bool mig_layouts_suit(const struct mig_section *mig, const struct yaml_node *n, struct diag *d)
{
    if (mig->layouts == NULL)
        diag_error(d, yaml_pos(n),
                   "layouts: the manager `mig-manager` needs them, by name, such as {day: "
                   "all-1g.10gb, night: [3g.40gb, 3g.40gb]}");
    else if (!are_layouts(mig->layouts))
        diag_error(d, yaml_pos(mig->layouts),
                   "layouts: %s; expected a mapping such as {day: "
                   "all-1g.10gb, night: [3g.40gb, 3g.40gb]}, or a list of names such as "
                   "[all-1g.10gb, all-balanced]",
                   yaml_kind_name(mig->layouts));
    else if (mig->layout != NULL && mig->layout->kind != YAML_SCALAR)
        diag_error(d, yaml_pos(mig->layout), "layout: %s; expected the name of one of the layouts",
                   yaml_kind_name(mig->layout));
    else
        return true;
    return false;
}

size_t mig_layouts_first(const struct mig_section *mig, struct diag *d)
{
    struct suggest s;
    suggest_init(&s, mig->layout == NULL ? "" : mig->layout->text);
    for (size_t i = 0; i < mig->layouts->len; i++) {
        const char *name = mig_layouts_name(mig->layouts, i);
        if (mig->layout != NULL && strcmp(name, mig->layout->text) == 0)
            return i;
        suggest_offer(&s, name);
    }
    if (mig->layout != NULL)
        diag_error(d, yaml_pos(mig->layout), "layout: '%s': none of the layouts%s",
                   mig->layout->text, suggest_hint(&s));
    return 0;
}
