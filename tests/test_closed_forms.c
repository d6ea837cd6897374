/*
 * Queues whose answer is known in closed form, simulated from the random numbers to the results.
 *
 * Notation: jobs arrive at the rate l, run 1/m seconds on average (here 1), r = l / (c m) is the
 * load of c servers, a = l / m. Sources: L. Kleinrock, Queueing Systems I and II (1975, 1976); J.
 * W. Cohen, The Single Server Queue (1982); J. S. Kaufman, IEEE Trans. Commun. 29 (1981); T. E.
 * Phipps, Oper. Res. 4 (1956); C. Palm, Ericsson Technics (1937).
 */
#include "tests/near.h"
#include "tests/queue_lab.h"

#define WORKLOAD(arrivals, duration, more) \
    "{generate: {name: q, arrivals: " arrivals ", duration: " duration more "}}"
#define EXPONENTIAL "{exponential: {mean: 1s}}"

static double waits_over_5_s(const struct job *job)
{
    return queue_wait_s(job) > 5;
}

static double waits_over_100_ms(const struct job *job)
{
    return queue_wait_s(job) > .1;
}

/* The probability that a job is lost on c servers without a queue. */
static double erlang_b(int c, double a)
{
    double b = 1;
    for (int k = 1; k <= c; k++)
        b = a * b / (k + a * b);
    return b;
}

/* The probability that a job waits at c servers with a queue. */
static double erlang_c(int c, double a)
{
    const double b = erlang_b(c, a), r = a / c;
    return b / (1 - r * (1 - b));
}

/* --- one server --- */

/* M/M/1: a job finds the server busy with probability r, the time in the system is exponential with
 * rate m - l: Wq = r / (m - l), P(Wq > t) = r exp(-(m - l) t). At r = .8: 4 s and .8 / e. */
static void one_server_with_exponential_times(void **state)
{
    (void)state;
    struct queue_lab q = {
        .policy = "fifo",
        .workload = WORKLOAD("{rate: 0.8/s}", EXPONENTIAL, ", jobs: 24000"),
        .nodes = 1,
        .gpus_per_node = 1,
        .replications = 20,
        .first = 2001,
        .last = 24000,
        .measures = {queue_wait_s, queue_has_waited, waits_over_5_s, queue_sojourn_s},
        .measures_len = 4,
    };
    queue_lab_run(&q);
    queue_lab_expect(&q, 0, "mean wait", 4);
    queue_lab_expect(&q, 1, "waits at all", .8);
    queue_lab_expect(&q, 2, "waits over 5 s", .8 * exp(-1));
    queue_lab_expect(&q, 3, "time in the system", 5);
}

/* M/G/1 (Pollaczek-Khinchine): Wq = l E[S^2] / (2 (1 - r)), E[S^2] = 1 + cv^2. At r = .7: 7/6 s for
 * equal run times, 7/6 (1 + cv^2) in general; M/D/1 is half of M/M/1. */
static void one_server_with_general_times(void **state)
{
    (void)state;
    static const struct {
        const char *name, *workload;
        double cv2;
    } rows[] = {
        {"equal", WORKLOAD("{rate: 0.7/s}", "1s", ", jobs: 12000"), 0},
        {"gamma, cv 0.5",
         WORKLOAD("{rate: 0.7/s}", "{gamma: {mean: 1s, cv: 0.5}}", ", jobs: 12000"), .25},
        {"hyperexponential, cv 2",
         WORKLOAD("{rate: 0.7/s}", "{hyperexponential: {mean: 1s, cv: 2}}", ", jobs: 12000"), 4},
        {"two values",
         WORKLOAD("{rate: 0.7/s}", "{values: [500ms, 3s], weights: [4, 1]}", ", jobs: 12000"), 1},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct queue_lab q = {
            .policy = "fifo",
            .workload = rows[i].workload,
            .nodes = 1,
            .gpus_per_node = 1,
            .replications = 20,
            .first = 1001,
            .last = 12000,
            .measures = {queue_wait_s, queue_has_waited},
            .measures_len = 2,
        };
        print_message("%s\n", rows[i].name);
        queue_lab_run(&q);
        queue_lab_expect(&q, 0, "mean wait", 7.0 / 6 * (1 + rows[i].cv2));
        queue_lab_expect(&q, 1, "waits at all", .7);
    }
}

/* G/M/1: a job finds the server busy with probability s, the root below 1 of s = A*(m (1 - s)), A*
 * the Laplace transform of intervals; Wq = s / (m (1 - s)). Equal intervals d: A*(x) = exp(-d x);
 * Erlang's of two stages and mean d: (1 + d x / 2)^-2. */
static double busy_on_arrival(double (*transform)(double x))
{
    double s = .5;
    for (int i = 0; i < 1000; i++)
        s = transform(1 - s);
    return s;
}

static double of_equal(double x)
{
    return exp(-x / .8);
}

static double of_erlang(double x)
{
    return 1 / ((1 + x / 1.6) * (1 + x / 1.6));
}

static void one_server_with_general_intervals(void **state)
{
    (void)state;
    static const struct {
        const char *name, *workload;
        double (*transform)(double x);
    } rows[] = {
        {"equal intervals",
         WORKLOAD("{process: deterministic, rate: 0.8/s}", EXPONENTIAL, ", jobs: 12000"), of_equal},
        {"Erlang intervals",
         WORKLOAD("{process: renewal, between: {erlang: {mean: 1250ms, stages: 2}}}", EXPONENTIAL,
                  ", jobs: 12000"),
         of_erlang},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const double s = busy_on_arrival(rows[i].transform);
        struct queue_lab q = {
            .policy = "fifo",
            .workload = rows[i].workload,
            .nodes = 1,
            .gpus_per_node = 1,
            .replications = 20,
            .first = 1001,
            .last = 12000,
            .measures = {queue_wait_s, queue_has_waited},
            .measures_len = 2,
        };
        print_message("%s\n", rows[i].name);
        queue_lab_run(&q);
        queue_lab_expect(&q, 0, "mean wait", s / (1 - s));
        queue_lab_expect(&q, 1, "waits at all", s);
    }
}

/* M^X/M/1, batches of X = 3: L = r (1 + E[X^2] / E[X]) / (2 (1 - r)), time in the system L / l. At
 * r = .6: L = .6 * 4 / .8 = 3, and 5 s. */
static void one_server_with_batches(void **state)
{
    (void)state;
    struct queue_lab q = {
        .policy = "fifo",
        .workload = WORKLOAD("{rate: 0.6/s, batch: 3}", EXPONENTIAL, ", jobs: 16000"),
        .nodes = 1,
        .gpus_per_node = 1,
        .replications = 20,
        .first = 3001,
        .last = 16000,
        .measures = {queue_sojourn_s},
        .measures_len = 1,
    };
    queue_lab_run(&q);
    queue_lab_expect(&q, 0, "time in the system", 5);
}

/* --- several servers --- */

/* M/M/c: P(Wq > t) = C exp(-(c m - l) t), Wq = C / (c m - l), C = Erlang's. A job that takes n of N
 * GPUs, n dividing N and the GPUs of each node, meets N/n servers. */
static void several_servers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *workload;
        uint32_t nodes, gpus_per_node;
        double c, r, wait_s, waits; /* published_results.md (d) */
    } rows[] = {
        {"8 servers", WORKLOAD("{rate: 6.4/s}", EXPONENTIAL, ", jobs: 24000"), 1, 8, 8, .8,
         .2860280784, .4576449254},
        {"8 servers, busier", WORKLOAD("{rate: 7.2/s}", EXPONENTIAL, ", jobs: 24000"), 8, 1, 8, .9,
         .8769162377, .7015329901},
        {"64 servers", WORKLOAD("{rate: 57.6/s}", EXPONENTIAL, ", jobs: 24000"), 8, 8, 64, .9,
         .0485411432, .3106633165},
        {"2 of 16 GPUs each", WORKLOAD("{rate: 6.4/s}", EXPONENTIAL, ", gpus: 2, jobs: 16000"), 2,
         8, 8, .8, .2860280784, .4576449254},
        {"2 nodes of 8 each", WORKLOAD("{rate: 6.4/s}", EXPONENTIAL, ", gpus: 16, jobs: 16000"), 16,
         8, 8, .8, .2860280784, .4576449254},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const double c = rows[i].c, a = c * rows[i].r;
        struct queue_lab q = {
            .policy = "fifo",
            .workload = rows[i].workload,
            .nodes = rows[i].nodes,
            .gpus_per_node = rows[i].gpus_per_node,
            .replications = 20,
            .first = 2001,
            .last = 24000,
            .measures = {queue_wait_s, queue_has_waited, waits_over_100_ms},
            .measures_len = 3,
        };
        assert_near(erlang_c((int)c, a), rows[i].waits, 1e-10);
        assert_near(erlang_c((int)c, a) / (c - a), rows[i].wait_s, 1e-10);
        print_message("%s\n", rows[i].name);
        queue_lab_run(&q);
        queue_lab_expect(&q, 0, "mean wait", rows[i].wait_s);
        queue_lab_expect(&q, 1, "waits at all", rows[i].waits);
        queue_lab_expect(&q, 2, "waits over 100 ms", rows[i].waits * exp(-(c - a) * .1));
    }
}

/* M/M/c with patience, exponential of rate t (Erlang-A, Palm): a birth-death process with deaths
 * min(n, c) m + max(n - c, 0) t. Jobs are lost at the rate t E[queue]. */
static double lost_for_want_of_patience(int c, double l, double t)
{
    double p = 1, sum = 1, queue = 0;
    for (int n = 1; n < 1000; n++) {
        p *= l / (n < c ? n : c + (n - c) * t);
        sum += p;
        queue += n > c ? (n - c) * p : 0;
    }
    return t * queue / sum / l;
}

static void several_servers_and_little_patience(void **state)
{
    (void)state;
    struct queue_lab q = {
        .policy = "fifo",
        .workload = WORKLOAD("{rate: 5/s}", EXPONENTIAL,
                             ", patience: {exponential: {mean: 2s}}, jobs: 10000"),
        .nodes = 1,
        .gpus_per_node = 4,
        .replications = 20,
        .first = 1001,
        .last = 10000,
        .measures = {queue_is_lost},
        .measures_len = 1,
    };
    queue_lab_run(&q);
    queue_lab_expect(&q, 0, "lost", lost_for_want_of_patience(4, 5, .5));
}

/* --- shortest job first --- */

/* M/G/1, non-preemptive (Phipps): a job of x seconds waits W0 / (1 - r(x))^2 on average, with W0 =
 * l E[S^2] / 2 and r(x) the load of the jobs below x. Exponential: W0 = l, r(x) = l (1 - (1 + x)
 * exp(-x)); the mean over all x by the trapezoidal rule. */
static double shortest_first_wait(double l)
{
    const double step = 1e-4;
    double sum = 0;
    for (double x = 0; x < 60; x += step) {
        const double below = 1 - l * (1 - (1 + x) * exp(-x));
        sum += step * exp(-x) * l / (below * below) * (x == 0 ? .5 : 1);
    }
    return sum;
}

static void one_server_with_the_shortest_first(void **state)
{
    (void)state;
    struct queue_lab q = {
        .policy = "sjf",
        .workload = WORKLOAD("{rate: 0.8/s}", EXPONENTIAL, ", jobs: 17000"),
        .nodes = 1,
        .gpus_per_node = 1,
        .replications = 20,
        .first = 2001,
        .last = 15000,
        .measures = {queue_wait_s},
        .measures_len = 1,
    };
    queue_lab_run(&q);
    queue_lab_expect(&q, 0, "mean wait", shortest_first_wait(.8));
}

/* --- processor sharing --- */

static double sojourn_of_short(const struct job *job)
{
    return job->work_ns < INT64_C(1000000000) ? queue_sojourn_s(job) : (double)NAN;
}

static double sojourn_of_long(const struct job *job)
{
    return job->work_ns > INT64_C(1000000000) ? queue_sojourn_s(job) : (double)NAN;
}

/* M/G/1-PS, one GPU sliced without loss: a job of x seconds takes x / (1 - r), whatever the
 * distribution; 1 / (1 - r) on average. With 100 slots, more than 100 jobs come together once in
 * .6^-100 times. */
static void a_gpu_sliced_without_loss(void **state)
{
    (void)state;
    static const struct {
        const char *name, *workload;
    } rows[] = {
        {"equal", WORKLOAD("{rate: 0.6/s}", "1s", ", jobs: 9500")},
        {"exponential", WORKLOAD("{rate: 0.6/s}", EXPONENTIAL, ", jobs: 9500")},
        {"hyperexponential, cv 2",
         WORKLOAD("{rate: 0.6/s}", "{hyperexponential: {mean: 1s, cv: 2}}", ", jobs: 9500")},
        {"two values",
         WORKLOAD("{rate: 0.6/s}", "{values: [500ms, 3s], weights: [4, 1]}", ", jobs: 9500")},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct queue_lab q = {
            .policy = "fifo",
            .workload = rows[i].workload,
            .nodes = 1,
            .gpus_per_node = 1,
            .replicas = 100,
            .replications = 20,
            .first = 1001,
            .last = 8500,
            .measures = {queue_sojourn_s, sojourn_of_short, sojourn_of_long},
            .measures_len = i + 1 == LEN(rows) ? 3 : 1,
        };
        print_message("%s\n", rows[i].name);
        queue_lab_run(&q);
        queue_lab_expect(&q, 0, "time in the system", 1 / .4);
        if (q.measures_len == 1)
            continue;
        queue_lab_expect(&q, 1, "of short jobs", .5 / .4);
        queue_lab_expect(&q, 2, "of long jobs", 3 / .4);
    }
}

/* --- loss --- */

/* M/G/c/c: who finds all servers busy is lost, with Erlang B, whatever the distribution. */
static void servers_without_a_queue(void **state)
{
    (void)state;
    static const struct {
        const char *name, *workload;
        uint32_t servers;
        double load, lost; /* published_results.md (d) */
    } rows[] = {
        {"1 server", WORKLOAD("{rate: 0.8/s}", EXPONENTIAL, ", patience: 0s, jobs: 8500"), 1, .8,
         .4444444444},
        {"8 servers, equal", WORKLOAD("{rate: 6.4/s}", "1s", ", patience: 0s, jobs: 8500"), 8, 6.4,
         .1443938899},
        {"8 servers, hyperexponential",
         WORKLOAD("{rate: 7.2/s}", "{hyperexponential: {mean: 1s, cv: 2}}",
                  ", patience: 0s, jobs: 8500"),
         8, 7.2, .1903131687},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct queue_lab q = {
            .policy = "fifo",
            .workload = rows[i].workload,
            .nodes = 1,
            .gpus_per_node = rows[i].servers,
            .replications = 20,
            .first = 501,
            .last = 8500,
            .measures = {queue_is_lost},
            .measures_len = 1,
        };
        assert_near(erlang_b((int)rows[i].servers, rows[i].load), rows[i].lost, 1e-10);
        print_message("%s\n", rows[i].name);
        queue_lab_run(&q);
        queue_lab_expect(&q, 0, "lost", rows[i].lost);
    }
}

static double lost_of(const struct job *job, uint32_t gpus)
{
    return job->gpus == gpus ? queue_is_lost(job) : (double)NAN;
}

static double lost_of_1(const struct job *job)
{
    return lost_of(job, 1);
}

static double lost_of_2(const struct job *job)
{
    return lost_of(job, 2);
}

static double lost_of_4(const struct job *job)
{
    return lost_of(job, 4);
}

static double lost_of_8(const struct job *job)
{
    return lost_of(job, 8);
}

/* Kaufman and Roberts: classes k of b_k GPUs and load a_k on C GPUs of one node. q(0) = 1, j q(j) =
 * sum over k of a_k b_k q(j - b_k); class k is lost with the share of q(C - b_k + 1 .. C). */
static void kaufman_roberts(int c, int classes, const double *a, const int *b, double *lost)
{
    double q[65] = {1}, sum = 1;
    for (int j = 1; j <= c; j++) {
        for (int k = 0; k < classes; k++)
            q[j] += j >= b[k] ? a[k] * b[k] * q[j - b[k]] / j : 0;
        sum += q[j];
    }
    for (int k = 0; k < classes; k++) {
        lost[k] = 0;
        for (int j = c - b[k] + 1; j <= c; j++)
            lost[k] += q[j] / sum;
    }
}

static void jobs_of_several_sizes_without_a_queue(void **state)
{
    (void)state;
    static const double a[] = {2, 1, .25, .1};
    static const int b[] = {1, 2, 4, 8};
    static const double published[] = {.0771645583, .1721581512, .4301448581, .9553054791};
    double lost[4];
    struct queue_lab q = {
        .policy = "fifo",
        .workload = WORKLOAD("{rate: 3.35/s}", EXPONENTIAL,
                             ", gpus: {values: [1, 2, 4, 8], weights: [2, 1, 0.25, 0.1]}, "
                             "patience: 0s, jobs: 17500"),
        .nodes = 1,
        .gpus_per_node = 8,
        .replications = 20,
        .first = 501,
        .last = 17500,
        .measures = {lost_of_1, lost_of_2, lost_of_4, lost_of_8},
        .measures_len = 4,
    };
    kaufman_roberts(8, 4, a, b, lost);
    for (int k = 0; k < 4; k++)
        assert_near(lost[k], published[k], 1e-10);
    queue_lab_run(&q);
    queue_lab_expect(&q, 0, "1 GPU: lost", lost[0]);
    queue_lab_expect(&q, 1, "2 GPUs: lost", lost[1]);
    queue_lab_expect(&q, 2, "4 GPUs: lost", lost[2]);
    queue_lab_expect(&q, 3, "8 GPUs: lost", lost[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_server_with_exponential_times),
        cmocka_unit_test(one_server_with_general_times),
        cmocka_unit_test(one_server_with_general_intervals),
        cmocka_unit_test(one_server_with_batches),
        cmocka_unit_test(several_servers),
        cmocka_unit_test(several_servers_and_little_patience),
        cmocka_unit_test(one_server_with_the_shortest_first),
        cmocka_unit_test(a_gpu_sliced_without_loss),
        cmocka_unit_test(servers_without_a_queue),
        cmocka_unit_test(jobs_of_several_sizes_without_a_queue),
    };
    print_message("seed %d\n", QUEUE_SEED);
    return cmocka_run_group_tests_name("closed_forms", tests, NULL, NULL);
}
