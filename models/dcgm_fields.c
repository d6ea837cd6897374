#include "models/dcgm_fields.h"

#include "sim/check.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

/* Sorted; one to a line, as a table of more than a thousand is no code to read. */
static const char *const fields[] = {
#include "models/dcgm_field_names.inc"
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

/* Of guides and dashboards that were seen to name what is not there. */
static const char *const taken_for[][2] = {
    {"DCGM_FI_DEV_GPU_UTILIZATION", "DCGM_FI_DEV_GPU_UTIL"},
    {"DCGM_FI_DEV_MEMORY_FREE", "DCGM_FI_DEV_FB_FREE"},
    {"DCGM_FI_DEV_MEMORY_TOTAL", "DCGM_FI_DEV_FB_TOTAL"},
    {"DCGM_FI_DEV_MEMORY_USED", "DCGM_FI_DEV_FB_USED"},
    {"DCGM_FI_DEV_MEM_FREE", "DCGM_FI_DEV_FB_FREE"},
    {"DCGM_FI_DEV_MEM_TOTAL", "DCGM_FI_DEV_FB_TOTAL"},
    {"DCGM_FI_DEV_MEM_USED", "DCGM_FI_DEV_FB_USED"},
    {"DCGM_FI_DEV_MEM_UTIL", "DCGM_FI_DEV_MEM_COPY_UTIL"},
};

size_t dcgm_fields_len(void)
{
    return FIELDS;
}

const char *dcgm_fields_at(size_t i)
{
    SIM_REQUIRE(i < FIELDS);
    return fields[i];
}

static int compare(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

bool dcgm_fields_has(const char *name)
{
    return bsearch(name, fields, FIELDS, sizeof fields[0], compare) != NULL;
}

const char *dcgm_fields_meant(const char *name)
{
    for (size_t i = 0; i < sizeof taken_for / sizeof taken_for[0]; i++)
        if (strcmp(name, taken_for[i][0]) == 0)
            return taken_for[i][1];
    struct suggest s;
    suggest_init(&s, name);
    for (size_t i = 0; i < FIELDS; i++)
        suggest_offer(&s, fields[i]);
    return s.best;
}
