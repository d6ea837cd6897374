/*
 * sha.h - the hashes that Kueue makes names of: SHA-1 of workloads, SHA-256 of pod roles.
 *
 * Source   FIPS 180-4. Not for secrets.
 */
#ifndef POLICIES_KUEUE_SHA_H
#define POLICIES_KUEUE_SHA_H

#include <stddef.h>

enum { SHA1_HEX = 41, SHA256_HEX = 65 };

/* As hexadecimal text with its NUL. */
void sha1_hex(const char *text, size_t len, char out[SHA1_HEX]);
void sha256_hex(const char *text, size_t len, char out[SHA256_HEX]);

#endif /* POLICIES_KUEUE_SHA_H */
