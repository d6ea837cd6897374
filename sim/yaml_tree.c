#include "sim/yaml_tree.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/hash.h"

#include <string.h>

/* A power of two, over half of it free; 0 for maps that need no index. */
static size_t slots_len(size_t pairs)
{
    if (pairs <= YAML_UNINDEXED)
        return 0;
    size_t len = 64;
    while (len < 2 * pairs)
        len *= 2;
    return len;
}

static uint32_t *slots_of(const struct yaml_pair *pairs, size_t most)
{
    return (uint32_t *)(void *)(pairs + most);
}

static bool has_key(const struct yaml_pair *p, const char *key, size_t len)
{
    return p->key->len == len && memcmp(p->key->text, key, len) == 0;
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(const struct yaml_pair *pairs, size_t most, const char *key, size_t len)
{
    uint32_t *slots = slots_of(pairs, most);
    const size_t mask = slots_len(most) - 1;
    size_t i = hash_bytes(key, len) & mask;
    while (slots[i] != 0 && !has_key(&pairs[slots[i] - 1], key, len))
        i = (i + 1) & mask;
    return &slots[i];
}

void yaml_map_begin(struct yaml_map_maker *m, struct arena *arena, size_t most)
{
    SIM_REQUIRE(most < UINT32_MAX);
    m->arena = arena;
    m->len = 0;
    m->most = most;
    m->pairs = arena_alloc(arena, most * sizeof m->pairs[0] + slots_len(most) * sizeof(uint32_t));
}

struct yaml_pair *yaml_map_add(struct yaml_map_maker *m, struct yaml_pair pair)
{
    SIM_REQUIRE(m->len < m->most);
    const char *key = pair.key->text;
    const size_t len = pair.key->len;
    if (m->most <= YAML_UNINDEXED) {
        for (size_t i = 0; i < m->len; i++)
            if (has_key(&m->pairs[i], key, len))
                return &m->pairs[i];
    } else {
        uint32_t *slot = find_slot(m->pairs, m->most, key, len);
        if (*slot != 0)
            return &m->pairs[*slot - 1];
        *slot = (uint32_t)m->len + 1;
    }
    m->pairs[m->len++] = pair;
    return NULL;
}

/* Where the index lies follows from the number of pairs: fewer than expected are put in again. */
void yaml_map_end(struct yaml_map_maker *m, struct yaml_node *map)
{
    if (m->len > YAML_UNINDEXED && m->len < m->most) {
        const struct yaml_map_maker wide = *m;
        yaml_map_begin(m, wide.arena, wide.len);
        for (size_t i = 0; i < wide.len; i++)
            yaml_map_add(m, wide.pairs[i]);
    }
    map->kind = YAML_MAP;
    map->len = m->len;
    map->pairs = m->pairs;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    const size_t len = strlen(key);
    if (map->len > YAML_UNINDEXED) {
        const uint32_t slot = *find_slot(map->pairs, map->len, key, len);
        return slot == 0 ? NULL : map->pairs[slot - 1].value;
    }
    for (size_t i = 0; i < map->len; i++)
        if (has_key(&map->pairs[i], key, len))
            return map->pairs[i].value;
    return NULL;
}
