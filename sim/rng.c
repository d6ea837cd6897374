#include "sim/rng.h"

#include "sim/check.h"
#include "sim/hash.h"

#include <limits.h>
#include <string.h>

_Static_assert(ULONG_MAX == UINT64_MAX, "gsl_rng_set takes an unsigned long: we need 64 bits");

struct xoshiro256 {
    uint64_t s[4];
};

/* SplitMix64 (Steele, Lea, Flood 2014): turns any 64 bits into well-mixed ones. */
static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* xoshiro256** (Blackman, Vigna 2018). */
static unsigned long xo_get(void *state)
{
    uint64_t *s = ((struct xoshiro256 *)state)->s;
    const uint64_t result = rotl(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static double xo_get_double(void *state)
{
    return (double)(xo_get(state) >> 11) * 0x1p-53;
}

static void xo_set(void *state, unsigned long seed)
{
    uint64_t x = seed;
    for (int i = 0; i < 4; i++)
        ((struct xoshiro256 *)state)->s[i] = splitmix64(&x);
}

static const gsl_rng_type xoshiro256ss = {
    .name = "xoshiro256ss",
    .max = ULONG_MAX,
    .size = sizeof(struct xoshiro256),
    .set = xo_set,
    .get = xo_get,
    .get_double = xo_get_double,
};

gsl_rng *rng_open(uint64_t master_seed, uint64_t replication, const char *purpose, uint64_t entity)
{
    const uint64_t parts[] = {replication, hash_bytes(purpose, strlen(purpose)), entity};
    uint64_t x = master_seed;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const uint64_t mixed = splitmix64(&x);
        x = mixed ^ parts[i];
    }
    gsl_rng *r = gsl_rng_alloc(&xoshiro256ss);
    SIM_REQUIRE(r != NULL);
    gsl_rng_set(r, splitmix64(&x));
    return r;
}

static unsigned long branch_get(void *state)
{
    return splitmix64(state);
}

static double branch_get_double(void *state)
{
    return (double)(branch_get(state) >> 11) * 0x1p-53;
}

static void branch_set(void *state, unsigned long seed)
{
    *(uint64_t *)state = seed;
}

static const gsl_rng_type splitmix = {
    .name = "splitmix64",
    .max = ULONG_MAX,
    .size = sizeof(uint64_t),
    .set = branch_set,
    .get = branch_get,
    .get_double = branch_get_double,
};

gsl_rng *rng_branch(struct rng_branch *b, uint64_t number)
{
    b->state = number;
    b->gsl = (gsl_rng){.type = &splitmix, .state = &b->state};
    return &b->gsl;
}
