#include "policies/slurm/slurm_site.h"

#include <string.h>
#include <strings.h>

uint32_t slurm_site_find_partition(const struct slurm_site *s, const char *name)
{
    for (uint32_t i = 0; i < s->partitions_len; i++)
        if (strcmp(s->partitions[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

uint32_t slurm_site_find_type(const struct slurm_site *s, const char *name)
{
    for (uint32_t i = 0; i < s->types_len; i++)
        if (strcasecmp(s->types[i], name) == 0)
            return i;
    return UINT32_MAX;
}

uint32_t slurm_site_find_gres(const struct slurm_site *s, const char *name)
{
    for (uint32_t i = 0; i < s->gres_names_len; i++)
        if (strcasecmp(s->gres_names[i], name) == 0)
            return i;
    return UINT32_MAX;
}
