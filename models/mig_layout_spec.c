#include "models/mig_layout_spec.h"

#include "models/gpu_model.h"
#include "models/mig_configs.h"
#include "models/mig_place.h"
#include "models/mig_resource.h"
#include "models/mig_set.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/quantity.h"
#include "sim/suggest.h"

#include <string.h>

#define LAYOUT_HINT \
    "a list of profiles such as [3g.40gb, 3g.40gb], or a set such as all-1g.10gb or MIG1g"

struct reading {
    const struct mig_table *table;
    const struct mig_layout_target *target;
    struct mig_space *space;
    struct arena *arena;
    struct diag *diag;
};

static bool read_profiles(const struct reading *r, const struct yaml_node *n, struct mig_set *out)
{
    static const struct config_key key = {.key = "layout", .kind = CONFIG_TEXTS};
    struct config_reader reader = {.diag = r->diag, .arena = r->arena};
    struct config_texts profiles = {0};
    return config_read_value(&reader, n, &key, &profiles) &&
           mig_set_read(&profiles, r->space, r->diag, out);
}

static bool read_name(const struct reading *r, const struct yaml_node *n, struct mig_set *out)
{
    if (mig_set_named(r->table, n->text, out))
        return true;
    const int aks = mig_aks_profile(r->table, n->text);
    if (aks != MIG_NONE) {
        *out = (struct mig_set){.enabled = true};
        out->counts[aks] = r->table->profiles[aks].most;
        return true;
    }
    struct suggest s;
    suggest_init(&s, n->text);
    for (size_t i = 0; r->target->configs != NULL && i < mig_configs_len(r->target->configs); i++)
        suggest_offer(&s, mig_configs_name(r->target->configs, i));
    suggest_offer_all(&s, mig_set_names(r->table, r->arena));
    diag_error(r->diag, yaml_pos(n), "layout: '%s': no such set%s; expected " LAYOUT_HINT, n->text,
               suggest_hint(&s));
    return false;
}

/* As mig-parted does, which tries orders of creation until one works. */
static bool place_set(const struct reading *r, const struct mig_set *set, struct mig_layout *layout,
                      bool *enabled)
{
    *enabled = set->enabled;
    *layout = (struct mig_layout){0};
    return mig_place_in_any_order(r->space, MIG_DRIVER_ORDER, layout, set->counts) ||
           mig_fit(r->space, layout, set->counts);
}

static bool read_set(const struct reading *r, const struct yaml_node *n, struct mig_layout *layout,
                     bool *enabled)
{
    struct mig_set set;
    bool ok = false;
    if (n->kind == YAML_LIST)
        ok = read_profiles(r, n, &set);
    else if (n->kind == YAML_SCALAR && !yaml_is_null(n))
        ok = read_name(r, n, &set);
    else
        diag_error(r->diag, yaml_pos(n), "layout: %s; expected " LAYOUT_HINT, yaml_kind_name(n));
    if (!ok || !mig_set_fits(r->space, &set, yaml_pos(n), r->diag))
        return false;
    return place_set(r, &set, layout, enabled);
}

static bool read_by_gpu(const struct reading *r, const struct yaml_node *map, unsigned gpus,
                        struct mig_layout *layouts, bool *enabled)
{
    bool ok = true;
    for (size_t i = 0; i < map->len; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        int64_t gpu;
        const char *why;
        if (strcmp(key->text, "default") == 0)
            continue;
        if (!quantity_int(key->text, &gpu, &why) || gpu < 0 || gpu >= gpus) {
            diag_error(r->diag, yaml_pos(key),
                       "layout: '%s': expected default, or the number of a GPU from 0 to %u",
                       key->text, gpus - 1);
            ok = false;
            continue;
        }
        ok &= read_set(r, map->pairs[i].value, &layouts[gpu], &enabled[gpu]);
    }
    return ok;
}

static bool names_config(const struct mig_layout_target *t, const struct yaml_node *n)
{
    for (size_t i = 0;
         t->configs != NULL && n->kind == YAML_SCALAR && i < mig_configs_len(t->configs); i++)
        if (strcmp(mig_configs_name(t->configs, i), n->text) == 0)
            return true;
    return false;
}

/* A configuration of a file of mig-parted says for itself which GPUs it is about. */
static bool read_config(const struct reading *r, const struct yaml_node *n,
                        struct mig_layout *layouts, bool *enabled)
{
    const struct mig_layout_target *t = r->target;
    bool ok = mig_configs_check(t->configs, n->text, t->model, r->space, yaml_pos(n), r->diag);
    if (!ok)
        diag_note(r->diag, yaml_pos(n), "chosen here");
    for (unsigned g = 0; ok && g < t->gpus; g++) {
        const struct mig_set set = mig_configs_set(t->configs, n->text, t->model, g);
        ok = place_set(r, &set, &layouts[g], &enabled[g]);
    }
    return ok;
}

static bool read_layouts(const struct reading *r, const struct yaml_node *n,
                         struct mig_layout *layouts, bool *enabled)
{
    const unsigned gpus = r->target->gpus;
    const struct yaml_node *all = n->kind == YAML_MAP ? yaml_get(n, "default") : n;
    struct mig_layout layout = {0};
    bool is_enabled = false;
    bool ok = all == NULL || read_set(r, all, &layout, &is_enabled);
    for (unsigned g = 0; g < gpus; g++) {
        layouts[g] = layout;
        enabled[g] = is_enabled;
    }
    if (n->kind == YAML_MAP)
        ok &= read_by_gpu(r, n, gpus, layouts, enabled);
    return ok;
}

bool mig_layout_spec_read(const struct yaml_node *n, const struct mig_layout_target *target,
                          struct mig_layout *layouts, bool *enabled)
{
    const struct mig_table *t = target->model->mig;
    const struct reading r = {.table = t,
                              .target = target,
                              .space = mig_space_new(t, MIG_ALL_PROFILES),
                              .arena = target->arena,
                              .diag = target->diag};
    const bool ok = names_config(target, n) ? read_config(&r, n, layouts, enabled)
                                            : read_layouts(&r, n, layouts, enabled);
    mig_space_free(r.space);
    return ok;
}
