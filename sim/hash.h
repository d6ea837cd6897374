/*
 * hash.h - FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923).
 *
 * For look-up tables, for naming random streams, and where an original decides by it (Kueue visits
 * resources by this hash of their names). It must never change: results depend on it.
 */
#ifndef SIM_HASH_H
#define SIM_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t hash_more(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ b[i]) * 0x100000001b3u;
    return hash;
}

static inline uint64_t hash_bytes(const void *bytes, size_t len)
{
    return hash_more(0xcbf29ce484222325u, bytes, len);
}

#endif /* SIM_HASH_H */
