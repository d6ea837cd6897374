/*
 * scan.h - taking a short text apart from its front, for grammars such as 1d12h.
 *
 * A scanner is a pointer into the text that moves behind what was taken.
 */
#ifndef SIM_SCAN_H
#define SIM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* How many decimal digits stand at the front; isdigit() would ask the locale. */
static inline size_t scan_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* Whether c stood at the front, and was taken. */
static inline bool scan_char(const char **text, char c)
{
    if (**text != c || c == '\0')
        return false;
    ++*text;
    return true;
}

/* False, having said why: return scan_refuse(why, "no unit"); */
static inline bool scan_refuse(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

#endif /* SIM_SCAN_H */
