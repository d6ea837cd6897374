#include "models/kubernetes/pod_name.h"

#include "models/kubernetes/controller.h"

#include <inttypes.h>
#include <stdio.h>

static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";

enum { LETTERS = sizeof letters - 1, LONGEST_BASE = 58, LONGEST_NAME = 128 };

/* SplitMix64 */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void pod_name_suffix(char out[POD_NAME_SUFFIX + 1], uint64_t number)
{
    uint64_t x = mix(number);
    for (int i = 0; i < POD_NAME_SUFFIX; i++, x /= LETTERS)
        out[i] = letters[x % LETTERS];
    out[POD_NAME_SUFFIX] = '\0';
}

/* A pod-template-hash, "7d4b8c9f5d": the decimal digits of 32 bits, each as its own character. */
static void make_hash(char out[POD_NAME_HASH + 1], uint64_t number)
{
    snprintf(out, POD_NAME_HASH + 1, "%" PRIu32, (uint32_t)(mix(number) >> 32));
    for (int i = 0; out[i] != '\0'; i++)
        out[i] = letters[(unsigned char)out[i] % LETTERS];
}

/* What a generated name begins with: at most LONGEST_BASE of it count. An Indexed Job takes care to
 * keep the index. */
static void make_base(const struct controller *c, const struct pod_name_of *of, uint64_t seed,
                      char out[LONGEST_NAME])
{
    char part[POD_NAME_HASH + 3] = "-";
    int most = LONGEST_BASE;
    if (c->kind == CONTROLLER_DEPLOYMENT) {
        char hash[POD_NAME_HASH + 1];
        make_hash(hash, seed);
        snprintf(part, sizeof part, "-%s-", hash);
    } else if (c->is_indexed) {
        most -= snprintf(part, sizeof part, "-%" PRIu32 "-", of->index);
    }
    snprintf(out, LONGEST_NAME, "%.*s%s", most, of->job_name, part);
}

size_t pod_name(const struct controller *c, const struct pod_name_of *of, char *out, size_t cap)
{
    char suffix[POD_NAME_SUFFIX + 1], base[LONGEST_NAME];
    const uint64_t seed = mix(c->name_seed ^ mix(of->job_number));
    int len = 0;
    switch (c->kind) {
    case CONTROLLER_POD:
        len = snprintf(out, cap, "%s", of->job_name);
        break;
    case CONTROLLER_STATEFULSET:
        len = snprintf(out, cap, "%s-%" PRIu32, of->job_name, c->first_index + of->index);
        break;
    case CONTROLLER_DEPLOYMENT:
    case CONTROLLER_JOB:
        make_base(c, of, seed, base);
        pod_name_suffix(suffix, seed + 1 + of->made);
        len = snprintf(out, cap, "%.*s%s", (int)LONGEST_BASE, base, suffix);
        break;
    }
    return len < 0 ? 0 : (size_t)len < cap ? (size_t)len : cap - 1;
}
