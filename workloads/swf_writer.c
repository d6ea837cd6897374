#include "workloads/swf_writer.h"

#include "models/names.h"
#include "models/request.h"
#include "sim/check.h"
#include "sim/numeral.h"
#include "sim/out_file.h"
#include "sim/quantity.h"
#include "workloads/number_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MILLI = 1000, MOST_NUMBER = 65535 /* above, a reader takes no names from comments */ };

#define SECOND_NS INT64_C(1000000000)
#define YEAR_1980 (INT64_C(315532800) * SECOND_NS)

static const struct {
    char prefix;
    const char *key;
} kinds[SWF_NAMED] = {{'u', "User"}, {'g', "Group"}, {'q', "Queue"}};

void swf_writer_init(struct swf_writer *w, struct out_file *file, const struct names *names,
                     const struct request_table *requests, bool counts_cpus)
{
    *w = (struct swf_writer){
        .file = file, .names = names, .requests = requests, .counts_cpus = counts_cpus};
    for (size_t k = 0; k < SWF_NAMED; k++)
        w->numbers[k] = (struct swf_numbers){.next = 1, .taken = number_set_new()};
}

void swf_writer_fini(struct swf_writer *w)
{
    for (size_t k = 0; k < SWF_NAMED; k++) {
        free(w->numbers[k].of);
        number_set_free(w->numbers[k].taken);
    }
}

static void put_text(struct swf_writer *w, const char *text)
{
    out_file_write(w->file, text, strlen(text));
}

/* --- names --- */

/* The number in "u12"; -1: it is called otherwise. */
static int64_t own_number(char prefix, const char *name)
{
    int64_t number;
    const char *why;
    if (name[0] != prefix || name[1] < '0' || name[1] > '9' || (name[1] == '0' && name[2] != '\0'))
        return -1;
    return quantity_int(name + 1, &number, &why) ? number : -1;
}

/* A comment is read up to " - ", without the blanks at its ends. */
static bool fits_comment(const char *name)
{
    const size_t len = strlen(name);
    return len > 0 && strpbrk(name, "\r\n\t") == NULL && strstr(name, " - ") == NULL &&
           name[0] != ' ' && name[len - 1] != ' ' && strncmp(name, "- ", 2) != 0;
}

static void announce(struct swf_writer *w, size_t kind, int64_t number, const char *name)
{
    char start[64];
    if (!fits_comment(name) || number > MOST_NUMBER) {
        w->losses.count[LOSS_NAME]++;
        return;
    }
    snprintf(start, sizeof start, "; %s: %" PRId64 " ", kinds[kind].key, number);
    put_text(w, start);
    put_text(w, name);
    put_text(w, "\n");
}

static int64_t choose_number(struct swf_writer *w, size_t kind, const char *name)
{
    struct swf_numbers *n = &w->numbers[kind];
    const int64_t own = own_number(kinds[kind].prefix, name);
    if (own >= 0 && number_set_add(n->taken, own))
        return own;
    while (!number_set_add(n->taken, n->next))
        n->next++;
    announce(w, kind, n->next, name);
    return n->next++;
}

static int64_t number_of(struct swf_writer *w, size_t kind, uint32_t word)
{
    struct swf_numbers *n = &w->numbers[kind];
    if (word == INTERN_NONE)
        return -1;
    if (word >= n->cap) {
        size_t cap = n->cap == 0 ? 256 : n->cap;
        while (cap <= word)
            cap *= 2;
        n->of = realloc(n->of, cap * sizeof n->of[0]);
        SIM_REQUIRE(n->of != NULL);
        memset(n->of + n->cap, 0, (cap - n->cap) * sizeof n->of[0]);
        n->cap = cap;
    }
    if (n->of[word] == 0)
        n->of[word] = choose_number(w, kind, intern_text(w->names->words, word)) + 1;
    return n->of[word] - 1;
}

/* --- jobs --- */

static void begin(struct swf_writer *w, int64_t first_ns)
{
    char line[64];
    w->has_begun = true;
    put_text(w, "; Version: 2.2\n; Conversion: clustersim convert\n");
    if (first_ns < YEAR_1980)
        return;
    w->zero_ns = first_ns / SECOND_NS * SECOND_NS;
    snprintf(line, sizeof line, "; UnixStartTime: %" PRId64 "\n; TimeZoneString: UTC\n",
             w->zero_ns / SECOND_NS);
    put_text(w, line);
}

static int64_t milli_of(const struct swf_writer *w, const struct request *r)
{
    if (w->counts_cpus)
        return request_amount(r, RESOURCE_CPU);
    return r->load.gpu_milli > 0 ? (int64_t)r->load.gpu_milli : (int64_t)r->gpus * MILLI;
}

static int64_t processors_of(struct swf_writer *w, const struct job_spec *job)
{
    int64_t milli = 0;
    bool has_others = false;
    for (uint32_t g = 0; g < job->groups_len; g++) {
        const struct request *r = request_get(w->requests, job->groups[g].request);
        milli += milli_of(w, r) * job->groups[g].count;
        has_others |= r->amounts_len > (milli_of(w, r) > 0);
    }
    w->losses.count[LOSS_SHARE] += milli % MILLI != 0;
    w->losses.count[LOSS_RESOURCE] += has_others && milli > 0;
    return (milli + MILLI - 1) / MILLI;
}

static void count_losses(struct swf_writer *w, const struct job_spec *job)
{
    const struct job_extra *x = job->extra;
    const bool has_extra =
        x != NULL && (x->namespace_word != INTERN_NONE || x->priority_class_word != INTERN_NONE ||
                      x->account_word != INTERN_NONE || x->qos_word != INTERN_NONE);
    const bool has_fraction = job->work_ns % SECOND_NS != 0 ||
                              (job->submit_ns - w->zero_ns) % SECOND_NS != 0 ||
                              (job->limit_ns != LIMIT_NONE && job->limit_ns % SECOND_NS != 0);
    w->losses.count[LOSS_FRACTION] += has_fraction;
    w->losses.count[LOSS_PATIENCE] += job->patience_ns != LIMIT_NONE;
    w->losses.count[LOSS_PRIORITY] += job->priority != 0;
    w->losses.count[LOSS_KIND] += job->kind != JOB_BATCH;
    w->losses.count[LOSS_EXTRA] += has_extra;
}

static char *put_int(char *to, int64_t value)
{
    *to++ = ' ';
    return numeral_int(to, value);
}

static char *put_seconds(char *to, int64_t ns)
{
    *to++ = ' ';
    return numeral_seconds(to, ns);
}

static char *put_unknown(char *to, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        to = put_int(to, -1);
    return to;
}

static void put_line(struct swf_writer *w, const struct job_spec *job, int64_t processors)
{
    const int64_t user = number_of(w, 0, job->user_word);
    const int64_t group =
        job->tenant_word == job->user_word ? -1 : number_of(w, 1, job->tenant_word);
    const int64_t queue = number_of(w, 2, job->queue_word);
    enum { LONGEST = 18 * 32 };
    char *to = out_file_room(w->file, LONGEST);
    to = numeral_int(to, (int64_t)job->source_id);
    to = put_seconds(to, job->submit_ns - w->zero_ns);
    to = put_unknown(to, 1);
    to = put_seconds(to, job->work_ns);
    to = put_int(to, processors);
    to = put_unknown(to, 2);
    to = put_int(to, processors);
    to = job->limit_ns == LIMIT_NONE ? put_unknown(to, 1) : put_seconds(to, job->limit_ns);
    to = put_unknown(to, 2);
    to = put_int(put_int(to, user), group);
    to = put_unknown(to, 1);
    to = put_unknown(put_int(to, queue), 3);
    *to++ = '\n';
    out_file_filled(w->file, to);
}

void swf_writer_put(struct swf_writer *w, const struct job_spec *job)
{
    if (job->work_ns == WORK_ENDLESS) {
        w->losses.count[LOSS_ENDLESS]++;
        return;
    }
    const int64_t processors = processors_of(w, job);
    if (processors == 0) {
        w->losses.count[LOSS_NOTHING]++;
        return;
    }
    if (!w->has_begun)
        begin(w, job->submit_ns);
    count_losses(w, job);
    put_line(w, job, processors);
    w->jobs++;
}
