/* Every YAML and JSON file of the recorded data is read without a complaint. */
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <dirent.h>

struct tally {
    unsigned files;
    unsigned good;
    size_t docs;
};

static bool ends_in(const char *name, const char *end)
{
    const size_t len = strlen(name);
    return len > strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

static void read_file(const char *path, struct tally *t)
{
    struct messages m;
    messages_open(&m);
    struct yaml_file *f = yaml_read(path, &m.diag);
    t->files++;
    t->good += diag_errors(&m.diag) == 0;
    t->docs += f == NULL ? 0 : yaml_docs(f);
    fputs(messages_text(&m), stdout);
    yaml_close(f);
    messages_close(&m);
}

static void read_folder(const char *folder, struct tally *t)
{
    struct dirent **entries;
    const int len = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < len; i++) {
        const char *name = entries[i]->d_name;
        char path[4096];
        const int bytes = snprintf(path, sizeof path, "%s/%s", folder, name);
        assert_true(bytes > 0 && (size_t)bytes < sizeof path);
        if (ends_in(name, ".yaml") || ends_in(name, ".yml") || ends_in(name, ".json"))
            read_file(path, t);
        else if (name[0] != '.')
            read_folder(path, t); /* which a file is not: no entries */
        free(entries[i]);
    }
    if (len >= 0)
        free(entries);
}

static void every_recorded_file_is_read(void **state)
{
    (void)state;
    const char *folder = shared_data_dir();
    if (folder == NULL) {
        puts("recorded data: not present, skipped");
        skip();
    }
    struct tally t = {0};
    read_folder(folder, &t);
    printf("%u of %u files, %zu documents\n", t.good, t.files, t.docs);
    assert_int_equal(t.good, t.files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_recorded_file_is_read)};
    return cmocka_run_group_tests_name("yaml_shared", tests, NULL, NULL);
}
