/*
 * What the swf source makes of the real logs beside this repository: how many jobs, how much work,
 * which repairs. A small program that shares nothing with the reader but the rules counted the
 * same. What the strong filter keeps of KTH-SP2 and CEA-Curie is published.
 */
#include "models/request.h"
#include "tests/shared_data.h"
#include "tests/source_run.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct source_world no_nodes = {.nodes = 0};

static const struct row {
    const char *file;
    const char *options;
    uint64_t jobs;
    int64_t processor_s; /* processors x run times, each cut to seconds */
    const char *tally;
} rows[] = {
    {"CEA-Curie-2011-2.1-cln.swf.gz", "", 298092, INT64_C(1266763007256),
     "-19 number of processors unknown: job left out (line 11216)\n"
     "84585 requested or allocated processors unknown: the other number taken (line 895)\n"
     "2552 run time 0: kept (line 430)\n"
     "-14715 cancelled before it started: job left out (line 77)\n"
     "5416 requested time below the run time: raised to it (line 80)\n"},
    {"KTH-SP2-predictsim.swf.gz", "", 28489, INT64_C(2019298503),
     "8 run time 0: kept (line 2485)\n"
     "475 requested time below the run time: raised to it (line 146)\n"},
    {"LCG.swf.gz", "", 188041, INT64_C(1502530759),
     "188041 requested or allocated processors unknown: the other number taken (line 189)\n"
     "521 run time 0: kept (line 41454)\n"},
    {"LLNL-Atlas-2006-2.1-cln.swf.gz", "", 39139, INT64_C(108081978968),
     "-4571 number of processors unknown: job left out (line 33)\n"
     "1 requested or allocated processors unknown: the other number taken (line 10778)\n"
     "2539 run time 0: kept (line 38)\n"
     "-68 cancelled before it started: job left out (line 5150)\n"
     "6275 requested time unknown: run time taken (line 38)\n"
     "3351 requested time below the run time: raised to it (line 565)\n"},
    {"NASA-iPSC-1993-3-wrench-excerpt.swf", "", 228, INT64_C(3281872),
     "228 requested or allocated processors unknown: the other number taken (line 29)\n"
     "228 requested time unknown: run time taken (line 29)\n"},
    {"UniLu-Gaia-2014-1.swf.gz", "", 51860, INT64_C(6978070499),
     "-127 run time unknown: job left out (line 10795)\n"
     "1 run time 0: kept (line 8697)\n"
     "1500 requested time below the run time: raised to it (line 45)\n"},
    {"cqgym_theta_train.swf.gz", "", 3000, INT64_C(7349855063),
     "3000 more than 18 fields: the others ignored (line 4)\n"
     "620 requested time below the run time: raised to it (line 4)\n"},
    {"hpc2n-alea.swf.gz", "", 3145, INT64_C(502634281),
     "-25 run time unknown: job left out (line 34)\n"
     "320 requested time below the run time: raised to it (line 29)\n"},
    {"lublin_256.swf.gz", "", 10000, INT64_C(2092781168),
     "10000 requested or allocated processors unknown: the other number taken (line 8)\n"
     "10000 requested time unknown: run time taken (line 8)\n"},
    {"lublin_256_new2.swf.gz", "", 10000, INT64_C(726158669),
     "10000 requested or allocated processors unknown: the other number taken (line 8)\n"
     "10000 requested time unknown: run time taken (line 8)\n"},
    {"mira_2018.swf.gz", "", 22508, INT64_C(462304547932),
     "22508 requested or allocated processors unknown: the other number taken (line 5)\n"
     "22508 requested time unknown: run time taken (line 5)\n"},
    {"slurmsim_jobs500.swf", "", 437, INT64_C(3272112),
     "2000 name in place of a number: kept (line 1)\n"
     "500 semicolons between the fields: read as blanks (line 1)\n"
     "500 requested or allocated processors unknown: the other number taken (line 1)\n"
     "-63 run time unknown: job left out (line 7)\n"
     "65 run time 0: kept (line 8)\n"},
    {"theta_2022.swf.gz", "", 23911, INT64_C(104021245885),
     "6264 requested time below the run time: raised to it (line 4)\n"},
    {"theta_argonne_2023.swf.gz", "", 23387, INT64_C(65160837558),
     "23387 requested or allocated processors unknown: the other number taken (line 5)\n"
     "23387 requested time unknown: run time taken (line 5)\n"
     "8056 submitted before the job above it: put in order (line 6)\n"},
    {"wagap-2013.swf.gz", "", 17898, INT64_C(9647254226),
     "17900 more than 18 fields: the others ignored (line 1)\n"
     "-2 run time below 0: job left out (line 4186)\n"
     "702 requested time below the run time: raised to it (line 17)\n"},
    {"KTH-SP2-predictsim.swf.gz", ", filter: strong", 28481, 2013209080,
     "-8 strong filter: run time not above 0 (line 2485)\n"
     "475 strong filter: run time cut to the requested time (line 146)\n"},
    {"CEA-Curie-2011-2.1-cln.swf.gz", ", filter: strong, machine: 80640", 295540,
     INT64_C(1264995649566),
     "-19 number of processors unknown: job left out (line 11216)\n"
     "84585 requested or allocated processors unknown: the other number taken (line 895)\n"
     "-17267 strong filter: run time not above 0 (line 77)\n"
     "5416 strong filter: run time cut to the requested time (line 80)\n"},
    {"theta_argonne_2023.swf.gz", ", requested_time_field: 6, order: {jobs: 1000}", 23387,
     INT64_C(65160837558),
     "23387 requested or allocated processors unknown: the other number taken (line 5)\n"
     "4647 requested time below the run time: raised to it (line 5)\n"
     "8056 submitted before the job above it: put in order (line 6)\n"},
};

static bool ran[LEN(rows)];

struct sums {
    uint64_t jobs;
    int64_t processor_s, last_ns;
};

static struct sums pull_all(struct source_run *r)
{
    struct sums s = {.last_ns = INT64_MIN};
    enum pull how;
    while ((how = source_run_next(r)) == PULL_JOB) {
        assert_true(r->job.submit_ns >= s.last_ns);
        s.last_ns = r->job.submit_ns;
        s.processor_s += r->job.work_ns / 1000000000 * r->job.groups[0].count;
        s.jobs++;
    }
    assert_int_equal(how, PULL_END);
    return s;
}

static char *tally_of(const struct source_run *r)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    source_run_print_tally(r, out);
    fclose(out);
    return text;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    const char *shared = shared_data_dir();
    char options[512];
    if (shared == NULL)
        return;
    snprintf(options, sizeof options, "{swf: %s/traces/swf/%s%s}", shared, row->file, row->options);
    struct source_run r;
    source_run_open(&r, &no_nodes, options);
    assert_string_equal(messages_text(&r.m), "");
    assert_true(r.is_open);
    const struct sums s = pull_all(&r);
    char *tally = tally_of(&r);
    print_message("%s%s: %" PRIu64 " jobs\n%s", row->file, row->options, s.jobs, tally);
    assert_int_equal(s.jobs, row->jobs);
    assert_int_equal(s.processor_s, row->processor_s);
    assert_string_equal(tally, row->tally);
    free(tally);
    source_run_close(&r);
    ran[row - rows] = true;
}

static int say_how_many(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        count += ran[i];
    if (shared_data_dir() == NULL)
        print_message("no traces beside this repository: skipped\n");
    else
        print_message("%zu of %zu cases\n", count, LEN(rows));
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].file,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    return cmocka_run_group_tests_name("swf_traces", tests, NULL, say_how_many);
}
