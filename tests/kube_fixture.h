/*
 * kube_fixture.h - a reader of Kubernetes fields, and YAML for it, for tests.
 *
 *   cmocka_unit_test_setup_teardown(test, kube_set_up, kube_tear_down)
 *   struct kube_fixture *k = *state;
 *   const struct yaml_node *n = kube_yaml(k, "{a: b}");
 *   assert_string_equal(messages_text(&k->messages), "");
 */
#ifndef TESTS_KUBE_FIXTURE_H
#define TESTS_KUBE_FIXTURE_H

#include "models/cluster.h"
#include "models/kubernetes/field.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

enum { KUBE_MOST_FILES = 64 };

struct kube_fixture {
    struct messages messages;
    struct intern *words, *resources;
    struct field_reader reader;
    struct yaml_file *files[KUBE_MOST_FILES];
    size_t files_len;
};

static inline int kube_set_up(void **state)
{
    struct kube_fixture *k = calloc(1, sizeof *k);
    messages_open(&k->messages);
    k->words = intern_new();
    k->resources = resource_names_new();
    k->reader = (struct field_reader){&k->messages.diag, arena_new(), k->words, k->resources};
    *state = k;
    return 0;
}

static inline int kube_tear_down(void **state)
{
    struct kube_fixture *k = *state;
    for (size_t i = 0; i < k->files_len; i++)
        yaml_close(k->files[i]);
    arena_free(k->reader.arena);
    intern_free(k->words);
    intern_free(k->resources);
    messages_close(&k->messages);
    free(k);
    return 0;
}

static inline const struct yaml_node *kube_yaml(struct kube_fixture *k, const char *text)
{
    assert_true(k->files_len < KUBE_MOST_FILES);
    struct yaml_file *f = yaml_parse("t.yaml", text, strlen(text), &k->messages.diag);
    k->files[k->files_len++] = f;
    return yaml_docs(f) == 0 ? NULL : yaml_doc(f, 0);
}

/* The messages so far without the lines of the file that follow each; then there are none. */
static inline const char *kube_complaints(struct kube_fixture *k)
{
    const char *text = messages_text(&k->messages);
    char *out = arena_alloc(k->reader.arena, strlen(text) + 1);
    size_t len = 0;
    for (const char *end; *text != '\0'; text = end) {
        end = strchr(text, '\n') + 1;
        if (*text == ' ')
            continue;
        memcpy(out + len, text, (size_t)(end - text));
        len += (size_t)(end - text);
    }
    messages_close(&k->messages);
    messages_open(&k->messages);
    k->reader.diag = &k->messages.diag;
    return out;
}

#endif /* TESTS_KUBE_FIXTURE_H */
