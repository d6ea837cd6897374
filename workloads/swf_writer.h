/*
 * swf_writer.h - jobs as a log in the Standard Workload Format.
 *
 *   field 1    the job's number
 *   field 2    submission, in seconds after UnixStartTime, which is the second of the first job; of
 *              a log without dates (before 1980) there is no UnixStartTime, and the time as it is
 *   field 4    run time; fields 5 and 8 the processors: whole GPUs of all tasks, or CPUs
 *   field 9    the limit; -1: none
 *   field 12, 13, 15   user, tenant and queue by number: of u12, g3 and q1 their own, of others
 *              the next free one, with its name in a comment before the first line that has it:
 *              "; User: 1 ann", "; Group: 1 team-a", "; Queue: 1 batch"
 *   others     -1: unknown
 *
 * Order    As given; a job never waits for later ones.
 * Memory   16 bytes for each name; it does not grow with the log.
 * Errors   Those of out_file.h, by the file. What SWF has no word for is counted.
 */
#ifndef WORKLOADS_SWF_WRITER_H
#define WORKLOADS_SWF_WRITER_H

#include "models/job.h"
#include "workloads/log_losses.h"

struct names;
struct number_set;
struct out_file;
struct request_table;

enum { SWF_NAMED = 3 }; /* users, groups, queues */

/* The numbers of one kind of name. */
struct swf_numbers {
    int64_t *of; /* by word; 0: none yet, else the number plus 1 */
    size_t cap;
    int64_t next;
    struct number_set *taken;
};

struct swf_writer {
    struct out_file *file;
    const struct names *names;
    const struct request_table *requests;
    bool counts_cpus; /* a processor is a CPU */
    bool has_begun;
    int64_t zero_ns;
    uint64_t jobs; /* written */
    struct swf_numbers numbers[SWF_NAMED];
    struct log_losses losses;
};

void swf_writer_init(struct swf_writer *w, struct out_file *file, const struct names *names,
                     const struct request_table *requests, bool counts_cpus);
void swf_writer_fini(struct swf_writer *w);
void swf_writer_put(struct swf_writer *w, const struct job_spec *job);

#endif /* WORKLOADS_SWF_WRITER_H */
