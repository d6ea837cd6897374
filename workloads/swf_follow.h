/*
 * swf_follow.h - jobs of a log that arrive when the job before them has ended (fields 17 and 18).
 *
 * Jobs are put in as they stand in the log, ahead of their time, and come out in the order of their
 * arrival: at the log's time, or, for one that follows another, its think time after the end of
 * that one.
 *
 * Order    By arrival, then as in the log.
 * Memory   The jobs put in and not yet over; the caller limits how many it puts in.
 * Cost     O(log jobs ahead) per job.
 */
#ifndef WORKLOADS_SWF_FOLLOW_H
#define WORKLOADS_SWF_FOLLOW_H

#include "workloads/swf_filter.h"

struct swf_follow;

struct swf_follow *swf_follow_new(void);
void swf_follow_free(struct swf_follow *f); /* NULL is allowed */

/* Jobs that have not come out. */
size_t swf_follow_len(const struct swf_follow *f);

/* False: the job that it follows is not known here (any more); it keeps its own time. */
bool swf_follow_put(struct swf_follow *f, const struct swf_job *job, int64_t arrive_ns);

/* The next one, good until it is given back; false: none can come now. */
bool swf_follow_take(struct swf_follow *f, struct swf_job *job, int64_t *arrive_ns);

/* A job is over. True: the one taken last is put back, because another comes before it now. */
bool swf_follow_ended(struct swf_follow *f, int64_t number, int64_t end_ns);

#endif /* WORKLOADS_SWF_FOLLOW_H */
