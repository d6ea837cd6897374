#include "sim/byte_input.h"
#include "sim/rng.h"
#include "tests/messages.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <gsl/gsl_rng.h>

enum { TEXT_BYTES = 300000 };

struct read_back {
    struct messages m;
    char *bytes;
    size_t len;
    bool is_open;
    bool has_failed;
};

/* All of it, in pieces of at most `piece` bytes. */
static void read_all(struct read_back *b, const char *path, size_t piece)
{
    *b = (struct read_back){.bytes = calloc(1, 1 << 21)};
    messages_open(&b->m);
    struct byte_input *in = byte_input_open(path, &b->m.diag);
    b->is_open = in != NULL;
    if (in == NULL)
        return;
    for (size_t got; (got = byte_input_read(in, b->bytes + b->len, piece)) > 0;)
        b->len += got;
    assert_int_equal(byte_input_read(in, b->bytes + b->len, piece), 0); /* stays at its end */
    b->has_failed = byte_input_failed(in);
    byte_input_close(in);
}

static void give_back(struct read_back *b)
{
    messages_close(&b->m);
    free(b->bytes);
}

static void assert_reads_as(const char *path, size_t piece, const char *bytes, size_t len)
{
    struct read_back b;
    read_all(&b, path, piece);
    assert_string_equal(messages_text(&b.m), "");
    assert_true(b.is_open && !b.has_failed);
    assert_int_equal(b.len, len);
    assert_memory_equal(b.bytes, bytes, len);
    give_back(&b);
}

static void assert_complains(const char *path, const char *message)
{
    struct read_back b;
    read_all(&b, path, 1 << 20);
    char want[256];
    snprintf(want, sizeof want, "%s: %s\n", path, message);
    assert_string_equal(messages_text(&b.m), want);
    assert_true(!b.is_open || b.has_failed || b.m.diag.errors == 0);
    give_back(&b);
}

/* Text that compresses about as a log does; more than a buffer full of it even when compressed. */
static char *some_text(void)
{
    gsl_rng *rng = rng_open(7, 0, "text", 0);
    char *text = malloc(TEXT_BYTES);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text[i] = (char)('!' + gsl_rng_uniform_int(rng, 64));
    gsl_rng_free(rng);
    return text;
}

static void plain_and_gzipped_files_read_the_same(void **state)
{
    (void)state;
    char *text = some_text();
    struct temp_file plain, packed;
    temp_file_bytes(&plain, text, TEXT_BYTES);
    temp_file_gzip(&packed, text, TEXT_BYTES);
    static const size_t pieces[] = {1, 7, 4096, 1 << 20};
    for (size_t i = 0; i < LEN(pieces); i++) {
        assert_reads_as(plain.path, pieces[i], text, TEXT_BYTES);
        assert_reads_as(packed.path, pieces[i], text, TEXT_BYTES);
    }
    temp_file_remove(&plain);
    temp_file_remove(&packed);
    free(text);
}

static void empty_files_are_empty(void **state)
{
    (void)state;
    struct temp_file f;
    temp_file_bytes(&f, "", 0);
    assert_reads_as(f.path, 10, "", 0);
    temp_file_remove(&f);
    temp_file_gzip(&f, "", 0);
    assert_reads_as(f.path, 10, "", 0);
    temp_file_remove(&f);
}

static void files_shorter_than_a_magic_number_are_plain(void **state)
{
    (void)state;
    struct temp_file f;
    static const char *const texts[] = {"1", "\x1f", "PK", "ab\n"};
    for (size_t i = 0; i < LEN(texts); i++) {
        temp_file_text(&f, texts[i]);
        assert_reads_as(f.path, 10, texts[i], strlen(texts[i]));
        temp_file_remove(&f);
    }
}

/* Appends `more` to what the file holds. */
static void append(const char *path, const void *more, size_t len)
{
    FILE *f = fopen(path, "ab");
    assert_non_null(f);
    assert_int_equal(fwrite(more, 1, len, f), len);
    fclose(f);
}

static void members_in_a_row_are_one_file(void **state)
{
    (void)state;
    struct temp_file a, b;
    temp_file_gzip(&a, "one ", 4);
    temp_file_gzip(&b, "two", 3);
    size_t len;
    char *bytes = temp_file_read(b.path, &len);
    append(a.path, bytes, len);
    assert_reads_as(a.path, 1, "one two", 7);
    assert_reads_as(a.path, 100, "one two", 7);
    free(bytes);
    temp_file_remove(&a);
    temp_file_remove(&b);
}

static void padding_with_zeros_is_ignored(void **state)
{
    (void)state;
    static const char zeros[1000];
    struct temp_file f;
    temp_file_gzip(&f, "text", 4);
    append(f.path, zeros, sizeof zeros);
    assert_reads_as(f.path, 100, "text", 4);
    temp_file_remove(&f);
}

static void rubbish_behind_the_data_is_a_warning(void **state)
{
    (void)state;
    struct temp_file f;
    temp_file_gzip(&f, "text", 4);
    size_t len;
    free(temp_file_read(f.path, &len));
    append(f.path, "rubbish", 7);
    char want[128];
    snprintf(want, sizeof want,
             "warning: what follows the gzip data, from byte %zu on, is not read", len);
    assert_complains(f.path, want);
    struct read_back b;
    read_all(&b, f.path, 100);
    assert_false(b.has_failed);
    assert_int_equal(b.len, 4);
    give_back(&b);
    temp_file_remove(&f);
}

/* The file cut off after `keep` bytes must give a beginning of the text, and the error. */
static void assert_cut_is_noticed(const char *packed, size_t keep, const char *text)
{
    struct temp_file f;
    temp_file_bytes(&f, packed, keep);
    char want[128];
    snprintf(want, sizeof want,
             "error: the gzip data end too early, after byte %zu; the file was cut off", keep);
    assert_complains(f.path, want);
    struct read_back b;
    read_all(&b, f.path, 1 << 20);
    assert_true(b.has_failed && b.m.diag.errors == 1);
    assert_memory_equal(b.bytes, text, b.len);
    give_back(&b);
    temp_file_remove(&f);
}

static void a_truncated_gzip_is_an_error_with_its_offset(void **state)
{
    (void)state;
    char *text = some_text();
    struct temp_file f;
    temp_file_gzip(&f, text, TEXT_BYTES);
    size_t len;
    char *packed = temp_file_read(f.path, &len);
    const size_t keeps[] = {2, 9, 12, 5000, 128 * 1024, 128 * 1024 + 1, len - 9, len - 8, len - 1};
    for (size_t i = 0; i < LEN(keeps); i++)
        assert_cut_is_noticed(packed, keeps[i], text);
    free(packed);
    free(text);
    temp_file_remove(&f);
}

static void damaged_gzip_is_an_error_with_its_offset(void **state)
{
    (void)state;
    char *text = some_text();
    struct temp_file f;
    temp_file_gzip(&f, text, TEXT_BYTES);
    size_t len;
    char *packed = temp_file_read(f.path, &len);
    temp_file_remove(&f);
    packed[len - 8] ^= 1; /* the checksum */
    temp_file_bytes(&f, packed, len);
    char want[128];
    snprintf(want, sizeof want,
             "error: the gzip data are damaged at byte %zu (incorrect data check)", len - 4);
    assert_complains(f.path, want);
    temp_file_remove(&f);
    packed[2] = 9; /* the method of compression */
    temp_file_bytes(&f, packed, len);
    assert_complains(f.path,
                     "error: the gzip data are damaged at byte 4 (unknown compression method)");
    temp_file_remove(&f);
    free(packed);
    free(text);
}

static void other_compressions_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *tool;
    } rows[] = {
        {"BZh91AY&SY", "bzip2"},
        {"\xfd"
         "7zXZ...",
         "xz"},
        {"\x28\xb5\x2f\xfd...", "zstd"},
        {"\x04\x22\x4d\x18...", "lz4"},
        {"\x1f\x9d...", "compress"},
        {"PK\x03\x04...", "zip"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct temp_file f;
        temp_file_text(&f, rows[i].bytes);
        char want[128];
        snprintf(want, sizeof want,
                 "error: is compressed by %s; only plain files and gzip are read, so unpack it "
                 "first",
                 rows[i].tool);
        assert_complains(f.path, want);
        temp_file_remove(&f);
    }
}

static void what_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    assert_complains("/no/such/file", "error: cannot be opened: No such file or directory");
    assert_complains("/tmp", "error: cannot be read: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_gzipped_files_read_the_same),
        cmocka_unit_test(empty_files_are_empty),
        cmocka_unit_test(files_shorter_than_a_magic_number_are_plain),
        cmocka_unit_test(members_in_a_row_are_one_file),
        cmocka_unit_test(padding_with_zeros_is_ignored),
        cmocka_unit_test(rubbish_behind_the_data_is_a_warning),
        cmocka_unit_test(a_truncated_gzip_is_an_error_with_its_offset),
        cmocka_unit_test(damaged_gzip_is_an_error_with_its_offset),
        cmocka_unit_test(other_compressions_are_refused_by_name),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests_name("byte_input", tests, NULL, NULL);
}
