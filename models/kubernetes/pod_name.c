#include "models/kubernetes/pod_name.h"

#include <inttypes.h>
#include <stdio.h>

static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";

enum { LETTERS = sizeof letters - 1 };

uint64_t pod_name_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u; /* SplitMix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void pod_name_suffix(char out[POD_NAME_SUFFIX + 1], uint64_t number)
{
    uint64_t x = pod_name_mix(number);
    for (int i = 0; i < POD_NAME_SUFFIX; i++, x /= LETTERS)
        out[i] = letters[x % LETTERS];
    out[POD_NAME_SUFFIX] = '\0';
}

void pod_name_hash(char out[POD_NAME_HASH + 1], uint64_t number)
{
    snprintf(out, POD_NAME_HASH + 1, "%" PRIu32, (uint32_t)(pod_name_mix(number) >> 32));
    for (int i = 0; out[i] != '\0'; i++)
        out[i] = letters[(unsigned char)out[i] % LETTERS];
}
