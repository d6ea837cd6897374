/* The rows of a sweep as a table of an SQLite database. */
#include "sim/cli/sweep_rows.h"

#include "sim/arena.h"
#include "sim/text_stream.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

struct db_target {
    const struct sweep_plan *plan;
    sqlite3 *db;
    sqlite3_stmt *insert;
    bool failed;
};

/* "a ""b""": a name as SQL takes any text. */
static void print_name(const char *name, FILE *out)
{
    fputc('"', out);
    for (; *name != '\0'; name++)
        fputs(*name == '"' ? "\"\"" : (const char[]){*name, '\0'}, out);
    fputc('"', out);
}

/* Numbers get the affinity of numbers, so that they sort as such; an axis keeps what it looks like.
 */
static void print_create(const struct sweep_plan *plan, const char *const *names, FILE *out)
{
    const size_t policy = 1 + plan->axes.len;
    fputs("CREATE TABLE sweep (", out);
    for (size_t i = 0; names[i] != NULL; i++) {
        const bool is_text = i == policy || i == policy + 2;
        const bool is_int = i == 0 || i == policy + 1;
        fputs(i == 0 ? "" : ", ", out);
        print_name(names[i], out);
        fputs(is_int ? " INTEGER" : is_text ? " TEXT" : i < policy ? " NUMERIC" : " REAL", out);
    }
    fputc(')', out);
}

static void print_insert(const char *const *names, FILE *out)
{
    fputs("INSERT INTO sweep VALUES (", out);
    for (size_t i = 0; names[i] != NULL; i++)
        fputs(i == 0 ? "?" : ", ?", out);
    fputc(')', out);
}

static void put_row(void *context, const struct sweep_row *row)
{
    struct db_target *to = context;
    int i = 1;
    sqlite3_bind_int64(to->insert, i++, (sqlite3_int64)row->point);
    for (size_t k = 0; k < to->plan->axes.len; k++)
        sqlite3_bind_text(to->insert, i++, row->settings[k], -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(to->insert, i++, row->policy, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(to->insert, i++, (sqlite3_int64)row->replication);
    sqlite3_bind_text(to->insert, i++, row->end, -1, SQLITE_TRANSIENT);
    for (size_t k = 0; k < to->plan->measures_len; k++, i++)
        if (isnan(row->values[k]))
            sqlite3_bind_null(to->insert, i);
        else
            sqlite3_bind_double(to->insert, i, row->values[k]);
    to->failed |= sqlite3_step(to->insert) != SQLITE_DONE || sqlite3_reset(to->insert) != SQLITE_OK;
}

static bool fill(struct db_target *to, const struct sweep_table *t, struct diag *d)
{
    struct arena *a = arena_new();
    const char *const *names = sweep_rows_names(t, a);
    struct text_stream create, insert;
    print_create(t->plan, names, text_stream_open(&create));
    print_insert(names, text_stream_open(&insert));
    text_stream_close(&create);
    text_stream_close(&insert);
    bool ok = sqlite3_exec(to->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_exec(to->db, create.text, NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(to->db, insert.text, -1, &to->insert, NULL) == SQLITE_OK &&
              sweep_rows_walk(t, put_row, to, d) && !to->failed;
    sqlite3_finalize(to->insert);
    ok = ok && sqlite3_exec(to->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    free(create.text);
    free(insert.text);
    arena_free(a);
    return ok;
}

bool sweep_table_write_db(const struct sweep_table *t, const char *path, struct diag *d)
{
    const struct src_pos whole = {.file = path};
    struct db_target to = {.plan = t->plan};
    struct arena *a = arena_new();
    const char *part = arena_printf(a, "%s.part", path);
    remove(part);
    const bool is_open = sqlite3_open(part, &to.db) == SQLITE_OK;
    bool ok = is_open && fill(&to, t, d);
    if (!ok)
        diag_world(d, whole, "cannot be written: %s", sqlite3_errmsg(to.db));
    sqlite3_close(to.db);
    if (ok && rename(part, path) != 0) {
        diag_world(d, whole, "cannot be written: %s", strerror(errno));
        ok = false;
    }
    if (!ok)
        remove(part);
    arena_free(a);
    return ok;
}
