/*
 * catalogue_fixture.h - a catalogue as it ships, and what it said.
 */
#ifndef TESTS_CATALOGUE_FIXTURE_H
#define TESTS_CATALOGUE_FIXTURE_H

#include "models/catalogue.h"
#include "tests/messages.h"

struct fixture {
    struct messages said;
    struct catalogue *c;
};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    messages_open(&f->said);
    f->c = catalogue_open(&f->said.diag);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    catalogue_close(f->c);
    messages_close(&f->said);
    free(f);
    return 0;
}

#define WITH_CATALOGUE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif /* TESTS_CATALOGUE_FIXTURE_H */
