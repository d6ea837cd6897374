#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "tests/shared_data.h"
#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)

static const struct source_world gpus = {.nodes = 4, .gpus = 8, .cpus = 16};
static const struct source_world strict = {.nodes = 4, .gpus = 8, .cpus = 16, .strict = true};
static const struct source_world late = {.nodes = 4, .gpus = 8, .start_ns = 2000 * HOUR_NS};
static const struct source_world short_one = {.nodes = 4, .gpus = 8, .horizon_ns = HOUR_NS};
static const struct source_world quota_only = {.nodes = 0};
static const struct source_world no_gpus = {.nodes = 2, .cpus = 16};

/* Fields:          job submit wait run alloc cpu mem req time mem status user group exe queue part
 */
#define PLAIN_1   "1 100 10 60 4 -1 -1 4 120 -1 1 7 3 -1 1 2 -1 -1\n"
#define PLAIN_2   "2 160 10 30 2 -1 -1 2 30 -1 0 8 3 -1 2 2 -1 -1\n"
#define PLAIN_3   "3 100000 10 90 1 -1 -1 1 100 -1 5 -1 -1 -1 -1 -1 -1 -1\n"
#define ALL_THREE PLAIN_1 PLAIN_2 PLAIN_3

/* --- rows: options beside the file's name, a log, and what comes of them --- */

static const struct row {
    const char *name;
    const struct source_world *world;
    const char *options;
    const char *log;
    const char *comes;
} rows[] = {
    {"a_job_is_a_gang_of_processors", &gpus, "", ALL_THREE,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant g3, queue q1\n"
     "job-2 at 60s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8, tenant g3, queue q2\n"
     "job-3 at 1d3h45m: 1 x 1 nvidia.com/gpu, 90s of 100s\n"},
    {"processors_may_be_cpus", &gpus, "as: {processor: cpu}", PLAIN_1,
     "job-1 at 0s: 4 x 1000 cpu, 60s of 2m, user u7, tenant g3, queue q1\n"},
    {"tasks_may_have_several_processors", &gpus, "as: {per_task: 8}, name: kth",
     "1 0 -1 9 12 -1 -1 12 9 -1 1 1 1 -1 1 1 -1 -1\n2 0 -1 9 13 -1 -1 13 9 -1 1 1 1 -1 1 1 -1 -1\n"
     "3 0 -1 9 8 -1 -1 8 9 -1 1 1 1 -1 1 1 -1 -1\n",
     "kth-1 at 0s: 2 x 6 nvidia.com/gpu, 9s of 9s, user u1, tenant g1, queue q1\n"
     "kth-2 at 0s: 13 x 1 nvidia.com/gpu, 9s of 9s, user u1, tenant g1, queue q1\n"
     "kth-3 at 0s: 1 x 8 nvidia.com/gpu, 9s of 9s, user u1, tenant g1, queue q1\n"},
    {"cpus_of_a_task_are_thousands", &gpus, "as: {processor: cpu, per_task: 4}", PLAIN_1,
     "job-1 at 0s: 1 x 4000 cpu, 60s of 2m, user u7, tenant g3, queue q1\n"},
    {"names_in_the_header_are_taken", &gpus, "queue: queue, tenant: partition",
     "; Queue: 1 batch\n; Partition: 2 thin nodes\n" PLAIN_1 PLAIN_2,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant thin nodes, queue batch\n"
     "job-2 at 60s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8, tenant thin nodes, queue q2\n"},
    {"queues_may_be_named_after_others", &gpus, "queue: user, tenant: none", PLAIN_1 PLAIN_3,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, queue u7\n"
     "job-3 at 1d3h45m: 1 x 1 nvidia.com/gpu, 90s of 100s\n"},
    {"the_tenant_is_the_user_where_there_is_no_group", &gpus, "",
     "1 0 -1 9 1 -1 -1 1 9 -1 1 7 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s, user u7, tenant u7\n"},
    {"large_numbers_are_names_too", &gpus, "tenant: none",
     "1 0 -1 9 1 -1 -1 1 9 -1 1 92605928607567 70000 -1 65536 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s, user u92605928607567, queue q65536\n"},

    {"offset_stretch_and_work", &gpus, "as: {offset: 1d, stretch: 0.1, work: 1.5}", ALL_THREE,
     "job-1 at 1d: 4 x 1 nvidia.com/gpu, 90s of 3m, user u7, tenant g3, queue q1\n"
     "job-2 at 1d6s: 2 x 1 nvidia.com/gpu, 45s of 45s, user u8, tenant g3, queue q2\n"
     "job-3 at 1d2h46m30s: 1 x 1 nvidia.com/gpu, 2m15s of 2m30s\n"},
    {"stretched_to_nothing_all_come_at_once", &gpus, "as: {stretch: 0, work: 0}", PLAIN_1 PLAIN_2,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 0s of 0s, user u7, tenant g3, queue q1\n"
     "job-2 at 0s: 2 x 1 nvidia.com/gpu, 0s of 0s, user u8, tenant g3, queue q2\n"},
    {"only_the_first_jobs", &gpus, "as: {jobs: 1}", ALL_THREE,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant g3, queue q1\n"},
    {"jobs_beyond_the_horizon_are_not_made", &short_one, "", ALL_THREE,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant g3, queue q1\n"
     "job-2 at 60s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8, tenant g3, queue q2\n"},
    {"jobs_start_with_the_simulation", &late, "", PLAIN_1,
     "job-1 at 83d8h: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant g3, queue q1\n"},
    {"or_at_the_dates_of_the_log", &late, "start: log", "; UnixStartTime: 7199900\n" ALL_THREE,
     "job-1 at 83d8h: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant g3, queue q1\n"
     "job-2 at 83d8h1m: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8, tenant g3, queue q2\n"
     "job-3 at 84d11h45m: 1 x 1 nvidia.com/gpu, 90s of 100s\n"},
    {"jobs_before_the_start_are_left_out", &late, "start: log",
     "; UnixStartTime: 7199890\n" ALL_THREE,
     "job-2 at 83d8h50s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8, tenant g3, queue q2\n"
     "job-3 at 84d11h44m50s: 1 x 1 nvidia.com/gpu, 90s of 100s\n"
     "-1 before the start of the simulation: job left out (line 0)\n"},
    {"fractions_of_seconds_are_kept", &gpus, "tenant: none, queue: none",
     "1 0.5 -1 1.25 1 -1 -1 1 2.125 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
     "2 0.75 -1 1 1 -1 -1 1 2 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 1.25s of 2.125s\n"
     "job-2 at 250ms: 1 x 1 nvidia.com/gpu, 1s of 2s\n"},

    {"the_requested_size_counts", &gpus, "tenant: none, queue: none",
     "1 0 -1 9 5 -1 -1 3 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 3 x 1 nvidia.com/gpu, 9s of 9s\n"},
    {"or_the_allocated_one", &gpus, "tenant: none, queue: none, size: allocated",
     "1 0 -1 9 5 -1 -1 3 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 5 x 1 nvidia.com/gpu, 9s of 9s\n"},
    {"or_the_larger_one", &gpus, "tenant: none, queue: none, size: max",
     "1 0 -1 9 5 -1 -1 3 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 9 -1 -1 -1 3 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n",
     "job-1 at 0s: 5 x 1 nvidia.com/gpu, 9s of 9s\njob-2 at 0s: 3 x 1 nvidia.com/gpu, 9s of 9s\n"},
    {"an_unknown_size_is_the_other_one", &gpus, "tenant: none, queue: none",
     "1 0 -1 9 5 -1 -1 -1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 9 5 -1 -1 0 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 0 -1 9 -1 -1 -1 -1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 5 x 1 nvidia.com/gpu, 9s of 9s\njob-2 at 0s: 5 x 1 nvidia.com/gpu, 9s of 9s\n"
     "-1 number of processors unknown: job left out (line 3)\n"
     "2 requested or allocated processors unknown: the other number taken (line 1)\n"},
    {"an_unknown_allocation_is_the_request", &gpus, "tenant: none, queue: none, size: allocated",
     "1 0 -1 9 -1 -1 -1 3 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 3 x 1 nvidia.com/gpu, 9s of 9s\n"
     "1 requested or allocated processors unknown: the other number taken (line 1)\n"},
    {"jobs_wider_than_the_cluster_are_left_out", &gpus, "tenant: none, queue: none",
     "1 0 -1 9 32 -1 -1 32 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 9 33 -1 -1 33 9 -1 1 -1 -1 -1 -1 "
     "-1 -1 -1\n",
     "job-1 at 0s: 32 x 1 nvidia.com/gpu, 9s of 9s\n"
     "-1 more processors than the machine: job left out (line 2)\n"},
    {"cpus_of_the_cluster_are_counted", &gpus, "tenant: none, queue: none, as: {processor: cpu}",
     "1 0 -1 9 64 -1 -1 64 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 9 65 -1 -1 65 9 -1 1 -1 -1 -1 -1 "
     "-1 -1 -1\n",
     "job-1 at 0s: 64 x 1000 cpu, 9s of 9s\n"
     "-1 more processors than the machine: job left out (line 2)\n"},
    {"the_machine_may_be_given", &gpus, "tenant: none, queue: none, machine: 2", PLAIN_1 PLAIN_2,
     "job-2 at 0s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8\n"
     "-1 more processors than the machine: job left out (line 1)\n"},
    {"without_nodes_the_header_says_how_wide", &quota_only, "tenant: none, queue: none",
     "; MaxNodes: 9\n; MaxProcs: 3\n" PLAIN_1 PLAIN_2,
     "job-2 at 0s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8\n"
     "-1 more processors than the machine: job left out (line 3)\n"},
    {"or_the_number_of_nodes", &quota_only, "tenant: none, queue: none",
     "; MaxNodes: 3\n" PLAIN_1 PLAIN_2,
     "job-2 at 0s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8\n"
     "-1 more processors than the machine: job left out (line 2)\n"},
    {"or_nobody_does", &quota_only, "tenant: none, queue: none",
     "1 0 -1 9 2147483647 -1 -1 -1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
     "2 0 -1 9 2147483648 -1 -1 -1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 2147483647 x 1 nvidia.com/gpu, 9s of 9s\n"
     "2 requested or allocated processors unknown: the other number taken (line 1)\n"
     "-1 more processors than the machine: job left out (line 2)\n"},

    {"run_times_of_all_kinds", &gpus, "tenant: none, queue: none",
     "1 0 -1 0 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 -1 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 0 -1 -7 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n4 0 -1 0 1 -1 -1 1 9 -1 5 -1 -1 -1 "
     "-1 -1 -1 -1\n5 0 -1 -1 1 -1 -1 1 9 -1 5 -1 -1 -1 -1 -1 -1 -1\n6 0 -1 3 1 -1 -1 1 9 -1 5 -1 "
     "-1 -1 -1 -1 -1 -1\n7 0 -1 2147483648 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 0s of 9s\njob-6 at 0s: 1 x 1 nvidia.com/gpu, 3s of 9s\n"
     "-1 run time unknown: job left out (line 2)\n-1 run time below 0: job left out (line 3)\n"
     "1 run time 0: kept (line 1)\n-1 run time above 68 years: job left out (line 7)\n"
     "-2 cancelled before it started: job left out (line 4)\n"},
    {"requested_times_of_all_kinds", &gpus, "tenant: none, queue: none",
     "1 0 -1 5 1 -1 -1 1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 5 1 -1 -1 1 0 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 0 -1 5 1 -1 -1 1 3 -1 1 -1 -1 -1 -1 -1 -1 -1\n4 0 -1 5 1 -1 -1 1 4294967295 -1 1 -1 "
     "-1 -1 -1 -1 -1 -1\n5 0 -1 5 1 -1 -1 1 5 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 5s of 5s\njob-2 at 0s: 1 x 1 nvidia.com/gpu, 5s of 5s\n"
     "job-3 at 0s: 1 x 1 nvidia.com/gpu, 5s of 5s\njob-4 at 0s: 1 x 1 nvidia.com/gpu, 5s of ever\n"
     "job-5 at 0s: 1 x 1 nvidia.com/gpu, 5s of 5s\n"
     "2 requested time unknown: run time taken (line 1)\n"
     "1 requested time above 68 years: no limit (line 4)\n"
     "1 requested time below the run time: raised to it (line 3)\n"},
    {"overruns_may_be_cut", &gpus, "tenant: none, queue: none, overrun: cut",
     "3 0 -1 5 1 -1 -1 1 3 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-3 at 0s: 1 x 1 nvidia.com/gpu, 3s of 3s\n"
     "1 run time above the requested time: cut to it (line 1)\n"},
    {"overruns_may_be_kept", &gpus, "tenant: none, queue: none, overrun: keep",
     "3 0 -1 5 1 -1 -1 1 3 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-3 at 0s: 1 x 1 nvidia.com/gpu, 5s of 3s\n"
     "1 run time above the requested time: both kept (line 1)\n"},
    {"estimates_may_be_perfect", &gpus, "tenant: none, queue: none, estimate: run", PLAIN_1,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 60s, user u7\n"},
    {"the_request_may_stand_in_field_6", &gpus,
     "tenant: none, queue: none, requested_time_field: 6",
     "1 0 71 3632 8 3600 -1 -1 -1 -1 -1 0 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 8 x 1 nvidia.com/gpu, 1h32s of 1h32s, user u0\n"
     "1 requested or allocated processors unknown: the other number taken (line 1)\n"
     "1 requested time below the run time: raised to it (line 1)\n"},

    {"the_strong_filter", &gpus, "tenant: none, queue: none, filter: strong",
     "1 0 -1 9 33 -1 -1 33 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 0 -1 0 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 0 -1 9 1 -1 -1 1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n4 0 -1 9 -1 -1 -1 2 5 -1 0 -1 -1 -1 "
     "-1 -1 -1 -1\n5 -3 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n6 0 -1 -1 1 -1 -1 1 9 -1 5 -1 "
     "-1 -1 -1 -1 -1 -1\n",
     "job-4 at 0s: 2 x 1 nvidia.com/gpu, 5s of 5s\n"
     "-1 strong filter: more processors than the machine (line 1)\n"
     "-2 strong filter: run time not above 0 (line 2)\n"
     "-1 strong filter: requested time not above 0 (line 3)\n"
     "-1 strong filter: submit time below 0 (line 5)\n"
     "1 strong filter: run time cut to the requested time (line 4)\n"},
    {"what_the_filter_does_is_no_dirt", &strict, "tenant: none, queue: none, filter: strong",
     "2 0 -1 0 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n4 0 -1 9 2 -1 -1 2 5 -1 0 -1 -1 -1 "
     "-1 -1 -1 -1\n",
     "job-4 at 0s: 2 x 1 nvidia.com/gpu, 5s of 5s\n"
     "-1 strong filter: run time not above 0 (line 1)\n"
     "1 strong filter: run time cut to the requested time (line 2)\n"},

    {"jobs_are_chosen_by_their_status", &gpus, "tenant: none, queue: none, status: completed",
     ALL_THREE,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7\n"
     "-2 status not chosen: job left out (line 2)\n"},
    {"several_may_be_chosen", &gpus,
     "tenant: none, queue: none, status: [failed, cancelled, unknown]",
     ALL_THREE "9 100000 -1 9 1 -1 -1 1 9 -1 -1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-2 at 0s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8\n"
     "job-3 at 1d3h44m: 1 x 1 nvidia.com/gpu, 90s of 100s\n"
     "job-9 at 1d3h44m: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "-1 status not chosen: job left out (line 1)\n"},
    {"parts_of_a_job_are_left_out", &gpus, "tenant: none, queue: none",
     "5 0 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n5 -1 3 4 1 -1 -1 1 9 -1 2 -1 -1 -1 -1 -1 -1 "
     "-1\n5 -1 3 5 1 -1 -1 1 9 -1 3 -1 -1 -1 -1 -1 -1 -1\n6 7 -1 9 1 -1 -1 1 9 -1 2 -1 -1 -1 -1 -1 "
     "-1 -1\n",
     "job-5 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-6 at 7s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "-2 part of the job above it (status 2 to 4): line left out (line 2)\n"},

    {"submit_times_of_all_kinds", &gpus, "tenant: none, queue: none",
     "1 -5 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 -1 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 7 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-3 at 7s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "-1 submit time unknown: job left out (line 2)\n"
     "1 submit time below 0: raised to 0 (line 1)\n"},
    {"jobs_are_put_in_order", &gpus, "tenant: none, queue: none",
     "1 50 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 40 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 45 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n4 40 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 "
     "-1 -1 -1 -1\n",
     "job-2 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-4 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "job-3 at 5s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-1 at 10s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "2 submitted before the job above it: put in order (line 2)\n"},
    {"a_small_window_is_made_up_for_by_sorting", &gpus,
     "tenant: none, queue: none, order: {jobs: 1}",
     "1 50 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 40 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 30 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-3 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-2 at 10s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "job-1 at 20s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "2 submitted before the job above it: put in order (line 2)\n"},
    {"a_window_that_is_too_small_is_counted", &gpus,
     "tenant: none, queue: none, order: {method: window, jobs: 1}",
     "1 50 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n2 40 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 "
     "-1 -1\n3 60 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-2 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "job-3 at 10s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "1 submitted before the job above it: put in order (line 2)\n"
     "1 too far out of order for the window: arrives later (line 0)\n"},
    {"numbers_used_twice_are_kept", &gpus, "tenant: none, queue: none",
     "7 0 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n8 0 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 "
     "-1\n7 0 -1 9 1 -1 -1 1 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
     "job-7 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\njob-8 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "job-7 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\n1 job number used before: kept (line 3)\n"},
    {"dirt_within_lines_is_counted", &gpus, "tenant: group, queue: queue",
     "1 0 -1 9 1.5 -1 -1 1 9 -1 1 ann g-7 -1 batch -1 -1 -1\njunk\n2 0 -1 9 1 x -1 1 9 -1 1 1 1 -1 "
     "1 "
     "-1 -1\n\n3;0;;9;1;;;1;9;;1;;;;;;;\n4 0 -1 9 1 -1 -1 1 9 -1 1 1 1 -1 1 -1 -1 -1 7\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s, user ann, tenant g-7, queue batch\n"
     "job-2 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s, user u1, tenant g1, queue q1\n"
     "job-3 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s\n"
     "job-4 at 0s: 1 x 1 nvidia.com/gpu, 9s of 9s, user u1, tenant g1, queue q1\n"
     "1 fraction in a field of whole numbers: cut off (line 1)\n"
     "1 no number: taken as unknown (line 3)\n3 name in place of a number: kept (line 1)\n"
     "1 semicolons between the fields: read as blanks (line 5)\n"
     "2 17 fields: the last one taken as unknown (line 3)\n"
     "1 more than 18 fields: the others ignored (line 6)\n"
     "-1 fewer than 17 fields: line left out (line 2)\n"},

    {"strict_refuses_all_dirt_at_once", &strict, "",
     "; a comment\n" PLAIN_1 "2 0 -1 -1 99 -1 -1 99 9 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
     "  3\t300 -1 -1 4 -1 -1 -1 9 -1 1 -1 -1 -1 -1 -1 -1\nnothing here\n"
     "1 200 -1 9 4 x -1 4 5 -1 1 bob -1 -1 -1 -1 -1 -1 1\n",
     "FILE:3:20: error: requested processors: '99': more than the machine has; expected a job that "
     "fits\n"
     "FILE:4:1: error: line: '  3\\t300 -1 -1 4 -1 -1 -1 9 -1 1 -1 -1 -1 -1 -1 -1': 17 fields; "
     "expected 18\n"
     "FILE:4:23: error: requested processors: '-1': unknown; expected the number of processors in "
     "field 5 or 8\n"
     "FILE:4:12: error: run time: '-1': unknown; expected seconds, such as 3600\n"
     "FILE:5:1: error: line: 'nothing here': fewer than 17 fields; expected 18\n"
     "FILE:6:14: error: CPU time: 'x': not a number; expected a number, -1 for unknown\n"
     "FILE:6:28: error: user: 'bob': a name; expected its number\n"
     "FILE:6:50: error: field 19: '1': more than 18 fields; expected 18\n"
     "FILE:6:21: error: requested time: '5': below the run time; expected at least the run time\n"
     "FILE:6:1: error: job number: '1': used before; expected a number of its own\n"
     "failed\n"},
    {"strict_takes_a_clean_log", &strict, "as: {jobs: 2}", ALL_THREE,
     "job-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of 2m, user u7, tenant g3, queue q1\n"
     "job-2 at 60s: 2 x 1 nvidia.com/gpu, 30s of 30s, user u8, tenant g3, queue q2\n"},

    {"an_empty_log_is_a_warning", &gpus, "", "",
     "FILE: warning: there is no job in it; is it a log in the Standard Workload Format?\n"},
    {"a_header_alone_is_a_warning", &gpus, "", "; MaxProcs: 7\n;\n",
     "FILE: warning: there is no job in it; is it a log in the Standard Workload Format?\n"},
    {"a_log_of_another_time_is_a_warning", &late, "start: log", PLAIN_1,
     "FILE: warning: no job of this log falls into the simulation; try `start: now`\n"
     "-1 before the start of the simulation: job left out (line 0)\n"},

    {"machines_without_gpus_are_an_error", &no_gpus, "as: {processor: gpu}", PLAIN_1,
     "scenario.yaml:1:52: error: processor: 'gpu': no node of the cluster has any; expected cpu, "
     "or "
     "machines with whole GPUs\n"
     "    1 | {swf: FILE, as: {processor: gpu}}\n"
     "      |                                                    ^\n"
     "failed\n"},
    {"options_are_checked", &gpus, "size: largest, requested_time_field: 8, stats: 1", PLAIN_1,
     "scenario.yaml:1:42: error: size: 'largest': not one of requested, allocated, max\n"
     "    1 | {swf: FILE, size: largest, requested_time_field: 8, stats: 1}\n"
     "      |                                          ^\n"
     "scenario.yaml:1:76: error: unknown key 'stats' in swf; did you mean 'status'?\n"
     "    1 | {swf: FILE, size: largest, requested_time_field: 8, stats: 1}\n"
     "      |                                                                            ^\n"
     "failed\n"},
    {"a_status_is_checked", &gpus, "status: [completed, canceled]", PLAIN_1,
     "scenario.yaml:1:56: error: status: 'canceled': unknown; expected completed, failed, "
     "cancelled "
     "or unknown; did you mean 'cancelled'?\n"
     "    1 | {swf: FILE, status: [completed, canceled]}\n"
     "      |                                                        ^\n"
     "failed\n"},
    {"the_field_is_checked", &gpus, "requested_time_field: 8", PLAIN_1,
     "scenario.yaml:1:58: error: requested_time_field: '8': no field for it; expected 9 or 6\n"
     "    1 | {swf: FILE, requested_time_field: 8}\n"
     "      |                                                          ^\n"
     "failed\n"},
};

static char *comes_of(const struct row *row, const char *path)
{
    char options[512];
    snprintf(options, sizeof options, "{swf: %s%s%s}", path, row->options[0] == '\0' ? "" : ", ",
             row->options);
    return source_run_all(row->world, options, path);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct temp_file f;
    temp_file_text(&f, row->log);
    char *comes = comes_of(row, f.path);
    assert_string_equal(comes, row->comes);
    free(comes);
    temp_file_remove(&f);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    return cmocka_run_group_tests_name("swf_source", tests, NULL, NULL);
}
