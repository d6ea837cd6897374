#include "models/machine.h"

#include <string.h>

const struct machine_price *machine_price_in(const struct machine *m, const char *region)
{
    for (size_t i = 0; i < m->prices.len; i++)
        if (region == NULL || strcmp(m->prices.list[i].region, region) == 0)
            return &m->prices.list[i];
    return NULL;
}
