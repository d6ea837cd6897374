#include "policies/slurm/slurm_keys.h"

#include "models/slurm_text/tres.h"
#include "policies/slurm/slurm_site.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/duration.h"
#include "sim/quantity.h"
#include "sim/suggest.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

bool slurm_keys_is_one_of(const char *text, const char *choices)
{
    const size_t len = strlen(text);
    for (const char *c = choices; c != NULL; c = strchr(c, '|')) {
        c += *c == '|';
        if (strcspn(c, "|") == len && strncasecmp(c, text, len) == 0)
            return true;
    }
    return false;
}

/* --- values --- */

static void refuse(struct slurm_key_reader *r, const struct slurm_pair *p, const char *why)
{
    diag_error(r->diag, p->value_at, "%s: '%s': %s", p->key, p->value, why);
}

static void read_int(struct slurm_key_reader *r, const struct slurm_key *k,
                     const struct slurm_pair *p, int64_t *field)
{
    const bool may_be_unlimited = k->max == SLURM_NO_LIMIT;
    const int64_t max = may_be_unlimited ? SLURM_MOST_NUMBER : k->max;
    const char *why;
    int64_t value;
    if (may_be_unlimited && slurm_keys_is_one_of(p->value, "INFINITE|UNLIMITED"))
        *field = SLURM_NO_LIMIT;
    else if (!quantity_int(p->value, &value, &why))
        refuse(r, p, why);
    else if (value < k->min || value > max)
        diag_error(r->diag, p->value_at,
                   "%s: '%s': out of range; from %" PRId64 " to %" PRId64 "%s", p->key, p->value,
                   k->min, max, may_be_unlimited ? ", or UNLIMITED" : "");
    else
        *field = value;
}

static void read_bool(struct slurm_key_reader *r, const struct slurm_pair *p, bool *field)
{
    if (slurm_keys_is_one_of(p->value, "YES|TRUE|1|UP"))
        *field = true;
    else if (slurm_keys_is_one_of(p->value, "NO|FALSE|0|DOWN"))
        *field = false;
    else
        refuse(r, p, "neither YES nor NO");
}

static void read_minutes(struct slurm_key_reader *r, const struct slurm_pair *p, int64_t *field)
{
    enum { MINUTE_S = 60 };
    const int64_t minute_ns = MINUTE_S * INT64_C(1000000000);
    const char *why;
    int64_t ns;
    if (!duration_parse_slurm(p->value, &ns, &why))
        refuse(r, p, why);
    else if (ns == DURATION_UNLIMITED)
        *field = SLURM_NO_LIMIT;
    else
        *field = ns / minute_ns + (ns % minute_ns > 0);
}

static void read_megabytes(struct slurm_key_reader *r, const struct slurm_pair *p, int64_t *field)
{
    const char *why;
    if (slurm_keys_is_one_of(p->value, "UNLIMITED"))
        *field = 0;
    else if (!tres_memory_mb(p->value, field, &why))
        refuse(r, p, why);
}

static void read_flag(struct slurm_key_reader *r, const struct slurm_pair *p, bool *field)
{
    if (p->value[0] != '\0' && !slurm_keys_is_one_of(p->value, "YES|TRUE|1"))
        refuse(r, p, "it takes no value");
    else
        *field = true;
}

static void note_ignored(struct slurm_key_reader *r, const char *key, struct src_pos at)
{
    for (size_t i = 0; i < r->ignored_len; i++)
        if (strcasecmp(r->ignored[i].key, key) == 0)
            return;
    if (r->ignored_len < SLURM_KEYS_MOST)
        r->ignored[r->ignored_len++] = (struct ignored_key){key, at};
}

static void read_not_modelled(struct slurm_key_reader *r, const struct slurm_key *k,
                              const struct slurm_pair *p)
{
    if (p->value[0] != '\0' && slurm_keys_is_one_of(p->value, k->harmless))
        return;
    diag_warning(r->diag, p->at, "%s%s%s: not modelled: %s", p->key, p->value[0] == '\0' ? "" : "=",
                 p->value, k->lost);
}

static void read_value(struct slurm_key_reader *r, const struct slurm_key *k,
                       const struct slurm_pair *p, void *target)
{
    void *field = (unsigned char *)target + k->offset;
    switch (k->kind) {
    case KEY_INT:
        read_int(r, k, p, field);
        break;
    case KEY_BOOL:
        read_bool(r, p, field);
        break;
    case KEY_FLAG:
        read_flag(r, p, field);
        break;
    case KEY_MINUTES:
        read_minutes(r, p, field);
        break;
    case KEY_MEGABYTES:
        read_megabytes(r, p, field);
        break;
    case KEY_TEXT:
        *(const char **)field = p->value;
        break;
    case KEY_PAIR:
        *(const struct slurm_pair **)field = p;
        break;
    case KEY_CUSTOM:
        k->read(r, p, target);
        break;
    case KEY_NOT_MODELLED:
        read_not_modelled(r, k, p);
        break;
    }
}

/* --- keys --- */

static const struct slurm_key *find_key(const struct slurm_key_table *t, const char *name)
{
    for (const struct slurm_key *k = t->keys; k->name != NULL; k++)
        if (strcasecmp(k->name, name) == 0)
            return k;
    return NULL;
}

static const char *find_ignored(const struct slurm_key_table *t, const char *name)
{
    for (size_t i = 0; t->ignored != NULL && t->ignored[i] != NULL; i++)
        if (strcasecmp(t->ignored[i], name) == 0)
            return t->ignored[i];
    return NULL;
}

static void refuse_unknown(struct slurm_key_reader *r, const struct slurm_key_table *t,
                           const struct slurm_pair *p)
{
    struct suggest s;
    suggest_init(&s, p->key);
    for (const struct slurm_key *k = t->keys; k->name != NULL; k++)
        suggest_offer(&s, k->name);
    if (t->ignored != NULL)
        suggest_offer_all(&s, t->ignored);
    if (t->begin_lines != NULL)
        suggest_offer_all(&s, t->begin_lines);
    diag_error(r->diag, p->at, "'%s': not a key of %s%s", p->key, t->where, suggest_hint(&s));
}

void slurm_keys_read(struct slurm_key_reader *r, const struct slurm_key_table *t,
                     const struct slurm_pair *p, struct slurm_keys_seen *seen, void *target)
{
    const struct slurm_key *k = find_key(t, p->key);
    const char *ignored = k == NULL ? find_ignored(t, p->key) : NULL;
    if (ignored != NULL)
        note_ignored(r, ignored, p->at);
    else if (k == NULL)
        refuse_unknown(r, t, p);
    if (k == NULL)
        return;
    const size_t i = (size_t)(k - t->keys);
    SIM_REQUIRE(i < SLURM_KEYS_MOST);
    if (seen != NULL && seen->given[i])
        diag_warning(r->diag, p->at, "%s: given twice; the last one counts", p->key);
    if (seen != NULL)
        seen->given[i] = true;
    read_value(r, k, p, target);
}

bool slurm_keys_knows(const struct slurm_key_table *t, const char *key)
{
    return find_key(t, key) != NULL || find_ignored(t, key) != NULL;
}

bool slurm_keys_was_given(const struct slurm_key_table *t, const struct slurm_keys_seen *seen,
                          const char *key)
{
    const struct slurm_key *k = find_key(t, key);
    SIM_REQUIRE(k != NULL);
    return seen->given[k - t->keys];
}

void slurm_keys_read_list(struct slurm_key_reader *r, const struct slurm_key_table *t,
                          const struct slurm_pair *p, void *target)
{
    struct slurm_keys_seen seen = {.given = {false}};
    for (const char *item = p->value; *item != '\0';) {
        const size_t len = strcspn(item, ",");
        char *key = arena_text(r->arena, item, len);
        struct slurm_pair *one = arena_alloc(r->arena, sizeof *one);
        *one = (struct slurm_pair){.key = key, .value = "", .at = p->value_at};
        one->at.col += (unsigned)(item - p->value);
        one->value_at = one->at;
        char *equals = strchr(key, '=');
        if (equals != NULL) {
            *equals = '\0';
            one->value = equals + 1;
            one->value_at.col += (unsigned)(equals + 1 - key);
        }
        if (len > 0)
            slurm_keys_read(r, t, one, &seen, target);
        item += len + (item[len] == ',');
    }
}
