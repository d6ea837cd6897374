#include "models/kubernetes/labels.h"
#include "models/kubernetes/object_set.h"
#include "sim/calendar.h"
#include "tests/messages.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <string.h>
#include <unistd.h>

struct fixture {
    struct messages messages;
    struct object_set *set;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    messages_open(&f->messages);
    f->set = object_set_new();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    object_set_free(f->set);
    messages_close(&f->messages);
    free(f);
    return 0;
}

static void parse(struct fixture *f, const char *text)
{
    object_set_parse(f->set, "t.yaml", text, strlen(text), &f->messages.diag);
}

static void an_object_knows_what_and_where_it_is(void **state)
{
    struct fixture *f = *state;
    parse(f, "# a job\n"
             "apiVersion: batch/v1\n"
             "kind: Job\n"
             "metadata:\n"
             "  name: train\n"
             "  namespace: team-a\n"
             "  uid: '12'\n"
             "  creationTimestamp: \"2026-03-02T08:00:00Z\"\n"
             "  labels: {app: demo, empty: }\n"
             "  annotations: {note: 'a: b'}\n"
             "spec: {parallelism: 2}\n"
             "---\n"
             "apiVersion: v1\n"
             "kind: Pod\n"
             "metadata: {name: p, creationTimestamp: null}\n");
    assert_string_equal(messages_text(&f->messages), "");
    assert_int_equal(object_set_len(f->set), 2);
    const struct object *job = object_set_at(f->set, 0);
    assert_string_equal(job->group, "batch");
    assert_string_equal(job->version, "v1");
    assert_string_equal(job->kind, "Job");
    assert_string_equal(job->name, "train");
    assert_string_equal(job->namespace, "team-a");
    assert_string_equal(job->uid, "12");
    char date[CALENDAR_TEXT];
    assert_string_equal(calendar_print(date, job->created_ns), "2026-03-02T08:00:00Z");
    assert_string_equal(object_label(job, "app"), "demo");
    assert_null(object_label(job, "empty"));
    assert_null(object_label(job, "note"));
    assert_string_equal(object_annotation(job, "note"), "a: b");
    assert_string_equal(object_pos(job).file, "t.yaml");
    assert_int_equal(object_pos(job).line, 2);
    const struct object *pod = object_set_at(f->set, 1);
    assert_string_equal(pod->group, "");
    assert_string_equal(pod->namespace, "default");
    assert_null(pod->uid);
    assert_true(pod->created_ns == OBJECT_NEVER);
    assert_int_equal(object_pos(pod).line, 13);
}

static void objects_are_found_by_group_kind_namespace_and_name(void **state)
{
    struct fixture *f = *state;
    parse(f,
          "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: a}}\n---\n"
          "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: b}}\n---\n"
          "{apiVersion: batch.volcano.sh/v1, kind: Job, metadata: {name: j, namespace: a}}\n---\n"
          "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ClusterQueue, metadata: {name: q}}\n---\n"
          "{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: odd}}\n---\n"
          "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}}\n");
    assert_string_equal(messages_text(&f->messages), "");
    const struct object_set *s = f->set;
    assert_ptr_equal(object_set_find(s, "batch", "Job", "a", "j"), object_set_at(s, 0));
    assert_ptr_equal(object_set_find(s, "batch", "Job", "b", "j"), object_set_at(s, 1));
    assert_ptr_equal(object_set_find(s, "batch.volcano.sh", "Job", "a", "j"), object_set_at(s, 2));
    assert_ptr_equal(object_set_find(s, "kueue.x-k8s.io", "ClusterQueue", "", "q"),
                     object_set_at(s, 3));
    assert_ptr_equal(object_set_find(s, "", "Namespace", "", "a"), object_set_at(s, 4));
    assert_ptr_equal(object_set_find(s, "example.com", "Thing", "default", "t"),
                     object_set_at(s, 5));
    assert_null(object_set_find(s, "batch", "Job", "c", "j"));
    assert_null(object_set_find(s, "batch", "CronJob", "a", "j"));
    char long_name[3000];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_null(object_set_find(s, "batch", "Job", "a", long_name));
}

static void an_object_given_twice_is_an_error_with_both_places(void **state)
{
    struct fixture *f = *state;
    parse(f,
          "{apiVersion: batch/v1, kind: Job, metadata: {name: j}}\n---\n"
          "{apiVersion: batch/v1beta1, kind: Job, metadata: {name: j, namespace: default}}\n---\n"
          "{apiVersion: v1, kind: Node, metadata: {name: n}}\n---\n"
          "{apiVersion: v1, kind: Node, metadata: {name: n}}\n---\n"
          "{apiVersion: c/v1, kind: Configuration}\n---\n"
          "{apiVersion: c/v1, kind: Configuration}\n");
    assert_string_equal(messages_text(&f->messages),
                        "t.yaml:3:1: error: Job j in namespace default is given twice\n"
                        "    3 | {apiVersion: batch/v1beta1, kind: Job, metadata: {name: j, "
                        "namespace: default}}\n"
                        "      | ^\n"
                        "t.yaml:1:1: note: it stands here first\n"
                        "    1 | {apiVersion: batch/v1, kind: Job, metadata: {name: j}}\n"
                        "      | ^\n"
                        "t.yaml:7:1: error: Node n is given twice\n"
                        "    7 | {apiVersion: v1, kind: Node, metadata: {name: n}}\n"
                        "      | ^\n"
                        "t.yaml:5:1: note: it stands here first\n"
                        "    5 | {apiVersion: v1, kind: Node, metadata: {name: n}}\n"
                        "      | ^\n");
    assert_int_equal(object_set_len(f->set), 4);
}

static void lists_are_opened(void **state)
{
    struct fixture *f = *state;
    parse(f, "{apiVersion: v1, kind: List, items: [\n"
             "{apiVersion: v1, kind: Pod, metadata: {name: a}},\n"
             "{apiVersion: batch/v1, kind: Job, metadata: {name: b}}]}\n---\n"
             "{apiVersion: v1, kind: PodList, items: []}\n---\n"
             "{apiVersion: x/v1, kind: WaitList, metadata: {name: w}}\n");
    assert_string_equal(messages_text(&f->messages), "");
    assert_int_equal(object_set_len(f->set), 3);
    assert_int_equal(object_pos(object_set_at(f->set, 1)).line, 3);
    assert_string_equal(object_set_at(f->set, 2)->kind, "WaitList");
}

static void json_is_read_too(void **state)
{
    struct fixture *f = *state;
    parse(f, "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}");
    assert_int_equal(object_set_len(f->set), 1);
    assert_int_equal(diag_errors(&f->messages.diag), 0);
}

static void generated_names_differ_and_stay_the_same(void **state)
{
    struct fixture *f = *state;
    parse(f, "{apiVersion: batch/v1, kind: Job, metadata: {generateName: j-}}\n---\n"
             "{apiVersion: batch/v1, kind: Job, metadata: {generateName: j-}}\n");
    assert_string_equal(messages_text(&f->messages), "");
    assert_string_equal(object_set_at(f->set, 0)->name, "j-kmcgb");
    assert_string_equal(object_set_at(f->set, 1)->name, "j-hvls4");
}

/* One row is one test of its own. */
static const struct row {
    const char *name;
    const char *yaml;
    const char *message; /* of the first line, behind the file's name */
} rows[] = {
    {"no_object", "replicas: 3\n",
     "1:1: error: no Kubernetes object; expected a mapping with apiVersion and kind"},
    {"a_list_is_no_object", "- a\n",
     "1:1: error: no Kubernetes object; expected a mapping with apiVersion and kind"},
    {"text_is_no_object", "hello\n",
     "1:1: error: no Kubernetes object; expected a mapping with apiVersion and kind"},
    {"no_kind", "apiVersion: v1\n", "1:1: error: 'kind' is missing"},
    {"no_version", "kind: Pod\n", "1:1: error: 'apiVersion' is missing"},
    {"kind_is_empty", "apiVersion: v1\nkind: ''\n", "2:7: error: 'kind' is missing"},
    {"kind_is_a_list", "apiVersion: v1\nkind: [a]\n", "2:7: error: kind: a list; expected text"},
    {"metadata_is_text", "apiVersion: v1\nkind: Pod\nmetadata: x\n",
     "3:11: error: metadata: 'x'; expected a mapping"},
    {"name_is_a_number", "apiVersion: v1\nkind: Pod\nmetadata: {name: 12}\n",
     "3:18: error: name: '12': not text to Kubernetes but a number; put it in quotes"},
    {"label_is_a_truth_value", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {gpu: yes}\n",
     "4:17: error: gpu: 'yes': not text to Kubernetes but a truth value; put it in quotes"},
    {"label_is_a_float", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {v: 1.20}\n",
     "4:15: error: v: '1.20': not text to Kubernetes but a number; put it in quotes"},
    {"label_is_a_map", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {v: {a: b}}\n",
     "4:15: error: v: a mapping; expected text"},
    {"labels_are_a_list", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: [a]\n",
     "4:11: error: labels: a list; expected a mapping"},
    {"bad_date", "apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: yesterday\n",
     "4:22: error: creationTimestamp: 'yesterday': not a date of the form YYYY-MM-DD; "
     "expected " CALENDAR_HINT},
    {"bad_item", "apiVersion: v1\nkind: List\nitems:\n- {a: b}\n",
     "4:3: error: no Kubernetes object; expected a mapping with apiVersion and kind"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct fixture f = {.set = object_set_new()};
    messages_open(&f.messages);
    parse(&f, row->yaml);
    char first[512];
    snprintf(first, sizeof first, "t.yaml:%s\n", row->message);
    const char *text = messages_text(&f.messages);
    assert_int_equal(diag_errors(&f.messages.diag), 1);
    assert_int_equal(strncmp(text, first, strlen(first)), 0);
    object_set_free(f.set);
    messages_close(&f.messages);
}

/* --- files and folders --- */

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void a_folder_is_read_in_the_order_of_its_names(void **state)
{
    struct fixture *f = *state;
    char folder[] = "/tmp/clustersim-object-XXXXXX";
    assert_non_null(mkdtemp(folder));
    static const char *const files[] = {"b.yaml",    "a.yml",       "c.json",      "values.yaml",
                                        "notes.txt", ".a.yaml.swp", ".hidden.yaml"};
    for (size_t i = 0; i < 3; i++) {
        char text[100];
        snprintf(text, sizeof text, "{apiVersion: v1, kind: Pod, metadata: {name: from-%c}}",
                 files[i][0]);
        write_file(folder, files[i], text);
    }
    write_file(folder, "values.yaml", "mig: {strategy: mixed}\n");
    for (size_t i = 4; i < LEN(files); i++)
        write_file(folder, files[i], "broken: [");
    char with_slash[64];
    snprintf(with_slash, sizeof with_slash, "%s//", folder);
    object_set_read(f->set, with_slash, &f->messages.diag);
    assert_int_equal(diag_errors(&f->messages.diag), 0);
    assert_int_equal(f->messages.diag.warnings, 1);
    assert_non_null(strstr(messages_text(&f->messages),
                           "/values.yaml:1:1: warning: no Kubernetes object (no apiVersion and "
                           "kind); left out\n"));
    assert_int_equal(object_set_len(f->set), 3);
    assert_string_equal(object_set_at(f->set, 0)->name, "from-a");
    assert_string_equal(object_set_at(f->set, 1)->name, "from-b");
    assert_string_equal(object_set_at(f->set, 2)->name, "from-c");
    for (size_t i = 0; i < LEN(files); i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    object_set_read(f->set, folder, &f->messages.diag);
    assert_non_null(
        strstr(messages_text(&f->messages), "error: no *.yaml, *.yml or *.json in this folder\n"));
    rmdir(folder);
}

static void what_cannot_be_read_says_why(void **state)
{
    struct fixture *f = *state;
    object_set_read(f->set, "/nowhere/x.yaml", &f->messages.diag);
    object_set_read(f->set, "/dev/null", &f->messages.diag);
    assert_string_equal(messages_text(&f->messages),
                        "/nowhere/x.yaml: error: cannot be read: No such file or directory\n"
                        "/dev/null: error: no Kubernetes object in this file\n");
}

static void the_seeds_files_are_read(void **state)
{
    struct fixture *f = *state;
    if (shared_data_dir() == NULL) {
        print_message("the shared manifests are not present, skipped\n");
        return;
    }
    static const struct {
        const char *path;
        size_t objects;
        unsigned warnings;
    } sets[] = {
        {"manifests/aks-kueue", 17, 2},
        {"manifests/time-slicing", 9, 0},
        {"manifests/annotation-map", 1, 0},
    };
    for (size_t i = 0; i < LEN(sets); i++) {
        struct object_set *s = object_set_new();
        char path[512];
        snprintf(path, sizeof path, "%s/%s", shared_data_dir(), sets[i].path);
        f->messages.diag.warnings = f->messages.diag.errors = 0;
        object_set_read(s, path, &f->messages.diag);
        print_message("%s: %zu objects, %u errors, %u warnings\n", path, object_set_len(s),
                      f->messages.diag.errors, f->messages.diag.warnings);
        assert_int_equal(object_set_len(s), sets[i].objects);
        assert_int_equal(f->messages.diag.warnings, sets[i].warnings);
        object_set_free(s);
    }
    print_message("%zu of %zu folders\n", LEN(sets), LEN(sets));
}

static void label_rules_are_those_of_kubernetes(void **state)
{
    (void)state;
    char long_text[70];
    memset(long_text, 'a', 64);
    long_text[64] = '\0';
    static const char *const keys[] = {"a", "a.b-c_D", "nvidia.com/gpu", "a.b/C", "0"};
    for (size_t i = 0; i < LEN(keys); i++)
        assert_null(label_key_problem(keys[i]));
    const char *const bad_keys[] = {"",   "/a",    "a/",     "a/b/c", "-a",
                                    "a-", "A.b/c", "a..b/c", "a b",   long_text};
    for (size_t i = 0; i < LEN(bad_keys); i++)
        assert_non_null(label_key_problem(bad_keys[i]));
    assert_null(label_value_problem(""));
    assert_null(label_value_problem(long_text + 1));
    assert_non_null(label_value_problem(long_text));
    assert_non_null(label_value_problem("a/b"));
    assert_null(object_name_problem("a.b-c"));
    assert_null(object_name_problem(long_text));
    assert_non_null(object_name_problem("A"));
    assert_non_null(object_name_problem("a_b"));
    assert_non_null(object_name_problem(""));
    assert_non_null(object_name_problem("a."));
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 10] = {
        cmocka_unit_test_setup_teardown(an_object_knows_what_and_where_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(objects_are_found_by_group_kind_namespace_and_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_object_given_twice_is_an_error_with_both_places, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lists_are_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_is_read_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(generated_names_differ_and_stay_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_folder_is_read_in_the_order_of_its_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_seeds_files_are_read, set_up, tear_down),
        cmocka_unit_test(label_rules_are_those_of_kubernetes),
    };
    size_t n = 10;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
