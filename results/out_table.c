#include "results/out_table.h"

#include "sim/check.h"
#include "sim/out_file.h"
#include "sim/text_stream.h"

#include <stdlib.h>

char *out_path(const char *dir, const char *name)
{
    struct text_stream t;
    fprintf(text_stream_open(&t), "%s%s%s", dir == NULL ? "" : dir, dir == NULL ? "" : "/", name);
    text_stream_close(&t);
    return t.text;
}

int64_t out_options_step_ns(const void *options)
{
    return options == NULL ? 0 : ((const struct out_options *)options)->step_ns;
}

size_t out_table_len(const struct out_table *t)
{
    size_t len = 0;
    while (t->columns[len].name != NULL)
        len++;
    return len;
}

bool table_file_open_names(struct table_file *f, const struct observer_env *env, const char *file,
                           const char *const *names, struct diag *d)
{
    const struct out_options *options = env->options;
    if (options != NULL && options->path != NULL) {
        f->out = out_file_open(options->path, d);
    } else {
        char *path = out_path(env->out_dir, file);
        f->out = out_file_open(path, d);
        free(path);
    }
    if (f->out == NULL)
        return false;
    csv_begin(&f->csv, f->out, names);
    return true;
}

bool table_file_open(struct table_file *f, const struct observer_env *env,
                     const struct out_table *table, struct diag *d)
{
    const size_t len = out_table_len(table);
    const char **names = calloc(len + 1, sizeof names[0]);
    SIM_REQUIRE(names != NULL);
    for (size_t i = 0; i < len; i++)
        names[i] = table->columns[i].name;
    const bool ok = table_file_open_names(f, env, table->file, names, d);
    free(names);
    return ok;
}

bool table_file_close(struct table_file *f, struct diag *d)
{
    return out_file_close(f->out, d);
}

void table_file_abandon(struct table_file *f)
{
    out_file_abandon(f->out);
}

void out_table_print(const struct out_table *t, FILE *out)
{
    fprintf(out, "## %s\n\n%s\n\n| column | unit | meaning |\n| --- | --- | --- |\n", t->file,
            t->help);
    for (const struct out_column *c = t->columns; c->name != NULL; c++)
        fprintf(out, "| `%s` | %s | %s |\n", c->name, c->unit, c->help);
}
