/*
 * dcgm_fields.h - the names that NVIDIA's DCGM and dcgm-exporter give what they measure.
 *
 * For checks of dashboards and alert rules: a metric that is not here does not exist.
 *
 * Source   dcgm_fields.h of go-dcgm b7fa315 (DCGM 4, with the names of old and new style), and the
 *          DCGM_EXP_ counters of dcgm-exporter d5e5f51.
 * Cost     O(log names).
 */
#ifndef MODELS_DCGM_FIELDS_H
#define MODELS_DCGM_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* All names in the order of their bytes. */
size_t dcgm_fields_len(void);
const char *dcgm_fields_at(size_t i);

bool dcgm_fields_has(const char *name);

/* What was meant by a name that is often written and does not exist, DCGM_FI_DEV_FB_USED for
 * DCGM_FI_DEV_MEM_USED; of others the nearest; NULL: none is near. */
const char *dcgm_fields_meant(const char *name);

#endif /* MODELS_DCGM_FIELDS_H */
