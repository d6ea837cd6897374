/*
 * swf_dirt.h - every kind of dirt in SWF logs, and every reason to leave a job out.
 */
#ifndef WORKLOADS_SWF_DIRT_H
#define WORKLOADS_SWF_DIRT_H

#include "workloads/repair_log.h"
#include "workloads/swf.h"

enum swf_dirt {
    /* The first ones are swf.h's flaws. */
    DIRT_NO_SUBMIT = SWF_FLAW_KINDS,
    DIRT_SUBMIT_BELOW_0,
    DIRT_NO_SIZE,
    DIRT_OTHER_SIZE,
    DIRT_TOO_WIDE,
    DIRT_NO_RUN,
    DIRT_RUN_BELOW_0,
    DIRT_RUN_0,
    DIRT_RUN_TOO_LONG,
    DIRT_NEVER_STARTED,
    DIRT_NO_LIMIT,
    DIRT_LIMIT_ENDLESS,
    DIRT_LIMIT_RAISED,
    DIRT_RUN_CUT,
    DIRT_RUN_KEPT,
    DIRT_NUMBER_TWICE,
    DIRT_OUT_OF_ORDER,
    DIRT_TOO_LATE,
    DIRT_NO_PRECEDING,
    DIRT_PART_OF_JOB,
    DIRT_OTHER_STATUS,
    DIRT_TOO_EARLY,
    DIRT_STRONG_WIDE,
    DIRT_STRONG_RUN,
    DIRT_STRONG_LIMIT,
    DIRT_STRONG_SUBMIT,
    DIRT_STRONG_CUT,
    DIRT_KINDS,
};

extern const struct repair_kind swf_dirt_kinds[DIRT_KINDS];

#endif /* WORKLOADS_SWF_DIRT_H */
