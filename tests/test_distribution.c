#include "sim/distribution.h"

#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/aborts.h"
#include "tests/messages.h"
#include "tests/near.h"
#include "tests/unit.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 20260302, N = 40000 };

static const double S = 1e9, H = 3600e9; /* in ns */

/* A distribution read from a line of YAML, and what was said of it. */
struct reading {
    struct messages m;
    struct yaml_file *file;
    struct arena *arena;
    struct distribution d;
    bool ok;
};

static config_read_fn *const readers[] = {
    [DISTRIBUTION_NUMBER] = distribution_read_number,
    [DISTRIBUTION_INT] = distribution_read_int,
    [DISTRIBUTION_DURATION] = distribution_read_duration,
    [DISTRIBUTION_SIZE] = distribution_read_size,
    [DISTRIBUTION_TEXT] = distribution_read_text,
};

static void reading_open(struct reading *x, const char *text, config_read_fn *read)
{
    messages_open(&x->m);
    x->arena = arena_new();
    x->file = yaml_parse("t.yaml", text, strlen(text), &x->m.diag);
    struct config_reader r = {.diag = &x->m.diag, .arena = x->arena};
    x->ok = read(&r, yaml_doc(x->file, 0), &x->d);
}

static void reading_close(struct reading *x)
{
    arena_free(x->arena);
    yaml_close(x->file);
    messages_close(&x->m);
}

static void reading_of(struct reading *x, const char *text, enum distribution_unit unit)
{
    reading_open(x, text, readers[unit]);
    if (!x->ok)
        print_message("%s", messages_text(&x->m));
    assert_true(x->ok);
    assert_string_equal(messages_text(&x->m), "");
}

static double draw(const struct distribution *d, gsl_rng *r)
{
    return d->unit == DISTRIBUTION_NUMBER ? distribution_real(d, r)
                                          : (double)distribution_int(d, r);
}

/* Mean and variance are from textbooks; NAN where only sampling and formula are compared. */
static const struct row {
    const char *name, *text;
    enum distribution_unit unit;
    double mean, variance;
    enum shape {
        SMOOTH,
        ATOMS,     /* values of a probability above 0: another test of the shape */
        LONG_TAIL, /* no fourth moment: no test of the variance */
    } shape;
} rows[] = {
    {"constant", "2.5", DISTRIBUTION_NUMBER, 2.5, 0, ATOMS},
    {"constant_duration", "{constant: 40m}", DISTRIBUTION_DURATION, 2400e9, 0, ATOMS},
    {"uniform", "{uniform: [1.2, 5]}", DISTRIBUTION_NUMBER, 3.1, 3.8 * 3.8 / 12, SMOOTH},
    {"uniform_below_zero", "{uniform: [-3, 1]}", DISTRIBUTION_NUMBER, -1, 16.0 / 12, SMOOTH},
    {"uniform_clamped", "{uniform: [0, 10], min: 2, max: 5}", DISTRIBUTION_NUMBER,
     .2 * 2 + 1.05 + 2.5, NAN, ATOMS},
    {"uniform_redrawn", "{uniform: [0, 10], min: 2, max: 5, outside: redraw}", DISTRIBUTION_NUMBER,
     3.5, .75, SMOOTH},
    {"dice", "{uniform: [1, 6]}", DISTRIBUTION_INT, 3.5, 35.0 / 12, ATOMS},
    {"dice_clamped", "{uniform: [1, 6], min: 2, max: 4}", DISTRIBUTION_INT, 19.0 / 6,
     65.0 / 6 - 361.0 / 36, ATOMS},
    {"dice_redrawn", "{uniform: [1, 6], min: 2, max: 4, outside: redraw}", DISTRIBUTION_INT, 3,
     2.0 / 3, ATOMS},
    {"dice_redrawn_to_one", "{uniform: [1, 6], min: 3, max: 3, outside: redraw}", DISTRIBUTION_INT,
     3, 0, ATOMS},
    {"negative_integers", "{uniform: [-7, -3]}", DISTRIBUTION_INT, -5, 2, ATOMS},
    {"exponential", "{exponential: {mean: 10s}}", DISTRIBUTION_DURATION, 10 * S, 100 * S *S,
     SMOOTH},
    {"exponential_clamped", "{exponential: {mean: 10}, max: 5}", DISTRIBUTION_NUMBER,
     10 * (1 - 0.60653065971263342), NAN, ATOMS},
    {"exponential_redrawn", "{exponential: {mean: 10}, min: 3, outside: redraw}",
     DISTRIBUTION_NUMBER, 13, 100, SMOOTH},
    {"lognormal", "{lognormal: {median: 40m, p95: 9h}}", DISTRIBUTION_DURATION, NAN, NAN,
     LONG_TAIL},
    {"lognormal_clamped", "{lognormal: {median: 40m, p95: 9h}, max: 48h}", DISTRIBUTION_DURATION,
     NAN, NAN, ATOMS},
    {"lognormal_redrawn", "{lognormal: {median: 40m, p95: 9h}, min: 1m, max: 48h, outside: redraw}",
     DISTRIBUTION_DURATION, NAN, NAN, SMOOTH},
    {"lognormal_by_mean", "{lognormal: {mean: 3, cv: 0.5}}", DISTRIBUTION_NUMBER, 3, 2.25, SMOOTH},
    {"weibull", "{weibull: {shape: 2, scale: 3}}", DISTRIBUTION_NUMBER, 2.6586807763582740,
     1.9314165294229652, SMOOTH},
    {"weibull_by_mean", "{weibull: {shape: 0.5, mean: 4}}", DISTRIBUTION_NUMBER, 4, 80, LONG_TAIL},
    {"weibull_redrawn", "{weibull: {shape: 2, scale: 3}, min: 1, max: 4, outside: redraw}",
     DISTRIBUTION_NUMBER, NAN, NAN, SMOOTH},
    {"gamma", "{gamma: {mean: 4, cv: 0.5}}", DISTRIBUTION_NUMBER, 4, 4, SMOOTH},
    {"gamma_by_shape", "{gamma: {shape: 0.5, scale: 3}}", DISTRIBUTION_NUMBER, 1.5, 4.5, SMOOTH},
    {"gamma_redrawn", "{gamma: {shape: 2, scale: 3}, min: 8, outside: redraw}", DISTRIBUTION_NUMBER,
     NAN, NAN, SMOOTH},
    {"gamma_clamped", "{gamma: {shape: 2, scale: 3}, min: 4, max: 8}", DISTRIBUTION_NUMBER, NAN,
     NAN, ATOMS},
    {"erlang", "{erlang: {mean: 6GiB, stages: 3}}", DISTRIBUTION_SIZE, 6 * 0x1p30, 12 * 0x1p60,
     SMOOTH},
    {"erlang_of_many", "{erlang: {mean: 100, stages: 40}}", DISTRIBUTION_NUMBER, 100, 250, SMOOTH},
    {"hyperexponential", "{hyperexponential: {mean: 10, cv: 3}}", DISTRIBUTION_NUMBER, 10, 900,
     SMOOTH},
    {"hyperexponential_of_one", "{hyperexponential: {mean: 10, cv: 1}}", DISTRIBUTION_NUMBER, 10,
     100, SMOOTH},
    {"hyperexponential_by_means", "{hyperexponential: {means: [1s, 20s], weights: [9, 1]}}",
     DISTRIBUTION_DURATION, 2.9 * S, 73.39 * S *S, SMOOTH},
    {"hyperexponential_of_three", "{hyperexponential: {means: [1, 5, 20], weights: [5, 3, 2]}}",
     DISTRIBUTION_NUMBER, 6, 140, SMOOTH},
    {"pareto", "{pareto: {shape: 5, from: 2}}", DISTRIBUTION_NUMBER, 2.5, 5.0 / 12, LONG_TAIL},
    {"pareto_bounded", "{pareto: {shape: 1.5, from: 1, to: 100}}", DISTRIBUTION_NUMBER, 2.7 / 0.999,
     27 / 0.999 - 2.7 / 0.999 * 2.7 / 0.999, SMOOTH},
    {"pareto_of_shape_1", "{pareto: {shape: 1, from: 1, to: 4}}", DISTRIBUTION_NUMBER,
     1.8483924814931875, NAN, SMOOTH},
    {"pareto_of_shape_2", "{pareto: {shape: 2, from: 1, to: 4}}", DISTRIBUTION_NUMBER, 1.6, NAN,
     SMOOTH},
    {"pareto_redrawn", "{pareto: {shape: 1, from: 1}, max: 4, outside: redraw}",
     DISTRIBUTION_NUMBER, 1.8483924814931875, NAN, SMOOTH},
    {"triangular", "{triangular: [0, 1, 4]}", DISTRIBUTION_NUMBER, 5.0 / 3, 13.0 / 18, SMOOTH},
    {"triangular_rising", "{triangular: [1, 3, 3]}", DISTRIBUTION_NUMBER, 7.0 / 3, 4.0 / 18,
     SMOOTH},
    {"triangular_falling", "{triangular: [1m, 1m, 4m]}", DISTRIBUTION_DURATION, 120e9, 1800 * S *S,
     SMOOTH},
    {"triangular_clamped", "{triangular: [0, 1, 4], min: 0.5, max: 3}", DISTRIBUTION_NUMBER, NAN,
     NAN, ATOMS},
    {"triangular_redrawn", "{triangular: [0, 1, 4], min: 0.5, max: 3, outside: redraw}",
     DISTRIBUTION_NUMBER, NAN, NAN, SMOOTH},
    {"values", "{values: [1h, 3h, 5h]}", DISTRIBUTION_DURATION, 3 * H, 8.0 / 3 * H *H, ATOMS},
    {"values_by_weight", "{values: [1, 2, 4, 8, 16], weights: [50, 20, 15, 12, 3]}",
     DISTRIBUTION_INT, 2.94, 19.06 - 2.94 * 2.94, ATOMS},
    {"values_clamped", "{values: [1, 2, 4, 8], max: 4, min: 2}", DISTRIBUTION_INT, 3, 1, ATOMS},
    {"values_redrawn", "{values: [1, 2.5, 4], weights: [2, 1, 3], min: 2, outside: redraw}",
     DISTRIBUTION_NUMBER, 3.625, .421875, ATOMS},
};

static void formulas_are_those_of_textbooks(const struct row *row, const struct distribution *d)
{
    const double mean = isnan(row->mean) ? distribution_mean(d) : row->mean;
    const double variance = isnan(row->variance) ? distribution_variance(d) : row->variance;
    assert_near(distribution_mean(d), mean, 1e-12 * fabs(mean));
    assert_near(distribution_variance(d), variance, 1e-12 * (variance + mean * mean));
}

/* Four standard errors; that of the variance from the fourth moment of the sample. */
static void samples_have_the_moments(const struct row *row, const struct distribution *d,
                                     const double *x)
{
    const double mean = distribution_mean(d), variance = distribution_variance(d);
    double sum = 0, second = 0, fourth = 0;
    for (int i = 0; i < N; i++)
        sum += x[i] / N;
    for (int i = 0; i < N; i++) {
        const double square = (x[i] - sum) * (x[i] - sum);
        second += square / N;
        fourth += square * square / N;
    }
    assert_near(sum, mean, 4 * sqrt(variance / N) + 1e-9 * fabs(mean));
    if (row->shape != LONG_TAIL)
        assert_near(second, variance,
                    4 * sqrt((fourth - second * second) / N) + 1e-12 * mean * mean);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov: 2.2 / sqrt(N) is passed once in 8000 samples of the right shape. */
static void samples_have_the_shape(const struct distribution *d, double *x)
{
    qsort(x, N, sizeof x[0], ascending);
    double worst = 0;
    for (int i = 0; i < N; i++) {
        const double p = distribution_cdf(d, x[i]);
        worst = fmax(worst, fmax((i + 1) / (double)N - p, p - i / (double)N));
    }
    assert_near(worst, 0, 2.2 / sqrt(N));
}

/* At each value that occurred: as often as the function says, within four standard errors. */
static void atoms_are_as_frequent_as_expected(const struct distribution *d, double *x)
{
    qsort(x, N, sizeof x[0], ascending);
    for (int i = 0; i < N; i++) {
        if (i + 1 < N && (x[i + 1] == x[i] || i % 1000 != 0))
            continue;
        const double p = distribution_cdf(d, x[i]);
        assert_near((i + 1) / (double)N, p, 4 * sqrt(p * (1 - p) / N) + 1e-12);
    }
}

static void check_row(void **state)
{
    const struct row *row = *state;
    static double x[N];
    struct reading c;
    reading_of(&c, row->text, row->unit);
    formulas_are_those_of_textbooks(row, &c.d);
    gsl_rng *r = rng_open(SEED, 0, row->name, 0), *twin = rng_open(SEED, 0, row->name, 0);
    for (int i = 0; i < N; i++) {
        x[i] = draw(&c.d, r);
        gsl_rng_get(twin);
        assert_true(x[i] >= c.d.min && x[i] <= c.d.max);
    }
    assert_true(gsl_rng_get(r) == gsl_rng_get(twin)); /* one number each */
    gsl_rng_free(r);
    gsl_rng_free(twin);
    samples_have_the_moments(row, &c.d, x);
    if (row->shape == ATOMS)
        atoms_are_as_frequent_as_expected(&c.d, x);
    else
        samples_have_the_shape(&c.d, x);
    reading_close(&c);
}

static void p95_is_where_it_was_said(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{lognormal: {median: 40m, p95: 9h}}", DISTRIBUTION_DURATION);
    assert_near(distribution_cdf(&c.d, 9 * H), 0.95, 1e-15);
    assert_near(distribution_cdf(&c.d, 2400 * S), 0.5, 1e-15);
    const double s = log(13.5) / 1.6448536269514722;
    assert_near(distribution_mean(&c.d) / (2400 * S), exp(s * s / 2), 1e-12);
    reading_close(&c);
}

/* Over the whole of it, in steps: the moments up to x are integrals of the distribution function.
 */
static void moments_agree_with_the_distribution_function(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "uniform: [1, 5]",
        "exponential: {mean: 2}",
        "lognormal: {median: 2, p95: 9}",
        "weibull: {shape: 0.7, scale: 2}",
        "gamma: {shape: 3, scale: 2}",
        "erlang: {mean: 4, stages: 2}",
        "hyperexponential: {mean: 3, cv: 2}",
        "pareto: {shape: 2, from: 1}",
        "pareto: {shape: 1, from: 1, to: 9}",
        "triangular: [0.5, 2, 7]",
    };
    enum { STEPS = 200000 };
    for (size_t i = 0; i < LEN(texts); i++) {
        for (double max = 0.9; max < 20; max *= 1.7) {
            char text[128];
            struct reading c;
            snprintf(text, sizeof text, "{%s, max: %g}", texts[i], max);
            reading_of(&c, text, DISTRIBUTION_NUMBER);
            const double from = fmin(max, 0), step = (max - from) / STEPS;
            double mean = 0, second = 0; /* E[X^k] = Integral of k x^(k-1) P(X > x) */
            for (int s = 0; s < STEPS; s++) {
                const double x = from + (s + 0.5) * step;
                mean += (1 - distribution_cdf(&c.d, x)) * step;
                second += 2 * x * (1 - distribution_cdf(&c.d, x)) * step;
            }
            assert_near(distribution_mean(&c.d), mean, 1e-4 * mean);
            assert_near(distribution_variance(&c.d), second - mean * mean, 1e-4 * second);
            reading_close(&c);
        }
    }
}

static void a_larger_number_gives_a_larger_sample(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{uniform: [1, 5]}",
        "{exponential: {mean: 2}}",
        "{lognormal: {median: 2, p95: 9}}",
        "{lognormal: {median: 2, p95: 9}, min: 1, max: 5, outside: redraw}",
        "{weibull: {shape: 0.7, scale: 2}}",
        "{pareto: {shape: 2, from: 1}}",
        "{triangular: [0.5, 2, 7]}",
    };
    for (size_t i = 0; i < LEN(texts); i++) {
        struct reading c;
        reading_of(&c, texts[i], DISTRIBUTION_NUMBER);
        double greatest = -1;
        uint64_t greatest_number = 0;
        for (uint64_t entity = 0; entity < 2000; entity++) {
            gsl_rng *r = rng_open(SEED, 0, "test", entity),
                    *twin = rng_open(SEED, 0, "test", entity);
            const uint64_t number = gsl_rng_get(twin);
            const double x = distribution_real(&c.d, r);
            assert_true(x > greatest || number < greatest_number);
            if (x > greatest) {
                greatest = x;
                greatest_number = number;
            }
            gsl_rng_free(r);
            gsl_rng_free(twin);
        }
        reading_close(&c);
    }
}

static void moments_that_do_not_exist_are_infinite(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{pareto: {shape: 0.9, from: 1}}", DISTRIBUTION_NUMBER);
    assert_true(isinf(distribution_mean(&c.d)) && isinf(distribution_variance(&c.d)));
    reading_close(&c);
    reading_of(&c, "{pareto: {shape: 1, from: 1}}", DISTRIBUTION_NUMBER);
    assert_true(isinf(distribution_mean(&c.d)));
    reading_close(&c);
    reading_of(&c, "{pareto: {shape: 1.5, from: 1}}", DISTRIBUTION_NUMBER);
    assert_near(distribution_mean(&c.d), 3, 1e-12);
    assert_true(isinf(distribution_variance(&c.d)));
    reading_close(&c);
    reading_of(&c, "{pareto: {shape: 1, from: 1}, max: 10}", DISTRIBUTION_NUMBER);
    assert_near(distribution_mean(&c.d), 1 + log(10), 1e-12);
    reading_close(&c);
}

static void the_longest_durations_are_capped(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{pareto: {shape: 0.01, from: 1h}}", DISTRIBUTION_DURATION);
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    bool capped = false;
    for (int i = 0; i < 1000; i++) {
        const int64_t x = distribution_int(&c.d, r);
        assert_true(x >= 3600000000000 && x <= DISTRIBUTION_INT_MOST);
        capped = capped || x == DISTRIBUTION_INT_MOST;
    }
    assert_true(capped);
    gsl_rng_free(r);
    reading_close(&c);
}

/* Parameters at the ends of what is taken: no abort in GSL, no NaN. */
static void extreme_parameters_are_survived(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{gamma: {mean: 1e-12, cv: 1000}}",
        "{gamma: {mean: 1e18, cv: 0.001}}",
        "{gamma: {shape: 1000, scale: 1e18}}",
        "{gamma: {shape: 0.001, scale: 1e-12}, max: 1e-100}",
        "{gamma: {shape: 1000, scale: 1}, max: 1e-100}",
        "{gamma: {shape: 1000, scale: 1e-12}, min: 1e18}",
        "{erlang: {mean: 1, stages: 1000000}}",
        "{lognormal: {median: 1e-12, p95: 1e18}}",
        "{lognormal: {median: 1, p95: 1.0000001}, max: 0.5}",
        "{lognormal: {mean: 1, cv: 1000}, min: 1e18}",
        "{weibull: {shape: 0.02, scale: 1e18}}",
        "{weibull: {shape: 1000, mean: 1}, max: 0.1}",
        "{hyperexponential: {mean: 1, cv: 1000}}",
        "{pareto: {shape: 1000, from: 1e-12, to: 1e18}}",
        "{pareto: {shape: 0.001, from: 1e-12}}",
        "{triangular: [-1e18, 0, 1e18]}",
        "{uniform: [-1e18, 1e18]}",
        "{exponential: {mean: 1e-12}, min: 1e18}",
    };
    for (size_t i = 0; i < LEN(texts); i++) {
        struct reading c;
        reading_of(&c, texts[i], DISTRIBUTION_NUMBER);
        gsl_rng *r = rng_open(SEED, 0, "test", i);
        for (int k = 0; k < 300; k++) {
            const double x = distribution_real(&c.d, r);
            const double p = distribution_cdf(&c.d, x);
            if (!isfinite(x) || !(p >= 0 && p <= 1))
                print_message("%s: %g at %.17g\n", texts[i], x, p);
            assert_true(isfinite(x) && p >= 0 && p <= 1);
        }
        assert_true(!isnan(distribution_mean(&c.d)) && !isnan(distribution_variance(&c.d)));
        gsl_rng_free(r);
        reading_close(&c);
    }
}

static void texts_are_drawn_by_index(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{values: [low, high, low], weights: [0, 4, 0]}", DISTRIBUTION_TEXT);
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    for (int i = 0; i < 100; i++)
        assert_string_equal(c.d.texts[distribution_int(&c.d, r)], "high");
    reading_close(&c);
    reading_of(&c, "low", DISTRIBUTION_TEXT);
    assert_string_equal(c.d.texts[distribution_int(&c.d, r)], "low");
    assert_int_equal(c.d.len, 1);
    gsl_rng_free(r);
    reading_close(&c);
}

static void shares_are_texts_with_weights(void **state)
{
    (void)state;
    struct reading c;
    reading_open(&c, "{team-a: 2, team-b: 1, team-c: 1}", distribution_read_shares);
    assert_true(c.ok);
    assert_int_equal(c.d.len, 3);
    assert_string_equal(c.d.texts[1], "team-b");
    assert_near(distribution_cdf(&c.d, 0), 0.5, 0);
    assert_near(distribution_mean(&c.d), 0.75, 0);
    reading_close(&c);
}

static void lists_are_told_from_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum distribution_unit unit;
        size_t listed;
        double last;
    } lists[] = {
        {"8GiB", DISTRIBUTION_SIZE, 1, 0x1p33},
        {"{values: [4, 1, 2], weights: [1, 2, 3]}", DISTRIBUTION_INT, 3, 2},
        {"{values: [0.5, 1.5]}", DISTRIBUTION_NUMBER, 2, 1.5},
        {"{values: [low, high]}", DISTRIBUTION_TEXT, 2, 1},
        {"{uniform: [1, 3]}", DISTRIBUTION_INT, 0, 0},
    };
    for (size_t i = 0; i < LEN(lists); i++) {
        struct reading x;
        reading_of(&x, lists[i].text, lists[i].unit);
        gsl_rng *a = rng_open(SEED, i, "test distribution", 0);
        gsl_rng *b = gsl_rng_clone(a);
        assert_int_equal(distribution_listed(&x.d), lists[i].listed);
        if (lists[i].listed > 0)
            assert_near(distribution_value(&x.d, lists[i].listed - 1), lists[i].last, 0);
        for (int n = 0; lists[i].listed > 0 && n < 100; n++) /* the same as a sample */
            assert_near(distribution_value(&x.d, distribution_pick(&x.d, a)), draw(&x.d, b), 0);
        gsl_rng_free(a);
        gsl_rng_free(b);
        reading_close(&x);
    }
}

static void reals_are_rounded_to_the_nearest_integer(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{triangular: [-2, 0, 2]}", DISTRIBUTION_INT);
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    int count[5] = {0};
    for (int i = 0; i < N; i++)
        count[2 + distribution_int(&c.d, r)]++;
    gsl_rng_free(r);
    static const double p[] = {1 / 32.0, 8 / 32.0, 14 / 32.0, 8 / 32.0, 1 / 32.0};
    for (size_t i = 0; i < LEN(p); i++)
        assert_near(count[i], N * p[i], 4 * sqrt(N * p[i] * (1 - p[i])));
    reading_close(&c);
}

static void nothing_is_below_a_limit(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{exponential: {mean: 10}, min: 3, max: 9}", DISTRIBUTION_NUMBER);
    assert_true(distribution_cdf(&c.d, 2.999) == 0);
    assert_near(distribution_cdf(&c.d, 3), 1 - exp(-0.3), 1e-15);
    assert_true(distribution_cdf(&c.d, 9) == 1 && distribution_cdf(&c.d, 8.999) < 0.7);
    reading_close(&c);
}

static void exact_values_stay_exact(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "{values: [9007199254740993ns]}", DISTRIBUTION_DURATION);
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    assert_true(distribution_int(&c.d, r) == 9007199254740993);
    gsl_rng_free(r);
    reading_close(&c);
}

static void write_file(char *path, const char *text, size_t len)
{
    strcpy(path, "/tmp/test_distribution.XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
    close(fd);
}

static void a_file_is_sorted_and_drawn_from(void **state)
{
    (void)state;
    static const char text[] = "# seconds\n\n 30 \n10\r\n\t20\n40";
    char path[64], yaml[128];
    write_file(path, text, sizeof text - 1);
    snprintf(yaml, sizeof yaml, "{file: %s, unit: s}", path);
    struct reading c;
    reading_of(&c, yaml, DISTRIBUTION_DURATION);
    assert_int_equal(c.d.len, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(c.d.whole[i] == (int64_t)(i + 1) * 10000000000);
    assert_near(distribution_mean(&c.d), 25 * S, 0);
    reading_close(&c);
    snprintf(yaml, sizeof yaml, "{file: %s, max: 25.5}", path);
    reading_of(&c, yaml, DISTRIBUTION_NUMBER);
    assert_near(distribution_mean(&c.d), (10 + 20 + 25.5 + 25.5) / 4, 0);
    reading_close(&c);
    unlink(path);
}

static void a_bad_file_is_named_with_its_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *want; /* PATH stands for the file */
    } files[] = {
        {"90s\nx\n5", 7,
         "PATH:2:1: error: duration: 'x': not a number; expected a duration such as 90s or 1.5h\n"
         "    2 | x\n"
         "      | ^\n"
         "PATH:3:1: error: duration: '5': no unit; expected a duration such as 90s or 1.5h\n"
         "    3 | 5\n"
         "      | ^\n"},
        {"1s\n  00000000000000000000000000000000000000000000000000000000000000000000001s\n", 78,
         "PATH:2:1: error: file: a line this long is no value\n"
         "    2 |   00000000000000000000000000000000000000000000000000000000000000000000001s\n"
         "      | ^\n"},
        {"", 0,
         "t.yaml:1:8: error: file: no value stands in it\n"
         "    1 | {file: PATH}\n"
         "      |        ^\n"},
        {"1s\n\0", 4,
         "t.yaml:1:8: error: file: no text\n"
         "    1 | {file: PATH}\n"
         "      |        ^\n"},
    };
    for (size_t i = 0; i < LEN(files); i++) {
        char path[64], yaml[128], want[1024] = "";
        write_file(path, files[i].text, files[i].len);
        snprintf(yaml, sizeof yaml, "{file: %s}", path);
        const char *at = files[i].want;
        for (const char *mark; (mark = strstr(at, "PATH")) != NULL; at = mark + 4) {
            strncat(want, at, (size_t)(mark - at));
            strcat(want, path);
        }
        strcat(want, at);
        struct reading c;
        reading_open(&c, yaml, distribution_read_duration);
        assert_false(c.ok);
        assert_string_equal(messages_text(&c.m), want);
        reading_close(&c);
        unlink(path);
    }
}

/* What is said, without the line and the caret. */
static const struct refusal {
    const char *text;
    enum distribution_unit unit;
    const char *want;
} refusals[] = {
    {"40", DISTRIBUTION_DURATION,
     "1:1: error: duration: '40': no unit; expected a duration such as 90s or 1.5h"},
    {"[1s]", DISTRIBUTION_DURATION,
     "1:1: error: duration: a list; expected a duration such as 90s or 1.5h"},
    {"{lognorm: {median: 1s}}", DISTRIBUTION_DURATION,
     "1:2: error: unknown key 'lognorm' in distribution; did you mean 'lognormal'?"},
    {"{lognormal: {median: -40m, p95: 9h}}", DISTRIBUTION_DURATION,
     "1:22: error: median: '-40m': negative; expected a duration such as 90s or 1.5h"},
    {"{lognormal: {median: 0, p95: 9h}}", DISTRIBUTION_DURATION,
     "1:22: error: median: '0': out of range; expected at least 1ns"},
    {"{lognormal: {median: -3, p95: 9}}", DISTRIBUTION_NUMBER,
     "1:22: error: median: '-3': out of range; expected 1e-12 to 1e+18"},
    {"{lognormal: {median: 40m, p95: 40m}}", DISTRIBUTION_DURATION,
     "1:13: error: lognormal: p95 must be greater than the median"},
    {"{lognormal: {median: 40m, mean: 9h}}", DISTRIBUTION_DURATION,
     "1:13: error: lognormal: takes {median, p95} or {mean, cv}"},
    {"{lognormal: {}}", DISTRIBUTION_DURATION,
     "1:13: error: lognormal: takes {median, p95} or {mean, cv}"},
    {"{exponential: {maen: 1h}}", DISTRIBUTION_DURATION,
     "1:16: error: unknown key 'maen' in exponential (mean); did you mean 'mean'?"},
    {"{exponential: {}}", DISTRIBUTION_DURATION, "1:15: error: exponential: takes {mean}"},
    {"{exponential: 1h}", DISTRIBUTION_DURATION,
     "1:15: error: exponential: text; expected a mapping"},
    {"{exponential: {mean: 1GiB}}", DISTRIBUTION_DURATION,
     "1:22: error: mean: '1GiB': unknown unit; expected a duration such as 90s or 1.5h"},
    {"{uniform: [5, 1]}", DISTRIBUTION_NUMBER,
     "1:11: error: uniform: the second must be greater than the first"},
    {"{uniform: [1, 2, 3]}", DISTRIBUTION_NUMBER,
     "1:11: error: uniform: a list of another length; expected a list of 2"},
    {"{uniform: {from: 1}}", DISTRIBUTION_NUMBER,
     "1:11: error: uniform: a mapping; expected a list of 2"},
    {"{uniform: [1.5, 4]}", DISTRIBUTION_INT,
     "1:11: error: uniform: the limits of whole numbers must be whole"},
    {"{uniform: [1, 4], min: 5, outside: redraw}", DISTRIBUTION_INT,
     "1:11: error: uniform: nothing lies between min and max"},
    {"{uniform: [1, 4.5]}", DISTRIBUTION_INT,
     "1:11: error: uniform: the limits of whole numbers must be whole"},
    {"{uniform: [1, 4], min: 4, outside: redraw}", DISTRIBUTION_NUMBER,
     "1:11: error: uniform: nothing lies between min and max"},
    {"{weibull: {shape: 0, scale: 1}}", DISTRIBUTION_NUMBER,
     "1:19: error: shape: '0': out of range; expected 0.001 to 1000"},
    {"{exponential: {mean: 10}, min: 50, outside: redraw}", DISTRIBUTION_NUMBER,
     "1:15: error: exponential: less than 1 % of it lies between min and max"},
    {"{triangular: [1, 5, 3]}", DISTRIBUTION_NUMBER,
     "1:14: error: triangular: the three must not fall"},
    {"{weibull: {shape: 0.001, scale: 1}}", DISTRIBUTION_NUMBER,
     "1:11: error: weibull: the shape is too small for a variance"},
    {"{weibull: {shape: 1}}", DISTRIBUTION_NUMBER,
     "1:11: error: weibull: takes {shape, scale} or {shape, mean}"},
    {"{gamma: {mean: 1, shape: 2}}", DISTRIBUTION_NUMBER,
     "1:9: error: gamma: takes {mean, cv} or {shape, scale}"},
    {"{erlang: {mean: 1, stages: 0}}", DISTRIBUTION_NUMBER,
     "1:28: error: stages: '0': out of range; expected 1 to 1000000"},
    {"{hyperexponential: {mean: 1, cv: 0.5}}", DISTRIBUTION_NUMBER,
     "1:20: error: hyperexponential: cv must be 1 or more"},
    {"{hyperexponential: {means: [1, 2], weights: [1]}}", DISTRIBUTION_NUMBER,
     "1:45: error: weights: 1 of them for 2 means; expected as many"},
    {"{pareto: {shape: 1, from: 2, to: 2}}", DISTRIBUTION_NUMBER,
     "1:10: error: pareto: 'to' must be greater than 'from'"},
    {"{triangular: [1, 0, 3]}", DISTRIBUTION_NUMBER,
     "1:14: error: triangular: the three must not fall"},
    {"{values: [1, 2], weights: [1, 2, 3]}", DISTRIBUTION_INT,
     "1:27: error: weights: 3 of them for 2 values; expected as many"},
    {"{values: [1, 2], weights: [0, 0]}", DISTRIBUTION_INT,
     "1:27: error: weights: none is above 0; expected at least one"},
    {"{values: [1, 2], weights: [1, -2]}", DISTRIBUTION_INT,
     "1:31: error: weights: '-2': out of range; expected at least 0"},
    {"{values: []}", DISTRIBUTION_INT,
     "1:10: error: values: an empty list; expected a list of at least one"},
    {"{values: 1}", DISTRIBUTION_INT, "1:10: error: values: text; expected a list of at least one"},
    {"{values: [1, 2], min: 3, outside: redraw}", DISTRIBUTION_INT,
     "1:10: error: values: none lies between min and max"},
    {"{values: [1.5]}", DISTRIBUTION_INT,
     "1:11: error: values: '1.5': not a whole number; expected a whole number"},
    {"{gamma: {shape: 2, scale: 1}, min: 50, outside: redraw}", DISTRIBUTION_NUMBER,
     "1:9: error: gamma: less than 1 % of it lies between min and max"},
    {"{constant: 1, min: 3, max: 2}", DISTRIBUTION_NUMBER, "1:28: error: max: less than min"},
    {"{constant: 1, gamma: {mean: 1, cv: 1}}", DISTRIBUTION_NUMBER,
     "1:12: error: constant: beside 'gamma'; expected one distribution"},
    {"{max: 1}", DISTRIBUTION_NUMBER,
     "1:1: error: distribution: which one is not said; expected lognormal, uniform, values ..."},
    {"{uniform: [1, 2], weights: [1, 2]}", DISTRIBUTION_NUMBER,
     "1:28: error: weights: only 'values' have some"},
    {"{values: [1s], unit: s}", DISTRIBUTION_DURATION,
     "1:22: error: unit: only a 'file' of durations or sizes has one"},
    {"{file: no.txt, unit: s}", DISTRIBUTION_NUMBER,
     "1:22: error: unit: only a 'file' of durations or sizes has one"},
    {"{file: no/such.txt}", DISTRIBUTION_NUMBER,
     "1:8: error: file: 'no/such.txt': No such file or directory"},
    {"{exponential: {mean: 1}}", DISTRIBUTION_TEXT,
     "1:15: error: exponential: no distribution of texts; expected a text, or values"},
    {"{values: [a], min: 1}", DISTRIBUTION_TEXT, "1:20: error: min: texts have no limits"},
    {"{values: [1s, 27000d]}", DISTRIBUTION_DURATION,
     "1:15: error: values: '27000d': too large; at most 2^61 is drawn, 73 years in ns"},
    {"1e19", DISTRIBUTION_NUMBER,
     "1:1: error: number: '1e19': out of range; expected -1e+18 to 1e+18"},
    {"{constant: 1, outside: drop}", DISTRIBUTION_NUMBER,
     "1:24: error: outside: 'drop': not one of clamp, redraw"},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(refusals); i++) {
        struct reading c;
        char want[256];
        reading_open(&c, refusals[i].text, readers[refusals[i].unit]);
        snprintf(want, sizeof want, "t.yaml:%s\n    1 | ", refusals[i].want);
        const char *got = messages_text(&c.m);
        if (strncmp(got, want, strlen(want)) != 0)
            print_message("%sbut wanted\n%s\n", got, refusals[i].want);
        assert_true(strncmp(got, want, strlen(want)) == 0);
        if (diag_errors(&c.m.diag) != 1)
            print_message("%s", got);
        assert_int_equal(diag_errors(&c.m.diag), 1);
        assert_false(c.ok);
        reading_close(&c);
    }
}

static void all_mistakes_are_found_at_once(void **state)
{
    (void)state;
    struct reading c;
    reading_open(&c, "{values: [1, x, y], weights: [1, z], colour: red, max: q}",
                 distribution_read_int);
    assert_false(c.ok);
    assert_int_equal(diag_errors(&c.m.diag), 5);
    reading_close(&c);
    reading_open(&c, "{values: [1, x, y], weights: [1, z]}", distribution_read_int);
    assert_int_equal(diag_errors(&c.m.diag), 3);
    reading_close(&c);
    reading_open(&c, "{a: -1, b: x}", distribution_read_shares);
    assert_int_equal(diag_errors(&c.m.diag), 2);
    reading_close(&c);
    reading_open(&c, "{a: 0}", distribution_read_shares);
    assert_int_equal(diag_errors(&c.m.diag), 1);
    reading_close(&c);
    reading_open(&c, "{}", distribution_read_shares);
    assert_int_equal(diag_errors(&c.m.diag), 1);
    reading_close(&c);
}

static void draw_int_of_number(void *d)
{
    gsl_rng *r = rng_open(1, 0, "test", 0);
    distribution_int(d, r);
}

static void draw_real_of_int(void *d)
{
    gsl_rng *r = rng_open(1, 0, "test", 0);
    distribution_real(d, r);
}

static void the_wrong_kind_of_sample_is_a_bug(void **state)
{
    (void)state;
    struct reading c;
    reading_of(&c, "1.5", DISTRIBUTION_NUMBER);
    assert_true(aborts(draw_int_of_number, &c.d));
    reading_close(&c);
    reading_of(&c, "1", DISTRIBUTION_INT);
    assert_true(aborts(draw_real_of_int, &c.d));
    assert_string_equal(distribution_name(&c.d), "values");
    reading_close(&c);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(p95_is_where_it_was_said),
        cmocka_unit_test(moments_agree_with_the_distribution_function),
        cmocka_unit_test(a_larger_number_gives_a_larger_sample),
        cmocka_unit_test(moments_that_do_not_exist_are_infinite),
        cmocka_unit_test(the_longest_durations_are_capped),
        cmocka_unit_test(extreme_parameters_are_survived),
        cmocka_unit_test(texts_are_drawn_by_index),
        cmocka_unit_test(shares_are_texts_with_weights),
        cmocka_unit_test(lists_are_told_from_others),
        cmocka_unit_test(reals_are_rounded_to_the_nearest_integer),
        cmocka_unit_test(nothing_is_below_a_limit),
        cmocka_unit_test(exact_values_stay_exact),
        cmocka_unit_test(a_file_is_sorted_and_drawn_from),
        cmocka_unit_test(a_bad_file_is_named_with_its_lines),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(all_mistakes_are_found_at_once),
        cmocka_unit_test(the_wrong_kind_of_sample_is_a_bug),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    for (size_t i = 0; i < LEN(others); i++)
        tests[LEN(rows) + i] = others[i];
    return cmocka_run_group_tests_name("distribution", tests, NULL, NULL);
}
