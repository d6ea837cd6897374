/* Any bytes are rows of some kind; what is read is read the same again after being written. */
#include "sim/check.h"
#include "tests/fuzz/fuzz_file.h"
#include "tests/fuzz/fuzz_target.h"
#include "workloads/csv_reader.h"

static void check_row(const struct csv_reader *r, const struct csv_row *row)
{
    SIM_REQUIRE(row->len > 0 && row->line > 0);
    SIM_REQUIRE(row->problem == NULL || row->problem_field < row->len);
    for (size_t i = 0; i < row->len; i++) {
        SIM_REQUIRE(row->fields[i].text[row->fields[i].len] == '\0');
        const struct src_pos at = csv_reader_at(r, row, i);
        SIM_REQUIRE(at.line >= row->line && at.col > 0);
    }
}

static void write_row(FILE *out, const struct csv_row *row)
{
    for (size_t i = 0; i < row->len; i++) {
        fputs(i == 0 ? "\"" : ",\"", out);
        for (size_t b = 0; b < row->fields[i].len; b++) {
            const char c = row->fields[i].text[b];
            if (c == '"')
                fputc('"', out);
            fputc(c, out);
        }
        fputc('"', out);
    }
    fputc('\n', out);
}

/* All rows, written with every field in quotes. */
static char *rewritten(const char *path, size_t *len, struct diag *d)
{
    char *text = NULL;
    struct csv_reader *r = csv_reader_open(path, &csv_rfc4180, d);
    if (r == NULL)
        return NULL;
    FILE *out = open_memstream(&text, len);
    SIM_REQUIRE(out != NULL);
    for (struct csv_row row; csv_reader_next(r, &row);) {
        check_row(r, &row);
        write_row(out, &row);
    }
    SIM_REQUIRE(fclose(out) == 0);
    SIM_REQUIRE(csv_reader_failed(r) == (d->errors > 0));
    csv_reader_close(r);
    return text;
}

/* Which reading takes for a line end of two bytes, in quotes, too. */
static bool has_two_byte_line_end(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (text[i - 1] == '\r' && text[i] == '\n')
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *nowhere = fopen("/dev/null", "w");
    SIM_REQUIRE(nowhere != NULL);
    struct diag d;
    struct fuzz_file f;
    size_t len = 0;
    diag_init(&d, nowhere);
    fuzz_file_open(&f, data, size);
    char *once = rewritten(f.path, &len, &d);
    fuzz_file_close(&f);
    if (once != NULL && d.errors == 0 && !has_two_byte_line_end(once, len)) {
        size_t again = 0;
        fuzz_file_open(&f, once, len);
        char *twice = rewritten(f.path, &again, &d);
        fuzz_file_close(&f);
        SIM_REQUIRE(d.errors == 0 && again == len && memcmp(once, twice, len) == 0);
        free(twice);
    }
    free(once);
    diag_fini(&d);
    fclose(nowhere);
    return 0;
}
