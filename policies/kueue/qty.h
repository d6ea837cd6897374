/*
 * qty.h - amounts of quota: integers that stay at the end of their range.
 *
 * INT64_MAX stands for "unlimited", as in Kueue's resources.Amount: unlimited plus or minus
 * anything bounded is unlimited, unlimited minus itself is 0, bounded minus unlimited is INT64_MIN.
 *
 * Source   Kueue v0.20-dev, pkg/resources/amount.go; specs/kueue.md 1.0.
 */
#ifndef POLICIES_KUEUE_QTY_H
#define POLICIES_KUEUE_QTY_H

#include <stdint.h>

#define QTY_UNLIMITED INT64_MAX

/* Saturates. */
static inline int64_t qty_add(int64_t a, int64_t b)
{
    if (a == QTY_UNLIMITED || b == QTY_UNLIMITED)
        return QTY_UNLIMITED;
    if (b > 0 && a > INT64_MAX - b)
        return INT64_MAX;
    if (b < 0 && a < INT64_MIN - b)
        return INT64_MIN;
    return a + b;
}

static inline int64_t qty_sub(int64_t a, int64_t b)
{
    if (a == QTY_UNLIMITED)
        return b == QTY_UNLIMITED ? 0 : QTY_UNLIMITED;
    if (b == QTY_UNLIMITED)
        return INT64_MIN;
    if (b < 0 && a > INT64_MAX + b)
        return INT64_MAX;
    if (b > 0 && a < INT64_MIN + b)
        return INT64_MIN;
    return a - b;
}

/* qty of each of count things; at least 0. */
static inline int64_t qty_times(int64_t qty, uint32_t count)
{
    if (count > 0 && qty > INT64_MAX / (int64_t)count)
        return INT64_MAX;
    return qty * (int64_t)count;
}

static inline int64_t qty_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t qty_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

#endif /* POLICIES_KUEUE_QTY_H */
