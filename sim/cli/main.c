/* main.c - finds the command and runs it. The only place that ends the program. */
#include "sim/cli/commands.h"
#include "sim/cli/version.h"
#include "sim/suggest.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const all[] = {
    &command_run,     &command_compare, &command_size,  &command_sweep,   &command_check,
    &command_explain, &command_report,  &command_stats, &command_convert, &command_init,
    &command_list,    &command_manual,  NULL,
};

const struct command *const *command_all(void)
{
    return all;
}

static void print_usage(FILE *out)
{
    fprintf(out, "clustersim answers what your GPU cluster would do, without a cluster.\n\n"
                 "usage: clustersim COMMAND [arguments] [options]\n\ncommands:\n");
    for (size_t i = 0; all[i] != NULL; i++)
        fprintf(out, "  %-10s %-22s %s\n", all[i]->name, all[i]->arguments, all[i]->summary);
    fprintf(out,
            "\nclustersim COMMAND --help says more of each. Exit codes: 0 done, 1 an expectation\n"
            "failed, 2 input refused, 3 the world (disk full, no such file).\n");
}

static const struct command *find(const char *name)
{
    struct suggest s;
    suggest_init(&s, name);
    for (size_t i = 0; all[i] != NULL; i++) {
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
        suggest_offer(&s, all[i]->name);
    }
    fprintf(stderr, "clustersim: error: there is no command '%s'%s\n", name, suggest_hint(&s));
    return NULL;
}

static int run(const struct command *c, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            options_print_help(c, stdout);
            return EXIT_DONE;
        }
    }
    struct diag d;
    diag_init(&d, stderr);
    void *options = calloc(1, c->options_bytes + 1);
    const char **arguments = calloc((size_t)argc + 1, sizeof arguments[0]);
    size_t len;
    int code = EXIT_WORLD;
    if (options != NULL && c->defaults != NULL)
        memcpy(options, c->defaults, c->options_bytes);
    if (options != NULL && arguments != NULL)
        code = options_read(c, argc, argv, options, arguments, &len, &d)
                   ? c->run(options, arguments, len)
                   : EXIT_INPUT;
    free((void *)arguments);
    free(options);
    diag_fini(&d);
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, and reported as one */
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_INPUT : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("clustersim %s\n", CLUSTERSIM_VERSION);
        return EXIT_DONE;
    }
    const struct command *c = find(argv[1]);
    return c == NULL ? EXIT_INPUT : run(c, argc - 2, argv + 2);
}
