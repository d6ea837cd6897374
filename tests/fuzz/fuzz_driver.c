/*
 * fuzz_driver.c - runs a fuzz target over the files of folders, where there is no libFuzzer.
 *
 * usage: fuzz_READER FOLDER...
 */
#include "sim/check.h"
#include "sim/file_text.h"
#include "tests/fuzz/fuzz_target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run_file(const char *path)
{
    char *text;
    size_t len;
    if (!file_text_read(path, &text, &len)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    LLVMFuzzerTestOneInput((const uint8_t *)text, len);
    free(text);
}

static int run_folder(const char *folder)
{
    struct dirent **entries;
    const int len = scandir(folder, &entries, NULL, alphasort);
    if (len < 0) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
    int ran = 0;
    for (int i = 0; i < len; i++) {
        char path[4096];
        const int bytes = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        SIM_REQUIRE(bytes > 0 && (size_t)bytes < sizeof path);
        if (entries[i]->d_name[0] != '.') {
            run_file(path);
            ran++;
        }
        free(entries[i]);
    }
    free(entries);
    return ran;
}

int main(int argc, char **argv)
{
    int ran = 0;
    for (int i = 1; i < argc; i++)
        ran += run_folder(argv[i]);
    printf("%d inputs\n", ran);
    return ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* an empty corpus tests nothing */
}
