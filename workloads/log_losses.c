#include "workloads/log_losses.h"

enum { KEEP = false, SKIP = true };

const struct log_loss_info log_loss_infos[LOG_LOSSES] = {
    [LOSS_ENDLESS] = {"without end: job left out", SKIP},
    [LOSS_NOTHING] = {"no processor in it: job left out (--processor cpu counts CPUs)", SKIP},
    [LOSS_GROUPS] = {"several groups of tasks: job left out", SKIP},
    [LOSS_SHARE] = {"part of a processor: rounded up to a whole one", KEEP},
    [LOSS_FRACTION] = {"time that is no whole second: kept, though some programs want whole ones",
                       KEEP},
    [LOSS_RESOURCE] = {"other resources: not written", KEEP},
    [LOSS_PATIENCE] = {"patience: not written", KEEP},
    [LOSS_PRIORITY] = {"priority: not written", KEEP},
    [LOSS_KIND] = {"kind (interactive, service): not written", KEEP},
    [LOSS_EXTRA] = {"namespace, priority class, account or QOS: not written", KEEP},
    [LOSS_NAME] = {"name that a header cannot hold: only its number written", KEEP},
};
