#include "workloads/owners.h"

#include "models/names.h"
#include "sim/arena.h"
#include "sim/int128.h"
#include "sim/text_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- templates --- */

/* What a placeholder at the front of text stands for: 't', 'u', or 0 if it is none. */
static char placeholder(const char *text, size_t *len)
{
    static const char *const names[] = {"{tenant}", "{user}"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *len = strlen(names[i]);
        if (strncmp(text, names[i], *len) == 0)
            return names[i][1];
    }
    return 0;
}

const char *owners_template_problem(const char *template)
{
    for (size_t len = 1; *template != '\0'; template += len) {
        if (placeholder(template, &len) != 0)
            continue;
        if (*template == '{' || *template == '}')
            return "a brace that is no placeholder; expected {tenant} or {user}";
        len = 1;
    }
    return NULL;
}

static uint32_t fill_in(struct intern *words, const char *template, const char *tenant,
                        const char *user)
{
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    for (size_t len = 1; *template != '\0'; template += len) {
        const char what = placeholder(template, &len);
        if (what != 0) {
            fputs(what == 't' ? tenant : user, out);
        } else {
            fputc(*template, out);
            len = 1;
        }
    }
    const uint32_t word = intern_add(words, text_stream_close(&text));
    free(text.text);
    return word;
}

/* --- making and choosing --- */

static struct owner make_owner(const struct owners_options *options, const char *tenant,
                               const char *user, struct intern *words)
{
    return (struct owner){
        .tenant_word = intern_add(words, tenant),
        .user_word = intern_add(words, user),
        .queue_word = fill_in(words, options->queue, tenant, user),
        .namespace_word = fill_in(words, options->name_space, tenant, user),
        .account_word = fill_in(words, options->account, tenant, user),
    };
}

void owners_make(struct owners *o, const struct owners_options *options, const char *name,
                 const struct source_env *env)
{
    const size_t listed = distribution_listed(&options->tenants);
    *o = (struct owners){
        .tenants = options->tenants,
        .tenants_len = listed == 0 ? 1 : (uint32_t)listed,
        .users = options->users == 0 ? 1 : (uint32_t)options->users,
        .in_turn = options->in_turn,
    };
    o->list = arena_alloc(env->arena, owners_len(o) * sizeof o->list[0]);
    for (uint32_t t = 0; t < o->tenants_len; t++) {
        const char *tenant = listed == 0 ? name : options->tenants.texts[t];
        for (uint32_t u = 0; u < o->users; u++) {
            const char *user = options->users == 0
                                   ? tenant
                                   : arena_printf(env->arena, "%s-%" PRIu32, tenant, u + 1);
            o->list[t * o->users + u] = make_owner(options, tenant, user, env->names->words);
        }
    }
}

static uint32_t take_turn(struct owners *o)
{
    const uint32_t i = o->next;
    o->next = i + 1 == owners_len(o) ? 0 : i + 1;
    return i;
}

uint32_t owners_pick(struct owners *o)
{
    uint32_t i = 0;
    if (o->in_turn)
        return take_turn(o);
    if (o->tenants_len > 1)
        i = distribution_pick(&o->tenants, o->tenant_rng) * o->users;
    if (o->users > 1)
        i += (uint32_t)((uint128)gsl_rng_get(o->user_rng) * o->users >> 64);
    return i;
}
