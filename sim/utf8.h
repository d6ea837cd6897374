/*
 * utf8.h - characters in a text that came from outside.
 *
 * Order    None.
 * Memory   Reads only what it is shown; nothing is kept.
 * Errors   Bytes that are not UTF-8 (cut off, overlong, surrogates, above U+10FFFF) read as none.
 * Cost     O(1) per character.
 */
#ifndef SIM_UTF8_H
#define SIM_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many of the len > 0 bytes at s the first character takes, and which one it is; 0 if they do
 * not begin one. */
size_t utf8_read(const char *s, size_t len, uint32_t *c);

/* How many columns a terminal gives it: 0 for combining marks, 2 for East Asian wide ones and
 * pictographs, otherwise 1. An approximation by blocks, for carets and tables. */
unsigned utf8_width(uint32_t c);

#endif /* SIM_UTF8_H */
