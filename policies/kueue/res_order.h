/*
 * res_order.h - the order in which Kueue visits resources: by a hash of their names.
 *
 * One of the places where a hash decides, because it does in the original: ascending 64-bit FNV-1a
 * of the name, then the name (specs/kueue.md 1.7; pkg/resources/slice_requests.go).
 */
#ifndef POLICIES_KUEUE_RES_ORDER_H
#define POLICIES_KUEUE_RES_ORDER_H

#include "policies/kueue/kueue_workload.h"

struct intern;

/* resources: names by number. */
bool res_order_before(const struct intern *resources, uint32_t a, uint32_t b);

/* Sorts, adds up equal resources, and returns the new length. */
uint32_t res_order_sort(const struct intern *resources, struct res_qty *list, uint32_t len);

#endif /* POLICIES_KUEUE_RES_ORDER_H */
