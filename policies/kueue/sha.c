#include "policies/kueue/sha.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 64, WORDS = 16, ROUNDS_1 = 80, ROUNDS_256 = 64 };

static uint32_t left(uint32_t x, unsigned by)
{
    return x << by | x >> (32 - by);
}

static uint32_t right(uint32_t x, unsigned by)
{
    return left(x, 32 - by);
}

typedef void block_fn(uint32_t *state, const uint32_t *words);

/* --- one block --- */

static void sha1_block(uint32_t *h, const uint32_t *words)
{
    static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[ROUNDS_1], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    memcpy(w, words, WORDS * sizeof w[0]);
    for (size_t i = WORDS; i < ROUNDS_1; i++)
        w[i] = left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (size_t i = 0; i < ROUNDS_1; i++) {
        const uint32_t f = i < 20              ? (b & c) | (~b & d)
                           : i < 40 || i >= 60 ? b ^ c ^ d
                                               : (b & c) | (b & d) | (c & d);
        const uint32_t next = left(a, 5) + f + e + k[i / 20] + w[i];
        e = d;
        d = c;
        c = left(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

static const uint32_t k256[ROUNDS_256] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_block(uint32_t *h, const uint32_t *words)
{
    uint32_t w[ROUNDS_256], v[8];
    memcpy(w, words, WORDS * sizeof w[0]);
    memcpy(v, h, sizeof v);
    for (size_t i = WORDS; i < ROUNDS_256; i++) {
        const uint32_t s0 = right(w[i - 15], 7) ^ right(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t s1 = right(w[i - 2], 17) ^ right(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    for (size_t i = 0; i < ROUNDS_256; i++) {
        const uint32_t s1 = right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25);
        const uint32_t s0 = right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22);
        const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        const uint32_t t1 = v[7] + s1 + choice + k256[i] + w[i], t2 = s0 + majority;
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; i++)
        h[i] += v[i];
}

/* --- all of them --- */

static void take_block(const unsigned char *bytes, uint32_t *state, block_fn *block)
{
    uint32_t words[WORDS];
    for (size_t i = 0; i < WORDS; i++)
        words[i] = (uint32_t)bytes[4 * i] << 24 | (uint32_t)bytes[4 * i + 1] << 16 |
                   (uint32_t)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
    block(state, words);
}

static void hash(const char *text, size_t len, uint32_t *state, block_fn *block)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char tail[2 * BLOCK] = {0};
    size_t done = 0;
    for (; done + BLOCK <= len; done += BLOCK)
        take_block(bytes + done, state, block);
    const size_t rest = len - done;
    const size_t padded = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    if (rest > 0)
        memcpy(tail, bytes + done, rest);
    tail[rest] = 0x80;
    for (size_t i = 0; i < 8; i++)
        tail[padded - 1 - i] = (unsigned char)((uint64_t)len * 8 >> 8 * i);
    for (size_t i = 0; i < padded; i += BLOCK)
        take_block(tail + i, state, block);
}

static void print(const uint32_t *state, size_t words, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 8 * words; i++)
        out[i] = digits[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    out[8 * words] = '\0';
}

void sha1_hex(const char *text, size_t len, char out[SHA1_HEX])
{
    uint32_t state[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    hash(text, len, state, sha1_block);
    print(state, 5, out);
}

void sha256_hex(const char *text, size_t len, char out[SHA256_HEX])
{
    uint32_t state[] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    hash(text, len, state, sha256_block);
    print(state, 8, out);
}
