/*
 * generate_lab.h - a generated workload by itself: its jobs, pulled one by one, and what it said.
 */
#ifndef TESTS_GENERATE_LAB_H
#define TESTS_GENERATE_LAB_H

#include "models/job_source.h"
#include "models/names.h"
#include "tests/messages.h"

enum { GENERATE_LAB_SEED = 20260302 };

struct generate_lab {
    const char *cluster; /* NULL: four machines of 8 H100; "": none */
    uint64_t replication;
    int64_t start_ns;
    int64_t horizon_ns; /* 0: none */
    /* Afterwards: */
    struct messages messages;
    struct catalogue *catalogue;
    struct names names;
    struct request_table *requests;
    struct arena *arena;
    struct yaml_file *files[2];
    struct cluster *nodes;
    void *state;
    bool is_open; /* nothing was wrong */
};

/* options: of `generate`, a YAML mapping. Close it in any case. */
void generate_lab_open(struct generate_lab *lab, const char *options);
/* The same where nothing may be said. */
void generate_lab_open_clean(struct generate_lab *lab, const char *options);
void generate_lab_close(struct generate_lab *lab);

/* False at the end. */
bool generate_lab_next(struct generate_lab *lab, struct job_spec *job);

const char *generate_lab_word(const struct generate_lab *lab, uint32_t word);
const struct request *generate_lab_request(const struct generate_lab *lab,
                                           const struct job_spec *job);
int64_t generate_lab_amount(const struct generate_lab *lab, const struct job_spec *job,
                            const char *resource);

#endif /* TESTS_GENERATE_LAB_H */
