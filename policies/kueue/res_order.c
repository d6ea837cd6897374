#include "policies/kueue/res_order.h"

#include "policies/kueue/qty.h"
#include "sim/hash.h"
#include "sim/intern.h"

#include <string.h>

bool res_order_before(const struct intern *resources, uint32_t a, uint32_t b)
{
    const char *x = intern_text(resources, a);
    const char *y = intern_text(resources, b);
    const uint64_t hash_x = hash_bytes(x, strlen(x));
    const uint64_t hash_y = hash_bytes(y, strlen(y));
    return hash_x != hash_y ? hash_x < hash_y : strcmp(x, y) < 0;
}

/* By insertion: pods ask for a handful of resources. */
uint32_t res_order_sort(const struct intern *resources, struct res_qty *list, uint32_t len)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < len; i++) {
        const struct res_qty r = list[i];
        uint32_t at = n;
        while (at > 0 && res_order_before(resources, r.resource, list[at - 1].resource))
            at--;
        if (at > 0 && list[at - 1].resource == r.resource) {
            list[at - 1].qty = qty_add(list[at - 1].qty, r.qty);
            continue;
        }
        memmove(list + at + 1, list + at, (n - at) * sizeof list[0]);
        list[at] = r;
        n++;
    }
    return n;
}
