#include "policies/kueue/preemption.h"

struct targets preemption_fair(const struct preemption *p, const struct preemption_request *r)
{
    return preemption_classical(p, r);
}
