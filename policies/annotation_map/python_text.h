/*
 * python_text.h - str.strip, str.isdigit and int() as Python 3 has them, over UTF-8.
 *
 * The seed's scheduler is written in Python, and what it makes of a map or a name follows from
 * these three: int() takes digits of any script, single underscores between them and one ASCII
 * sign; isdigit() is also true of superscripts, of which int() makes nothing.
 *
 * Source   CPython 3.11: Objects/unicodeobject.c, Objects/longobject.c; Unicode 14. int() refuses
 *          more than 4300 digits.
 * Errors   Bytes that are not UTF-8 are neither blank nor digits.
 * Cost     O(length).
 */
#ifndef POLICIES_ANNOTATION_MAP_PYTHON_TEXT_H
#define POLICIES_ANNOTATION_MAP_PYTHON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of somebody's text. */
struct span {
    const char *text;
    size_t len;
};

struct span python_strip(struct span s);

/* Whether it has digits and nothing else. */
bool python_isdigit(struct span s);

/* Writes the number as str() would: ASCII digits without leading zeros, '-' if it is less than 0.
 * out has room for s.len + 1 bytes. Returns its length; 0 if it is no number (ValueError). */
size_t python_int(struct span s, char *out);

/* Splits at the first `at`: what is before it; *s becomes what is behind. False, and nothing done,
 * if there is none. */
bool python_split(struct span *s, char at, struct span *before);

#endif /* POLICIES_ANNOTATION_MAP_PYTHON_TEXT_H */
